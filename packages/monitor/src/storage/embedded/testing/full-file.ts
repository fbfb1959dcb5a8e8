// A store's file in which every table has rows, as a process that was killed leaves it: with its write-ahead log, or with
// all of it in the file. And what is read from a store, to be compared.

import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { labelsFromRecord } from '../../../model/labels.ts';
import type { LocalStore } from '../../interface.ts';
import { InlinePacker } from '../chunks/testing/inline-packer.ts';
import type { StoreLimits } from '../limits.ts';
import { FILE_NAME, openEmbeddedStore } from '../open.ts';
import { randomFrom } from './random.ts';

const NOW_MS = 1_700_000_000_000;
const STEP_MS = 60_000;
/** The last upkeep of so many merges eight seals, whose bytes are still there afterwards. */
const STEPS = 10 + 2 * 16;
/** Batches in the log. */
const LOGGED_STEPS = 20;
/** Samples of a series that come at once. */
const NOISE = { noise: 2000, waste: 8000 };
/** In three groups. */
const SERIES = 300;
const LIMITS: Partial<StoreLimits> = { headAgeMaxMs: 0, idleAfterMs: 5 * STEP_MS };

export interface Opened {
  readonly store: LocalStore;
  readonly notices: string[];
}

/** Opens the store of a folder without a thread. */
export async function openQuietly(
  directory: string,
  limits: Partial<StoreLimits> = {},
  nowMs: () => number = () => NOW_MS + STEPS * STEP_MS,
  notices: string[] = [],
): Promise<Opened> {
  const store = await openEmbeddedStore({
    directory,
    retentionMs: undefined,
    durability: 'normal',
    clock: { nowMs },
    packer: new InlinePacker(),
    onNotice: (notice) => notices.push(notice),
    limits: { ...LIMITS, ...limits },
  });
  return { store, notices };
}

/** Makes the file in a folder; `log` says where its latest transactions are. */
export async function makeFullFile(directory: string, log: 'apart' | 'absorbed'): Promise<void> {
  const work = `${directory}-making`;
  mkdirSync(work);
  await fill(work);
  await damageOneChunk(work);
  const { store } = await openQuietly(work);
  await appendSteps(store, STEPS, STEPS + LOGGED_STEPS, SERIES / 2);
  copyFile(work, directory);
  await store.close();
  rmSync(work, { recursive: true });
  if (log === 'absorbed') absorbLog(directory);
}

