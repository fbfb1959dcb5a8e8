import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { openEmbeddedStore } from './open.ts';

const ROUNDS = 20;
const SERIES = 1000;
const WRITER = new URL(`./testing/crash-writer${import.meta.filename.slice(-3)}`, import.meta.url);

it('has every acknowledged sample exactly once after kill -9 at a random moment, also in the middle of a seal', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-crash-'));
  t.after(() => rm(directory, { recursive: true }));
  let stored = 0;
  let killedInSeal = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const delayMs = Math.floor(Math.random() * 150);
    const acknowledged = await writeUntilKilled(directory, stored, delayMs);
    if (hasUnfinishedBlock(directory)) killedInSeal++;
    const steps = await checkWhole(directory, `round ${round}, killed after ${delayMs} ms`);
    assert.ok(steps >= acknowledged, `step ${acknowledged} was acknowledged, ${steps} are there`);
    // At most one batch can have been committed without its answer.
    assert.ok(steps <= acknowledged + 1, `step ${acknowledged} was acknowledged, ${steps} are there`);
    stored = steps;
  }
  t.diagnostic(`${stored} batches; ${killedInSeal} of ${ROUNDS} kills fell into a seal`);
});

/** Gives how many steps the writer reported, those of the rounds before included. */
async function writeUntilKilled(directory: string, firstStep: number, delayMs: number): Promise<number> {
  const args = ['--conditions=@chainpulse/source', WRITER.pathname, directory, String(firstStep), String(SERIES)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child.stdout, 'data');
  await setTimeout(delayMs);
  child.kill('SIGKILL');
  await once(child, 'close');
  // A line that was cut off by the kill was not told.
  const lines = output.slice(0, output.lastIndexOf('\n')).split('\n');
  return Number(lines.at(-1)) + 1;
}

/** Opens the store, and gives how many steps every series has; fails when one is missing, twice or wrong. */
async function checkWhole(directory: string, what: string): Promise<number> {
  const clock = { nowMs: () => 0 };
  const store = await openEmbeddedStore({ directory, retentionMs: undefined, durability: 'full', clock });
  try {
    let steps: number | undefined;
    let series = 0;
    for await (const { labels, timestampsMs, values } of store.select({
      minTimeMs: 0,
      maxTimeMs: 1e15,
      matchers: [],
    })) {
      const index = Number(labels.find(({ name }) => name === 'index')?.value);
      steps ??= values.length;
      assert.equal(values.length, steps, what);
      assert.ok(
        timestampsMs.every((timestampMs, step) => timestampMs === step),
        `${what}: series ${index}`,
      );
      assert.ok(
        values.every((value, step) => value === step * 1000 + index),
        `${what}: series ${index}`,
      );
      series++;
    }
    assert.equal(series, SERIES, what);
    return steps ?? 0;
  } finally {
    await store.close();
  }
}

/** Whether there are chunks of a block that was not completed. */
function hasUnfinishedBlock(directory: string): boolean {
  const database = new DatabaseSync(join(directory, 'chainpulse.db'), { readOnly: true });
  try {
    const sql = 'SELECT 1 FROM chunks WHERE id >= (SELECT coalesce(max(id), 0) + 1 FROM blocks) * 134217728 LIMIT 1';
    return database.prepare(sql).get() !== undefined;
  } finally {
    database.close();
  }
}
