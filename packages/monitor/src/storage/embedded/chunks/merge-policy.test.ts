import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  FAN_OUT,
  FINAL_LEVEL,
  lastRun,
  MERGE_BYTES_MAX,
  MERGE_SAMPLES_MAX,
  type MergeCandidate,
  type MergeRun,
  type MergeWindow,
  nextRun,
  OVER_AFTER_MS,
  QUIET_MS,
  TIER_MAX,
} from './merge-policy.ts';

const END_MS = 86_400_000;
const OPEN_MS = END_MS;
const OVER_MS = END_MS + OVER_AFTER_MS + 1;
const LONG_AGO_MS = Number.NEGATIVE_INFINITY;

function chunk(sequence: number, changes: Partial<MergeCandidate> = {}): MergeCandidate {
  return { sequence, level: 0, samples: 1000, sizeBytes: 500, isTouched: false, ...changes };
}

function window(chunks: readonly MergeCandidate[], changes: Partial<MergeWindow> = {}): MergeWindow {
  return { endMs: END_MS, chunks, barriers: [], changedMs: LONG_AGO_MS, ...changes };
}

function sequencesOf(run: MergeRun | number | undefined): readonly number[] {
  assert.ok(typeof run === 'object', 'there is something to merge');
  return run.sources.map(({ sequence }) => sequence);
}

function replaced(chunks: readonly MergeCandidate[], run: MergeRun): readonly MergeCandidate[] {
  const { sources, level } = run;
  const result = chunk(sources.at(-1)!.sequence, {
    level,
    samples: sources.reduce((sum, { samples }) => sum + samples, 0),
    sizeBytes: sources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  });
  return chunks.flatMap((candidate) => {
    if (candidate === sources[0]) return [result];
    return sources.includes(candidate) ? [] : [candidate];
  });
}

const candidates = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 1, max: 3 }),
      level: fc.nat(FINAL_LEVEL),
      samples: fc.oneof(fc.nat(2000), fc.nat(MERGE_SAMPLES_MAX)),
      sizeBytes: fc.oneof(fc.nat(2000), fc.nat(MERGE_BYTES_MAX)),
      isTouched: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((list) => {
    let sequence = 0;
    return list.map(({ gap, ...rest }) => ({ sequence: (sequence += gap), ...rest }));
  });

const windows = fc
  .record({
    chunks: candidates,
    barriers: fc.array(fc.nat(120), { maxLength: 3 }),
    changedMs: fc.constantFrom(LONG_AGO_MS, END_MS, OVER_MS),
  })
  .map(({ chunks, barriers, changedMs }) => window(chunks, { barriers, changedMs }));

const times = fc.constantFrom(OPEN_MS, OVER_MS, OVER_MS + QUIET_MS);

