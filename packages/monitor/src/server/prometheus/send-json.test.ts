import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { fastify } from 'fastify';
import { sendJson } from './send-json.ts';

const MAX_SEND_MS = 10_000;

/** Of about so many bytes, in small pieces, with characters of one to four bytes. */
function piecesOf(bytes: number): readonly string[] {
  const pieces: string[] = [];
  for (let length = 2; length < bytes; length += 10) pieces.push('aé€😀');
  return ['"', ...pieces, '"'];
}

for (const [size, isWhole] of [
  [2, true],
  [5_000, true],
  [20_000, true],
  [60_000, true],
  [200_000, true],
  [600_000, false],
] as const) {
  test(`an answer of ${size} bytes arrives as it is, ${isWhole ? 'with its length' : 'in pieces'}`, async () => {
    const pieces = piecesOf(size);
    const app = fastify();
    app.get('/', (_, reply) => sendJson(reply, pieces.values(), MAX_SEND_MS));
    const plain = await app.inject('/');
    assert.equal(plain.body, pieces.join(''));
    assert.equal(plain.headers['content-type'], 'application/json');
    const expectedLength = isWhole ? `${Buffer.byteLength(plain.body)}` : undefined;
    assert.equal(plain.headers['content-length'], expectedLength);
    const packed = await app.inject({ url: '/', headers: { 'accept-encoding': 'gzip' } });
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.equal(gunzipSync(packed.rawPayload).toString(), plain.body);
    await app.close();
  });
}
