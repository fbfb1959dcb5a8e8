// Reading that ends when nobody waits for it any more, or when its time is over.

import { ApiError } from './error.ts';
import type { Turn } from './question.ts';

/** @throws {ApiError} `canceled`, `timeout`; else what asking throws. */
export async function withinTime<T>({ timeoutMs, signal }: Turn, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await ask(AbortSignal.any([signal, timeout]));
  } catch (error) {
    if (signal.aborted) throw new ApiError('canceled', 'query was canceled', { cause: error });
    if (timeout.aborted) throw new ApiError('timeout', 'query timed out', { cause: error });
    throw error;
  }
}