describe('the merge policy', () => {
  it('leaves few chunks of an open window as they are', () => {
    const due = nextRun(window(Array.from({ length: FAN_OUT - 1 }, (_, at) => chunk(at + 1))), OPEN_MS);
    assert.equal(due, OVER_MS);
  });

  it('merges eight neighbours of a level of an open window into the next level', () => {
    const older = [chunk(1, { level: 2 }), chunk(2, { level: 1 })];
    const run = nextRun(window([...older, ...Array.from({ length: FAN_OUT }, (_, at) => chunk(3 + at))]), OPEN_MS);
    assert.deepEqual(sequencesOf(run), [3, 4, 5, 6, 7, 8, 9, 10]);
    assert.ok(typeof run === 'object');
    assert.equal(run.level, 1);
    assert.equal(run.effort, 'fast');
  });

  it('leaves seven of a level that come after a higher one', () => {
    const chunks = [chunk(1, { level: 1 }), ...Array.from({ length: FAN_OUT - 1 }, (_, at) => chunk(2 + at))];
    assert.equal(nextRun(window(chunks), OPEN_MS), OVER_MS);
  });

  it('takes lower levels along that are in between', () => {
    const ones = Array.from({ length: FAN_OUT }, (_, at) => chunk(2 * at + 1, { level: 1 }));
    const run = nextRun(window([...ones, chunk(4), chunk(99)].sort((a, b) => a.sequence - b.sequence)), OPEN_MS);
    assert.deepEqual(sequencesOf(run), [1, 3, 4, 5, 7, 9, 11, 13, 15]);
  });

  it('makes one final chunk of a window that is over', () => {
    const run = nextRun(window([chunk(1, { level: 3 }), chunk(2), chunk(9)]), OVER_MS);
    assert.deepEqual(sequencesOf(run), [1, 2, 9]);
    assert.ok(typeof run === 'object');
    assert.equal(run.level, FINAL_LEVEL);
    assert.equal(run.effort, 'best');
  });

  it('makes a single chunk final, and one that a tombstone touches final again', () => {
    assert.deepEqual(sequencesOf(nextRun(window([chunk(1)]), OVER_MS)), [1]);
    assert.equal(nextRun(window([chunk(1, { level: FINAL_LEVEL })]), OVER_MS), Number.POSITIVE_INFINITY);
    const touched = chunk(1, { level: FINAL_LEVEL, isTouched: true });
    assert.deepEqual(sequencesOf(nextRun(window([touched]), OVER_MS)), [1]);
  });

  it('waits until a backfill has gone quiet', () => {
    const backfilled = window([chunk(1, { level: FINAL_LEVEL }), chunk(2)], { changedMs: OVER_MS });
    assert.equal(nextRun(backfilled, OVER_MS), OVER_MS + QUIET_MS + 1);
    assert.deepEqual(sequencesOf(nextRun(backfilled, OVER_MS + QUIET_MS + 1)), [1, 2]);
  });

  it('merges over no chunk of another window that overlaps', () => {
    const split = window([chunk(1), chunk(2), chunk(5), chunk(6)], { barriers: [3] });
    const run = nextRun(split, OVER_MS);
    assert.deepEqual(sequencesOf(run), [1, 2]);
    assert.ok(typeof run === 'object');
    assert.deepEqual(sequencesOf(nextRun({ ...split, chunks: replaced(split.chunks, run) }, OVER_MS)), [5, 6]);
  });

  it('takes the latest chunks before a stop, and leaves a large one before a few small ones', () => {
    const large = chunk(1, { level: 2, samples: 100_000 });
    const small = [chunk(2), chunk(3)];
    assert.deepEqual(sequencesOf(lastRun(window([large, ...small]), OPEN_MS, 1e9)), [2, 3]);
    assert.deepEqual(sequencesOf(lastRun(window([{ ...large, samples: 9000 }, ...small]), OPEN_MS, 1e9)), [1, 2, 3]);
    assert.equal(lastRun(window([large, ...small]), OPEN_MS, 1999), undefined);
    assert.equal(lastRun(window([large]), OPEN_MS, 1e9), undefined);
  });

  it('merges only contiguous chunks within the bounds, and to a level that exists', () => {
    fc.assert(
      fc.property(windows, times, (given, nowMs) => {
        for (const run of [nextRun(given, nowMs), lastRun(given, nowMs, 1e12)]) {
          if (typeof run !== 'object') continue;
          const first = given.chunks.indexOf(run.sources[0]!);
          assert.deepEqual(run.sources, given.chunks.slice(first, first + run.sources.length));
          const [from, to] = [run.sources[0]!.sequence, run.sources.at(-1)!.sequence];
          assert.ok(!given.barriers.some((barrier) => barrier > from && barrier < to), 'no barrier in between');
          if (run.sources.length > 1) {
            assert.ok(run.sources.reduce((sum, { samples }) => sum + samples, 0) <= MERGE_SAMPLES_MAX);
            assert.ok(run.sources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) <= MERGE_BYTES_MAX);
          }
          assert.ok(run.level === FINAL_LEVEL || (run.level >= 0 && run.level <= TIER_MAX));
        }
      }),
    );
  });

  it('comes to an end', () => {
    fc.assert(
      fc.property(windows, times, (given, nowMs) => {
        let { chunks } = given;
        const mergesMax = 2 * chunks.length;
        for (let merges = 0; ; merges++) {
          const run = nextRun({ ...given, chunks }, nowMs);
          if (typeof run === 'number') {
            assert.ok(run > nowMs, 'it does not ask to be asked again at once');
            return;
          }
          assert.ok(merges < mergesMax, 'merging ends');
          chunks = replaced(chunks, run);
        }
      }),
    );
  });

  it('packs a sample once a level while seals come to an open window', () => {
    let chunks: readonly MergeCandidate[] = [];
    let packed = 0;
    const seals = 600;
    for (let sequence = 1; sequence <= seals; sequence++) {
      chunks = [...chunks, chunk(sequence, { samples: 1 })];
      for (;;) {
        const run = nextRun(window(chunks), OPEN_MS);
        if (typeof run === 'number') break;
        packed += run.sources.reduce((sum, { samples }) => sum + samples, 0);
        chunks = replaced(chunks, run);
      }
      assert.ok(chunks.length <= 4 * FAN_OUT);
    }
    assert.ok(packed <= seals * Math.floor(Math.log(seals) / Math.log(FAN_OUT)), `${packed} samples were packed`);
  });
});
