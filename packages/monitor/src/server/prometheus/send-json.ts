// Sends JSON that is made while it is sent, packed as the client takes it. What fits into one piece goes out whole, with its
// length; the rest is a stream that makes a piece, lets the event loop turn, and waits for the client to have read it.

import { pipeline, Readable } from 'node:stream';
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { acceptedPacking } from './accepted-encoding.ts';

const PIECE_CHARACTERS = 32_768;

/** A client that has not read the whole answer `maxSendMs` after its begin is disconnected. */
export function sendJson(reply: FastifyReply, pieces: Iterator<string>, maxSendMs: number): FastifyReply {
  // A client that has hung up already closes no more.
  if (reply.raw.destroyed) return reply.hijack();
  const deadline = setTimeout(() => reply.raw.destroy(), maxSendMs);
  deadline.unref();
  reply.raw.once('close', () => clearTimeout(deadline));
  reply.type('application/json').header('vary', 'Accept-Encoding');
  const packing = acceptedPacking(reply.request.headers['accept-encoding']);
  if (packing !== undefined) reply.header('content-encoding', packing.name);
  const first = gather(pieces);
  if (first.isLast) {
    if (packing !== undefined) return reply.send(packing.pack(Buffer.from(first.text)));
    // A text goes out in one write with its headers; the serializer keeps fastify from adding a charset to the type.
    return reply.serializer(unchanged).send(first.text);
  }
  const text = Readable.from(following(first.text, pieces), { objectMode: false });
  if (packing === undefined) return reply.send(text);
  return reply.send(pipeline(text, packing.createStream(), () => {}));
}

function unchanged(text: unknown): string {
  return text as string;
}

async function* following(first: string, pieces: Iterator<string>): AsyncGenerator<Buffer> {
  yield Buffer.from(first);
  for (let isLast = false; !isLast; ) {
    await eventLoopTurn();
    const gathered = gather(pieces);
    isLast = gathered.isLast;
    yield Buffer.from(gathered.text);
  }
}

function gather(pieces: Iterator<string>): { text: string; isLast: boolean } {
  let text = '';
  while (text.length < PIECE_CHARACTERS) {
    const { value, done } = pieces.next();
    if (done === true) return { text, isLast: true };
    text += value;
  }
  return { text, isLast: false };
}
