// The same pages of protobuf, scraped by Prometheus 3 and by us, with native histograms off, on, and beside classic ones: the
// same pages are refused, the others give the same series, values, histograms and exemplars. The pages are odd ones, that of
// our own library, and those that Prometheus 2 and 3 show of themselves.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PROTOBUF_CONTENT_TYPE, renderProtobuf } from '../../../packages/instrument/src/exposition/protobuf.ts';
import type { NativeHistogram } from '../../../packages/monitor/src/model/batch.ts';
import { labelsFromRecord } from '../../../packages/monitor/src/model/labels.ts';
import { createScrapeCollector } from '../../../packages/monitor/src/sources/scrape/scrape-collector.ts';
import { TargetRecorder } from '../../../packages/monitor/src/sources/target-recorder.ts';
import { MemoryAppender, seriesText } from '../../../packages/monitor/src/sources/testing/memory-appender.ts';
import { oraclePath, PROMETHEUS_3 } from '../../oracles/oracle-paths.ts';
import { sampleSnapshot } from '../exposition/sample-snapshot.ts';
import { becomesTrue, ServerProcess } from '../testing/server-process.ts';
import { bucketsOf, sameBuckets } from './api-buckets.ts';
import { ODD_PAGES, REFUSED_HERE_ALONE, TAKEN_HERE_ALONE } from './odd-pages.ts';

const PROMETHEUS_2 = '/usr/bin/prometheus';
const DEADLINE_MS = 40_000;

const MODES = {
  off: { ours: {}, theirs: '' },
  native: { ours: { nativeHistograms: true, classicHistograms: false }, theirs: 'scrape_native_histograms: true,' },
  both: {
    ours: { nativeHistograms: true },
    theirs: 'scrape_native_histograms: true, always_scrape_classic_histograms: true,',
  },
} as const;
type Mode = keyof typeof MODES;

interface Answer {
  readonly refused: boolean;
  /** By series: the value, or count and sum of a histogram. */
  readonly values: Readonly<Record<string, string>>;
  readonly buckets: Readonly<Record<string, ReturnType<typeof bucketsOf>>>;
  readonly exemplars: Readonly<Record<string, readonly string[]>>;
}

const oracle = oraclePath(PROMETHEUS_3);

describe('protobuf', { skip: oracle === undefined && 'no Prometheus 3: npm run oracles' }, () => {
  it('odd pages give what they give in Prometheus 3', async (t) => {
    const pages = { ...ODD_PAGES, ...REFUSED_HERE_ALONE, ...TAKEN_HERE_ALONE };
    const { ours, theirs } = await compare(t, pages);
    for (const job of Object.keys(theirs)) {
      const [page = '', mode = ''] = job.split('.');
      if (page in REFUSED_HERE_ALONE) assert.deepEqual([ours[job]!.refused, theirs[job]!.refused], [true, false], job);
      else if (page in TAKEN_HERE_ALONE)
        assert.deepEqual([ours[job]!.refused, theirs[job]!.refused], [false, mode !== 'off'], job);
      else assertSame(ours[job]!, theirs[job]!, job);
    }
  });

  it('the page of our own library gives what it gives in Prometheus 3', async (t) => {
    const { ours, theirs } = await compare(t, { library: renderProtobuf(sampleSnapshot()) });
    for (const [job, answer] of Object.entries(theirs)) assertSame(ours[job]!, answer, job);
    const natives = Object.keys(ours['library.native']!.buckets);
    assert.ok(
      natives.some((series) => series.startsWith('chain_verify_duration_seconds{')),
      natives.join(),
    );
    assert.ok(Object.keys(ours['library.both']!.exemplars).length > 0);
  });

  const servers = [
    { name: "Debian's Prometheus", binary: existsSync(PROMETHEUS_2) ? PROMETHEUS_2 : undefined },
    { name: 'Prometheus 3', binary: oracle },
  ];
  for (const { name, binary } of servers) {
    it(`the page that ${name} shows of itself gives what it gives in Prometheus 3`, {
      skip: binary === undefined && `no ${PROMETHEUS_2} here: apt-get install prometheus`,
    }, async (t) => {
      const { ours, theirs } = await compare(t, { self: await ownPageOf(t, binary!) });
      for (const [job, answer] of Object.entries(theirs)) assertSame(ours[job]!, answer, job);
      assert.ok(Object.keys(ours['self.both']!.values).length > 300);
    });
  }
});

