// A process that writes to a store until it is killed: both lanes of the plan at once, while the store seals, merges, moves
// idle series to the disk, checkpoints and copies itself. It says on stdout what happens, a line each: `steady 7` for a step
// that was answered, `+merge` and `-merge` around a merge, and so for `seal` (a chunk of one), `deletion` and `copy`; `opened`.
// Arguments: folder, then the first step of each lane.

import { writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Packer, ThreadPacker } from '../chunks/packer.ts';
import { openEmbeddedStore } from '../open.ts';
import { LANES, type Lane, labelsOfSeries, type PlannedRow, plannedStep, timeOf } from './crash-plan.ts';

/** Keeps eight windows of an hour, and more than a run writes. */
const RETENTION_MS = 8 * 3_600_000;
const COPY_EVERY = 30;

const [directory = '', ...firstSteps] = process.argv.slice(2);
const next = new Map(LANES.map((lane, at) => [lane, Number(firstSteps[at])]));
// The time of the slower lane, so that no series of a lane is idle: a batch is then taken whole or not at all.
const clock = { nowMs: () => timeOf(Math.min(...next.values())) };
const store = await openEmbeddedStore({
  directory,
  retentionMs: RETENTION_MS,
  durability: 'full',
  clock,
  packer: reporting(new ThreadPacker()),
  // Seals start all the time and series go soon, so that many of the kills fall into such work.
  limits: { headSamplesMax: 1500, headAgeMaxMs: 0, idleAfterMs: timeOf(20) - timeOf(0), chunkCacheBytes: 100_000 },
});
say('opened');
for (const lane of LANES) void run(lane);
for (;;) {
  await store.maintain(clock.nowMs());
  await setImmediate();
}

async function run(lane: Lane): Promise<void> {
  const refs = new Map<string, number>();
  for (let number = next.get(lane)!; ; next.set(lane, ++number)) {
    const step = plannedStep(lane, number);
    if (step.kind === 'append') {
      await append(step.rows, refs);
    } else {
      say('+deletion');
      const matcherSets = [[{ name: 'series', operator: '=~' as const, value: step.pattern }]];
      await store.deleteSeries({ matcherSets, minTimeMs: step.minTimeMs, maxTimeMs: step.maxTimeMs });
      say('-deletion');
      // Series that were deleted whole have other references when they come back.
      refs.clear();
    }
    say(`${lane} ${number}`);
    if (lane === 'steady' && number % COPY_EVERY === 0) await copy();
  }
}

async function append(rows: readonly PlannedRow[], refs: Map<string, number>): Promise<void> {
  const unknown = rows.map(([series]) => series).filter((series) => !refs.has(series));
  const given = await store.resolveSeries(unknown.map(labelsOfSeries));
  for (const [at, series] of unknown.entries()) refs.set(series, given[at]!);
  const outcome = await store.append({
    refs: Uint32Array.from(rows, ([series]) => refs.get(series)!),
    timestampsMs: Float64Array.from(rows, ([, timeMs]) => timeMs),
    values: Float64Array.from(rows, ([, , value]) => value),
  });
  if (outcome.acceptedSamples < rows.length) throw new Error(`a batch was not taken whole: ${JSON.stringify(outcome)}`);
}

async function copy(): Promise<void> {
  const target = join(directory, 'copy');
  await rm(target, { recursive: true, force: true });
  say('+copy');
  await store.copyTo(target);
  say('-copy');
}

function reporting(packer: Packer): Packer {
  return {
    encode: (group, effort) => around('seal', packer.encode(group, effort)),
    merge: (sources, rules) => around('merge', packer.merge(sources, rules)),
    close: () => packer.close(),
  };
}

async function around<T>(work: string, done: Promise<T>): Promise<T> {
  say(`+${work}`);
  try {
    return await done;
  } finally {
    say(`-${work}`);
  }
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}
