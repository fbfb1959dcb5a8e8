// The same calls to prom-client and to the drop-in give the same text, the same JSON and the same errors.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { type Client, DROP_IN, REAL, shown } from './clients.ts';

type Register = Awaited<ReturnType<Client['Registry']['merge']>>;
type Scenario = (client: Client, register: Register, advanceMs: (ms: number) => void) => unknown;

const help = 'Some help.';

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'metrics without labels begin at 0': ({ Counter, Gauge, Histogram, Summary }, register) => {
    const registers = [register];
    new Counter({ name: 'c', help, registers });
    new Gauge({ name: 'g', help, registers });
    new Histogram({ name: 'h', help, registers });
    new Summary({ name: 's', help, registers });
  },
  'metrics with labels begin empty': ({ Counter, Gauge, Histogram, Summary }, register) => {
    const config = { help, registers: [register], labelNames: ['a', 'b'] };
    for (const [i, Metric] of [Counter, Gauge, Histogram, Summary].entries()) new Metric({ ...config, name: `m${i}` });
  },
  'counters count by labels, children and partial labels': ({ Counter }, register) => {
    const counter = new Counter({ name: 'c_total', help, labelNames: ['method', 'code'], registers: [register] });
    counter.inc({ method: 'GET', code: 200 });
    counter.inc({ code: '200', method: 'GET' }, 2.5);
    counter.inc({ code: 500 });
    counter.inc();
    counter.inc(4);
    counter.inc(undefined as never, 4);
    counter.inc(0);
    counter.labels('POST', '201').inc();
    // Bound: programs take it out of the child.
    // oxlint-disable-next-line typescript/unbound-method
    const { inc } = counter.labels({ code: 404, method: 'PUT' });
    inc();
    inc(0.1);
    inc(0.2);
    counter.inc({ method: 'a"b\\c\nd', code: '' });
  },
  'gauges move by labels and children': ({ Gauge }, register, advanceMs) => {
    const gauge = new Gauge({ name: 'g', help, labelNames: ['a', 'b'], registers: [register] });
    gauge.set({ a: 'x', b: 'y' }, 4);
    gauge.inc({ a: 'x', b: 'y' });
    gauge.dec({ a: 'x', b: 'y' }, 0.5);
    gauge.set({ b: 'y', a: 'x' }, 7);
    gauge.labels('x', 'z').set(-1);
    gauge.labels({ b: 'z', a: 'x' }).set(-2);
    gauge.labels('x', 'z').inc(3);
    gauge.labels('q', 'z').dec();
    gauge.set({ a: 'nan' }, Number.NaN);
    gauge.set({ a: 'inf' }, Number.POSITIVE_INFINITY);
    gauge.set({ a: '-inf' }, Number.NEGATIVE_INFINITY);
    gauge.set(12);
    gauge.dec();
    advanceMs(1500);
    gauge.labels('now', 'now').setToCurrentTime();
    gauge.setToCurrentTime({ a: 'then' });
    gauge.setToCurrentTime();
  },
  'histograms count, with labels and children': ({ Histogram, linearBuckets }, register) => {
    const registers = [register];
    const histogram = new Histogram({ name: 'h', help, labelNames: ['a', 'b'], registers, buckets: [0.1, 5, 15] });
    histogram.observe({ a: 'x', b: 'y' }, 0.1);
    histogram.observe({ a: 'x', b: 'y' }, 99);
    histogram.observe(5.5);
    histogram.observe(0);
    histogram.labels('x', 'z').observe(0.3);
    histogram.labels({ b: 1, a: 2 } as never).observe(-4);
    histogram.zero({ a: 'zero' });
    histogram.zero({ a: 'x', b: 'y' });
    histogram.observe({ a: 'x', b: 'y' }, 1e-9);
    new Histogram({ name: 'plain', help, registers, buckets: linearBuckets(0, 0.1, 4) }).observe(0.2);
    new Histogram({ name: 'default', help, registers }).observe(3);
  },
  'summaries keep quantiles, sum and count': ({ Summary }, register) => {
    const registers = [register];
    const summary = new Summary({ name: 's', help, labelNames: ['a'], percentiles: [0, 0.5, 0.9, 1], registers });
    for (let i = 0; i < 90; i++) summary.observe({ a: 'x' }, ((i * 37) % 101) / 7);
    for (const value of [5, 5, 5, 1]) summary.labels('y').observe(value);
    summary.observe({ a: 'negative' }, -3);
    summary.observe(7);
    const plain = new Summary({ name: 'p', help, registers });
    plain.observe(0);
    plain.observe(10);
  },
  'summaries forget by age': ({ Summary }, register, advanceMs) => {
    const config = { help, labelNames: ['a'], maxAgeSeconds: 10, ageBuckets: 5, registers: [register] };
    const kept = new Summary({ ...config, name: 'kept' });
    const pruned = new Summary({ ...config, name: 'pruned', pruneAgedBuckets: true });
    for (let second = 0; second < 17; second++) {
      for (const summary of [kept, pruned]) {
        summary.observe({ a: 'x' }, second);
        if (second < 3) summary.observe({ a: 'early' }, second);
      }
      advanceMs(1000);
    }
  },
  'summaries that were idle for days are empty': ({ Summary }, register, advanceMs) => {
    const config = { name: 's', help, maxAgeSeconds: 60, ageBuckets: 3, registers: [register] };
    const summary = new Summary(config);
    summary.observe(4);
    advanceMs(86_400_000 * 3 + 1234);
    summary.observe(6);
    advanceMs(21_000);
    summary.observe(8);
  },
  'reset and remove end series, and records bring them back': ({ Counter, Gauge, Histogram, Summary }, register) => {
    const config = { help, registers: [register], labelNames: ['a'] };
    const counter = new Counter({ ...config, name: 'c' });
    const gauge = new Gauge({ ...config, name: 'g' });
    const histogram = new Histogram({ ...config, name: 'h', buckets: [1] });
    const summary = new Summary({ ...config, name: 's', percentiles: [0.5] });
    const child = counter.labels('x');
    for (const value of ['x', 'y', 'z']) {
      counter.inc({ a: value });
      gauge.set({ a: value }, 1);
      histogram.observe({ a: value }, 1);
      summary.observe({ a: value }, 1);
    }
    for (const metric of [counter, gauge, histogram, summary]) metric.remove('x');
    counter.remove({ a: 'never' });
    child.inc(5);
    histogram.labels('x').observe(2);
    histogram.reset();
    histogram.observe({ a: 'y' }, 3);
    summary.reset();
    gauge.reset();
    gauge.labels('new').inc();
    new Histogram({ help, registers: [register], name: 'bare' }).reset();
    const bare = new Gauge({ help, registers: [register], name: 'bare_gauge' });
    bare.set(3);
    bare.remove();
    bare.reset();
  },
  'default labels come after those of series, and do not replace them': (client, register) => {
    const registers = [register];
    register.setDefaultLabels({ env: 'test', a: 'default' });
    const config = { help, registers, labelNames: ['a'] };
    new client.Counter({ ...config, name: 'c' }).inc({ a: 'own' });
    new client.Counter({ help, registers, name: 'plain' }).inc();
    new client.Histogram({ ...config, name: 'h', buckets: [1] }).observe({ a: 'own' }, 1);
    new client.Histogram({ help, registers, name: 'h2', buckets: [1] }).observe(1);
    new client.Summary({ ...config, name: 's', percentiles: [0.5] }).observe({ a: 'own' }, 1);
  },
  'collect is awaited and may set other metrics': ({ Counter, Gauge }, register) => {
    const registers = [register];
    const other = new Gauge({ name: 'other', help, registers, labelNames: ['a'] });
    new Gauge({
      name: 'first',
      help,
      registers,
      async collect() {
        await Promise.resolve();
        this.set(5);
      },
    });
    new Counter({
      name: 'second',
      help,
      registers,
      collect() {
        this.inc(2);
      },
    });
    other.inc({ a: 'x' });
  },
  'registries remove, replace and list metrics': ({ Counter, Gauge }, register) => {
    const registers = [register];
    const counter = new Counter({ name: 'c', help, registers });
    new Gauge({ name: 'gone', help, registers });
    new Gauge({ name: 'g', help: 'Help with \\ and \n in it.', registers }).set(3);
    register.removeSingleMetric('gone');
    register.removeSingleMetric('c');
    register.registerMetric(counter);
    register.registerMetric(counter);
    counter.inc();
    assert.equal(register.getSingleMetric('c'), counter);
    assert.equal(register.getSingleMetric('gone'), undefined);
    assert.equal(register.getMetricsAsArray().length, 2);
  },
  'resetMetrics resets all': ({ Counter, Summary }, register) => {
    new Counter({ name: 'c', help, registers: [register] }).inc();
    new Summary({ name: 's', help, registers: [register], percentiles: [0.5] }).observe(3);
    register.resetMetrics();
  },
  'OpenMetrics has exemplars, _total and an end': ({ Counter, Histogram, Registry }, register, advanceMs) => {
    register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    const config = { help, registers: [register], enableExemplars: true, labelNames: ['a'] };
    const counter = new Counter({ ...config, name: 'c_total' });
    advanceMs(123);
    counter.inc({ labels: { a: 'x' }, value: 2, exemplarLabels: { trace_id: 't"1' } as never });
    counter.inc({ labels: { a: 'x' } });
    counter.inc({ labels: { a: 'y' }, exemplarLabels: {} as never });
    const histogram = new Histogram({ ...config, name: 'h', buckets: [1, 2] });
    histogram.observe({ labels: { a: 'x' }, value: 1.5, exemplarLabels: { trace_id: 't2' } as never });
    histogram.observe({ labels: { a: 'x' }, value: 1.6 });
    histogram.observe({ labels: { a: 'x' }, value: 9, exemplarLabels: { trace_id: 't3' } as never });
    new Counter({ name: 'no_suffix', help, registers: [register] }).inc();
  },
  'own get functions and foreign metrics are shown': (client, register) => {
    const gauge = new client.Gauge({ name: 'g', help, registers: [register] });
    gauge.get = () =>
      Promise.resolve({ name: 'g', help, type: 'gauge', values: [{ value: 42, labels: { own: 'x' } }] } as never);
    const foreign = { name: 'f', help, type: 'counter', aggregator: 'sum', get: () => foreign, values: [] };
    register.registerMetric({
      ...foreign,
      get: () => ({ ...foreign, values: [{ value: 1, labels: { b: 1, a: 2 } }] }),
    } as never);
  },
};

