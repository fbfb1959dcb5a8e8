// Debian's Prometheus scrapes the same snapshot in its three formats and answers with the same values: whatever the format, a
// query finds what was recorded.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { TEXT_CONTENT_TYPE } from '@chainpulse/instrument';
import {
  OPENMETRICS_CONTENT_TYPE,
  renderOpenMetrics,
} from '../../../packages/instrument/src/exposition/openmetrics.ts';
import { PROTOBUF_CONTENT_TYPE, renderProtobuf } from '../../../packages/instrument/src/exposition/protobuf.ts';
import { renderSnapshotText } from '../../../packages/instrument/src/exposition/snapshot-text.ts';
import { becomesTrue, ServerProcess, skipWithout } from '../testing/server-process.ts';
import { OBSERVATIONS, ODD_LABEL, sampleSnapshot, TRACE_ID } from './sample-snapshot.ts';

const PROMETHEUS = { path: '/usr/bin/prometheus', debianPackage: 'prometheus' };
const PROMTOOL = { path: '/usr/bin/promtool', debianPackage: 'prometheus' };
const SCRAPE_DEADLINE_MS = 30_000;

/** A bucket of the exponential histograms here is at most an eighth of an octave wide. */
const BUCKET_WIDTH_RATIO = 2 ** (1 / 8) - 1;

const JOBS = ['text', 'openmetrics', 'protobuf'] as const;
type Job = (typeof JOBS)[number];

const snapshot = sampleSnapshot();
const PAGES: Readonly<Record<Job, readonly [contentType: string, body: Uint8Array]>> = {
  text: [TEXT_CONTENT_TYPE, renderSnapshotText(snapshot)],
  openmetrics: [OPENMETRICS_CONTENT_TYPE, renderOpenMetrics(snapshot)],
  protobuf: [PROTOBUF_CONTENT_TYPE, renderProtobuf(snapshot)],
};

interface ApiAnswer<T> {
  readonly status: string;
  readonly data: T;
}

interface ApiVector {
  readonly result: readonly { readonly metric: Record<string, string>; readonly value: readonly [number, string] }[];
}

interface ApiExemplars {
  readonly seriesLabels: Record<string, string>;
  readonly exemplars: readonly { readonly labels: Record<string, string>; readonly value: string }[];
}

