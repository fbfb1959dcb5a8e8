// Registries of the real libraries, read and shown.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import platformatic from '@platformatic/prom-client';
import prometheusIo from '@prometheus-io/client';
import promClient from 'prom-client';
import { renderText } from '../../exposition/text.ts';
import { Registry } from '../../registry.ts';
import { promClientSource } from './prom-client-registry.ts';

const LIBRARIES = {
  'prom-client': promClient,
  '@prometheus-io/client': prometheusIo as unknown as typeof promClient,
  '@platformatic/prom-client': platformatic as unknown as typeof promClient,
};

const help = 'Some help.';

/** The samples of a text, with labels sorted and numbers in one form, in any order. */
function samplesOf(text: string): string[] {
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return samples
    .map((line) => {
      const [, name, labels, value] = /^([^{ ]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? assert.fail(line);
      return `${name}{${(labels ?? '')
        .split(/(?<="),/)
        .sort()
        .join()}} ${Number(value!.replace('Inf', 'Infinity'))}`;
    })
    .sort();
}

for (const [name, client] of Object.entries(LIBRARIES)) {
  test(`a registry of ${name} is shown with its values`, async () => {
    const register = new client.Registry();
    register.setDefaultLabels({ app: 'shop' });
    const config = { help, labelNames: ['a', 'b'], registers: [register] };
    new client.Counter({ ...config, name: 'c_total' }).inc({ a: 'quote"', b: 'back\\slash' }, 3);
    const gauge = new client.Gauge({ ...config, name: 'g', aggregator: 'max' });
    gauge.set({ b: 'y' }, -1.5);
    gauge.set({ a: 'inf' }, Number.POSITIVE_INFINITY);
    const histogram = new client.Histogram({ ...config, name: 'h', buckets: [0.1, 1, 10] });
    for (const value of [0.05, 0.5, 0.5, 5, 50]) histogram.observe({ a: 'x' }, value);
    histogram.observe({ a: 'y', b: 'z' }, 1);
    const summary = new client.Summary({ ...config, name: 's', percentiles: [0.5, 0.9] });
    for (const value of [1, 2, 3]) summary.observe({ a: 'x' }, value);

    const own = new Registry();
    const source = promClientSource(register);
    own.attach(source);
    await own.refresh();
    assert.deepEqual(samplesOf(renderText(own)), samplesOf(await register.metrics()));
    const families = source.families();
    assert.deepEqual(
      families.map((family) => family.type),
      ['counter', 'gauge', 'histogram', 'summary'],
    );
    assert.deepEqual(
      families[2]!.points.map((point) => 'counts' in point && point.counts),
      [
        [1, 2, 1, 1],
        [0, 1, 0, 0],
      ],
    );
    assert.equal(families[1]!.merge, 'max');

    const labels = families[0]!.points[0]!.labels;
    gauge.set({ b: 'y' }, 5);
    await source.refresh();
    assert.equal(source.families()[0]!.points[0]!.labels, labels);
  });

  test(`default metrics of ${name} are shown`, async () => {
    const register = new client.Registry();
    client.collectDefaultMetrics({ register });
    const source = promClientSource(register);
    assert.deepEqual(source.families(), []);
    await source.refresh();
    const names = source.families().map((family) => family.name);
    assert.ok(
      names.includes('process_cpu_seconds_total') && names.includes('nodejs_gc_duration_seconds'),
      names.join(),
    );
  });
}

test('exemplars come along, and counters of an OpenMetrics registry have _total', async () => {
  const register = new promClient.Registry();
  register.setContentType(promClient.openMetricsContentType as never);
  const config = { help, registers: [register], enableExemplars: true };
  const counter = new promClient.Counter({ ...config, name: 'c_total' });
  counter.inc({ value: 2, exemplarLabels: { trace_id: 'abc' } as never });
  const histogram = new promClient.Histogram({ ...config, name: 'h', buckets: [1] });
  histogram.observe({ value: 7, exemplarLabels: { trace_id: 'def' } as never });
  await register.metrics();
  const source = promClientSource(register);
  await source.refresh();
  const [first, second] = source.families();
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(first.name, 'c_total');
  const exemplar = (first.points[0] as { exemplar: { labels: unknown; value: number; timestampMs: number } }).exemplar;
  assert.deepEqual(exemplar.labels, [{ name: 'trace_id', value: 'abc' }]);
  assert.equal(exemplar.value, 2);
  assert.ok(Math.abs(exemplar.timestampMs - Date.now()) < 3_600_000);
  const { exemplars } = second.points[0] as { exemplars: readonly ({ value: number } | undefined)[] };
  assert.deepEqual(
    exemplars.map((one) => one?.value),
    [undefined, 7],
  );
});

test('a reading that fails shows nothing, and the next one shows all again', async () => {
  const register = new promClient.Registry();
  let isBroken = false;
  new promClient.Gauge({
    name: 'g',
    help,
    registers: [register],
    collect() {
      if (isBroken) throw new Error('broken');
    },
  });
  const source = promClientSource(register);
  await source.refresh();
  assert.equal(source.families().length, 1);
  isBroken = true;
  await assert.rejects(source.refresh(), /broken/);
  assert.deepEqual(source.families(), []);
  isBroken = false;
  await source.refresh();
  assert.equal(source.families().length, 1);
});

test('label sets past maxSeries are left out and counted', async () => {
  const register = new promClient.Registry();
  const gauge = new promClient.Gauge({ name: 'g', help, labelNames: ['a'], registers: [register] });
  for (let a = 0; a < 5; a++) gauge.set({ a }, a);
  new promClient.Gauge({ name: 'late', help, registers: [register] });
  const source = promClientSource(register, { maxSeries: 3 });
  await source.refresh();
  assert.deepEqual(
    source.families().map((family) => family.points.length),
    [3, 0],
  );
  assert.equal(source.droppedSeries(), 3);
});

test('what has the wrong shape is left out', async () => {
  const bad: unknown[] = [
    undefined,
    5,
    { name: 'a' },
    { name: 'b', type: 'gauge', values: 5 },
    { name: 'c', type: 'untyped', values: [] },
    { name: 'd', type: 'gauge', values: [undefined, { value: 'x' }, { labels: 5, value: 1 }] },
    { name: 'e', type: 'histogram', values: [{ value: 1, labels: { le: 'x' }, metricName: 'e_bucket' }] },
    {
      name: 'f',
      type: 'histogram',
      values: [
        { value: 1, labels: { le: 1 }, metricName: 'f_bucket' },
        { value: 1, labels: { le: 2, a: 'x' }, metricName: 'f_bucket' },
      ],
    },
  ];
  const source = promClientSource({ getMetricsAsJSON: () => bad });
  await source.refresh();
  assert.deepEqual(
    source.families().map(({ name, points }) => [name, points.length]),
    [
      ['d', 1],
      ['e', 1],
      ['f', 1],
    ],
  );
  for (const answer of [undefined, 'x', {}]) {
    const none = promClientSource({ getMetricsAsJSON: () => answer });
    await none.refresh();
    assert.deepEqual(none.families(), []);
  }
});

test('what was read stays until the next reading has ended, and a reading that hangs is given up', async () => {
  const pending: ((metrics: unknown) => void)[] = [];
  const source = promClientSource({ getMetricsAsJSON: () => new Promise((resolve) => pending.push(resolve)) });
  const metrics = [{ name: 'a_total', help: 'A.', type: 'counter', values: [{ value: 1, labels: {} }] }];
  const first = source.refresh();
  pending[0]!(metrics);
  await first;
  void source.refresh();
  assert.equal(source.families().length, 1);
  void source.refresh();
  assert.equal(source.families().length, 0);
});

test('what is no registry of prom-client is refused', () => {
  for (const register of [undefined, {}]) {
    assert.throws(() => promClientSource(register as never), { code: 'option_invalid' });
  }
});
