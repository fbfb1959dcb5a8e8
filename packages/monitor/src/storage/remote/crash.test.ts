// kill -9 of the process that has the queue: what was answered is delivered after the next start.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openEmbeddedStore } from '../embedded/open.ts';
import { openMirrorStore, openRemoteStore } from './open.ts';
import { Receiver } from './testing/receiver.ts';

const ROUNDS = 8;
const SERIES = 200;
const APPENDER = new URL(`./testing/crash-appender${import.meta.filename.slice(-3)}`, import.meta.url);

for (const kind of ['remote', 'mirror'] as const) {
  it(`delivers every acknowledged sample after kill -9 at a random moment (${kind})`, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'chainpulse-crash-'));
    const receiver = await Receiver.start();
    t.after(async () => {
      await receiver.stop();
      rmSync(directory, { recursive: true });
    });
    const answered = new Set<number>();
    for (let round = 0, next = 0; round < ROUNDS; round++) {
      const delayMs = Math.floor(Math.random() * 100);
      const steps = await appendUntilKilled(directory, next, kind, delayMs);
      for (const step of steps) answered.add(step);
      t.diagnostic(`round ${round}: killed after ${delayMs} ms, ${steps.length} answers`);
      // The batch after the last answer may have been stored too: its step is not used again.
      next = steps.at(-1)! + 2;
    }
    await deliver(directory, kind, receiver);
    assert.equal(receiver.taken.size, SERIES);
    for (const [name, samples] of receiver.taken) {
      const index = Number(name.split(' ')[1]);
      const delivered = new Set<number>();
      for (const [step, value] of samples) {
        assert.equal(value, step * 1000 + index);
        assert.ok(!delivered.has(step), `${name}: step ${step} came twice`);
        delivered.add(step);
      }
      assert.deepEqual(
        [...answered].filter((step) => !delivered.has(step)),
        [],
        `${name}: answered and not delivered`,
      );
    }
  });
}

/** Gives the steps that were answered. */
async function appendUntilKilled(
  directory: string,
  firstStep: number,
  kind: string,
  delayMs: number,
): Promise<readonly number[]> {
  const args = [
    '--conditions=@chainpulse/source',
    APPENDER.pathname,
    directory,
    String(firstStep),
    String(SERIES),
    kind,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child.stdout, 'data');
  await delay(delayMs);
  child.kill('SIGKILL');
  await once(child, 'close');
  // A line that was cut off by the kill was not told.
  return output.slice(0, output.lastIndexOf('\n')).split('\n').map(Number);
}

async function deliver(directory: string, kind: string, receiver: Receiver): Promise<void> {
  const clock = { nowMs: () => Date.now() };
  const endpoint = { url: new URL(receiver.address), headers: {}, authorize: () => Promise.resolve(undefined) };
  const options = { directory, durability: 'full', clock, write: endpoint, query: endpoint } as const;
  const store =
    kind === 'remote'
      ? await openRemoteStore(options)
      : await openMirrorStore(await openEmbeddedStore({ ...options, retentionMs: undefined }), options);
  await store.flush();
  assert.deepEqual(store.sendStatistics().droppedSamplesTotal, {
    refused: 0,
    unsupported: 0,
    age: 0,
    size: 0,
    damaged: 0,
  });
  await store.close();
}
