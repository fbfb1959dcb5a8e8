// The real SDK, with the source as its reader.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { renderText } from '../../exposition/text.ts';
import { Registry } from '../../registry.ts';
import type { ExponentialPoint, HistogramPoint, ScalarPoint } from '../../snapshot/snapshot.ts';
import { type OpenTelemetrySource, openTelemetrySource } from './opentelemetry.ts';

const SCOPE = [{ name: 'otel_scope_name', value: 'lib' }];

function withProvider(source = openTelemetrySource()): { source: OpenTelemetrySource; provider: MeterProvider } {
  return { source, provider: new MeterProvider({ readers: [source] }) };
}

function familyOf(
  source: OpenTelemetrySource,
  name: string,
): { type: string; unit: string; points: readonly unknown[] } {
  return source.families().find((family) => family.name === name) ?? assert.fail(`no ${name}`);
}

test('instruments of every kind become families, with their values', async () => {
  const { source, provider } = withProvider();
  const meter = provider.getMeter('lib', '1.2');
  meter
    .createCounter('requests', { description: 'Requests.', unit: '{request}' })
    .add(3, { 'http.route': '/a', ok: true });
  meter.createUpDownCounter('queue.length').add(-2);
  meter.createGauge('cpu.utilization', { unit: '1' }).record(0.25);
  meter.createHistogram('latency', { unit: 's', advice: { explicitBucketBoundaries: [1, 5] } }).record(2);
  meter.createObservableCounter('cpu.time', { unit: 's' }).addCallback((result) => result.observe(7, { cpu: 0 }));
  await source.refresh();
  const scope = [...SCOPE, { name: 'otel_scope_version', value: '1.2' }];
  const requests = familyOf(source, 'requests_total');
  assert.equal(requests.type, 'counter');
  const [point] = requests.points as ScalarPoint[];
  const attributes = [
    { name: 'http_route', value: '/a' },
    { name: 'ok', value: 'true' },
  ];
  assert.deepEqual(point?.labels, [...attributes, ...scope]);
  assert.equal(point?.value, 3);
  assert.ok(Math.abs(point!.createdMs! - Date.now()) < 3_600_000);
  assert.deepEqual(familyOf(source, 'queue_length').points, [{ labels: scope, value: -2 }]);
  assert.equal(familyOf(source, 'queue_length').type, 'gauge');
  assert.deepEqual(familyOf(source, 'cpu_utilization_ratio').points, [{ labels: scope, value: 0.25 }]);
  const latency = familyOf(source, 'latency_seconds');
  assert.equal(latency.unit, 'seconds');
  const [observed] = latency.points as HistogramPoint[];
  assert.deepEqual([observed?.counts, observed?.sum], [[0, 1, 0], 2]);
  const [cpu] = familyOf(source, 'cpu_time_seconds_total').points as ScalarPoint[];
  assert.deepEqual([cpu?.value, cpu?.labels[0]], [7, { name: 'cpu', value: '0' }]);
  const [target] = familyOf(source, 'target_info').points as ScalarPoint[];
  assert.equal(target?.value, 1);
  assert.ok(target?.labels.some(({ name, value }) => name === 'telemetry_sdk_name' && value === 'opentelemetry'));
  assert.deepEqual(source.problems(), []);
});

test('exponential histograms keep their buckets', async () => {
  const source = openTelemetrySource();
  const views = [{ instrumentName: 'size', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const }];
  const provider = new MeterProvider({ readers: [source], views });
  const histogram = provider.getMeter('lib').createHistogram('size', { unit: 'By' });
  for (const value of [0, 1, 2, 4, 4]) histogram.record(value);
  await source.refresh();
  const family = familyOf(source, 'size_bytes');
  assert.equal(family.type, 'exponential');
  const [point] = family.points as ExponentialPoint[];
  assert.equal(point?.zeroCount, 1);
  assert.equal(point?.sum, 11);
  const counted = point!.positive.counts.reduce((total, count) => total + count, 0);
  assert.equal(counted, 4);
  // Bucket i holds what is in (b^i, b^(i+1)].
  const base = 2 ** (2 ** -point!.scale);
  const last = point!.positive.offset + point!.positive.counts.length - 1;
  assert.ok(base ** last < 4.000001 && base ** (last + 1) > 3.999999);
  assert.equal(point!.positive.counts.at(-1), 2);
});

test('totals stay cumulative from one refresh to the next, and labels keep their identity', async () => {
  const { source, provider } = withProvider();
  const counter = provider.getMeter('lib').createCounter('c');
  counter.add(1, { a: 'x' });
  await source.refresh();
  const [first] = familyOf(source, 'c_total').points as ScalarPoint[];
  counter.add(2, { a: 'x' });
  await source.refresh();
  const [second] = familyOf(source, 'c_total').points as ScalarPoint[];
  assert.equal(second?.value, 3);
  assert.equal(second?.labels, first?.labels);
  assert.equal(second?.createdMs, first?.createdMs);
});