/** The clock of both runs begins at the same time. */
async function run(scenario: Scenario, client: Client): Promise<unknown> {
  mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_123 });
  try {
    const register = new client.Registry();
    await scenario(client, register, (ms) => mock.timers.tick(ms));
    const first = await shown(register);
    const names = register.getMetricsAsArray().map(({ name }) => name);
    // A counter in OpenMetrics's format loses `_total` from its name, but not from the name it is registered by.
    const singles = names.filter((name) => register.getSingleMetric(name) !== undefined);
    const single = await Promise.all(singles.map((name) => register.getSingleMetricAsString(name)));
    const second = await shown(register);
    return { first, names, single, second };
  } finally {
    mock.timers.reset();
  }
}

for (const [what, scenario] of Object.entries(SCENARIOS)) {
  test(what, async () => {
    assert.deepEqual(await run(scenario, DROP_IN), await run(scenario, REAL));
  });
}

const BAD_CALLS: Record<string, Scenario> = {
  'no configuration': ({ Counter }) => new Counter(undefined as never),
  'no help': ({ Gauge }) => new Gauge({ name: 'g' } as never),
  'no name': ({ Gauge }) => new Gauge({ help } as never),
  'bad name': ({ Gauge }, register) => new Gauge({ name: 'a-b', help, registers: [register] }),
  'bad label': ({ Gauge }, register) => new Gauge({ name: 'a', help, labelNames: ['a-b'], registers: [register] }),
  'bad collect': ({ Gauge }, register) => new Gauge({ name: 'a', help, collect: 5 as never, registers: [register] }),
  'le of a histogram': ({ Histogram }) => new Histogram({ name: 'a', help, labelNames: ['le'], registers: [] }),
  'quantile of a summary': ({ Summary }) => new Summary({ name: 'a', help, labelNames: ['quantile'], registers: [] }),
  'name taken': ({ Gauge }, register) => {
    new Gauge({ name: 'a', help, registers: [register] });
    new Gauge({ name: 'a', help, registers: [register] });
  },
  'exemplars in the text format': ({ Counter }, register) =>
    new Counter({ name: 'a', help, enableExemplars: true, registers: [register] }),
  'content type of a registry': ({ Registry }) => new (Registry as never as new (type: string) => unknown)('text/html'),
  'content type set': (_client, register) => register.setContentType('text/html' as never),
  'merge of two kinds': ({ Registry }, register) => {
    const other = new Registry();
    other.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    Registry.merge([register, other]);
  },
  'linear buckets': ({ linearBuckets }) => linearBuckets(0, 1, 0),
  'exponential buckets from 0': ({ exponentialBuckets }) => exponentialBuckets(0, 2, 3),
  'exponential buckets that shrink': ({ exponentialBuckets }) => exponentialBuckets(1, 1, 3),
  'no exponential buckets': ({ exponentialBuckets }) => exponentialBuckets(1, 2, 0),
  'default metrics': ({ collectDefaultMetrics }) => collectDefaultMetrics(5 as never),
  'job name of a push': ({ Pushgateway }) => new Pushgateway('http://127.0.0.1:1').push({} as never),
  setRegistries: ({ AggregatorRegistry }) => AggregatorRegistry.setRegistries(5 as never),
  'aggregator that is none': ({ AggregatorRegistry }) =>
    AggregatorRegistry.aggregate([[{ name: 'a', help, type: 'gauge', values: [], aggregator: 'median' }]]),
};

