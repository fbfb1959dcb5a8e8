import { deepEqual, doesNotThrow, equal, ok, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { renderText } from '../../exposition/text.ts';
import { Registry } from '../../registry.ts';
import { type Libp2pMetricsOptions, libp2pDroppedRecords, libp2pMetrics } from './index.ts';
import type { Libp2pMetrics } from './interface.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { shown, typeOf } from './testing/shown.ts';

function make(options?: Libp2pMetricsOptions): { registry: Registry; metrics: Libp2pMetrics; clock: ManualClock } {
  const registry = new Registry();
  const clock = new ManualClock();
  return { registry, clock, metrics: libp2pMetrics(registry, { clock, ...options })() };
}

function dropped(registry: Registry): Record<string, number> {
  return Object.fromEntries(Object.entries(libp2pDroppedRecords(registry)).filter(([, count]) => count > 0));
}

describe('metrics that libp2p registers', () => {
  test('a metric is a gauge, absent until it is recorded', () => {
    const { registry, metrics } = make();
    const metric = metrics.registerMetric('libp2p_size', { help: 'How many.' });
    deepEqual(shown(registry, 'libp2p_size'), []);
    metric.update(5);
    metric.increment();
    metric.decrement(3);
    deepEqual(shown(registry, 'libp2p_size'), ['3']);
    equal(typeOf(registry, 'libp2p_size'), 'gauge');
    metric.reset();
    deepEqual(shown(registry, 'libp2p_size'), ['0']);
  });

  test('a group has a series for each key, and none after a reset', () => {
    const { registry, metrics } = make();
    const group = metrics.registerMetricGroup('libp2p_sizes', { label: 'queue' });
    group.update({ dials: 4 });
    group.increment({ dials: true, pings: 2 });
    group.decrement({ pings: true });
    deepEqual(shown(registry, 'libp2p_sizes'), ['{queue="dials"} 5', '{queue="pings"} 1']);
    group.reset();
    deepEqual(shown(registry, 'libp2p_sizes'), []);
  });

  test('a group without a label has the metric’s name as label, as in libp2p’s own Prometheus metrics', () => {
    const { registry, metrics } = make();
    metrics.registerCounterGroup('libp2p_dials_total').increment({ outbound: true });
    deepEqual(shown(registry, 'libp2p_dials_total'), ['{libp2p_dials_total="outbound"} 1']);
  });

  test('a counter starts at 0, only grows and ends in _total', () => {
    const { registry, metrics } = make();
    const counter = metrics.registerCounter('libp2p_packets');
    deepEqual(shown(registry, 'libp2p_packets_total'), ['0']);
    counter.increment();
    counter.increment(4);
    counter.increment(-1);
    deepEqual(shown(registry, 'libp2p_packets_total'), ['5']);
    equal(typeOf(registry, 'libp2p_packets_total'), 'counter');
    deepEqual(dropped(registry), { invalid_value: 1 });
    counter.reset();
    deepEqual(shown(registry, 'libp2p_packets_total'), ['0']);
  });

  test('a metric that can decrease stays a gauge under its name, though it ends in _total', () => {
    const { registry, metrics } = make();
    metrics.registerMetricGroup('libp2p_protocol_streams_total').update({ a: 2 });
    equal(typeOf(registry, 'libp2p_protocol_streams_total'), 'gauge');
    deepEqual(shown(registry, 'libp2p_protocol_streams_total'), ['{libp2p_protocol_streams_total="a"} 2']);
  });

  test('histograms have the buckets that libp2p asks for, or those of the options', () => {
    const { registry, metrics } = make({ buckets: [1, 10] });
    const own = metrics.registerHistogram('libp2p_own', { buckets: [5, 0.5] });
    const common = metrics.registerHistogramGroup('libp2p_common', { label: 'kind' });
    for (const value of [0.5, 0.6, 6]) own.observe(value);
    common.observe({ a: 1, b: 11 });
    deepEqual(shown(registry, 'libp2p_own'), ['1,1,1 sum 7.1']);
    deepEqual(shown(registry, 'libp2p_common'), ['{kind="a"} 1,0,0 sum 1', '{kind="b"} 0,0,1 sum 11']);
    own.reset();
    common.reset();
    deepEqual(shown(registry, 'libp2p_own'), ['0,0,0 sum 0']);
    deepEqual(shown(registry, 'libp2p_common'), []);
  });

  test('summaries are histograms', () => {
    const { registry, metrics } = make({ summaryBuckets: [1] });
    metrics.registerSummary('libp2p_summary').observe(2);
    metrics.registerSummaryGroup('libp2p_summaries', { label: 'kind' }).observe({ a: 1 });
    deepEqual(shown(registry, 'libp2p_summary'), ['0,1 sum 2']);
    deepEqual(shown(registry, 'libp2p_summaries'), ['{kind="a"} 1,0 sum 1']);
  });

  test('the default buckets of a summary are valid ones', () => {
    const { registry, metrics } = make();
    metrics.registerSummary('libp2p_summary').observe(50_000);
    ok(renderText(registry).includes('libp2p_summary_bucket{le="50000"} 1'));
    ok(renderText(registry).includes('libp2p_summary_bucket{le="25000"} 0'));
  });

  test('timers record seconds', () => {
    const { registry, metrics, clock } = make({ buckets: [1] });
    const stops = [
      metrics.registerMetric('a').timer(),
      metrics.registerMetricGroup('b', { label: 'key' }).timer('k'),
      metrics.registerHistogram('c').timer(),
      metrics.registerHistogramGroup('d', { label: 'key' }).timer('k'),
    ];
    clock.advance(1500);
    for (const stop of stops) stop();
    deepEqual(
      ['a', 'b', 'c', 'd'].map((name) => shown(registry, name)),
      [['1.5'], ['{key="k"} 1.5'], ['0,1 sum 1.5'], ['{key="k"} 0,1 sum 1.5']],
    );
  });

  test('names become those of Prometheus', () => {
    const { registry, metrics } = make();
    metrics.registerMetric('libp2p-queue.size (now)').update(1);
    metrics.registerMetric('9lives').update(2);
    metrics.registerMetricGroup('__x', { label: 'a-b' }).update({ 'k k': 3 });
    metrics.registerHistogramGroup('h', { label: 'le', buckets: [1] }).observe({ k: 1 });
    deepEqual(shown(registry, 'libp2p_queue_size_now_'), ['1']);
    deepEqual(shown(registry, '_9lives'), ['2']);
    deepEqual(shown(registry, '_x'), ['{a_b="k k"} 3']);
    deepEqual(shown(registry, 'h'), ['{exported_le="k"} 1,0 sum 1']);
  });

  test('tracing changes nothing', () => {
    const { metrics } = make();
    const traced = (): number => 1;
    equal(metrics.traceFunction('name', traced, { optionsIndex: 0 }), traced);
    equal(metrics.createTrace(), undefined);
  });
});

describe('registrations', () => {
  test('the same name again is the same metric, from whichever component or node', () => {
    const { registry, metrics } = make();
    const other = libp2pMetrics(registry)();
    metrics.registerMetricGroup('g', { label: 'l' }).increment({ a: 1 });
    other.registerMetricGroup('g', { label: 'l' }).increment({ a: 2, b: 3 });
    metrics.registerHistogram('h', { buckets: [1] }).observe(0);
    other.registerHistogram('h').observe(2);
    deepEqual(shown(registry, 'g'), ['{l="a"} 3', '{l="b"} 3']);
    deepEqual(shown(registry, 'h'), ['1,1 sum 2']);
    deepEqual(dropped(registry), {});
  });

  const conflicts: [string, (metrics: Libp2pMetrics) => void][] = [
    ['another type', (metrics) => metrics.registerCounter('taken_total').increment()],
    ['labels', (metrics) => metrics.registerMetricGroup('taken_total').update({ a: 1 })],
    ['a histogram', (metrics) => metrics.registerHistogram('taken_total').observe(1)],
    ['other buckets', (metrics) => metrics.registerHistogram('hist', { buckets: [2] }).observe(1)],
    ['the name of a histogram’s sum', (metrics) => metrics.registerMetric('hist_sum').update(1)],
    ['no name', (metrics) => metrics.registerMetric('').update(1)],
    ['a name of signs', (metrics) => metrics.registerSummaryGroup('💥!').observe({ a: 1 })],
    ['no text as name', (metrics) => metrics.registerCounterGroup(7 as unknown as string).increment({ a: 1 })],
    [
      'too many buckets',
      (metrics) => metrics.registerHistogram('x', { buckets: Array.from({ length: 300 }, (_, i) => i) }).observe(1),
    ],
    ['a calculation of a conflict', (metrics) => metrics.registerCounter('taken_total', { calculate: () => 1 })],
  ];
  for (const [what, register] of conflicts) {
    test(`a conflict is counted and shown nowhere, and nothing is thrown: ${what}`, () => {
      const { registry, metrics } = make();
      metrics.registerMetric('taken_total').update(7);
      metrics.registerHistogram('hist', { buckets: [1] }).observe(1);
      const before = renderText(registry);
      doesNotThrow(() => register(metrics));
      deepEqual(dropped(registry), { refused: 1 });
      equal(withoutOwn(renderText(registry)), withoutOwn(before));
    });
  }

  test('options that are null, and odd buckets, do no harm', () => {
    const { registry, metrics } = make();
    const none = null as unknown as undefined;
    doesNotThrow(() => metrics.registerMetric('a', none).update(1));
    doesNotThrow(() => metrics.registerHistogramGroup('b', none).observe({ a: 1 }));
    metrics.registerHistogram('c', { buckets: [Number.NaN, 2, 1, 2, Number.POSITIVE_INFINITY] }).observe(1.5);
    deepEqual(shown(registry, 'c'), ['0,1,0 sum 1.5']);
    deepEqual(dropped(registry), {});
  });

  test('options that cannot be are refused where the bridge is made', () => {
    for (const options of [{ maxLabelValues: 0 }, { maxLabelValues: 1.5 }, { calculateTimeoutMs: 0 }]) {
      throws(() => libp2pMetrics(new Registry(), options), { code: 'option_invalid' });
    }
  });
});

describe('records that cannot be taken', () => {
  const bad: unknown[] = [Number.NaN, undefined, null, '5', {}, Symbol('s'), 5n];
  test('are dropped and counted, and never make a series', () => {
    const { registry, metrics } = make();
    const metric = metrics.registerMetric('m');
    const group = metrics.registerMetricGroup('g', { label: 'l' });
    const histogram = metrics.registerHistogram('h', { buckets: [1] });
    for (const value of bad) {
      doesNotThrow(() => {
        metric.update(value as number);
        group.update({ a: value as number });
        histogram.observe(value as number);
      });
    }
    histogram.observe(Number.POSITIVE_INFINITY);
    deepEqual(shown(registry, 'm'), []);
    deepEqual(shown(registry, 'g'), []);
    deepEqual(shown(registry, 'h'), ['0,0 sum 0']);
    deepEqual(dropped(registry), { invalid_value: 3 * bad.length + 1 });
  });

  test('no object at all is no record', () => {
    const { registry, metrics } = make();
    const group = metrics.registerMetricGroup('g', { label: 'l' });
    for (const values of [undefined, null, 5, 'text']) doesNotThrow(() => group.increment(values as never));
    deepEqual(shown(registry, 'g'), []);
  });

  test('whatever is no number increments by 1, as the interface has it', () => {
    const { registry, metrics } = make();
    metrics.registerCounterGroup('c_total', { label: 'l' }).increment({ a: false as never, b: 'x' as never, c: true });
    deepEqual(shown(registry, 'c_total'), ['{l="a"} 1', '{l="b"} 1', '{l="c"} 1']);
  });

  test('a label has a bounded number of values; the rest is in other and counted', () => {
    const { registry, metrics } = make({ maxLabelValues: 2 });
    const group = metrics.registerCounterGroup('c_total', { label: 'l' });
    for (const key of ['a', 'b', 'c', 'd', 'a', 'x'.repeat(2000)]) group.increment({ [key]: 1 });
    deepEqual(shown(registry, 'c_total'), ['{l="a"} 2', '{l="b"} 1', '{l="other"} 3']);
    deepEqual(dropped(registry), { label_limit: 3 });
    group.reset();
    group.increment({ c: 1, d: 1 });
    deepEqual(shown(registry, 'c_total'), ['{l="c"} 1', '{l="d"} 1']);
  });

  test('all metrics together have a bounded number of series', () => {
    const { registry, metrics } = make({ maxLabelValues: 10_000 });
    const group = metrics.registerMetricGroup('g', { label: 'l' });
    for (let i = 0; i < 10_000; i++) group.update({ [i]: i });
    metrics.registerMetric('m').update(1);
    metrics.registerHistogram('h').observe(1);
    equal(shown(registry, 'g')?.length, 10_000);
    deepEqual([shown(registry, 'm'), shown(registry, 'h')], [[], []]);
    deepEqual(dropped(registry), { series_limit: 3 });
    group.reset();
    group.update({ again: 1 });
    deepEqual(shown(registry, 'g'), ['{l="again"} 1']);
  });

  test('any sequence of increments gives the exact totals', () => {
    const keys = fc.constantFrom('a', 'b', 'c', 'd', 'other', '', '\ud800');
    const amounts = fc.oneof(fc.integer({ min: -3, max: 9 }), fc.constantFrom(true as const, Number.NaN));
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, amounts)), (records) => {
        const { registry, metrics } = make({ maxLabelValues: 3 });
        const group = metrics.registerCounterGroup('c_total', { label: 'l' });
        let total = 0;
        let invalid = 0;
        for (const [key, amount] of records) {
          group.increment({ [key]: amount });
          const counted = amount === true ? 1 : amount;
          if (counted >= 0) total += counted;
          else invalid++;
        }
        const points = shown(registry, 'c_total') ?? [];
        equal(
          points.reduce((sum, point) => sum + Number(point.split(' ').at(-1)), 0),
          total,
        );
        equal(libp2pDroppedRecords(registry).invalid_value, invalid);
        ok(points.length <= 5);
        equal(new Set(points.map((point) => point.split('}')[0])).size, points.length);
      }),
    );
  });
});

