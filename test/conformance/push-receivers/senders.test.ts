// Real senders push to the monitor what they scraped themselves: Debian's Prometheus in remote write 1.0, Prometheus 3 in
// 2.0, both with exemplars and native histograms, and our own library in all that it speaks. What arrives is what the
// sender itself answers with, sample for sample.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { bounded, Registry } from '@chainpulse/instrument';
import { otlpHttp, remoteWrite, startPush } from '@chainpulse/instrument/push';
import { startMetricsServer } from '@chainpulse/instrument/server';
import { SteadyClock } from '../../../packages/monitor/src/model/clock.ts';
import { scriptedEngine, startTestServer } from '../../../packages/monitor/src/server/testing/test-server.ts';
import { labelText } from '../../../packages/monitor/src/sources/label-text.ts';
import { PushReceiver } from '../../../packages/monitor/src/sources/push/push-receiver.ts';
import {
  bitsOfNumber,
  CollectingAppender,
} from '../../../packages/monitor/src/sources/push/testing/collecting-appender.ts';
import { oraclePath, PROMETHEUS_3 } from '../../oracles/oracle-paths.ts';
import { becomesTrue, ServerProcess } from '../testing/server-process.ts';

const DEADLINE_MS = 30_000;
const STALE_BITS = '7ff0000000000002';
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

interface Sender {
  readonly name: string;
  readonly binary: string | undefined;
  readonly missing: string;
  readonly flags: readonly string[];
  readonly remoteWrite: readonly string[];
  readonly scrape: readonly string[];
  /** Prometheus 3 leaves it empty for a while even where it is told to send it. */
  readonly sendsMetadata: boolean;
}

const SENDERS: readonly Sender[] = [
  {
    name: "Debian's Prometheus in 1.0",
    binary: existsSync('/usr/bin/prometheus') ? '/usr/bin/prometheus' : undefined,
    missing: 'no /usr/bin/prometheus here: apt-get install prometheus',
    flags: ['--enable-feature=native-histograms,exemplar-storage'],
    remoteWrite: ['metadata_config: {send_interval: 1s}'],
    scrape: [],
    sendsMetadata: true,
  },
  {
    name: 'Prometheus 3 in 2.0',
    binary: oraclePath(PROMETHEUS_3),
    missing: 'no Prometheus 3: npm run oracles',
    flags: ['--enable-feature=exemplar-storage'],
    remoteWrite: ['protobuf_message: io.prometheus.write.v2.Request'],
    scrape: ['scrape_native_histograms: true', 'scrape_protocols: [PrometheusProto]'],
    sendsMetadata: false,
  },
];

describe('what real senders push', () => {
  for (const sender of SENDERS) {
    it(`${sender.name}: every sample, histogram and exemplar arrives`, {
      skip: sender.binary === undefined && sender.missing,
    }, async (t) => {
      const { url, appender, pushes } = await startMonitor(t);
      const target = await startMetricsServer({ registry: filledRegistry(), port: 0 });
      t.after(() => target.close());
      const prometheus = await startSender(t, sender, url, target.url);
      assert.ok(
        await becomesTrue(async () => (appender.samples.get(UP)?.length ?? 0) >= 5, DEADLINE_MS),
        prometheus.log,
      );
      await target.close();
      const endMs = Date.now();
      // The history up to now is complete at the sender once it has scraped again; what is under way comes.
      const isSame = async () => {
        const theirs = await matrixOf(prometheus, endMs);
        return theirs.size > 0 && JSON.stringify([...theirs]) === JSON.stringify([...oursUntil(appender, endMs)]);
      };
      if (!(await becomesTrue(isSame, DEADLINE_MS))) {
        assert.deepEqual(oursUntil(appender, endMs), await matrixOf(prometheus, endMs));
      }
      const series = [...(await matrixOf(prometheus, endMs)).values()].flat();
      assert.ok(
        series.some((point) => point.includes('count')),
        'native histograms were among them',
      );
      assert.deepEqual(new Set(pushes.map(({ outcome }) => outcome)), new Set(['ok']));
      const exemplars = [...appender.exemplars.values()].flat();
      assert.ok(
        exemplars.some(({ labels }) => labels.some(({ value }) => value === TRACE_ID)),
        'exemplars were among them',
      );
      if (sender.sendsMetadata) {
        const typeOf = () => appender.metadata.find(({ name }) => name === 'chain_wait_seconds')?.type;
        assert.ok(
          await becomesTrue(async () => typeOf() === 'histogram', DEADLINE_MS),
          JSON.stringify(appender.metadata),
        );
      }
      // The target went away, and its series ended.
      const hasEnded = async () => appender.samples.get(BLOCKS)?.at(-1)?.bits === STALE_BITS;
      assert.ok(await becomesTrue(hasEnded, DEADLINE_MS));
    });
  }

  const OWN = {
    'remote write 1.0': (url: string) => remoteWrite({ url: `${url}/api/v1/write`, version: 1 }),
    'remote write 2.0': (url: string) => remoteWrite({ url: `${url}/api/v1/write`, version: 2 }),
    OTLP: (url: string) => otlpHttp({ url: `${url}/api/v1/otlp/v1/metrics` }),
  };
  for (const [name, targetOf] of Object.entries(OWN)) {
    it(`our own library in ${name}`, async (t) => {
      const { url, appender, pushes } = await startMonitor(t);
      const push = startPush({ registry: filledRegistry(), to: targetOf(url), intervalMs: 3_600_000 });
      await push.stop();
      assert.deepEqual(
        new Set(pushes.map(({ outcome }) => outcome)),
        new Set(['ok']),
        JSON.stringify(push.statistics()),
      );
      const bits = [...appender.samples].find(([series]) => series.includes('chain_blocks_total'))?.[1][0]?.bits;
      assert.equal(bits, bitsOfNumber(41));
      const native = [...appender.samples].find(([series]) => series.includes('"chain_verify_seconds"'))?.[1][0]
        ?.histogram;
      assert.equal(native?.count, 4);
      assert.ok(appender.metadata.some(({ name, help }) => name.startsWith('chain_blocks') && help === 'Blocks.'));
    });
  }
});