/** Copies the file and its log by another process: one that closes the file would lose the lock of a store. */
export function copyFile(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  const script = 'for suffix in "" -wal; do if [ -e "$0$suffix" ]; then cp "$0$suffix" "$1"; fi; done';
  const { status, stderr } = spawnSync('sh', ['-c', script, join(from, FILE_NAME), to], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

function absorbLog(directory: string): void {
  const database = new DatabaseSync(join(directory, FILE_NAME));
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

export interface Contents {
  /** Time and value of each sample of a series, as text, by its labels. */
  readonly samples: ReadonlyMap<string, ReadonlySet<string>>;
  readonly count: number;
  readonly warnings: readonly string[];
}

/** Everything that can be read. */
export async function contentsOf(store: LocalStore): Promise<Contents> {
  const samples = new Map<string, Set<string>>();
  const warnings: string[] = [];
  let count = 0;
  const warn = (warning: string) => warnings.push(warning);
  for await (const each of store.select({ matchers: [], minTimeMs: -1e15, maxTimeMs: 1e15, warn })) {
    const key = JSON.stringify(each.labels);
    if (samples.has(key)) throw new Error(`${key} comes twice`);
    const own = new Set<string>();
    const bits = new BigUint64Array(each.values.buffer);
    for (const [at, timeMs] of each.timestampsMs.entries()) own.add(`${timeMs} ${bits[at]}`);
    for (const { timestampMs, histogram } of each.histograms ?? [])
      own.add(`${timestampMs} ${JSON.stringify(histogram)}`);
    const expected = each.timestampsMs.length + (each.histograms?.length ?? 0);
    if (own.size !== expected) throw new Error(`${key} has a sample twice`);
    count += own.size;
    samples.set(key, own);
  }
  return { samples, count, warnings };
}

async function fill(directory: string): Promise<void> {
  let nowMs = NOW_MS;
  const { store } = await openQuietly(directory, {}, () => nowMs);
  await appendSteps(store, 0, 10, SERIES);
  // The last third goes to the disk, the others are sealed several times and merged.
  for (let step = 10; step < STEPS; step += 2) {
    nowMs = NOW_MS + step * STEP_MS;
    await appendSteps(store, step, step + 2, 200);
    if (step % 8 === 4) await appendNoise(store, 'noise', step);
    if (step === STEPS - 6) await appendNoise(store, 'waste', step);
    if (step === STEPS - 4) await deleteWaste(store);
    await store.maintain(nowMs);
  }
  await store.append({
    refs: await store.resolveSeries([labelsFromRecord({ __name__: 'h' })]),
    timestampsMs: NOW_MS,
    values: new Float64Array(1),
    histograms: [{ row: 0, histogram: HISTOGRAM }],
    metadata: [{ name: 'm', type: 'gauge', help: 'A metric.', unit: '' }],
  });
  const matcherSets = [[{ name: 'index', operator: '=~' as const, value: '1?[1-7]' }]];
  await store.deleteSeries({ matcherSets, minTimeMs: NOW_MS + 3 * STEP_MS, maxTimeMs: NOW_MS + 8 * STEP_MS });
  await setImmediate();
  copyFile(directory, `${directory}-copy`);
  await store.close();
  rmSync(directory, { recursive: true });
  copyFile(`${directory}-copy`, directory);
  rmSync(`${directory}-copy`, { recursive: true });
}

async function appendSteps(store: LocalStore, from: number, to: number, series: number): Promise<void> {
  const labels = Array.from({ length: series }, (_, index) =>
    labelsFromRecord({ __name__: 'm', index: String(index) }),
  );
  const refs = await store.resolveSeries(labels);
  for (let step = from; step < to; step++) {
    const values = Float64Array.from(refs, (_, index) => step * index + 1 / (1 + index));
    await store.append({ refs: refs.slice(), timestampsMs: NOW_MS + step * STEP_MS, values });
  }
}

/** What does not pack well, so that its chunk has several pages. */
async function appendNoise(store: LocalStore, name: keyof typeof NOISE, step: number): Promise<void> {
  const [ref] = await store.resolveSeries([labelsFromRecord({ __name__: name })]);
  const random = randomFrom(step);
  const values = Float64Array.from({ length: NOISE[name] }, () => random(2 ** 31) / 1e3 ** random(4));
  const timestampsMs = values.map((_, at) => NOW_MS + step * STEP_MS + at);
  await store.append({ refs: new Uint32Array(values.length).fill(ref!), timestampsMs, values });
}

/** Leaves free pages where it was. */
async function deleteWaste(store: LocalStore): Promise<void> {
  const matcherSets = [[{ name: '__name__', operator: '=' as const, value: 'waste' }]];
  await store.deleteSeries({ matcherSets, minTimeMs: -1e15, maxTimeMs: 1e15 });
  await store.cleanTombstones();
}

/** The next start finds it and puts it aside. */
async function damageOneChunk(directory: string): Promise<void> {
  absorbLog(directory);
  const database = new DatabaseSync(join(directory, FILE_NAME));
  const row = database.prepare('SELECT d.id AS id, data FROM chunks c JOIN chunk_data d ON d.id = c.id LIMIT 1').get()!;
  const data = row['data'] as Uint8Array;
  data[data.length - 1]! ^= 1;
  database.prepare('UPDATE chunk_data SET data = ? WHERE id = ?').run(data, row['id'] as number);
  database.close();
}

const HISTOGRAM = {
  schema: 3,
  zeroThreshold: 1e-128,
  zeroCount: 0,
  count: 3,
  sum: 4.5,
  positiveSpans: [{ offset: -2, length: 1 }],
  positiveCounts: Float64Array.of(3),
  negativeSpans: [],
  negativeCounts: new Float64Array(0),
};
