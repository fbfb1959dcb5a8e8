// One request and its answer over `fetch`. Never throws: what goes wrong is told in words that hold no secret. Redirects are
// not followed, as they would take the credentials elsewhere.

import type { Endpoint } from './endpoint.ts';
import type { PushClock } from './push-clock.ts';
import { type Answer, type EncodedRequest, MAX_ANSWER_BYTES } from './push-target.ts';

interface ExchangeOptions {
  readonly timeoutMs: number;
  readonly clock: PushClock;
  /** Ends the exchange when the pusher has no time left. */
  readonly signal: AbortSignal;
}

export type Exchange =
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** `reason` continues a sentence that begins with the request. */
  | { readonly kind: 'unanswered'; readonly reason: string };

const USER_AGENT = 'chainpulse-instrument';
/** Of an answer, what is shown. */
const MAX_SHOWN_CHARACTERS = 200;

export async function exchange(
  endpoint: Endpoint,
  request: EncodedRequest,
  options: ExchangeOptions,
): Promise<Exchange> {
  const { timeoutMs, clock, signal } = options;
  const timeout = new AbortController();
  const cancel = clock.background(timeoutMs, () => timeout.abort());
  try {
    const response = await fetch(endpoint.url, {
      method: request.method,
      headers: { 'user-agent': USER_AGENT, ...endpoint.headers, ...request.headers },
      body: request.body.length === 0 ? null : new Uint8Array(request.body),
      redirect: 'manual',
      signal: AbortSignal.any([timeout.signal, signal]),
    });
    const body = await readStart(response);
    return { kind: 'answered', answer: { status: response.status, headers: response.headers, body } };
  } catch (error) {
    return { kind: 'unanswered', reason: reasonOf(error, timeout.signal.aborted ? timeoutMs : undefined) };
  } finally {
    cancel();
  }
}

/** For messages: the status, where a redirect leads, and the first 200 characters of the answer. */
export function describeAnswer({ redact, longestSecret }: Endpoint, { status, headers, body }: Answer): string {
  const isRedirect = status >= 300 && status < 400;
  const target = isRedirect ? ` (a redirect, which is not followed${whereTo(headers.get('location'))})` : '';
  const text = redact(new TextDecoder().decode(body));
  // What stands at the cut may be a part of a secret, which nothing recognises.
  const known = body.length < MAX_ANSWER_BYTES ? text : text.slice(0, Math.max(0, text.length - longestSecret));
  const shown = known
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_SHOWN_CHARACTERS)
    .toWellFormed();
  return `answered ${status}${redact(target)}${shown === '' ? '' : `: ${shown}`}`;
}

function whereTo(location: string | null): string {
  const url = URL.parse(location ?? '');
  return url === null ? '' : `, to ${url.origin}${url.pathname}`;
}

/** The status is what counts: a body that breaks off or never comes changes nothing about it. */
async function readStart(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const part of response.body ?? []) {
      parts.push(part);
      sizeBytes += part.length;
      if (sizeBytes >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // Broken off, or out of time.
  }
  const start = new Uint8Array(Math.min(sizeBytes, MAX_ANSWER_BYTES));
  let at = 0;
  for (const part of parts) {
    start.set(part.subarray(0, start.length - at), at);
    at += part.length;
    if (at >= start.length) break;
  }
  return start;
}

/** Codes alone: messages of `fetch` may hold the URL. */
function reasonOf(error: unknown, expiredMs: number | undefined): string {
  if (expiredMs !== undefined) return `had no answer within ${expiredMs} ms`;
  if (error instanceof Error && error.name === 'AbortError') return 'was given up because the push was stopped';
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return `had no answer${typeof code === 'string' ? ` (${code})` : ''}`;
}
