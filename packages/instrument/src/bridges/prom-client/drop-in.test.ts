// What the drop-in does beyond prom-client or otherwise: bounds, handles, and the differences that `index.ts` lists. That
// all the rest is the same is what test/conformance/prom-client shows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import client, { Counter, Gauge, Histogram, type OpenMetricsContentType, Registry, Summary } from './index.ts';

const help = 'Some help.';

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

test('label sets past maxSeries go to one series with the label value other', async () => {
  const register = new Registry();
  const config = { help, labelNames: ['a', 'b'], registers: [register], maxSeries: 2 } as const;
  const counter = new Counter({ ...config, name: 'c' });
  const gauge = new Gauge({ ...config, name: 'g' });
  const child = counter.labels('3', 'x');
  for (const a of [1, 2, 3, 4]) {
    counter.inc({ a, b: 'x' });
    gauge.set({ a, b: 'x' }, a);
  }
  child.inc(10);
  assert.deepEqual(linesOf(await register.metrics()), [
    'c{a="1",b="x"} 1',
    'c{a="2",b="x"} 1',
    'c{a="other",b="other"} 12',
    'g{a="1",b="x"} 1',
    'g{a="2",b="x"} 2',
    'g{a="other",b="other"} 4',
  ]);
  assert.equal(counter.overflowedRecords, 3);

  counter.remove('1', 'x');
  child.inc();
  assert.match(await register.metrics(), /^c\{a="3",b="x"\} 1$/m);
});

test('the bound is 10,000 label sets', () => {
  const counter = new Counter({ name: 'c', help, labelNames: ['path'], registers: [] });
  for (let i = 0; i < 10_005; i++) counter.inc({ path: `/${i}` });
  assert.equal(counter.overflowedRecords, 5);
  assert.equal([...counter.series()].length, 10_001);
  assert.throws(() => new Counter({ name: 'c', help, registers: [], maxSeries: 0 }), RangeError);
});

test('label values past 1,024 characters go to the series other', async () => {
  const register = new Registry();
  const counter = new Counter({ name: 'c', help, labelNames: ['path'], registers: [register] });
  counter.inc({ path: 'x'.repeat(1025) });
  counter.labels('y'.repeat(5000)).inc();
  counter.inc({ path: 'z'.repeat(1024) });
  assert.deepEqual(linesOf(await register.metrics()), ['c{path="other"} 2', `c{path="${'z'.repeat(1024)}"} 1`]);
});

test('lone surrogates do not make a series that is shown twice', async () => {
  const register = new Registry();
  const counter = new Counter({ name: 'c', help, labelNames: ['a'], registers: [register] });
  counter.inc({ a: '\ud800' });
  counter.inc({ a: '\udfff' });
  counter.labels('\ufffd').inc();
  assert.deepEqual(linesOf(await register.metrics()), ['c{a="\ufffd"} 3']);
  counter.remove('\ud800');
  assert.deepEqual(linesOf(await register.metrics()), []);
});

test('label sets that prom-client takes for one another are different series', async () => {
  const register = new Registry();
  const counter = new Counter({ name: 'c', help, labelNames: ['a', 'b'], registers: [register] });
  counter.inc({ a: '1', b: '2,b:3' });
  counter.inc({ a: '1,b:2', b: '3' });
  assert.equal(linesOf(await register.metrics()).length, 2);
});

test('NaN does not spoil a counter', async () => {
  const register = new Registry();
  const counter = new Counter({ name: 'c', help, registers: [register] });
  counter.inc(2);
  counter.inc(Number.NaN);
  counter.labels().inc(Number.NaN);
  assert.deepEqual(linesOf(await register.metrics()), ['c 2']);
});

test('counters and histograms with exemplars take plain calls and children', async () => {
  const register = new Registry<OpenMetricsContentType>(client.openMetricsContentType);
  const config = { help, labelNames: ['a'], registers: [register], enableExemplars: true } as const;
  const counter = new Counter({ ...config, name: 'c' });
  counter.inc(5);
  counter.labels('x').inc(2);
  const histogram = new Histogram({ ...config, name: 'h', buckets: [1] });
  histogram.observe(0.5);
  histogram.labels('x').startTimer()();
  const text = await register.metrics();
  assert.match(text, /^c_total 5$/m);
  assert.match(text, /^c_total\{a="x"\} 2$/m);
  assert.match(text, /^h_count 1$/m);
  assert.match(text, /^h_count\{a="x"\} 1$/m);
  const long = { trace: 'x'.repeat(130) };
  assert.throws(() => counter.inc({ labels: { a: 'x' }, exemplarLabels: long }), /smaller than 128/);
  assert.doesNotMatch(await register.metrics(), / # /);
});

test('what get gives is a copy', async () => {
  const gauge = new Gauge({ name: 'g', help, labelNames: ['a'], registers: [] });
  const labels = { a: 'x' };
  gauge.set(labels, 1);
  labels.a = 'changed';
  const read = await gauge.get();
  read.values[0]!.value = 99;
  read.values[0]!.labels.a = 'changed';
  assert.deepEqual((await gauge.get()).values, [{ value: 1, labels: { a: 'x' } }]);
});

test('default labels of one registry do not get into another', async () => {
  const [first, second] = [new Registry(), new Registry()];
  const counter = new Counter({ name: 'c', help, registers: [first, second] });
  first.setDefaultLabels({ env: 'first' });
  counter.inc();
  await first.getMetricsAsJSON();
  assert.deepEqual(linesOf(await first.metrics()), ['c{env="first"} 1']);
  assert.deepEqual(linesOf(await second.metrics()), ['c 1']);
});

test('labels answers with the same child for the same series', () => {
  const counter = new Counter({ name: 'c', help, labelNames: ['a', 'b'], registers: [] });
  counter.labels('x', '1').inc();
  assert.equal(counter.labels('x', '1'), counter.labels({ b: 1, a: 'x' }));
  const histogram = new Histogram({ name: 'h', help, labelNames: ['a'], registers: [] });
  histogram.labels('x').observe(1);
  assert.equal(histogram.labels('x'), histogram.labels('x'));
});

test('a metric that is refused is not registered', () => {
  const register = new Registry();
  assert.throws(() => new Histogram({ name: 'h', help, labelNames: ['le'], registers: [register] }));
  assert.equal(register.getSingleMetric('h'), undefined);
});

test('bounds of configurations', () => {
  const registers: [] = [];
  assert.throws(() => new Summary({ name: 's', help, registers, maxAgeSeconds: 1, ageBuckets: 1001 }), RangeError);
  assert.throws(() => new Summary({ name: 's', help, registers, percentiles: Array(1001).fill(0.5) }), RangeError);
  assert.throws(() => new Histogram({ name: 'h', help, registers, buckets: Array(10_001).fill(1) }), RangeError);
  assert.throws(() => client.linearBuckets(0, 1, 10_001), RangeError);
  const register = new Registry();
  for (let i = 0; i < 10_000; i++) register.registerMetric({ name: `m${i}`, get: () => undefined });
  assert.throws(() => new Gauge({ name: 'one_more', help, registers: [register] }), RangeError);
});

test('prom-client itself may register a metric of the drop-in', async () => {
  const { default: real } = await import('prom-client');
  const register = new real.Registry();
  const counter = new Counter({ name: 'c', help, labelNames: ['a'], registers: [register as never] });
  counter.inc({ a: 'x' });
  assert.match(await register.metrics(), /^c\{a="x"\} 1$/m);
});