describe('Prometheus', { skip: skipWithout([PROMETHEUS]) }, () => {
  let target: Server;
  let prometheus: ServerProcess;

  before(async () => {
    target = createServer((request, response) => {
      const [contentType, body] = PAGES[(request.url ?? '').slice(1) as Job];
      response.writeHead(200, { 'Content-Type': contentType }).end(body);
    }).listen(0, '127.0.0.1');
    await once(target, 'listening');
    const { port } = target.address() as AddressInfo;
    prometheus = await ServerProcess.start({
      binary: PROMETHEUS.path,
      readyPath: '/-/ready',
      prepare: (directory, ownPort) => prepare(directory, ownPort, port),
    });
    const isScraped = async (): Promise<boolean> => (await query('sum(up)'))[0]?.value === 3;
    assert.ok(await becomesTrue(isScraped, SCRAPE_DEADLINE_MS), await scrapeErrors());
  });

  after(async () => {
    target.closeAllConnections();
    target.close();
    await prometheus.stop();
  });

  async function api<T>(path: string, parameters: Record<string, string>): Promise<T> {
    const answer = await fetch(`${prometheus.address}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    const { status, data } = (await answer.json()) as ApiAnswer<T>;
    assert.equal(status, 'success', path);
    return data;
  }

  async function query(expression: string): Promise<{ metric: Record<string, string>; value: number }[]> {
    const { result } = await api<ApiVector>('query', { query: expression });
    return result.map(({ metric, value: [, text] }) => ({ metric, value: Number(text.replace('Inf', 'Infinity')) }));
  }

  /** The value of the one series that the expression has. */
  async function only(expression: string): Promise<number> {
    const series = await query(expression);
    assert.equal(series.length, 1, `${expression}: ${JSON.stringify(series)}`);
    return series[0]!.value;
  }

  async function scrapeErrors(): Promise<string> {
    const { activeTargets } = await api<{ activeTargets: readonly { lastError: string }[] }>('targets', {});
    return activeTargets.map(({ lastError }) => lastError).join('\n');
  }

  for (const job of JOBS) {
    it(`answers with the values of counters, gauges, infos, state sets, summaries from ${job}`, async () => {
      const of = `job="${job}"`;
      assert.equal(await only(`chain_blocks_total{${of}}`), 41);
      assert.equal(await only(`chain_votes_total{${of},type="commit"}`), 2 ** 53 - 1);
      assert.equal(await only(`chain_votes_total{${of},type="prepare"}`), 0);
      const scores = await query(`chain_peer_score_ratio{${of}}`);
      assert.deepEqual(
        new Map(scores.map(({ metric, value }) => [metric['peer'], value])),
        new Map([
          [ODD_LABEL, -0.1],
          ['tiny', 1e-9],
          ['infinite', Infinity],
        ]),
      );
      assert.equal(await only(`chain_build_info{${of},version="1.2.3"}`), 1);
      assert.equal(await only(`chain_sync_mode{${of},state="snap"}`), 1);
      assert.equal(await only(`chain_sync_mode{${of},state="full"}`), 0);
      assert.equal(await only(`other_thing{${of}}`), 7.5);
      assert.equal(await only(`other_request_seconds{${of},code="200",quantile="0.5"}`), 0.25);
      assert.equal(await only(`other_request_seconds_sum{${of}}`), 12.5);
      assert.equal(await only(`other_request_seconds_count{${of}}`), 30);
    });

    it(`answers with the buckets of classic histograms from ${job}`, async () => {
      const of = `job="${job}",path="/a"`;
      const buckets = await query(`chain_commit_latency_seconds_bucket{${of}}`);
      assert.deepEqual(
        new Map(buckets.map(({ metric, value }) => [Number(metric['le']?.replace('Inf', 'Infinity')), value])),
        new Map([0.01, 0.1, 1, 10, Infinity].map((le) => [le, OBSERVATIONS.filter((value) => value <= le).length])),
      );
      assert.equal(await only(`chain_commit_latency_seconds_count{${of}}`), OBSERVATIONS.length);
      assert.equal(await only(`chain_commit_latency_seconds_sum{${of}}`), sum(OBSERVATIONS));
    });
  }

  for (const job of ['text', 'openmetrics'] as const) {
    it(`answers with classic buckets for exponential histograms from ${job}`, async () => {
      const of = `job="${job}"`;
      for (const [name, values] of [
        ['chain_verify_duration_seconds', OBSERVATIONS],
        ['chain_clock_offset_seconds', [...OBSERVATIONS.map((value) => -value), ...OBSERVATIONS.map(() => 0)]],
      ] as const) {
        const buckets = await query(`${name}_bucket{${of}}`);
        for (const { metric, value } of buckets) {
          const le = Number(metric['le']?.replace('Inf', 'Infinity'));
          assert.equal(value, values.filter((one) => one <= le).length, `${name} at ${le}`);
        }
        assert.ok(buckets.length > 5);
        assert.equal(await only(`${name}_count{${of}}`), values.length);
        assert.equal(await only(`${name}_sum{${of}}`), sum(values));
      }
      const median = await only(`histogram_quantile(0.5, chain_verify_duration_seconds_bucket{${of}})`);
      assert.ok(median > 0.5 && median <= 1, `${median}`);
    });
  }

  it('keeps exponential histograms as native ones from protobuf', async () => {
    const native = 'chain_verify_duration_seconds{job="protobuf"}';
    assert.deepEqual(await query('chain_verify_duration_seconds_count{job="protobuf"}'), []);
    assert.equal(await only(`histogram_count(${native})`), OBSERVATIONS.length);
    assert.equal(await only(`histogram_sum(${native})`), sum(OBSERVATIONS));
    const sorted = [...OBSERVATIONS].sort((a, b) => a - b);
    for (const [quantile, value] of [
      [0.5, sorted[4]!],
      [1, sorted.at(-1)!],
    ] as const) {
      const answer = await only(`histogram_quantile(${quantile}, ${native})`);
      assert.ok(Math.abs(answer / value - 1) < BUCKET_WIDTH_RATIO, `${quantile}: ${answer}, not ${value}`);
    }
    // The share at or below the bound of a bucket is exact: 1 is one at every scale.
    assert.equal(await only(`histogram_fraction(-Inf, 1, ${native})`), 5 / 9);
    const offset = 'chain_clock_offset_seconds{job="protobuf"}';
    assert.equal(await only(`histogram_count(${offset})`), 2 * OBSERVATIONS.length);
    assert.equal(await only(`histogram_sum(${offset})`), -sum(OBSERVATIONS));
    assert.equal(await only(`histogram_fraction(-Inf, -1, ${offset})`), 4 / 18);
    const lowest = await only(`histogram_quantile(0, ${offset})`);
    assert.ok(Math.abs(lowest / -40 - 1) < BUCKET_WIDTH_RATIO, `${lowest}`);
  });

  it('keeps exemplars of counters and buckets from OpenMetrics and protobuf', async () => {
    const range = { start: String(Date.now() / 1000 - 600), end: String(Date.now() / 1000 + 600) };
    for (const job of ['openmetrics', 'protobuf']) {
      const counters = await api<readonly ApiExemplars[]>('query_exemplars', {
        query: `chain_blocks_total{job="${job}"}`,
        ...range,
      });
      assert.deepEqual(
        counters.map(({ exemplars }) => exemplars.map(({ labels, value }) => ({ labels, value }))),
        [[{ labels: { trace_id: TRACE_ID }, value: '41' }]],
      );
      const buckets = await api<readonly ApiExemplars[]>('query_exemplars', {
        query: `chain_commit_latency_seconds_bucket{job="${job}"}`,
        ...range,
      });
      assert.deepEqual(
        new Map(
          buckets.map(({ seriesLabels, exemplars }) => [
            Number(seriesLabels['le']?.replace('Inf', 'Infinity')),
            exemplars.map(({ labels, value }) => [labels['trace_id'], Number(value)]),
          ]),
        ),
        new Map([
          [0.01, [[TRACE_ID, 0.003]]],
          [0.1, [[TRACE_ID, 0.02]]],
          [1, [[TRACE_ID, 0.7]]],
          [10, [[TRACE_ID, 2.5]]],
          [Infinity, [[TRACE_ID, 40]]],
        ]),
      );
    }
  });

  it('learns types, helps and units, and times of creation from OpenMetrics', async () => {
    const metadata = await api<Record<string, readonly { type: string; help: string; unit: string }[]>>('metadata', {});
    assert.deepEqual(metadata['chain_verify_duration_seconds']?.map(({ type }) => type).includes('histogram'), true);
    assert.ok(metadata['chain_build']?.some(({ type }) => type === 'info'));
    assert.ok(metadata['chain_commit_latency_seconds']?.some(({ unit }) => unit === 'seconds'));
    assert.ok(metadata['chain_blocks']?.some(({ help }) => help === 'Blocks \\ "seen"\nhere.'));
    assert.ok(metadata['chain_blocks_total']?.some(({ help }) => help === 'Blocks \\ "seen"\nhere.'));
    const family = snapshot.families.find(({ name }) => name === 'chain_blocks_total');
    assert.equal(await only('chain_blocks_created * 1000'), family?.points[0]?.createdMs);
  });
});

it('gives promtool nothing to complain about in the text format', { skip: skipWithout([PROMTOOL]) }, () => {
  const { stdout, stderr, status } = spawnSync(PROMTOOL.path, ['check', 'metrics'], {
    input: renderSnapshotText(snapshot),
    encoding: 'utf8',
  });
  assert.equal(stdout + stderr, '');
  assert.equal(status, 0);
});

async function prepare(directory: string, port: number, targetPort: number): Promise<readonly string[]> {
  const jobs = JOBS.map(
    (job) => `
  - job_name: ${job}
    metrics_path: /${job}
    static_configs:
      - targets: ['127.0.0.1:${targetPort}']`,
  );
  const config = join(directory, 'prometheus.yml');
  await writeFile(config, `global:\n  scrape_interval: 1s\nscrape_configs:${jobs.join('')}\n`);
  return [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--enable-feature=native-histograms,exemplar-storage',
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
