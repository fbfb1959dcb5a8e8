// The parts of the page that run over time, on a clock that the test moves.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStream } from '../api/event-stream.ts';
import type { queryInstant, queryRange } from '../api/prometheus.ts';
import { LiveQuery } from './live-query.ts';
import { Refresher } from './refresher.ts';
import { ServerClock } from './server-clock.ts';

class ManualTimers {
  #nowMs = 0;
  #waiting: { readonly atMs: number; readonly run: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { atMs: this.#nowMs + delayMs, run };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  advance(byMs: number): void {
    this.#nowMs += byMs;
    const due = this.#waiting.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#waiting = this.#waiting.filter(({ atMs }) => atMs > this.#nowMs);
    for (const { run } of due) run();
  }

  get pending(): number {
    return this.#waiting.length;
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('the clock goes on between messages and stands still while the server is gone', () => {
  const clock = new ServerClock();
  assert.equal(clock.nowMs(0), undefined);
  clock.observe(1_000_000, 1, 0);
  assert.equal(clock.nowMs(1500), 1_001_500);
  clock.freeze(2000);
  assert.equal(clock.nowMs(60_000), 1_002_000);
  clock.observe(1_061_000, 1, 61_000);
  assert.equal(clock.nowMs(61_500), 1_061_500);
});

test('the clock runs at the pace of a replay, and stands still when that has ended', () => {
  const clock = new ServerClock();
  clock.observe(10_000, 10, 0);
  assert.equal(clock.nowMs(500), 15_000);
  clock.observeCommit(20_000, 1000);
  assert.equal(clock.nowMs(1500), 25_000);
  clock.observe(30_000, 0, 2000);
  assert.equal(clock.nowMs(90_000), 30_000);
});

test('a message that was delayed does not turn the clock back', () => {
  const clock = new ServerClock();
  clock.observe(10_000, 1, 0);
  assert.equal(clock.nowMs(3000), 13_000);
  clock.observe(12_500, 1, 3100);
  assert.ok((clock.nowMs(3100) ?? 0) >= 13_000);
});

test('of messages with different delays the least delayed tells the time', () => {
  const clock = new ServerClock();
  for (let second = 0; second <= 10; second++) clock.observeCommit(second * 1000 - (second % 3) * 400, second * 1000);
  assert.equal(clock.nowMs(10_500), 10_500);
});

test('samples of the past that are imported do not turn the clock back', () => {
  const clock = new ServerClock();
  clock.observe(10_000_000, 1, 0);
  clock.observeCommit(5_000, 1000);
  assert.equal(clock.nowMs(1000), 10_001_000);
});

test('the clock follows when the server starts its time anew', () => {
  const clock = new ServerClock();
  clock.observe(10_000_000, 1, 0);
  clock.nowMs(0);
  clock.observe(5_000, 1, 1000);
  assert.equal(clock.nowMs(1000), 5000);
});

test('news of one second leads to one run, and news during a run to one more', async () => {
  const timers = new ManualTimers();
  const finish: (() => void)[] = [];
  const refresher = new Refresher(() => new Promise((resolve) => finish.push(resolve)), 1000, timers);
  refresher.setActive(true);
  for (let count = 0; count < 5; count++) refresher.request();
  assert.equal(finish.length, 1);
  finish[0]?.();
  await settle();
  assert.equal(finish.length, 1);
  timers.advance(1000);
  assert.equal(finish.length, 2);
  finish[1]?.();
  await settle();
  timers.advance(5000);
  assert.equal(finish.length, 2);
});

test('nothing is asked while nobody looks, and at once when somebody does', () => {
  let runs = 0;
  const refresher = new Refresher(async () => void runs++, 1000, new ManualTimers());
  refresher.request();
  assert.equal(runs, 0);
  refresher.setActive(true);
  assert.equal(runs, 1);
});

test('stopping aborts the run under way, and a run that fails does not end the refreshing', async () => {
  const timers = new ManualTimers();
  const signals: AbortSignal[] = [];
  const refresher = new Refresher(
    (signal) => {
      signals.push(signal);
      return Promise.reject(new Error('no answer'));
    },
    1000,
    timers,
  );
  refresher.setActive(true);
  refresher.request();
  await settle();
  refresher.request();
  timers.advance(1000);
  assert.equal(signals.length, 2);
  refresher.stop();
  assert.equal(signals[1]?.aborted, true);
  refresher.request();
  timers.advance(5000);
  assert.equal(signals.length, 2);
});

test('a lost stream is replaced after ever longer waits, and by one connection at a time', () => {
  const timers = new ManualTimers();
  const sources: EventTarget[] = [];
  const heard: string[] = [];
  const stream = new EventStream(
    'events',
    {
      opened: () => heard.push('opened'),
      lost: () => heard.push('lost'),
      snapshot: () => heard.push('snapshot'),
      commit: ({ samples }) => heard.push(`commit ${samples}`),
      alerts: () => heard.push('alerts'),
    },
    {
      connect: () => {
        const source = Object.assign(new EventTarget(), { close: () => {} });
        sources.push(source);
        return source as unknown as EventSource;
      },
      after: (delayMs, run) => timers.after(delayMs, run),
    },
  );
  stream.start();
  sources[0]?.dispatchEvent(new Event('open'));
  sources[0]?.dispatchEvent(new MessageEvent('commit', { data: '{"kind":"commit","timeMs":1,"samples":0}' }));
  sources[0]?.dispatchEvent(new MessageEvent('alerts', { data: '{"kind":"alerts"}' }));
  sources[0]?.dispatchEvent(new Event('error'));
  sources[0]?.dispatchEvent(new Event('error'));
  assert.deepEqual(heard, ['opened', 'commit 0', 'alerts', 'lost']);
  assert.equal(timers.pending, 1);
  timers.advance(500);
  sources[1]?.dispatchEvent(new Event('error'));
  timers.advance(500);
  assert.equal(sources.length, 2);
  timers.advance(500);
  assert.equal(sources.length, 3);
  stream.stop();
  sources[2]?.dispatchEvent(new Event('error'));
  assert.equal(timers.pending, 0);
});

test('an expression is asked for its whole window once, then only for its end', async () => {
  const asked: { startS: number; endS: number }[] = [];
  const query = new LiveQuery('up', 300, 5, {
    queryInstant: (async () => ({
      data: { type: 'vector', series: [{ labels: {}, value: 7 }] },
      warnings: [],
    })) as typeof queryInstant,
    queryRange: (async (_, range) => {
      asked.push(range);
      const points: [number, number][] = [];
      for (let timeS = range.startS; timeS <= range.endS; timeS += 5) points.push([timeS, timeS]);
      return { data: [{ labels: {}, points }], warnings: [] };
    }) as typeof queryRange,
  });
  const { signal } = new AbortController();
  await query.refresh(1_000_000, signal);
  await query.refresh(1_003_000, signal);
  const answer = await query.refresh(1_011_000, signal);
  assert.deepEqual(
    asked.map(({ startS, endS }) => [startS, endS]),
    [
      [700, 1000],
      [985, 1010],
    ],
  );
  assert.equal(answer.frame.timesS[0], 710);
  assert.deepEqual(answer.frame.timesS.slice(-2), [1010, 1011]);
  assert.deepEqual(answer.frame.series[0]?.values.slice(-2), [1010, 7]);
});

test('an expression that depends on the ends of its range is asked whole each time', async () => {
  const asked: number[] = [];
  const query = new LiveQuery('up @ end()', 300, 5, {
    queryInstant: (async () => ({ data: { type: 'scalar', value: 1 }, warnings: [] })) as typeof queryInstant,
    queryRange: (async (_, range) => {
      asked.push(range.endS - range.startS);
      return { data: [], warnings: [] };
    }) as typeof queryRange,
  });
  await query.refresh(1_000_000, new AbortController().signal);
  await query.refresh(1_010_000, new AbortController().signal);
  assert.deepEqual(asked, [300, 300]);
});

test('a string and a range of samples have no history and are not asked for one', async () => {
  const query = new LiveQuery('"text"', 300, 5, {
    queryInstant: (async () => ({
      data: { type: 'string', text: 'text' },
      warnings: ['careful'],
    })) as typeof queryInstant,
    queryRange: () => assert.fail('asked for the history of a string'),
  });
  const answer = await query.refresh(1_000_000, new AbortController().signal);
  assert.deepEqual(answer.frame.series, []);
  assert.deepEqual(answer.warnings, ['careful']);
});

test('the last sample of a series that ended is found between two times of a wide grid, and asked for once', async () => {
  const asked: string[] = [];
  const labels = { __name__: 'height' };
  const query = new LiveQuery('{__name__="height"}', 600, 120, {
    queryInstant: (async (expression, timeMs) => {
      asked.push(`${expression} at ${timeMs / 1000}`);
      return expression.endsWith(']')
        ? {
            data: {
              type: 'matrix',
              series: [
                {
                  labels,
                  points: [
                    [1075, 80],
                    [1079, 83],
                  ],
                },
              ],
            },
            warnings: [],
          }
        : { data: { type: 'vector', series: [] }, warnings: [] };
    }) as typeof queryInstant,
    queryRange: (async () => ({
      data: [
        {
          labels,
          points: [
            [840, 60],
            [960, 70],
          ],
        },
      ],
      warnings: [],
    })) as unknown as typeof queryRange,
  });
  const { signal } = new AbortController();
  const answer = await query.refresh(1_100_000, signal);
  await query.refresh(1_101_000, signal);
  assert.deepEqual([...answer.ends.values()], [{ timeS: 1079, value: 83 }]);
  assert.deepEqual(
    asked.filter((question) => question.includes('[')),
    ['{__name__="height"}[240s] at 1080'],
  );
});
