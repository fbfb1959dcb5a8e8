// Bodies of pushes: whole ones up to a bound, and texts of any size in pieces of whole lines. Nothing is read before the
// push has its turn, and no more than a piece is held, so the sender is held back where the store is slower.

import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { PushFailure } from './push-failure.ts';

const NEWLINE = 0x0a;
/** How long what is not wanted any more is listened to. */
const DISCARD_MS = 5_000;

export interface BodyLimits {
  readonly maxPushBodyBytes: number;
  readonly bodyTimeoutMs: number;
}

/** @throws {PushFailure} 413, 408, and `aborted` when the sender goes away. */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Uint8Array> {
  const { maxPushBodyBytes: maxBytes, bodyTimeoutMs } = limits;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let length = 0;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onData = (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxBytes) reject(tooLarge(maxBytes));
    else chunks.push(chunk);
  };
  // A request is closed right after its end, too.
  const onGone = (error?: Error) => {
    if (!request.readableEnded) reject(gone(error));
  };
  const timer = setTimeout(() => reject(late(bodyTimeoutMs)), bodyTimeoutMs);
  request.on('data', onData).once('end', resolve).once('error', onGone).once('close', onGone);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    request.off('data', onData).off('end', resolve).off('error', onGone).off('close', onGone);
    // Errors that come after the end of interest are nobody's.
    request.on('error', () => {});
  }
  // One copy into a buffer of its own, which is handed to the storage worker.
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

/** Discards what is still to come, so that the sender hears the answer; one that does not end is cut off. */
export function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  request.on('error', () => {});
  request.resume();
  const timer = setTimeout(() => request.destroy(), DISCARD_MS);
  request.once('close', () => clearTimeout(timer));
}

function tooLarge(maxBytes: number): PushFailure {
  return new PushFailure(
    413,
    'body_too_large',
    `request body exceeds the ${maxBytes} bytes limit: send less in one request`,
  );
}

function late(timeoutMs: number): PushFailure {
  return new PushFailure(
    408,
    'body_late',
    `the body was not whole after ${timeoutMs / 1000} s: send less in one request`,
  );
}

function gone(cause: unknown): PushFailure {
  return new PushFailure(400, 'aborted', 'the sender went away before the body was whole', { cause });
}

export interface LinePiece {
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
}

/** Pieces that end with a line, but for the last one. @throws {PushFailure} for a line that does not fit in a piece. */
export async function* linePieces(
  source: Readable,
  pieceBytes: number,
  onChunk: () => void,
): AsyncGenerator<LinePiece> {
  let piece = new Uint8Array(pieceBytes);
  let used = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    onChunk();
    for (let from = 0; from < chunk.length; ) {
      const count = Math.min(chunk.length - from, pieceBytes - used);
      piece.set(chunk.subarray(from, from + count), used);
      from += count;
      used += count;
      if (used < pieceBytes) continue;
      const end = piece.lastIndexOf(NEWLINE) + 1;
      if (end === 0) {
        throw new PushFailure(400, 'line_too_long', `a line is longer than ${pieceBytes} bytes`);
      }
      const rest = piece.slice(end);
      yield { bytes: piece.slice(0, end), isLast: false };
      piece = new Uint8Array(pieceBytes);
      piece.set(rest);
      used = rest.length;
    }
  }
  yield { bytes: piece.slice(0, used), isLast: true };
}
