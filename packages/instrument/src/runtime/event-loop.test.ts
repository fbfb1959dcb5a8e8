import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { makeInstruments } from '../domains/metric-definition.ts';
import { NODEJS_METRICS } from '../domains/table/runtime.ts';
import { Registry } from '../index.ts';
import { EventLoop } from './event-loop.ts';
import { block, samplesOf } from './testing/samples.ts';

const LAGS = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map(
  (part) => `nodejs_eventloop_lag_${part}_seconds`,
);

describe('the event loop of a thread', () => {
  let clock = { nowMs: 0 };
  let registry = new Registry();
  let loop: EventLoop;

  beforeEach(() => {
    clock = { nowMs: 0 };
    registry = new Registry();
    const instruments = makeInstruments(registry, NODEJS_METRICS);
    // Its own timer is slower than the tests: the clock alone makes samples, when it is late by then.
    loop = new EventLoop(instruments, { thread: 't', resolutionMs: 1000, minWindowMs: 1000, nowMs: () => clock.nowMs });
  });

  afterEach(() => loop.stop());

  const shown = (name: string): number | undefined => samplesOf(registry).get(`${name}{thread="t"}`);
  const max = (): number | undefined => {
    const seconds = shown('nodejs_eventloop_lag_max_seconds');
    return seconds === undefined ? undefined : Math.round(seconds * 100) / 100;
  };

  it('is absent while it was not measured', () => {
    loop.collect();
    for (const name of [...LAGS, 'nodejs_eventloop_lag_seconds']) assert.equal(shown(name), undefined, name);
  });

  it('shows the first window before it has ended', () => {
    clock.nowMs = 10;
    loop.collect();
    assert.equal(max(), undefined);
    clock.nowMs = 1300;
    loop.collect();
    for (const name of LAGS) assert.notEqual(shown(name), undefined, name);
    assert.equal(max(), 0.3);
  });

  it('shows readers that come within a second of each other the same, and the next window what is new', () => {
    clock.nowMs = 1300;
    loop.collect();
    const first = samplesOf(registry);
    for (const nowMs of [1300, 1301, 2299]) {
      clock.nowMs = nowMs;
      loop.collect();
      for (const name of LAGS) assert.equal(shown(name), first.get(`${name}{thread="t"}`), `${name} at ${nowMs} ms`);
    }
    // All that was late since the first window, what came while it was shown included.
    clock.nowMs = 3000;
    loop.collect();
    assert.equal(max(), 1.7);
    clock.nowMs = 4000;
    loop.collect();
    assert.equal(max(), 1);
  });

  it('measures how long the loop takes to come round', async () => {
    clock.nowMs = 100;
    loop.collect();
    clock.nowMs = 350;
    // A second reader in the same turn measures nothing of its own.
    loop.collect();
    await setImmediate();
    assert.equal(shown('nodejs_eventloop_lag_seconds'), 0.25);
  });

  it('tells how busy the loop was', async () => {
    block(50);
    await setImmediate();
    clock.nowMs = 1000;
    loop.collect();
    const busy = shown('nodejs_eventloop_utilization_ratio');
    assert.ok(busy! > 0 && busy! <= 1, `${busy}`);
  });

  it('leaves what it showed when it is stopped', async () => {
    clock.nowMs = 1300;
    loop.collect();
    loop.stop();
    await setImmediate();
    assert.equal(max(), 0.3);
    assert.equal(shown('nodejs_eventloop_lag_seconds'), undefined);
  });
});