const BAD_VALUES: readonly unknown[] = [
  -1,
  'x',
  '',
  '5',
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  null,
  true,
  {},
  [1],
  5n,
];
for (const value of BAD_VALUES) {
  const shownValue = typeof value === 'bigint' ? '5n' : JSON.stringify(value);
  const labelled = { help, labelNames: ['a', 'b'], registers: [] };
  BAD_CALLS[`counter.inc ${shownValue}`] = ({ Counter }) =>
    new Counter({ ...labelled, name: 'c' }).inc({ a: 1 }, value as never);
  BAD_CALLS[`child.inc ${shownValue}`] = ({ Counter }) =>
    new Counter({ ...labelled, name: 'c' }).labels('a', 'b').inc(value as never);
  for (const method of ['set', 'inc', 'dec'] as const) {
    BAD_CALLS[`gauge.${method} ${shownValue}`] = ({ Gauge }) =>
      new Gauge({ ...labelled, name: 'g' })[method]({ a: 1 }, value as never);
    BAD_CALLS[`child.${method} ${shownValue}`] = ({ Gauge }) =>
      new Gauge({ ...labelled, name: 'g' }).labels('a', 'b')[method](value as never);
  }
  for (const kind of ['Histogram', 'Summary'] as const) {
    BAD_CALLS[`${kind}.observe ${shownValue}`] = (client) =>
      new client[kind]({ ...labelled, name: 'h' }).observe({ a: 1 }, value as never);
    BAD_CALLS[`${kind} child ${shownValue}`] = (client) =>
      new client[kind]({ ...labelled, name: 'h' }).labels('a', 'b').observe(value as never);
  }
}
for (const kind of ['Counter', 'Gauge', 'Histogram', 'Summary'] as const) {
  const labelled = { name: 'm', help, labelNames: ['a', 'b'], registers: [] };
  BAD_CALLS[`${kind}: a label too few`] = (client) => new client[kind](labelled).labels('a');
  BAD_CALLS[`${kind}: a label too many`] = (client) => new client[kind](labelled).labels('a', 'b', 'c');
  BAD_CALLS[`${kind}: remove with too few`] = (client) => new client[kind](labelled).remove('a');
  BAD_CALLS[`${kind}: remove of an unknown label`] = (client) => new client[kind](labelled).remove({ c: 1 } as never);
  const record = kind === 'Counter' ? 'inc' : kind === 'Gauge' ? 'set' : 'observe';
  BAD_CALLS[`${kind}: record with an unknown label`] = (client) =>
    (new client[kind](labelled) as never as Record<string, (labels: object, value: number) => void>)[record]!(
      { c: 1 },
      2,
    );
  BAD_CALLS[`${kind}: record by an unknown label`] = (client) =>
    (
      new client[kind]({ ...labelled, labelNames: [] }).labels({ c: 1 } as never) as never as Record<
        string,
        (value: number) => void
      >
    )[record]!(2);
  BAD_CALLS[`${kind}: record of undefined`] = (client) => {
    if (kind === 'Counter') return;
    (new client[kind](labelled) as never as Record<string, (value: unknown) => void>)[record]!(undefined);
  };
}

