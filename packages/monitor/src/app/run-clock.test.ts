import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TargetConfig } from '../config/schema.ts';
import { parseTargetAddress } from '../config/target-address.ts';
import { type History, runClockFor } from './run-clock.ts';

const RECORDED_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

/** One without a hole. */
function historyTo(newestTimeMs: number | undefined): History {
  return { newestTimeMs, hasSamples: async (minTimeMs) => minTimeMs <= (newestTimeMs ?? Number.NEGATIVE_INFINITY) };
}

function targets(...addresses: string[]): TargetConfig[] {
  return addresses.map((text) => ({ url: { text, ...parseTargetAddress(text) } }));
}

test('live targets and a recording at its own pace run on the time of the system', () => {
  for (const addresses of [[], ['http://127.0.0.1:1/metrics'], ['replay:a.rec.zst', 'http://127.0.0.1:1/metrics']]) {
    const { clock, isVirtual, forWorker } = runClockFor(targets(...addresses), RECORDED_MS);
    assert.equal(isVirtual, false);
    assert.equal(forWorker, 'system');
    assert.ok(Math.abs(clock.nowMs() - Date.now()) < 60_000);
  }
});

test('a recording with its own times starts the run where it starts, and stops it where it ends', async () => {
  const run = runClockFor(targets('replay:a.rec.zst?time=original&speed=2'), RECORDED_MS);
  assert.deepEqual(run.forWorker, { startMs: RECORDED_MS, speed: 2 });
  assert.equal(run.clock.speed, 2);
  await run.followHistory(historyTo(RECORDED_MS + 1_000_000));
  assert.ok(run.clock.nowMs() < RECORDED_MS + 1_000_000, 'it may be played again');
  run.recordingsEnded();
  assert.equal(run.clock.speed, 0);
});

test('a faster replay goes on behind the one before it', async () => {
  const run = runClockFor(targets('replay:a.rec.zst?speed=10'), RECORDED_MS);
  const newestMs = Date.now() + 3_600_000;
  await run.followHistory(historyTo(newestMs));
  assert.ok(run.clock.nowMs() > newestMs);
});

test('after a clock that was ahead, a restart goes on where the history ends', async () => {
  const run = runClockFor([], undefined);
  await run.followHistory(historyTo(Date.now() + HOUR_MS));
  assert.ok(run.aheadMs() > 3_500_000);
  await run.followHistory(historyTo(undefined));
  await run.followHistory(historyTo(0));
  assert.ok(run.aheadMs() > 3_500_000);
});

test('after a jump that was taken back, a restart does not go on from what it left behind, however far that is', async () => {
  for (const aheadMs of [HOUR_MS, 40 * 24 * HOUR_MS]) {
    const run = runClockFor([], undefined);
    await run.followHistory({ newestTimeMs: Date.now() + aheadMs, hasSamples: async () => false });
    assert.equal(run.aheadMs(), 0);
  }
});

test('a history that is years ahead is refused with what to do', async () => {
  await assert.rejects(runClockFor([], undefined).followHistory(historyTo(Date.UTC(2099, 0, 1))), {
    code: 'clock_behind_history',
    message: /2099-01-01.*set the clock right/,
  });
});

test('times that cannot be had together are refused', () => {
  const mixed = { code: 'replay_mixed' };
  assert.throws(() => runClockFor(targets('replay:a.rec.zst?speed=10', 'http://127.0.0.1:1/m'), 0), mixed);
  assert.throws(() => runClockFor(targets('replay:a.rec.zst?speed=10', 'replay:b.rec.zst'), 0), mixed);
});
