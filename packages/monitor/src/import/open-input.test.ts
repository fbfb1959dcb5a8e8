import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { openInput } from './open-input.ts';

const folder = mkdtempSync(join(tmpdir(), 'chainpulse-input-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const TEXT = Buffer.from('up{job="a"} 1 1700000000000\n'.repeat(100_000));

function file(name: string, content: Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

async function contentOf(input: Awaited<ReturnType<typeof openInput>>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of input.chunks()) chunks.push(chunk);
  input.close();
  return Buffer.concat(chunks);
}

test('a file comes unpacked, whatever it is packed with, and also in several members', async () => {
  const half = TEXT.length / 2;
  const halves = [TEXT.subarray(0, half), TEXT.subarray(half)];
  const lines = Array.from({ length: 1000 }, (_, at) =>
    TEXT.subarray((at * TEXT.length) / 1000, ((at + 1) * TEXT.length) / 1000),
  );
  const packed: [string, Buffer][] = [
    ['plain', TEXT],
    ['gzip', gzipSync(TEXT)],
    ['zstd', zstdCompressSync(TEXT)],
    ['gzip-twice', Buffer.concat(halves.map((part) => gzipSync(part)))],
    ['zstd-twice', Buffer.concat(halves.map((part) => zstdCompressSync(part)))],
    ['zstd-often', Buffer.concat(lines.map((part) => zstdCompressSync(part)))],
  ];
  for (const [name, content] of packed) {
    const input = await openInput(file(name, content));
    assert.equal(input.sizeBytes, content.length, name);
    assert.ok(input.begin.equals(TEXT.subarray(0, 65_536)), name);
    assert.ok((await contentOf(input)).equals(TEXT), name);
    assert.equal(input.takenBytes, content.length, name);
  }
});

test('what is piped in has no size, may come byte by byte, and may be packed too', async () => {
  for (const content of [TEXT.subarray(0, 300), gzipSync(TEXT.subarray(0, 300)), Buffer.from('a'), Buffer.alloc(0)]) {
    const input = await openInput(Readable.from(Array.from(content, (byte) => Buffer.of(byte))));
    assert.equal(input.sizeBytes, undefined);
    const expected = content.length > 1 ? TEXT.subarray(0, 300) : content;
    assert.ok((await contentOf(input)).equals(expected));
  }
});

test('frames of zstd may end anywhere in what comes, also while the next bytes are waited for', async () => {
  const parts = Array.from({ length: 300 }, (_, at) => Buffer.from(`part ${at}\n`.repeat(1 + (at % 7))));
  const packed = Buffer.concat(parts.map((part) => zstdCompressSync(part)));
  for (const chunkBytes of [1, 3, 50, 1000]) {
    async function* slowly() {
      for (let at = 0; at < packed.length; at += chunkBytes) {
        if (at % 11 === 0) await new Promise((resolve) => setImmediate(resolve));
        yield packed.subarray(at, at + chunkBytes);
      }
    }
    const input = await openInput(Readable.from(slowly()));
    assert.ok((await contentOf(input)).equals(Buffer.concat(parts)), `in ${chunkBytes}`);
  }
});

test('a file that is not there, is a folder, or was cut off is told', async () => {
  await assert.rejects(openInput(join(folder, 'absent')), { code: 'input_unreadable', message: /There is no file/ });
  await assert.rejects(openInput(folder), { code: 'input_unreadable', message: /is a folder/ });
  for (const [name, content] of [
    ['cut.gz', gzipSync(TEXT)],
    ['cut.zst', zstdCompressSync(TEXT)],
  ] as const) {
    const path = file(name, content.subarray(0, content.length - 10));
    const told = async () => contentOf(await openInput(path));
    await assert.rejects(told, { code: 'input_damaged', message: /is damaged or was cut off/ }, name);
  }
  const garbled = gzipSync(TEXT);
  garbled[20]! ^= 0xff;
  await assert.rejects(async () => contentOf(await openInput(file('garbled.gz', garbled))), { code: 'input_damaged' });
});
