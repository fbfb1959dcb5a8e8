// The main thread's side of a cursor: an iterator that asks for one piece ahead of its reader, no more. Invariant: however the
// reading ends (to its end, by `return`, by an error or by the signal), the cursor in the worker is closed.

import type { ExemplarSeries, SelectRequest, SeriesSamples } from '../storage/interface.ts';
import type { CursorRequest } from './cursors.ts';
import type { ReadOptions } from './interface.ts';
import { type ReadPiece, unpackExemplars, unpackSamples } from './packed-samples.ts';
import type { WorkerCalls } from './worker-calls.ts';

export function readSamples(
  calls: WorkerCalls,
  request: SelectRequest,
  options: ReadOptions | undefined,
): AsyncGenerator<SeriesSamples> {
  return read(calls, 'samples', request, options, (piece) => (piece.kind === 'samples' ? unpackSamples(piece) : []));
}

export function readExemplars(
  calls: WorkerCalls,
  request: SelectRequest,
  options: ReadOptions | undefined,
): AsyncGenerator<ExemplarSeries> {
  const unpack = (piece: ReadPiece) => (piece.kind === 'exemplars' ? unpackExemplars(piece) : []);
  return read(calls, 'exemplars', request, options, unpack);
}

async function* read<T>(
  calls: WorkerCalls,
  kind: CursorRequest['kind'],
  { matchers, minTimeMs, maxTimeMs, warn }: SelectRequest,
  { signal, idleMs }: ReadOptions = {},
  unpack: (piece: ReadPiece) => Iterable<T>,
): AsyncGenerator<T> {
  signal?.throwIfAborted();
  const { cursor } = await calls.call('openCursor', [{ kind, matchers, minTimeMs, maxTimeMs, idleMs }]);
  const ask = () => {
    const asked = calls.call('nextPiece', [cursor]);
    // A reader that ends before it takes the piece does not hear of its failure.
    asked.catch(() => {});
    return asked;
  };
  const aborted = abortOf(signal);
  let isOpen = true;
  try {
    for (let asked = ask(); ; ) {
      signal?.throwIfAborted();
      const piece = await Promise.race([asked, aborted.promise]);
      for (const message of piece.warnings) warn?.(message);
      if (piece.isLast) isOpen = false;
      else asked = ask();
      for (const item of unpack(piece)) {
        yield item;
        signal?.throwIfAborted();
      }
      if (piece.isLast) return;
    }
  } finally {
    aborted.forget();
    // The worker may have ended, and the cursor with it.
    if (isOpen) calls.call('closeCursor', [cursor]).catch(() => {});
  }
}

/** Rejected when the signal is aborted. */
function abortOf(signal: AbortSignal | undefined): { promise: Promise<never>; forget: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  return { promise, forget: () => signal?.removeEventListener('abort', onAbort) };
}