function outcome(call: () => unknown): string {
  try {
    call();
    return 'no error';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

for (const [what, call] of Object.entries(BAD_CALLS)) {
  test(`bad input: ${what}`, () => {
    const [ours, theirs] = [DROP_IN, REAL].map((client) =>
      outcome(() => call(client, new client.Registry(), () => {})),
    );
    assert.equal(ours, theirs);
  });
}

test('a collect that fails fails the text', async () => {
  for (const client of [DROP_IN, REAL]) {
    const register = new client.Registry();
    new client.Gauge({
      name: 'g',
      help,
      registers: [register],
      collect() {
        throw new Error('broken');
      },
    });
    await assert.rejects(register.metrics(), /broken/);
    await assert.rejects(register.getMetricsAsJSON(), /broken/);
    await assert.rejects(register.getSingleMetricAsString('none'), TypeError);
  }
});

test('timers record the seconds between their ends', async (t) => {
  let nowMs = 1000;
  t.mock.method(performance, 'now', () => nowMs);
  t.mock.method(process, 'hrtime', ((start?: [number, number]) => {
    const [seconds, nanoseconds] = start ?? [0, 0];
    return [Math.floor(nowMs / 1000) - seconds, (nowMs % 1000) * 1e6 - nanoseconds];
  }) as never);
  const results = [];
  for (const client of [DROP_IN, REAL]) {
    nowMs = 1000;
    const register = new client.Registry();
    const config = { help, labelNames: ['a', 'b'], registers: [register] };
    const gauge = new client.Gauge({ ...config, name: 'g' });
    const histogram = new client.Histogram({ ...config, name: 'h', buckets: [0.5, 1] });
    const summary = new client.Summary({ ...config, name: 's', percentiles: [0.5] });
    const durations: unknown[] = [];
    for (const metric of [gauge, histogram, summary]) {
      const ends = [metric.startTimer(), metric.startTimer({ a: 'x' }), metric.labels('p', 'q').startTimer()];
      nowMs += 500;
      durations.push(...ends.map((end) => end()));
      const end = metric.startTimer({ a: 'y' });
      nowMs += 250;
      durations.push(end({ b: 'z' }));
    }
    results.push({ durations, ...(await shown(register)) });
  }
  assert.deepEqual(results[0], results[1]);
});
