// What is pushed to real servers is what they answer with: remote write 1.0 and 2.0, OTLP, InfluxDB's line protocol. No real
// Pushgateway is at hand: its requests are compared with its documented API in packages/instrument/src/push.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  influx,
  otlpHttp,
  type PushStatistics,
  type PushTarget,
  remoteWrite,
  startPush,
} from '@chainpulse/instrument/push';
import { expectedSamples } from '../../../packages/instrument/src/exposition/testing/expected-samples.ts';
import { bounded } from '../../../packages/instrument/src/labels.ts';
import { Everything } from '../../../packages/instrument/src/profiles/testing/everything.ts';
import { Registry } from '../../../packages/instrument/src/registry.ts';
import { oraclePath, PROMETHEUS_3 } from '../../oracles/oracle-paths.ts';
import { skipWithout } from '../testing/server-process.ts';
import { askJson, INFLUX_1, PROMETHEUS_2, prometheus3, startReceiver, VICTORIA_METRICS } from './receivers.ts';

const LABELS = { job: 'node', instance: 'a:1' };
const RESOURCE = { 'service.name': 'node', 'service.instance.id': 'a:1' };
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

function filledRegistry(): Registry {
  const registry = new Registry();
  registry.gauge({ name: 'chain_height', help: 'Height.', unit: 'blocks' }).set(123_456_789);
  registry.gauge({ name: 'chain_efficiency_ratio', help: 'Efficiency.', unit: 'ratio' }).set(0.75);
  registry.gauge({ name: 'chain_load', help: 'Load.', unit: 'ratio' }).set(-0.5);
  const votes = registry.counter({
    name: 'chain_votes_sent_total',
    help: 'Votes.',
    unit: 'votes',
    labels: { type: ['prepare', 'commit'] },
  });
  votes.inc({ type: 'prepare' }, 3);
  votes.inc({ type: 'commit' }, 2 ** 40);
  registry.counter({ name: 'chain_cpu_seconds_total', help: 'CPU.', unit: 'seconds' }).inc(1.5);
  const commit = registry.histogram({
    name: 'chain_commit_duration_seconds',
    help: 'Commit.',
    unit: 'seconds',
    buckets: [0.25, 1, 2.5],
  });
  commit.observe(0.25);
  commit.observe(0.5);
  commit.observeWithExemplar(9, { trace_id: TRACE_ID });
  const latency = registry.exponentialHistogram({ name: 'chain_latency_seconds', help: 'Latency.', unit: 'seconds' });
  for (const value of [0, 0.1, 0.11, 1, 1.5, 300]) latency.observe(value);
  registry
    .info({ name: 'chain_build_info', help: 'Version.', labels: { version: ['1.2.3'] } })
    .set({ version: '1.2.3' });
  return registry;
}

/** The values of {@link filledRegistry} as series, but those of the exponential histogram. */
const EXPECTED: Readonly<Record<string, number>> = {
  'chain_build_info{version="1.2.3"}': 1,
  'chain_commit_duration_seconds_bucket{le="+Inf"}': 3,
  'chain_commit_duration_seconds_bucket{le="0.25"}': 1,
  'chain_commit_duration_seconds_bucket{le="1"}': 2,
  'chain_commit_duration_seconds_bucket{le="2.5"}': 2,
  chain_commit_duration_seconds_count: 3,
  chain_commit_duration_seconds_sum: 9.75,
  chain_cpu_seconds_total: 1.5,
  chain_efficiency_ratio: 0.75,
  chain_height: 123_456_789,
  chain_load: -0.5,
  'chain_votes_sent_total{type="commit"}': 2 ** 40,
  'chain_votes_sent_total{type="prepare"}': 3,
};

interface NativeHistogram {
  readonly count: string;
  readonly sum: string;
  readonly buckets: readonly (readonly [kind: number, lower: string, upper: string, count: string])[];
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly histogram?: readonly [number, NativeHistogram];
}

async function push(to: PushTarget, registry = filledRegistry()): Promise<PushStatistics> {
  const failures: string[] = [];
  const started = startPush({ registry, to, onError: ({ message }) => failures.push(message) });
  await started.flush();
  await started.flush();
  assert.deepEqual(failures, []);
  await started.stop();
  assert.deepEqual(failures, []);
  return started.statistics();
}

