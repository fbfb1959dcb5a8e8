// How long to wait before a request is sent again: twice as long each time up to a limit, the last half of it by chance, so
// that a fleet does not come back in one moment; and never less than the server asks for.
// Source: RFC 9110, 10.2.3 (Retry-After)

export interface BackOffBounds {
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  readonly retryAfterMaxMs: number;
}

/** @param failures in a row, at least 1; @param random from 0 to below 1 */
export function backOffMs(bounds: BackOffBounds, failures: number, random: number, askedMs: number): number {
  const fullMs = Math.min(bounds.retryMinMs * 2 ** (failures - 1), bounds.retryMaxMs);
  return Math.max(fullMs / 2 + (random * fullMs) / 2, Math.min(askedMs, bounds.retryAfterMaxMs));
}

/** Of a header `Retry-After`, in seconds or as a date; 0 for none and for what cannot be read. */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  const text = header.trim();
  const delayMs = /^\d{1,10}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(delayMs) ? 0 : Math.max(0, delayMs);
}
