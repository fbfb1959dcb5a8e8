import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { labelsFromRecord } from '../../model/labels.ts';
import type { LocalStore } from '../interface.ts';
import { openEmbeddedStore } from './open.ts';

const IS_LONG = process.env['CHAINPULSE_LONG_TESTS'] === '1';
const START_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
const HOURS = 24;
const SERIES = IS_LONG ? 100_000 : 20_000;
/** Each series is seen in so many turns, and is then gone. */
const STEP_MS = 600_000;
const LIFE_STEPS = 6;
const STEPS = (HOURS * HOUR_MS) / STEP_MS;
const NEW_SERIES = Math.ceil(SERIES / STEPS);
const IDLE_AFTER_MS = 2 * HOUR_MS;

it('keeps series that come and go in memory while they live, and answers for all of them from the disk', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-churn-'));
  t.after(() => rm(directory, { recursive: true }));
  let nowMs = START_MS;
  const open = () =>
    openEmbeddedStore({
      directory,
      retentionMs: 30 * 24 * HOUR_MS,
      durability: 'normal',
      clock: { nowMs: () => nowMs },
      limits: { idleAfterMs: IDLE_AFTER_MS },
    });
  let store = await open();
  const bytes: string[] = [];
  let hotMax = 0;
  let resolveMs = 0;
  for (let step = 0; step < STEPS; step++) {
    nowMs = START_MS + step * STEP_MS;
    resolveMs += await scrape(store, step, nowMs);
    await store.maintain(nowMs);
    hotMax = Math.max(hotMax, store.stats().activeSeries);
    if (step % (STEPS / 8) === STEPS / 8 - 1) bytes.push(`${megabytesInUse()} MB`);
  }
  // Those that live, those that are idle for less than that, and a turn's worth.
  const hotBound = NEW_SERIES * (LIFE_STEPS + IDLE_AFTER_MS / STEP_MS + 2);
  assert.ok(hotMax <= hotBound, `${hotMax} series were in memory at once, not ${hotBound}`);
  assert.equal(store.stats().totalSeries, NEW_SERIES * STEPS);
  t.diagnostic(
    `${NEW_SERIES * STEPS} series, at most ${hotMax} in memory; heap and buffers every 3 h: ${bytes.join(', ')}`,
  );
  t.diagnostic(`${(1000 * resolveMs) / (NEW_SERIES * STEPS * LIFE_STEPS)} µs to resolve a series`);

  const askedMs = performance.now();
  for (const step of [0, 1, STEPS / 2, STEPS - LIFE_STEPS]) await checkBorn(store, step);
  t.diagnostic(`${(performance.now() - askedMs) / 4} ms for all series of one turn`);
  await store.close();
  store = await open();
  assert.equal(store.stats().totalSeries, NEW_SERIES * STEPS);
  await checkBorn(store, 5);
  await store.close();
});

/** Gives how long resolving took. */
async function scrape(store: LocalStore, step: number, nowMs: number): Promise<number> {
  const labels = Array.from({ length: LIFE_STEPS }, (_, age) => age)
    .filter((age) => age <= step)
    .flatMap((age) => Array.from({ length: NEW_SERIES }, (_, index) => labelsOf(step - age, index)));
  const startMs = performance.now();
  const refs = await store.resolveSeries(labels);
  const tookMs = performance.now() - startMs;
  const { acceptedSamples } = await store.append({ refs, timestampsMs: nowMs, values: Float64Array.from(refs) });
  assert.equal(acceptedSamples, labels.length);
  return tookMs;
}

/** Fails unless every series that was born in a turn has a sample of each turn of its life. */
async function checkBorn(store: LocalStore, step: number): Promise<void> {
  const matchers = [{ name: 'born', operator: '=' as const, value: String(step) }];
  let series = 0;
  for await (const { timestampsMs } of store.select({ matchers, minTimeMs: -1e15, maxTimeMs: 1e15 })) {
    const expected = Array.from({ length: LIFE_STEPS }, (_, age) => START_MS + (step + age) * STEP_MS);
    assert.deepEqual([...timestampsMs], expected);
    series++;
  }
  assert.equal(series, NEW_SERIES);
}

function labelsOf(born: number, index: number) {
  return labelsFromRecord({
    __name__: 'peer_latency_seconds',
    job: 'node',
    instance: '127.0.0.1:9100',
    client: `client${index % 7}`,
    born: String(born),
    peer: `16Uiu2HAm${born}x${index}`,
  });
}

function megabytesInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return Math.round((heapUsed + external) / 1e5) / 10;
}
