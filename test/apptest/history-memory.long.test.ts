// Memory of an import does not grow with what is imported: 200 MB and twice that, piped in, and a tenth.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { startChainpulse, temporaryFolder } from './history-files.ts';

const MIB = 1024 * 1024;
const SERIES = 1000;

/** Lines of a thousand series, one sample each in turn, up to so many bytes. */
async function* lines(totalBytes: number): AsyncGenerator<string> {
  const startMs = Date.now() - 20 * 86_400_000;
  const names = Array.from({ length: SERIES }, (_, n) => `node_height{instance="node-${n}.example:9090",job="load"}`);
  let bytes = 0;
  for (let step = 0; bytes < totalBytes; step++) {
    const piece = names.map((name, n) => `${name} ${step * (n % 7) + n} ${startMs + step * 5000}\n`).join('');
    bytes += piece.length;
    yield piece;
  }
}

/** The most memory that the process had, MiB. */
async function peakMemory(t: Parameters<typeof temporaryFolder>[0], totalBytes: number): Promise<number> {
  const folder = temporaryFolder(t);
  const child = startChainpulse(['import', '-', '--data', 'data', '--quiet'], folder);
  Readable.from(lines(totalBytes)).pipe(child.stdin!);
  let peakKiB = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peakKiB = Math.max(peakKiB, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended.
    }
  }, 100);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  clearInterval(timer);
  assert.equal(exitCode, 0);
  return peakKiB / 1024;
}

test('memory stays flat while 200 MB, and 400 MB, are piped in', {
  skip: process.platform !== 'linux' && 'needs /proc',
}, async (t) => {
  const small = await peakMemory(t, 100 * MIB);
  const middle = await peakMemory(t, 200 * MIB);
  const large = await peakMemory(t, 400 * MIB);
  t.diagnostic(`peaks: ${small.toFixed(0)}, ${middle.toFixed(0)}, ${large.toFixed(0)} MiB`);
  // What is in the head until it is sealed, buffers and the heaps of three threads; nothing of the file's length.
  assert.ok(middle < 1.2 * small + 32 && large < 1.2 * middle + 32, `${small}, ${middle}, ${large} MiB`);
  assert.ok(large < 700, `${large} MiB`);
});