describe('values that are calculated', () => {
  test('at every collection, and only then', () => {
    const { registry, metrics } = make();
    let calls = 0;
    metrics.registerMetric('m', { calculate: () => ++calls });
    equal(calls, 0);
    deepEqual(shown(registry, 'm'), ['1']);
    deepEqual(shown(registry, 'm'), ['2']);
  });

  test('a group shows what the last calculation gave and nothing of earlier ones', () => {
    const { registry, metrics } = make({ maxLabelValues: 1 });
    let values: Record<string, number> = { a: 1 };
    metrics.registerMetricGroup('g', { label: 'l', calculate: () => values });
    deepEqual(shown(registry, 'g'), ['{l="a"} 1']);
    values = {};
    deepEqual(shown(registry, 'g'), []);
    // The place of the value that went is free again.
    values = { b: 2 };
    deepEqual(shown(registry, 'g'), ['{l="b"} 2']);
    deepEqual(dropped(registry), {});
  });

  test('several calculations of one metric add up', () => {
    const { registry, metrics } = make();
    metrics.registerMetricGroup('g', { label: 'l', calculate: () => ({ a: 1, b: 1 }) });
    metrics.registerMetricGroup('g', { label: 'l', calculate: () => ({ a: 2 }) });
    deepEqual(shown(registry, 'g'), ['{l="a"} 3', '{l="b"} 1']);
  });

  test('of a counter what came since the last time, of a histogram an observation', () => {
    const { registry, metrics } = make({ buckets: [5] });
    metrics.registerCounter('c_total', { calculate: () => 2 });
    metrics.registerCounterGroup('g_total', { label: 'l', calculate: () => ({ a: 3 }) });
    metrics.registerHistogramGroup('h', { label: 'l', calculate: () => ({ a: 4 }) });
    deepEqual(shown(registry, 'c_total'), ['2']);
    deepEqual(shown(registry, 'g_total'), ['{l="a"} 6']);
    deepEqual(shown(registry, 'h'), ['{l="a"} 3,0 sum 12']);
  });

  test('later answers are there after a refresh, and each counts once', async () => {
    const { registry, metrics } = make();
    let value = 0;
    metrics.registerMetric('m', { calculate: async () => ++value });
    metrics.registerCounter('c_total', { calculate: async () => 10 });
    await registry.refresh();
    deepEqual(shown(registry, 'm'), ['1']);
    deepEqual(shown(registry, 'c_total'), ['10']);
    await registry.refresh();
    deepEqual(shown(registry, 'm'), ['2']);
  });

  test('without a refresh a later answer is one collection old', async () => {
    const { registry, metrics } = make();
    metrics.registerMetric('m', { calculate: async () => 5 });
    deepEqual(shown(registry, 'm'), []);
    await new Promise(setImmediate);
    deepEqual(shown(registry, 'm'), ['5']);
  });

  test('one that never answers is called once, waited for no longer than agreed, and absent', async () => {
    const { registry, metrics, clock } = make({ calculateTimeoutMs: 100 });
    let calls = 0;
    metrics.registerMetric('m', {
      calculate: () => {
        calls++;
        return new Promise(() => {});
      },
    });
    const refreshed = registry.refresh();
    clock.advance(100);
    await refreshed;
    deepEqual(shown(registry, 'm'), []);
    deepEqual(shown(registry, 'm'), []);
    equal(calls, 1);
    deepEqual(dropped(registry), { callback: 1 });
    equal(clock.pendingCount, 0);
  });

  test('one that fails is counted and absent, and the others are shown', async () => {
    const { registry, metrics } = make();
    let isBroken = false;
    const calculate = (): number => {
      if (isBroken) throw new Error('broken');
      return 1;
    };
    metrics.registerMetric('sync', { calculate });
    metrics.registerMetric('async', { calculate: async () => calculate() });
    metrics.registerMetric('well', { calculate: () => 3 });
    await registry.refresh();
    deepEqual([shown(registry, 'sync')], [['1']]);
    isBroken = true;
    await registry.refresh();
    const { families } = registry.snapshot();
    const points = new Map(families.map((family) => [family.name, family.points.length]));
    deepEqual([points.get('sync'), points.get('async'), points.get('well')], [0, 0, 1]);
    deepEqual(dropped(registry), { callback: 2 });
  });

  test('answers that are no numbers are dropped one by one', () => {
    const { registry, metrics } = make();
    metrics.registerMetric('m', { calculate: () => Number.NaN });
    metrics.registerMetric('n', { calculate: () => 'x' as unknown as number });
    metrics.registerMetricGroup('g', { label: 'l', calculate: () => ({ a: Number.NaN, b: 2 }) });
    metrics.registerMetricGroup('k', { label: 'l', calculate: () => null as never });
    const { families } = registry.snapshot();
    const points = new Map(families.map((family) => [family.name, family.points.length]));
    deepEqual([points.get('m'), points.get('n'), points.get('g'), points.get('k')], [0, 0, 1, 0]);
    deepEqual(dropped(registry), { invalid_value: 4 });
  });

  test('a calculation that reads the registry itself gets what there is', () => {
    const { registry, metrics } = make();
    metrics.registerMetric('m', { calculate: () => registry.snapshot().families.length });
    equal(shown(registry, 'm')?.length, 1);
    deepEqual(dropped(registry), {});
  });

  test('a node that stopped is not asked any more; one that starts again is asked once', () => {
    const { registry, metrics } = make();
    metrics.registerMetric('made', { calculate: () => 1 });
    const started = (): void => metrics.registerMetric('started', { calculate: () => 1 }) && undefined;
    for (let i = 0; i < 3; i++) {
      metrics.beforeStart();
      metrics.start();
      started();
      deepEqual([shown(registry, 'made'), shown(registry, 'started')], [['1'], ['1']]);
      metrics.stop();
      metrics.afterStop();
      deepEqual([shown(registry, 'made'), shown(registry, 'started')], [[], []]);
    }
  });

  test('calculations are bounded', () => {
    const { registry, metrics } = make();
    for (let i = 0; i < 2001; i++) metrics.registerMetric('m', { calculate: () => 1 });
    deepEqual(shown(registry, 'm'), ['2000']);
    deepEqual(dropped(registry), { refused: 1 });
  });
});

function withoutOwn(text: string): string {
  return text.replaceAll(/^chain_runtime_bridge_.*$/gm, '');
}
