// Debian's Prometheus scrapes the metrics server over its sockets: as it comes, which asks for OpenMetrics, and with native
// histograms, which asks for protobuf; once with a token over TLS. What it then answers is what was recorded.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bounded, Registry } from '@chainpulse/instrument';
import { type MetricsServer, startMetricsServer } from '@chainpulse/instrument/server';
import { becomesTrue, ServerProcess, skipWithout } from '../testing/server-process.ts';

const PROMETHEUS = { path: '/usr/bin/prometheus', debianPackage: 'prometheus' };
const OPENSSL = { path: '/usr/bin/openssl', debianPackage: 'openssl' };
const SCRAPE_DEADLINE_MS = 30_000;
const BEARER_TOKEN = 'a-token-of-this-test';
const OBSERVATIONS = [0.003, 0.02, 0.02, 0.3, 0.7, 2.5, 40];

const RENDERS = 'chain_runtime_instrument_render_duration_seconds_count';

interface ApiVector {
  readonly data: {
    readonly result: readonly { readonly metric: Record<string, string>; readonly value: readonly [number, string] }[];
  };
}

function recordedRegistry(): Registry {
  const registry = new Registry();
  registry.counter({ name: 'chain_blocks_total', help: 'Blocks.' }).inc(41);
  registry
    .gauge({ name: 'chain_score_ratio', help: 'Score.', labels: { peer: bounded(4) } })
    .set({ peer: 'a "b" \\ é\n' }, -0.25);
  const classic = registry.histogram({ name: 'chain_wait_seconds', help: 'Wait.', unit: 'seconds', buckets: [0.1, 1] });
  const native = registry.exponentialHistogram({ name: 'chain_verify_seconds', help: 'Verify.', unit: 'seconds' });
  for (const value of OBSERVATIONS) {
    classic.observe(value);
    native.observe(value);
  }
  return registry;
}

for (const features of [[], ['--enable-feature=native-histograms']] as const) {
  const isNative = features.length > 0;
  const format = isNative ? 'protobuf' : 'openmetrics';

  describe(`Prometheus ${isNative ? 'with native histograms' : 'as it comes'}`, {
    skip: skipWithout([PROMETHEUS]),
  }, () => {
    let server: MetricsServer;
    let guarded: MetricsServer | undefined;
    let prometheus: ServerProcess;

    before(async () => {
      server = await startMetricsServer({ registry: recordedRegistry(), port: 0 });
      guarded = existsSync(OPENSSL.path) ? await startGuarded() : undefined;
      const targets = [server, ...(guarded === undefined ? [] : [guarded])];
      prometheus = await ServerProcess.start({
        binary: PROMETHEUS.path,
        readyPath: '/-/ready',
        prepare: async (directory, port) => {
          const config = join(directory, 'prometheus.yml');
          await writeFile(config, configFor(server, guarded));
          return [
            `--config.file=${config}`,
            `--storage.tsdb.path=${join(directory, 'data')}`,
            `--web.listen-address=127.0.0.1:${port}`,
            ...features,
          ];
        },
      });
      const isScraped = async (): Promise<boolean> => (await query('sum(up)'))[0]?.value === targets.length;
      assert.ok(await becomesTrue(isScraped, SCRAPE_DEADLINE_MS), prometheus.log);
    });

    after(async () => {
      await prometheus.stop();
      await server.close();
      await guarded?.close();
    });

    async function query(expression: string): Promise<{ metric: Record<string, string>; value: number }[]> {
      const answer = await fetch(
        `${prometheus.address}/api/v1/query?${new URLSearchParams({ query: expression }).toString()}`,
      );
      const { data } = (await answer.json()) as ApiVector;
      return data.result.map(({ metric, value: [, text] }) => ({ metric, value: Number(text) }));
    }

    async function only(expression: string): Promise<number> {
      const series = await query(expression);
      assert.equal(series.length, 1, `${expression}: ${JSON.stringify(series)}`);
      return series[0]!.value;
    }

    it('answers with the values that were recorded', async () => {
      assert.equal(await only('chain_blocks_total{job="plain"}'), 41);
      const [score] = await query('chain_score_ratio{job="plain"}');
      assert.equal(score?.value, -0.25);
      assert.equal(score?.metric['peer'], 'a "b" \\ é\n');
      assert.equal(await only('chain_wait_seconds_count{job="plain"}'), OBSERVATIONS.length);
      assert.equal(await only('chain_wait_seconds_bucket{job="plain",le="0.1"}'), 3);
      const count = isNative
        ? 'histogram_count(chain_verify_seconds{job="plain"})'
        : 'chain_verify_seconds_count{job="plain"}';
      assert.equal(await only(count), OBSERVATIONS.length);
    });

    it(`was given ${format}, and nothing else`, async () => {
      const isSeen = async (): Promise<boolean> => {
        return ((await query(`${RENDERS}{job="plain",format="${format}"}`))[0]?.value ?? 0) > 0;
      };
      assert.ok(await becomesTrue(isSeen, SCRAPE_DEADLINE_MS));
      assert.equal(await only(`sum(${RENDERS}{job="plain",format!="${format}"})`), 0);
    });

    it('gets through with the token, over TLS', { skip: skipWithout([OPENSSL]) }, async () => {
      assert.equal(await only('chain_blocks_total{job="guarded"}'), 41);
    });
  });
}

async function startGuarded(): Promise<MetricsServer> {
  const subject = '-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -days 2'.split(' ');
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout -'.split(' ');
  const pem = execFileSync(OPENSSL.path, ['req', '-x509', ...key, ...subject], { stdio: ['ignore', 'pipe', 'ignore'] });
  return await startMetricsServer({
    registry: recordedRegistry(),
    port: 0,
    tls: { key: pem, cert: pem },
    authorization: { bearerToken: BEARER_TOKEN },
  });
}

function configFor(plain: MetricsServer, guarded: MetricsServer | undefined): string {
  const job = `global:
  scrape_interval: 1s
scrape_configs:
  - job_name: plain
    static_configs:
      - targets: ['127.0.0.1:${plain.port}']
`;
  if (guarded === undefined) return job;
  return `${job}  - job_name: guarded
    scheme: https
    tls_config:
      insecure_skip_verify: true
    authorization:
      credentials: ${BEARER_TOKEN}
    static_configs:
      - targets: ['127.0.0.1:${guarded.port}']
`;
}