async function seriesOf(address: string): Promise<readonly Series[]> {
  const query = '{__name__=~"chain_.*",__name__!~"chain_runtime_.*"}';
  const { data } = await askJson<{ data: { result: Series[] } }>(`${address}/api/v1/query`, { query });
  return data.result;
}

/** Numbers by series, written as in the text format without the labels of the target. */
function numbersOf(series: readonly Series[]): Readonly<Record<string, number>> {
  const entries = series.flatMap(({ metric, value }) => {
    if (value === undefined) return [];
    const { __name__, job, instance, ...labels } = metric;
    assert.deepEqual({ job, instance }, LABELS);
    const pairs = Object.entries(labels).map(([name, text]) => `${name}="${text}"`);
    return [[`${__name__}${pairs.length === 0 ? '' : `{${pairs.sort().join(',')}}`}`, Number(value[1])] as const];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function assertNativeLatency(series: readonly Series[]): void {
  const histogram = series.find(({ metric }) => metric['__name__'] === 'chain_latency_seconds')?.histogram?.[1];
  assert.equal(histogram?.count, '6');
  assert.ok(Math.abs(Number(histogram?.sum) - 302.71) < 1e-9);
  const buckets = histogram?.buckets ?? [];
  for (const [value, count] of [
    [0, 1],
    [0.1, 1],
    [0.11, 1],
    [1, 1],
    [1.5, 1],
    [300, 1],
  ] as const) {
    const bucket = buckets.find(([, lower, upper]) => Number(lower) < value && value <= Number(upper));
    const zero = buckets.find(([, lower, upper]) => Number(lower) <= 0 && Number(upper) >= 0);
    assert.equal(Number((value === 0 ? zero : bucket)?.[3]), count, `${value} in ${JSON.stringify(buckets)}`);
  }
}

async function assertExemplar(address: string): Promise<void> {
  const { data } = await askJson<{ data: { exemplars: { labels: Record<string, string>; value: string }[] }[] }>(
    `${address}/api/v1/query_exemplars`,
    { query: 'chain_commit_duration_seconds_bucket', start: '0', end: String(Date.now() / 1000 + 60) },
  );
  const exemplars = data.flatMap((one) => one.exemplars.map(({ labels, value }) => ({ ...labels, value })));
  assert.deepEqual(exemplars, [{ trace_id: TRACE_ID, value: '9' }]);
}

describe('Prometheus 2.42', { skip: skipWithout([{ path: PROMETHEUS_2.binary, debianPackage: 'prometheus' }]) }, () => {
  it('takes remote write 1.0, native histograms and exemplars too', async (context) => {
    const address = await startReceiver(context, PROMETHEUS_2);
    await push(remoteWrite({ url: `${address}/api/v1/write`, version: 1, labels: LABELS }));
    const series = await seriesOf(address);
    assert.deepEqual(numbersOf(series), EXPECTED);
    assertNativeLatency(series);
    await assertExemplar(address);
  });

  it('is told by remote write 1.0 which series have ended', async (context) => {
    await assertEnds(await startReceiver(context, PROMETHEUS_2), 1);
  });

  it('takes remote write 2.0 for an empty request, and gets everything by 1.0', async (context) => {
    const address = await startReceiver(context, PROMETHEUS_2);
    const statistics = await push(remoteWrite({ url: `${address}/api/v1/write`, labels: LABELS }));
    assert.equal(statistics.dialect, 'remote write 1.0');
    const series = await seriesOf(address);
    assert.deepEqual(numbersOf(series), EXPECTED);
    assertNativeLatency(series);
  });
});

/** What a receiver shows of a gauge and of both kinds of histograms once they have ended. */
async function assertEnds(address: string, version: 1 | 2): Promise<void> {
  const registry = new Registry();
  const labels = { peer: bounded(9) };
  const score = registry.gauge({ name: 'chain_peer_score', help: 'Score.', labels });
  const classic = registry.histogram({ name: 'chain_peer_rtt_seconds', help: 'Time.', labels, buckets: [1] });
  const native = registry.exponentialHistogram({ name: 'chain_peer_delay_seconds', help: 'Delay.', labels });
  for (const peer of ['a', 'b']) {
    score.set({ peer }, 1);
    classic.observe({ peer }, 1);
    native.observe({ peer }, 1);
  }
  const to = remoteWrite({ url: `${address}/api/v1/write`, version, labels: LABELS });
  const failures: string[] = [];
  const started = startPush({ registry, to, onError: ({ message }) => failures.push(message) });
  await started.flush();
  const peers = async (): Promise<string[]> =>
    (await seriesOf(address)).map(({ metric }) => `${metric['__name__']} ${metric['peer']} ${metric['le'] ?? ''}`);
  const before = await peers();
  assert.equal(before.filter((text) => text.includes(' a ')).length, 6);
  for (const ended of [score, classic, native]) ended.remove({ peer: 'a' });
  await started.flush();
  assert.deepEqual(
    await peers(),
    before.filter((text) => text.includes(' b ')),
  );
  score.set({ peer: 'a' }, 2);
  await started.stop();
  assert.ok((await peers()).includes('chain_peer_score a '));
  assert.deepEqual(failures, []);
}

const PROMETHEUS_3_BINARY = oraclePath(PROMETHEUS_3);
const skip3 =
  PROMETHEUS_3_BINARY === undefined ? `no Prometheus 3 here: npm run oracles, or set ${PROMETHEUS_3.variable}` : false;

describe('Prometheus 3', { skip: skip3 }, () => {
  const kind = prometheus3(PROMETHEUS_3_BINARY ?? '');

  for (const version of [1, 2] as const) {
    it(`takes remote write ${version}.0, native histograms and exemplars too`, async (context) => {
      const address = await startReceiver(context, kind);
      const statistics = await push(remoteWrite({ url: `${address}/api/v1/write`, version, labels: LABELS }));
      assert.equal(statistics.dialect, `remote write ${version}.0`);
      const series = await seriesOf(address);
      assert.deepEqual(numbersOf(series), EXPECTED);
      assertNativeLatency(series);
      await assertExemplar(address);
    });
  }

  for (const version of [1, 2] as const) {
    it(`is told by remote write ${version}.0 which series have ended`, async (context) => {
      await assertEnds(await startReceiver(context, kind), version);
    });
  }

  for (const encoding of ['protobuf', 'json'] as const) {
    it(`takes OTLP as ${encoding} and gives every metric the name that a scrape shows`, async (context) => {
      const address = await startReceiver(context, kind);
      await push(otlpHttp({ url: `${address}/api/v1/otlp/v1/metrics`, encoding, resource: RESOURCE }));
      const series = await seriesOf(address);
      assert.deepEqual(numbersOf(series), EXPECTED);
      assertNativeLatency(series);
      await assertExemplar(address);
    });
  }
});

describe("Prometheus 3, by its default translation of OTLP's names", { skip: skip3 }, () => {
  it('gives every metric of the table the name and the values that a scrape shows', async (context) => {
    const address = await startReceiver(context, prometheus3(PROMETHEUS_3_BINARY ?? ''));
    const everything = new Everything();
    everything.nowMs = Date.now() - 1000;
    const { families } = everything.pass(1);
    const registry = new Registry();
    registry.attach({ families: () => families });
    await push(otlpHttp({ url: `${address}/api/v1/otlp/v1/metrics`, resource: RESOURCE }), registry);
    const query = '{__name__!="target_info",__name__!~"chain_runtime_push_.*",job="node"}';
    const { data } = await askJson<{ data: { result: Series[] } }>(`${address}/api/v1/query`, { query });
    const isOwn = ({ name }: { readonly name: string }): boolean => !name.startsWith('chain_runtime_push_');
    const expected = families.filter(isOwn).flatMap((family) =>
      family.type === 'exponential'
        ? family.points.map(({ labels }) => keyOf(family.name, labels))
        : expectedSamples(family).map(({ name, labels, value }) => {
            const own = labels.map(([label, text]) => ({ name: label, value: text.replace('Infinity', '+Inf') }));
            return `${keyOf(name, own)} ${value}`;
          }),
    );
    const shown = data.result.map(({ metric, value }) => {
      const { __name__: name = '', job: _job, instance: _instance, ...labels } = metric;
      const own = Object.entries(labels).map(([label, text]) => ({
        name: label,
        value: text.replace(/^(\d+)\.0$/, '$1'),
      }));
      return value === undefined ? keyOf(name, own) : `${keyOf(name, own)} ${Number(value[1])}`;
    });
    assert.ok(expected.length > 1000);
    assert.deepEqual(shown.sort(), expected.sort());
  });
});

function keyOf(name: string, labels: readonly { readonly name: string; readonly value: string }[]): string {
  const pairs = labels.map((label) => `${label.name}=${JSON.stringify(label.value)}`);
  return `${name}{${pairs.sort().join(',')}}`;
}

describe('VictoriaMetrics', {
  skip: skipWithout([{ path: VICTORIA_METRICS.binary, debianPackage: 'victoria-metrics' }]),
}, () => {
  it('takes remote write, after a try with 2.0, and exponential histograms as classic ones', async (context) => {
    const address = await startReceiver(context, VICTORIA_METRICS);
    const url = `${address}/api/v1/write`;
    const statistics = await push(remoteWrite({ url, labels: LABELS, exponentialAs: 'classic' }));
    assert.equal(statistics.dialect, 'remote write 1.0');
    await becomesVisible(address);
    const numbers = numbersOf(await seriesOf(address));
    const { chain_latency_seconds_count: count, ...others } = numbers;
    assert.equal(count, 6);
    assert.equal(others['chain_latency_seconds_bucket{le="+Inf"}'], 6);
    assert.equal(others['chain_latency_seconds_bucket{le="0.125"}'], 3);
    const rest = Object.entries(others).filter(([name]) => !name.startsWith('chain_latency_seconds'));
    assert.deepEqual(Object.fromEntries(rest), EXPECTED);
  });

  it("takes InfluxDB's line protocol", async (context) => {
    const address = await startReceiver(context, VICTORIA_METRICS);
    await push(influx({ url: address, database: 'node' }));
    await becomesVisible(address);
    const values = new Map(
      (await seriesOf(address)).map(({ metric, value }) => [
        `${metric['__name__']} ${metric['type'] ?? ''}`,
        value?.[1],
      ]),
    );
    assert.equal(values.get('chain_height_gauge '), '123456789');
    assert.equal(values.get('chain_votes_sent_total_counter commit'), String(2 ** 40));
    assert.equal(values.get('chain_commit_duration_seconds_sum '), '9.75');
  });
});

async function becomesVisible(address: string): Promise<void> {
  await fetch(`${address}/internal/force_flush`);
  while ((await seriesOf(address)).length === 0) await delay(50);
}

describe('InfluxDB 1.6', { skip: skipWithout([{ path: INFLUX_1.binary, debianPackage: 'influxdb' }]) }, () => {
  it('takes its line protocol and gives the values back', async (context) => {
    const address = await startReceiver(context, INFLUX_1);
    const database = 'node metrics';
    await askJson(`${address}/query`, { q: `CREATE DATABASE "${database}"` });
    await push(influx({ url: address, database }));
    const last = async (fields: string, from: string): Promise<unknown[]> => {
      const q = `SELECT ${fields} FROM ${from} ORDER BY time DESC LIMIT 1`;
      const { results } = await askJson<{ results: { series?: { values: unknown[][] }[] }[] }>(`${address}/query`, {
        q,
        db: database,
      });
      return results[0]?.series?.[0]?.values[0]?.slice(1) ?? [];
    };
    assert.deepEqual(await last('gauge', 'chain_height'), [123_456_789]);
    assert.deepEqual(await last('counter, type', `chain_votes_sent_total WHERE "type" = 'commit'`), [
      2 ** 40,
      'commit',
    ]);
    assert.deepEqual(
      await last('"0.25", "1", "2.5", "+Inf", "sum", "count"', 'chain_commit_duration_seconds'),
      [1, 2, 2, 3, 9.75, 3],
    );
    assert.deepEqual(await last('"+Inf"', 'chain_latency_seconds'), [6]);
    assert.deepEqual(await last('gauge, version', 'chain_build_info'), [1, '1.2.3']);
  });
});
