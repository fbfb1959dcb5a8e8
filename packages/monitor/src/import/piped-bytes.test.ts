import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { PipedBytes } from './piped-bytes.ts';

const PIPE_MAKER = '/usr/bin/mkfifo';
const SKIP = !existsSync(PIPE_MAKER) && `needs ${PIPE_MAKER}`;
/** Many times what is read ahead, and no whole number of reads. */
const CONTENT = randomBytes(9_999_999);

const folder = mkdtempSync(join(tmpdir(), 'chainpulse-piped-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A pipe of the kernel into which `command` writes; it has the content as `content`. */
function piped(command: string) {
  const path = join(folder, 'pipe');
  execFileSync(PIPE_MAKER, [path]);
  // Opening one end waits for the other, unless somebody has both.
  const both = openSync(path, 'r+');
  const [readEnd, writeEnd] = [openSync(path, 'r'), openSync(path, 'w')];
  closeSync(both);
  rmSync(path);
  writeFileSync(join(folder, 'content'), CONTENT);
  const writer = spawn('/bin/sh', ['-c', command], { cwd: folder, stdio: ['ignore', writeEnd, 'inherit'] });
  closeSync(writeEnd);
  return { bytes: new PipedBytes(readEnd), ended: once(writer, 'exit') };
}

test('every byte comes once and in order, to who takes them fast and to who takes them slowly', {
  skip: SKIP,
}, async () => {
  for (const pauseAfterChunks of [Number.POSITIVE_INFINITY, 7]) {
    const { bytes, ended } = piped('cat content');
    const chunks: Buffer[] = [];
    for await (const chunk of bytes) {
      // It holds until the next one is asked for, and is looked at as late as that.
      if (chunks.length % pauseAfterChunks === pauseAfterChunks - 1) await sleep(2);
      chunks.push(Buffer.from(chunk));
    }
    assert.ok(Buffer.concat(chunks).equals(CONTENT));
    await ended;
  }
});

test('what comes in small parts with pauses, and nothing at all, end as they should', { skip: SKIP }, async () => {
  for (const [command, expected] of [
    ['for part in 1 2 3; do echo $part; sleep 0.02; done', '1\n2\n3\n'],
    ['true', ''],
  ] as const) {
    const { bytes, ended } = piped(command);
    let text = '';
    for await (const chunk of bytes) text += chunk.toString();
    assert.equal(text, expected);
    await ended;
  }
});

test('once it is destroyed, the writer is told and the reading ends', { skip: SKIP }, async () => {
  const { bytes, ended } = piped('trap "" PIPE; cat content 2>/dev/null; exit 3');
  const iterator = bytes[Symbol.asyncIterator]();
  assert.equal((await iterator.next()).done, false);
  bytes.destroy();
  while ((await iterator.next()).done !== true);
  assert.deepEqual(await ended, [3, null]);
});
