import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderText } from '../../exposition/text.ts';
import { Registry as OwnRegistry } from '../../registry.ts';
import { Counter, Gauge, Histogram, openMetricsContentType, Registry, Summary, toSnapshotSource } from './index.ts';

const help = 'Some help.';

test('the four kinds become families with sorted labels and counts of each bucket', () => {
  const register = new Registry();
  register.setDefaultLabels({ app: 'shop' });
  const config = { help, labelNames: ['z', 'a'], registers: [register] } as const;
  new Counter({ ...config, name: 'c_total' }).inc({ z: 1, a: 'x' }, 5);
  new Gauge({ ...config, name: 'g', aggregator: 'max' }).set({ z: 'y' }, -2);
  const histogram = new Histogram({ ...config, name: 'h', buckets: [1, 5, Number.POSITIVE_INFINITY] });
  for (const value of [0.5, 3, 3, 100]) histogram.observe({ z: 'y' }, value);
  const summary = new Summary({ name: 's', help, percentiles: [0.5], registers: [register] });
  for (const value of [1, 2, 3]) summary.observe(value);
  const app = { name: 'app', value: 'shop' };
  const z = { name: 'z', value: 'y' };
  assert.deepEqual(toSnapshotSource(register).families(), [
    {
      name: 'c_total',
      help,
      unit: '',
      type: 'counter',
      points: [{ labels: [{ name: 'a', value: 'x' }, app, { name: 'z', value: '1' }], value: 5 }],
    },
    { name: 'g', help, unit: '', type: 'gauge', merge: 'max', points: [{ labels: [app, z], value: -2 }] },
    {
      name: 'h',
      help,
      unit: '',
      type: 'histogram',
      bounds: [1, 5],
      points: [{ labels: [app, z], counts: [1, 2, 1], sum: 106.5 }],
    },
    {
      name: 's',
      help,
      unit: '',
      type: 'summary',
      points: [{ labels: [app], quantiles: [{ quantile: 0.5, value: 2 }], sum: 6, count: 3 }],
    },
  ]);
});

test('labels keep their identity while the default labels do', () => {
  const register = new Registry();
  const gauge = new Gauge({ name: 'g', help, labelNames: ['a'], registers: [register] });
  gauge.set({ a: 'x' }, 1);
  const source = toSnapshotSource(register);
  const labels = (): unknown => source.families()[0]!.points[0]!.labels;
  const first = labels();
  gauge.set({ a: 'x' }, 2);
  assert.equal(labels(), first);
  register.setDefaultLabels({ b: 'y' });
  assert.notEqual(labels(), first);
});

test('collect runs once a snapshot: awaited by refresh, else when it is taken', async () => {
  const register = new Registry();
  let runs = 0;
  new Gauge({
    name: 'sync',
    help,
    registers: [register],
    collect() {
      this.set(++runs);
    },
  });
  new Gauge({
    name: 'async',
    help,
    registers: [register],
    async collect() {
      await Promise.resolve();
      this.set(7);
    },
  });
  new Gauge({
    name: 'broken',
    help,
    registers: [register],
    collect() {
      throw new Error('broken');
    },
  });
  const source = toSnapshotSource(register);
  const values = (): unknown[] => source.families().map((family) => (family.points[0] as { value: number }).value);
  assert.deepEqual(values(), [1, 0, 0]);
  await source.refresh!();
  assert.deepEqual(values(), [2, 7, 0]);
  assert.deepEqual(values(), [3, 7, 0]);
});

test('metrics of other makers are shown after a refresh', async () => {
  const register = new Registry();
  const json = { name: 'foreign', help, type: 'gauge', values: [{ value: 3, labels: { a: 1 } }] };
  register.registerMetric({ ...json, get: () => Promise.resolve(json) });
  register.registerMetric({ name: 'bad', get: () => 5 });
  const source = toSnapshotSource(register);
  assert.deepEqual(source.families(), []);
  await source.refresh!();
  const points = [{ labels: [{ name: 'a', value: '1' }], value: 3 }];
  assert.deepEqual(source.families(), [{ name: 'foreign', help, unit: '', type: 'gauge', points }]);
});

test('records past the bound of a metric are counted', () => {
  const register = new Registry();
  const counter = new Counter({ name: 'c', help, labelNames: ['a'], registers: [register], maxSeries: 1 });
  counter.inc({ a: 1 });
  const source = toSnapshotSource(register);
  assert.equal(source.families().length, 1);
  counter.inc({ a: 2 });
  assert.deepEqual(source.families()[1]!.points, [{ labels: [{ name: 'metric', value: 'c' }], value: 1 }]);
});

test('a registry of ours shows the drop-in with its own metrics', async () => {
  const register = new Registry();
  new Counter({ name: 'theirs_total', help, labelNames: ['a'], registers: [register] }).inc({ a: 'x' });
  new Histogram({ name: 'h', help, registers: [register], buckets: [1] }).observe(2);
  const own = new OwnRegistry();
  own.counter({ name: 'ours_total', help: 'Ours.' }).inc(4);
  const detach = own.attach(toSnapshotSource(register));
  await own.refresh();
  const names = own.snapshot().families.map((family) => family.name);
  assert.ok(
    ['h', 'ours_total', 'theirs_total'].every((name) => names.includes(name)),
    names.join(),
  );
  const text = renderText(own);
  assert.match(text, /^theirs_total\{a="x"\} 1$/m);
  assert.match(text, /^h_bucket\{le="\+Inf"\} 1$/m);
  detach();
  assert.doesNotMatch(renderText(own), /theirs_total/);
});

test('counters of a registry in OpenMetrics format keep the name that they are shown by', async () => {
  const register = new Registry(openMetricsContentType);
  new Counter({ name: 'c_total', help, registers: [register] }).inc();
  new Counter({ name: 'plain', help, registers: [register] }).inc();
  await register.metrics();
  const names = toSnapshotSource(register)
    .families()
    .map((family) => family.name);
  assert.deepEqual(names, ['c_total', 'plain_total']);
});
