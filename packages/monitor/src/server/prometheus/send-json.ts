// Sends JSON that is made while it is sent. What fits into one piece goes out whole, with its length; the rest is a
// stream that makes a piece, lets the event loop turn, and waits for the client to have read it.

import { Readable } from 'node:stream';
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';

const PIECE_CHARACTERS = 32_768;

/** A client that has not read the whole answer `maxSendMs` after its begin is disconnected. */
export function sendJson(reply: FastifyReply, pieces: Generator<string>, maxSendMs: number): FastifyReply {
  // A client that has hung up already closes no more.
  if (reply.raw.destroyed) return reply.hijack();
  const deadline = setTimeout(() => reply.raw.destroy(), maxSendMs);
  deadline.unref();
  reply.raw.once('close', () => clearTimeout(deadline));
  reply.type('application/json');
  const first = gather(pieces);
  if (first.isLast) return reply.send(Buffer.from(first.text));
  return reply.send(Readable.from(following(first.text, pieces), { objectMode: false }));
}

async function* following(first: string, pieces: Generator<string>): AsyncGenerator<Buffer> {
  yield Buffer.from(first);
  for (let isLast = false; !isLast; ) {
    await eventLoopTurn();
    const gathered = gather(pieces);
    isLast = gathered.isLast;
    yield Buffer.from(gathered.text);
  }
}

function gather(pieces: Generator<string>): { text: string; isLast: boolean } {
  let text = '';
  while (text.length < PIECE_CHARACTERS) {
    const { value, done } = pieces.next();
    if (done === true) return { text, isLast: true };
    text += value;
  }
  return { text, isLast: false };
}
