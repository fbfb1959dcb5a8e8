// How long to wait after failures in a row: twice as long each time up to a limit, the last half of it by chance, so that the
// nodes of a network do not all come back in one moment; and never less than the receiver asks for.
// Source: RFC 9110, 10.2.3 (Retry-After)

const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 60_000;
/** A receiver may not ask for more. */
const MAX_RETRY_AFTER_MS = 300_000;

/**
 * @param failures in a row, at least 1
 * @param random from 0 to below 1
 */
export function backOffMs(failures: number, random: number, retryAfterMs = 0): number {
  const fullMs = Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS);
  return Math.max(fullMs / 2 + (random * fullMs) / 2, retryAfterMs);
}

/** Of a header `Retry-After`, in seconds or as a date; 0 for none and for what cannot be read. */
export function retryAfterMs(header: string | null, nowMs: number): number {
  if (header === null) return 0;
  const text = header.trim();
  const delayMs = /^\d{1,10}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return delayMs > 0 ? Math.min(delayMs, MAX_RETRY_AFTER_MS) : 0;
}