const UP = labelText([
  { name: '__name__', value: 'up' },
  { name: 'instance', value: 'target' },
  { name: 'job', value: 'node' },
]);
const BLOCKS = UP.replace('"up"', '"chain_blocks_total"');

function filledRegistry(): Registry {
  const registry = new Registry();
  registry.counter({ name: 'chain_blocks_total', help: 'Blocks.' }).inc(41);
  registry
    .gauge({ name: 'chain_score_ratio', help: 'Score.', labels: { peer: bounded(4) } })
    .set({ peer: 'a "b" \\ é\n' }, -0.25);
  const classic = registry.histogram({ name: 'chain_wait_seconds', help: 'Wait.', unit: 'seconds', buckets: [0.1, 1] });
  classic.observeWithExemplar(0.5, { trace_id: TRACE_ID });
  const native = registry.exponentialHistogram({ name: 'chain_verify_seconds', help: 'Verify.', unit: 'seconds' });
  for (const value of [0, 0.003, 0.02, 40]) native.observe(value);
  return registry;
}

async function startMonitor(t: TestContext) {
  const clock = new SteadyClock();
  const appender = new CollectingAppender();
  const receiver = new PushReceiver({ appender, clock });
  const engine = scriptedEngine({ push: (request, signal) => receiver.push(request, signal) });
  const server = await startTestServer(t, { engine, clock });
  return { ...server, appender };
}

async function startSender(t: TestContext, sender: Sender, url: string, targetUrl: string): Promise<ServerProcess> {
  const server = await ServerProcess.start({
    binary: sender.binary!,
    readyPath: '/-/ready',
    prepare: async (directory, port) => {
      const config = join(directory, 'prometheus.yml');
      await writeFile(
        config,
        [
          'global: {scrape_interval: 250ms, scrape_timeout: 200ms}',
          'scrape_configs:',
          '  - job_name: node',
          ...sender.scrape.map((line) => `    ${line}`),
          `    static_configs: [{targets: ['${new URL(targetUrl).host}'], labels: {instance: target}}]`,
          'remote_write:',
          `  - url: ${url}/api/v1/write`,
          '    send_exemplars: true',
          '    send_native_histograms: true',
          '    queue_config: {batch_send_deadline: 500ms}',
          ...sender.remoteWrite.map((line) => `    ${line}`),
          '',
        ].join('\n'),
      );
      return [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        ...sender.flags,
      ];
    },
  });
  t.after(() => server.stop());
  return server;
}

/** All samples of the sender's own history until then, as text: the value to the bit, or count and sum of a histogram. */
async function matrixOf({ address }: ServerProcess, endMs: number): Promise<Map<string, string[]>> {
  const parameters = new URLSearchParams({ query: '{job="node"}[1h]', time: String(endMs / 1000) });
  const answer = await fetch(`${address}/api/v1/query?${parameters.toString()}`);
  const { data } = (await answer.json()) as {
    data: {
      result: {
        metric: Record<string, string>;
        values?: [number, string][];
        histograms?: [number, { count: string; sum: string }][];
      }[];
    };
  };
  const series = data.result.map(({ metric, values = [], histograms = [] }) => {
    const pairs = Object.entries(metric).map(([name, value]) => ({ name, value }));
    const text = labelText(pairs.sort((a, b) => (a.name < b.name ? -1 : 1)));
    const points = [
      ...values.map(([time, value]) => pointText(time * 1000, bitsOfNumber(Number(value)))),
      ...histograms.map(([time, { count, sum }]) =>
        pointText(time * 1000, `count ${Number(count)} sum ${Number(sum)}`),
      ),
    ];
    return [text, points] as const;
  });
  return sorted(series);
}

/** The same of what arrived. Stale markers are no points of a matrix. */
function oursUntil({ samples }: CollectingAppender, endMs: number): Map<string, string[]> {
  const series = [...samples].map(([text, points]) => {
    const shown = points
      .filter(({ timeMs, bits }) => timeMs <= endMs && bits !== STALE_BITS)
      .map(({ timeMs, bits, histogram }) =>
        pointText(timeMs, histogram === undefined ? bits : `count ${histogram.count} sum ${histogram.sum}`),
      );
    return [text, shown] as const;
  });
  return sorted(series.filter(([, points]) => points.length > 0));
}

function pointText(timeMs: number, value: string): string {
  return `${Math.round(timeMs)}: ${value}`;
}

function sorted(series: readonly (readonly [string, string[]])[]): Map<string, string[]> {
  return new Map(series.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([text, points]) => [text, points]));
}