function assertSame(ours: Answer, theirs: Answer, job: string): void {
  assert.equal(ours.refused, theirs.refused, job);
  assert.deepEqual(ours.values, theirs.values, job);
  assert.deepEqual(ours.exemplars, theirs.exemplars, job);
  assert.deepEqual(Object.keys(ours.buckets), Object.keys(theirs.buckets), job);
  for (const [series, buckets] of Object.entries(theirs.buckets)) {
    assert.ok(
      sameBuckets(ours.buckets[series]!, buckets),
      `${job} ${series}: ${JSON.stringify([ours.buckets[series], buckets])}`,
    );
  }
}

/** By `page.mode`. */
async function compare(t: TestContext, pages: Readonly<Record<string, Uint8Array>>) {
  const target = await serve(t, pages);
  const jobs = Object.keys(pages).flatMap((page) =>
    (Object.keys(MODES) as Mode[]).map((mode) => [page, mode] as const),
  );
  const prometheus = await startPrometheus(t, oracle!, (directory) => writeConfig(directory, target, jobs));
  const isScraped = async (): Promise<boolean> =>
    (await scrapesOf(prometheus)).filter((count) => count >= 1).length === jobs.length;
  assert.ok(await becomesTrue(isScraped, DEADLINE_MS), prometheus.log);
  const theirs: Record<string, Answer> = {};
  const ours: Record<string, Answer> = {};
  for (const [page, mode] of jobs) {
    const job = `${page}.${mode}`;
    theirs[job] = await theirAnswer(prometheus, job);
    ours[job] = await ourAnswer(target, page, mode);
  }
  return { ours, theirs };
}

