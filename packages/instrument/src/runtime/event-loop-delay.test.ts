import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventLoopDelay } from './event-loop-delay.ts';
import { block } from './testing/samples.ts';

/** Not sampled by its timer, which is slower than the test. */
function delayAt(clock: { nowMs: number }): EventLoopDelay {
  return new EventLoopDelay(1000, () => clock.nowMs);
}

function closeTo(actual: number | undefined, expected: number): void {
  assert.ok(Math.abs(actual! - expected) <= expected / 100 + 2e-6, `${actual} for ${expected}`);
}

it('knows nothing before its first sample', () => {
  const clock = { nowMs: 0 };
  const delay = delayAt(clock);
  clock.nowMs = 1000;
  assert.equal(delay.read(), undefined);
  delay.stop();
});

it('tells of a delay that is still under way, and of the rest of it after a reset', () => {
  const clock = { nowMs: 0 };
  const delay = delayAt(clock);
  clock.nowMs = 1500;
  closeTo(delay.read()?.max, 0.5);
  delay.reset();
  assert.equal(delay.read(), undefined);
  clock.nowMs = 1700;
  closeTo(delay.read()?.max, 0.2);
  delay.stop();
});

it('sums its samples up to one part in a hundred', () => {
  const clock = { nowMs: 0 };
  const delay = delayAt(clock);
  // Each reading takes what is late as a sample: 1 ms, 2 ms, … 100 ms.
  let summary: ReturnType<EventLoopDelay['read']>;
  clock.nowMs = 1000;
  for (let lateMs = 1; lateMs <= 100; lateMs++) {
    clock.nowMs += lateMs;
    summary = delay.read();
  }
  closeTo(summary?.min, 0.001);
  closeTo(summary?.max, 0.1);
  closeTo(summary?.mean, 0.0505);
  closeTo(summary?.stddev, Math.sqrt((100 ** 2 - 1) / 12) / 1000);
  closeTo(summary?.p50, 0.05);
  closeTo(summary?.p90, 0.09);
  closeTo(summary?.p99, 0.099);
  delay.stop();
});

it('takes a pause of days for an hour, and a clock that goes back for no delay', () => {
  const clock = { nowMs: 0 };
  const delay = delayAt(clock);
  clock.nowMs = 3 * 86_400_000;
  closeTo(delay.read()?.max, 3600);
  delay.reset();
  clock.nowMs = 0;
  assert.equal(delay.read(), undefined);
  delay.stop();
});

it('sees a blocked event loop, and none that is idle', async () => {
  const delay = new EventLoopDelay(5);
  await sleep(50);
  delay.read();
  delay.reset();
  block(200);
  await sleep(20);
  const summary = delay.read();
  assert.ok(summary!.max > 0.15, `${summary?.max} s of 0.2 s`);
  assert.ok(summary!.min < 0.15 && summary!.mean < summary!.max);
  delay.stop();
});
