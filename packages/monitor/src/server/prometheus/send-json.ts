// Sends JSON that is made while it is sent, packed as the client takes it. What is not long goes out whole, with its
// length; the rest is a stream that makes a piece, lets the event loop turn, and waits for the client to have read it.

import { pipeline, Readable } from 'node:stream';
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { acceptedPacking } from './accepted-encoding.ts';

/** Text that is gathered before it is made bytes. */
const PIECE_CHARACTERS = 32_768;
/** An answer up to so many bytes goes out whole, with its length: rendering it takes about a millisecond. */
const WHOLE_BYTES = 262_144;
/** Two pieces of text are one of the rest. */
const FOLLOWING_CHARACTERS = 65_536;
/** A longer one goes out as bytes: the socket encodes a long text slowly. */
const TEXT_CHARACTERS_MAX = 8192;
/** What an answer depends on beside its address: pages of other origins are refused. */
export const VARY = 'Accept-Encoding, Origin';

/** A client that has not read the whole answer `maxSendMs` after its begin is disconnected. */
export function sendJson(reply: FastifyReply, pieces: Iterator<string>, maxSendMs: number): FastifyReply {
  // A client that has hung up already closes no more.
  if (reply.raw.destroyed) return reply.hijack();
  const deadline = setTimeout(() => reply.raw.destroy(), maxSendMs);
  deadline.unref();
  reply.raw.once('close', () => clearTimeout(deadline));
  reply.type('application/json').header('vary', VARY);
  const packing = acceptedPacking(reply.request.headers['accept-encoding']);
  if (packing !== undefined) reply.header('content-encoding', packing.name);
  const first = gather(pieces, PIECE_CHARACTERS);
  // Packing is done here, while all others wait; of what is longer than a piece, elsewhere.
  if (first.isLast && packing !== undefined) return reply.send(packing.pack(Buffer.from(first.text)));
  // A text goes out in one write with its headers; the serializer keeps fastify from adding a charset to the type.
  if (first.isLast && first.text.length <= TEXT_CHARACTERS_MAX) return reply.serializer(unchanged).send(first.text);
  const { bytes, isLast } = gatherMore(first, pieces, packing === undefined ? WHOLE_BYTES : 0);
  if (isLast) return reply.send(bytes);
  const stream = Readable.from(following(bytes, pieces), { objectMode: false });
  if (packing === undefined) return reply.send(stream);
  return reply.send(pipeline(stream, packing.createStream(), () => {}));
}

function unchanged(text: unknown): string {
  return text as string;
}

interface Gathered {
  readonly text: string;
  readonly isLast: boolean;
}

/** Together with the first as bytes: each piece is made bytes by itself, for a long text would be copied once more. */
function gatherMore(
  first: Gathered,
  pieces: Iterator<string>,
  wantedBytes: number,
): { bytes: Buffer; isLast: boolean } {
  const parts = [Buffer.from(first.text)];
  let length = parts[0]!.length;
  let { isLast } = first;
  while (!isLast && length < wantedBytes) {
    const next = gather(pieces, PIECE_CHARACTERS);
    const bytes = Buffer.from(next.text);
    parts.push(bytes);
    length += bytes.length;
    isLast = next.isLast;
  }
  return { bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts, length), isLast };
}

async function* following(first: Buffer, pieces: Iterator<string>): AsyncGenerator<Buffer> {
  yield first;
  for (let isLast = false; !isLast; ) {
    await eventLoopTurn();
    const gathered = gather(pieces, FOLLOWING_CHARACTERS);
    isLast = gathered.isLast;
    yield Buffer.from(gathered.text);
  }
}

function gather(pieces: Iterator<string>, characters: number): Gathered {
  let text = '';
  while (text.length < characters) {
    const { value, done } = pieces.next();
    if (done === true) return { text, isLast: true };
    text += value;
  }
  return { text, isLast: false };
}