async function serve(t: TestContext, pages: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const server: Server = createServer((request, response) => {
    response.setHeader('Content-Type', PROTOBUF_CONTENT_TYPE);
    response.end(pages[request.url?.slice(1) ?? '']);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startPrometheus(
  t: TestContext,
  binary: string,
  write: (directory: string) => Promise<string>,
): Promise<ServerProcess> {
  const server = await ServerProcess.start({
    binary,
    readyPath: '/-/ready',
    prepare: async (directory, port) => [
      `--config.file=${await write(directory)}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
    ],
  });
  t.after(() => server.stop());
  return server;
}

async function writeConfig(
  directory: string,
  target: string,
  jobs: readonly (readonly [page: string, mode: Mode])[],
): Promise<string> {
  const config = join(directory, 'prometheus.yml');
  const scrapes = jobs.map(
    ([page, mode]) =>
      `{job_name: ${page}.${mode}, metrics_path: /${page}, ${MODES[mode].theirs} static_configs: [{targets: ['${target}']}]}`,
  );
  await writeFile(
    config,
    `global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs: [${scrapes.join(',\n')}]\n`,
  );
  return config;
}

/** What a server shows of itself when it is asked for protobuf, after it has had something to do. */
async function ownPageOf(t: TestContext, binary: string): Promise<Uint8Array> {
  const server = await startPrometheus(t, binary, (directory) => writeConfig(directory, '', []));
  for (let times = 0; times < 20; times++) await api(server, 'query', { query: 'up' });
  const response = await fetch(`${server.address}/metrics`, {
    headers: { Accept: 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited' },
  });
  assert.match(response.headers.get('content-type') ?? '', /^application\/vnd\.google\.protobuf/);
  return new Uint8Array(await response.arrayBuffer());
}

async function ourAnswer(target: string, page: string, mode: Mode): Promise<Answer> {
  const collector = createScrapeCollector({
    url: new URL(`http://${target}/${page}`),
    timeoutMs: 5000,
    ...MODES[mode].ours,
  });
  const appender = new MemoryAppender();
  const labels = labelsFromRecord({ job: `${page}.${mode}`, instance: target });
  const recorder = new TargetRecorder(labels, appender, []);
  let refused = false;
  try {
    await collector.collect(recorder.begin(), new AbortController().signal);
    await recorder.recordSuccess({ timestampMs: Date.now(), durationSeconds: 0 });
  } catch {
    refused = true;
  } finally {
    await collector.close();
  }
  const values: Record<string, string> = {};
  const buckets: Record<string, ReturnType<typeof bucketsOf>> = {};
  for (const [series, [sample]] of appender.samples()) {
    const histogram: NativeHistogram | undefined = sample?.histogram;
    values[series] =
      histogram === undefined ? valueText(Number(sample?.value)) : histogramText(histogram.count, histogram.sum);
    if (histogram !== undefined) buckets[series] = bucketsOf(histogram);
  }
  const exemplars = [...appender.exemplars()].map(
    ([series, own]) => [series, own.map(({ labels: l, value }) => exemplarText(l, value))] as const,
  );
  return sorted({ refused, values, buckets, exemplars: Object.fromEntries(exemplars) });
}

interface ApiSeries {
  readonly metric: Record<string, string>;
  readonly value?: readonly [number, string];
  readonly histogram?: readonly [
    number,
    { count: string; sum: string; buckets?: readonly (readonly [number, string, string, string])[] },
  ];
}

async function theirAnswer(prometheus: ServerProcess, job: string): Promise<Answer> {
  const values: Record<string, string> = {};
  const buckets: Record<string, ReturnType<typeof bucketsOf>> = {};
  // Over a minute, for pages with times of their own.
  const { result } = await api<{ result: ApiSeries[] }>(prometheus, 'query', {
    query: `{job="${job}",__name__!~"up|scrape_.*"}`,
  });
  for (const { metric, value, histogram } of result) {
    const series = seriesText(labelsFromRecord(metric));
    values[series] =
      histogram === undefined
        ? valueText(parsed(value![1]))
        : histogramText(parsed(histogram[1].count), parsed(histogram[1].sum));
    if (histogram === undefined) continue;
    buckets[series] = (histogram[1].buckets ?? []).map(([, lower, upper, count]) => [
      parsed(lower),
      parsed(upper),
      parsed(count),
    ]);
  }
  const nowSeconds = Date.now() / 1000;
  const found = await api<
    { seriesLabels: Record<string, string>; exemplars: { labels: Record<string, string>; value: string }[] }[]
  >(prometheus, 'query_exemplars', {
    query: `{job="${job}"}`,
    start: `${nowSeconds - 3600}`,
    end: `${nowSeconds + 60}`,
  });
  const exemplars = found.map(({ seriesLabels, exemplars: own }) => [
    seriesText(labelsFromRecord(seriesLabels)),
    own.map(({ labels, value }) => exemplarText(labelsFromRecord(labels), parsed(value))),
  ]);
  const [up] = (await api<{ result: ApiSeries[] }>(prometheus, 'query', { query: `up{job="${job}"}` })).result;
  return sorted({
    refused: up?.value?.[1] !== '1',
    values,
    buckets,
    exemplars: Object.fromEntries(exemplars) as Answer['exemplars'],
  });
}

async function scrapesOf(prometheus: ServerProcess): Promise<number[]> {
  const { result } = await api<{ result: ApiSeries[] }>(prometheus, 'query', { query: 'count_over_time(up[1h])' });
  return result.map(({ value }) => Number(value?.[1]));
}

async function api<T>({ address }: ServerProcess, path: string, parameters: Record<string, string>): Promise<T> {
  const answer = await fetch(`${address}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
  return ((await answer.json()) as { data: T }).data;
}

function sorted({ refused, values, buckets, exemplars }: Answer): Answer {
  return { refused, values: byKey(values), buckets: byKey(buckets), exemplars: byKey(exemplars) };
}

function byKey<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function parsed(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

function valueText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function histogramText(count: number, sum: number): string {
  return `count ${count} sum ${valueText(sum)}`;
}

function exemplarText(labels: Parameters<typeof seriesText>[0], value: number): string {
  return `${seriesText(labels)} ${value}`;
}
