import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { chunksBehind, PositionFile } from './position-file.ts';

const CONTENT = Buffer.from(Array.from({ length: 50_000 }, (_, at) => `line ${at}\n`).join(''));

function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-position-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'file');
  writeFileSync(file, CONTENT);
  const directory = join(folder, 'imports');
  const open = (change: Partial<ConstructorParameters<typeof PositionFile>[0]> = {}) =>
    new PositionFile({ directory, file, target: 'here', format: 'csv', begin: CONTENT.subarray(0, 65_536), ...change });
  return { folder, file, directory, open };
}

async function* chunked(content: Buffer, chunkBytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += chunkBytes) yield content.subarray(at, at + chunkBytes);
}

async function joined(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

const offset = 200_000;
const position = { offset, lines: 123, header: '__name__,timestamp,value' };

test('a position is found again for the same file, target, format and begin alone', (t) => {
  const { open, folder, directory } = setUp(t);
  assert.equal(open().load(), undefined);
  open().save(position, 77, CONTENT.subarray(0, offset));
  const kept = open().load();
  assert.equal(kept?.offset, offset);
  assert.equal(kept.lines, 123);
  assert.equal(kept.header, position.header);
  assert.equal(kept.samples, 77);
  assert.equal(open({ target: 'elsewhere' }).load(), undefined);
  assert.equal(open({ format: 'json' }).load(), undefined);
  assert.equal(open({ begin: Buffer.from('other') }).load(), undefined);
  writeFileSync(join(folder, 'other'), CONTENT);
  assert.equal(open({ file: join(folder, 'other') }).load(), undefined);
  writeFileSync(open().path, '{"version":1');
  assert.equal(open().load(), undefined);
  open().remove();
  assert.deepEqual(readdirSync(directory), []);
});

test('the chunks behind a position are those that follow, also of a file that has grown', async (t) => {
  const { open } = setUp(t);
  for (const tail of [CONTENT.subarray(0, offset), CONTENT.subarray(offset - 10, offset), Buffer.alloc(0)]) {
    open().save(position, 0, tail);
    const kept = open().load()!;
    for (const chunkBytes of [1000, 65_536, offset, CONTENT.length]) {
      const grown = Buffer.concat([CONTENT, Buffer.from('more\n')]);
      assert.ok((await joined(chunksBehind(kept, chunked(grown, chunkBytes)))).equals(grown.subarray(offset)));
    }
  }
});

test('a file that has become another before the position is refused', async (t) => {
  const { open } = setUp(t);
  open().save(position, 0, CONTENT.subarray(0, offset));
  const kept = open().load()!;
  const changed = Buffer.from(CONTENT);
  changed[offset - 5]! ^= 1;
  await assert.rejects(joined(chunksBehind(kept, chunked(changed, 1000))), {
    code: 'input_changed',
    message: /--restart/,
  });
  await assert.rejects(joined(chunksBehind(kept, chunked(CONTENT.subarray(0, 1000), 100))), { code: 'input_changed' });
});