test('the same name in two scopes is one family; another type of it is left out and named', async () => {
  const { source, provider } = withProvider();
  provider.getMeter('one').createCounter('c').add(1);
  provider.getMeter('two').createCounter('c').add(2);
  provider.getMeter('three').createUpDownCounter('c_total').add(5);
  await source.refresh();
  assert.deepEqual(
    (familyOf(source, 'c_total').points as ScalarPoint[]).map(({ value }) => value),
    [1, 2],
  );
  assert.equal(source.problems().length, 1);
  assert.match(source.problems()[0]!, /c_total: there is a counter c_total already/);
});

test('without scope labels and target_info, series that become the same are left out and named', async () => {
  const { source, provider } = withProvider(openTelemetrySource({ scopeLabels: false, targetInfo: false }));
  provider.getMeter('one').createCounter('c').add(1);
  provider.getMeter('two').createCounter('c').add(2);
  await source.refresh();
  assert.deepEqual(
    source.families().map(({ name, points }) => [name, points.length]),
    [['c_total', 1]],
  );
  assert.match(source.problems()[0]!, /two series have the same labels/);
});

test('delta temporality of a reader of the user is refused, and cumulative is shown', async () => {
  const results = [];
  for (const temporality of [AggregationTemporality.DELTA, AggregationTemporality.CUMULATIVE]) {
    const exporter = new InMemoryMetricExporter(temporality);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 86_400_000 });
    const provider = new MeterProvider({ readers: [reader] });
    const source = openTelemetrySource({ reader, targetInfo: false });
    provider.getMeter('lib').createCounter('c').add(1);
    provider.getMeter('lib').createGauge('g').record(1);
    await source.refresh();
    results.push({ names: source.families().map(({ name }) => name), problems: source.problems() });
    await provider.shutdown();
  }
  assert.deepEqual(results[0]?.names, ['g']);
  assert.match(results[0]!.problems[0]!, /^c: delta temporality cannot be shown; let its reader select CUMULATIVE/);
  assert.deepEqual(results[1], { names: ['c_total', 'g'], problems: [] });
});

test('series past maxSeries and attributes past 1,024 characters are left out and named', async () => {
  const { source, provider } = withProvider(openTelemetrySource({ maxSeries: 2, targetInfo: false }));
  const gauge = provider.getMeter('lib').createGauge('g');
  gauge.record(1, { a: 'x'.repeat(1025) });
  for (const a of ['1', '2', '3']) gauge.record(1, { a });
  await source.refresh();
  assert.equal(familyOf(source, 'g').points.length, 2);
  assert.match(source.problems()[0]!, /longer than 1024/);
  assert.match(source.problems()[1]!, /more series than maxSeries/);
});

test('attributes that become the same label are joined, and le is not taken', async () => {
  const { source, provider } = withProvider(openTelemetrySource({ scopeLabels: false }));
  const histogram = provider.getMeter('lib').createHistogram('h');
  histogram.record(1, { 'a.b': '1', a_b: '2', le: 'x', empty: '', list: ['p', 'q'], '0': 'zero' });
  await source.refresh();
  assert.deepEqual((familyOf(source, 'h').points as HistogramPoint[])[0]?.labels, [
    { name: '_0', value: 'zero' },
    { name: 'a_b', value: '1;2' },
    { name: 'le_', value: 'x' },
    { name: 'list', value: '["p","q"]' },
  ]);
});

test('a callback that throws is named, and the rest is shown', async () => {
  const { source, provider } = withProvider();
  const meter = provider.getMeter('lib');
  meter.createObservableGauge('bad').addCallback(() => {
    throw new Error('broken callback');
  });
  meter.createGauge('good').record(1);
  await source.refresh();
  assert.equal(familyOf(source, 'good').points.length, 1);
  assert.deepEqual(source.problems(), ['broken callback']);
});

test('a source without a provider, with a second one, or after shutdown shows nothing', async () => {
  const lonely = openTelemetrySource();
  assert.deepEqual(lonely.families(), []);
  await assert.rejects(lonely.refresh(), /Give this source to a MeterProvider/);
  const { source, provider } = withProvider();
  assert.throws(() => new MeterProvider({ readers: [source] }), /make one for each/);
  provider.getMeter('lib').createGauge('g').record(1);
  await provider.forceFlush();
  await source.refresh();
  assert.ok(source.families().length > 0);
  await provider.shutdown();
  assert.deepEqual(source.families(), []);
  await assert.rejects(source.refresh(), /shut down/);
});

test('a registry of ours shows the provider with its own metrics', async () => {
  const { source, provider } = withProvider();
  provider
    .getMeter('lib')
    .createHistogram('h', { advice: { explicitBucketBoundaries: [1] } })
    .record(0.5, { a: 'x' });
  const registry = new Registry();
  registry.counter({ name: 'ours_total', help: 'Ours.' }).inc();
  registry.attach(source);
  await registry.refresh();
  const text = renderText(registry);
  assert.match(text, /^h_bucket\{a="x",le="1",otel_scope_name="lib"\} 1$/m);
  assert.match(text, /^ours_total 1$/m);
  assert.match(text, /^target_info\{.*telemetry_sdk_language="nodejs".*\} 1$/m);
});
