import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { InlinePacker } from './chunks/testing/inline-packer.ts';
import { FILE_NAME, openEmbeddedStore } from './open.ts';
import { CrashModel } from './testing/crash-model.ts';
import { LANES, type Lane, timeOf } from './testing/crash-plan.ts';

const IS_LONG = process.env['CHAINPULSE_LONG_TESTS'] === '1';
const ROUNDS = IS_LONG ? 1000 : 25;
/** So often the same folder is killed in; then another begins, so that a round stays cheap. */
const ROUNDS_PER_FOLDER = 25;
const LIFE_MAX_MS = 250;
const WRITER = new URL(`./testing/crash-writer${import.meta.filename.slice(-3)}`, import.meta.url);

it('has every answered sample once, and no deleted one, after kill -9 at any moment of whatever it does', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-crash-'));
  t.after(() => rm(folder, { recursive: true }));
  const total = { kills: 0, opening: 0, seal: 0, merge: 0, freeing: 0, deletion: 0, copy: 0, samples: 0 };
  let model = new CrashModel();
  let directory = '';
  for (let round = 0; round < ROUNDS; round++) {
    if (round % ROUNDS_PER_FOLDER === 0) {
      if (directory !== '') await rm(directory, { recursive: true });
      directory = join(folder, `${round}`);
      mkdirSync(directory);
      model = new CrashModel();
    }
    const delayMs = Math.floor(Math.random() * LIFE_MAX_MS);
    const what = `round ${round}, killed after ${delayMs} ms`;
    const lines = await runUntilKilled(directory, model.next, delayMs);
    for (const [lane, number] of lines.map((line) => line.split(' '))) {
      if (number !== undefined) model.answered(lane as Lane, Number(number));
    }
    const { rows, samples } = await checkCopy(directory, join(folder, 'look'), model, what);
    if (existsSync(join(directory, 'copy', FILE_NAME))) await openCopy(join(directory, 'copy'), what);
    total.kills++;
    if (!lines.includes('opened')) total.opening++;
    if (rows.isSealing || isWithin(lines, 'seal')) total.seal++;
    if (rows.hasDiscarded) total.freeing++;
    for (const work of ['merge', 'deletion', 'copy'] as const) if (isWithin(lines, work)) total[work]++;
    total.samples += samples;
  }
  t.diagnostic(`how many kills fell into what: ${JSON.stringify(total)}`);
  if (IS_LONG)
    assert.ok(
      Object.values(total).every((count) => count > 0),
      'some work was never interrupted',
    );
});

/** Gives what the writer said. */
async function runUntilKilled(
  directory: string,
  next: Readonly<Record<Lane, number>>,
  delayMs: number,
): Promise<readonly string[]> {
  const args = [
    '--conditions=@chainpulse/source',
    WRITER.pathname,
    directory,
    ...LANES.map((lane) => String(next[lane])),
  ];
  const env = { ...process.env, NODE_COMPILE_CACHE: join(directory, '..', 'compiled') };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  // Now and then it is killed while it opens the file, or before.
  if (delayMs % 10 !== 0) await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  await setTimeout(delayMs);
  const isRunning = child.exitCode === null;
  child.kill('SIGKILL');
  await once(child, 'close');
  assert.ok(isRunning, `the writer ended by itself: ${output.slice(-500)}`);
  // A line that was cut off by the kill was not told.
  return output.split('\n').slice(0, -1);
}

/** Looks at a copy, since opening and closing the store itself would tidy it up. */
async function checkCopy(directory: string, look: string, model: CrashModel, what: string) {
  await rm(look, { recursive: true, force: true });
  mkdirSync(look);
  for (const suffix of ['', '-wal', '-journal']) {
    const path = join(directory, FILE_NAME + suffix);
    if (existsSync(path)) copyFileSync(path, join(look, FILE_NAME + suffix));
  }
  const rows = rowsOf(join(look, FILE_NAME));
  const store = await openCopy(look, what, false);
  const samples = await model.check(store, what);
  await store.close();
  return { rows, samples };
}

async function openCopy(directory: string, what: string, close = true) {
  const store = await openEmbeddedStore({
    directory,
    retentionMs: undefined,
    durability: 'normal',
    clock: { nowMs: () => timeOf(0) },
    packer: new InlinePacker(),
    onNotice: (message) => assert.fail(`${what}: ${message}`),
  });
  if (close) await store.close();
  return store;
}

/** Whether there are chunks of a seal that did not end, and chunks whose bytes wait for their deletion. */
function rowsOf(path: string): { readonly isSealing: boolean; readonly hasDiscarded: boolean } {
  if (!existsSync(path)) return { isSealing: false, hasDiscarded: false };
  const database = new DatabaseSync(path);
  try {
    if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'chunks'").get() === undefined) {
      return { isSealing: false, hasDiscarded: false };
    }
    const sealed = "SELECT coalesce(max(value), 0) FROM state WHERE name = 'sealed'";
    return {
      isSealing: database.prepare(`SELECT 1 FROM chunks WHERE sequence > (${sealed})`).get() !== undefined,
      hasDiscarded: database.prepare('SELECT 1 FROM discarded').get() !== undefined,
    };
  } finally {
    database.close();
  }
}

function isWithin(lines: readonly string[], work: string): boolean {
  return lines.filter((line) => line === `+${work}`).length > lines.filter((line) => line === `-${work}`).length;
}
