// The renaming beside Debian's Prometheus: the same pages under the same rules give the same series, for the shipped adapters on recorded
// pages and for rules at random.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { labelsFromRecord } from '../../model/labels.ts';
import { readRecords } from '../../sources/replay/recording-reader.ts';
import { createScrapeCollector } from '../../sources/scrape/scrape-collector.ts';
import { TargetRecorder } from '../../sources/target-recorder.ts';
import { MemoryAppender, seriesText } from '../../sources/testing/memory-appender.ts';
import { freePort } from '../../testing/free-port.ts';
import type { Adapter } from './adapter.ts';
import { exportedAdapter } from './export.ts';
import { readAdapter } from './read-adapter.ts';
import { shippedAdapters } from './shipped-adapters.ts';
import { TargetAdapter } from './target-adapter.ts';
import { LANGUAGES } from './testing/languages.ts';
import { RECORDINGS } from './testing/watched-recording.ts';

const PROMETHEUS = '/usr/bin/prometheus';
const RANDOM_RULE_SETS = 150;
const WAIT_MS = 60_000;

const ODD_PAGE = `a_total{x="1",y="b"} 1
a_total{x="2",y=""} 2
b_bucket{le="0.5",x="ab"} 3
b_bucket{le="+Inf",x="ab"} 4
b_sum{x="ab"} 5
b_count{x="ab"} 6
c{job="own",z="aXb"} 7
d{instance="mine",x_y="1",x_z="2"} 8
e 9
`;

interface Watched {
  readonly job: string;
  readonly page: string;
  readonly adapter: Adapter;
}

const name = fc.constantFrom('x', 'y', 'z', 'x_y', 'new', 'job', '__name__');
const regex = fc.constantFrom(
  '(.*)',
  '.+',
  'a.*',
  '(a|b)(.*)',
  '(.)(.+)?',
  '1',
  '',
  '1;.*',
  '(?i:axb)',
  '[^a]+',
  'x_(.*)',
);
const replacement = fc.constantFrom('$1', '', 'fixed', '$2$1', 'p_$1', '$$', '$none', 'v');
const sources = fc.array(name, { maxLength: 3 });
const aside = fc.constantFrom('x', 'y', 'new', 'added');
const rule = fc.oneof(
  { weight: 4, arbitrary: fc.record({ source_labels: sources, regex, target_label: aside, replacement }) },
  fc.record({
    source_labels: fc.constant(['__name__']),
    regex: fc.constantFrom('a(.*)', 'b(_bucket|_sum|_count)', '[cd]'),
    target_label: fc.constant('__name__'),
    replacement: fc.constantFrom('r$1', 'other$1'),
  }),
  fc.record({ action: fc.constantFrom('keep', 'drop'), source_labels: sources, regex }),
  fc.record({
    action: fc.constantFrom('keepequal', 'dropequal'),
    source_labels: fc.constant(['x']),
    target_label: aside,
  }),
  fc.record({ action: fc.constantFrom('lowercase', 'uppercase'), source_labels: sources, target_label: aside }),
  fc.record({
    action: fc.constant('hashmod'),
    source_labels: sources,
    target_label: aside,
    modulus: fc.integer({ min: 1, max: 1e9 }),
  }),
  fc.record({
    action: fc.constant('labelmap'),
    regex: fc.constantFrom('x_(.+)', '(x|y)', 'le'),
    replacement: fc.constantFrom('m_$1', 'mapped'),
  }),
  fc.record({ action: fc.constant('labeldrop'), regex: fc.constantFrom('x', 'y|z', 'x_.+', 'none') }),
);

test('Prometheus renames the same', {
  skip: existsSync(PROMETHEUS) ? false : `there is no ${PROMETHEUS}`,
}, async () => {
  const watched = [...(await recorded()), ...random()];
  const pages = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4');
    response.end(watched[Number(request.url?.slice(1))]?.page);
  }).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  const { port } = pages.address() as AddressInfo;
  try {
    const theirs = await askPrometheus(watched, port);
    const seriesTotal = [...theirs.values()].reduce((sum, { size }) => sum + size, 0);
    assert.ok(seriesTotal > 5000, `${seriesTotal} series`);
    for (const [index, each] of watched.entries()) {
      const ours = await askOurs(each, index, port);
      const rules = JSON.stringify(each.adapter.rename);
      assert.deepEqual(ours, theirs.get(each.job) ?? new Map(), `${each.job}: ${rules}`);
    }
  } finally {
    pages.closeAllConnections();
    pages.close();
  }
});

/** The first page of each recorded target, under the adapter of its client. */
async function recorded(): Promise<readonly Watched[]> {
  const adapters = shippedAdapters(LANGUAGES);
  const found = new Map<string, Watched>();
  for (const [file, client] of [
    ['lodestar-calm.rec.zst', 'lodestar'],
    ['libp2p-gossipsub.rec.zst', 'libp2p-js'],
  ] as const) {
    const adapter = adapters.find((each) => each.name === client)!;
    for await (const { target, body } of readRecords(join(RECORDINGS, file), ({ target: at }) => !found.has(at))) {
      if (body !== undefined) found.set(target, { job: target, page: body.toString(), adapter });
    }
  }
  return [...found.values()];
}

function random(): readonly Watched[] {
  const sets = fc.sample(fc.array(rule, { minLength: 1, maxLength: 5 }), { numRuns: RANDOM_RULE_SETS, seed: 6 });
  return sets.map((rename, index) => {
    const { adapter, problems } = readAdapter(stringify({ rename }), 'random.yaml', LANGUAGES);
    assert.deepEqual(problems, [], stringify({ rename }));
    return { job: `random${index}`, page: ODD_PAGE, adapter: adapter! };
  });
}

/** By the text of the series; what Prometheus cannot scale is asked for as it stores it. */
async function askOurs({ job, adapter }: Watched, index: number, port: number): Promise<ReadonlyMap<string, number>> {
  const unscaled: Adapter = { ...adapter, scale: [] };
  const scaled = new Set(adapter.scale.map(({ metric }) => metric));
  const appender = new MemoryAppender();
  const target = labelsFromRecord({ job, instance: `127.0.0.1:${port}` });
  const recorder = new TargetRecorder(target, appender, [], new TargetAdapter({ choose: () => unscaled }));
  const collector = createScrapeCollector({ url: new URL(`http://127.0.0.1:${port}/${index}`), timeoutMs: 5000 });
  await collector.collect(recorder.begin(), new AbortController().signal);
  await recorder.recordSuccess({ timestampMs: 1, durationSeconds: 0 });
  await collector.close();
  const found = [...appender.samples()].flatMap(([series, [sample]]) =>
    sample === undefined ? [] : [[series, Number(sample.value)] as const],
  );
  const named = found.map(([series, value]) => [unscaledName(series, scaled), value] as const);
  return new Map(named.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function unscaledName(series: string, scaled: ReadonlySet<string>): string {
  const [metric = '', ...rest] = series.split('{');
  return scaled.has(metric) ? `${metric}:unscaled{${rest.join('{')}` : series;
}

async function askPrometheus(
  watched: readonly Watched[],
  port: number,
): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-adapters-oracle-'));
  const own = await freePort();
  const jobs = watched.map(({ job, adapter }, index) => {
    const head = `  - job_name: ${job}\n    metrics_path: /${index}\n    static_configs: [{ targets: ["127.0.0.1:${port}"] }]\n`;
    return head + exportedAdapter(adapter).relabelConfigs.replaceAll(/^(?=.)/gm, '    ');
  });
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, `global: { scrape_interval: 2s, scrape_timeout: 2s }\nscrape_configs:\n${jobs.join('')}`);
  const prometheus = spawn(
    PROMETHEUS,
    [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${own}`],
    { stdio: 'ignore' },
  );
  const ended = once(prometheus, 'exit');
  try {
    const found = new Map<string, Map<string, number>>();
    for (const { job } of watched) found.set(job, new Map());
    const url = `http://127.0.0.1:${own}/api/v1/query`;
    await until(async () => (await ask(url, 'count(up == 1)'))[0]?.value[1] === String(watched.length));
    const reports = 'up|scrape_.+';
    for (const { metric, value } of await ask(url, `{__name__!~"${reports}",job=~".+"}`)) {
      found.get(metric['job'] ?? '')?.set(seriesText(labelsFromRecord(metric)), Number(value[1]));
    }
    for (const [job, series] of found) found.set(job, new Map([...series].toSorted(([a], [b]) => (a < b ? -1 : 1))));
    return found;
  } finally {
    prometheus.kill();
    await ended;
    rmSync(folder, { recursive: true });
  }
}

interface Answer {
  readonly metric: Record<string, string>;
  readonly value: readonly [number, string];
}

async function ask(url: string, query: string): Promise<readonly Answer[]> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams({ query }) });
  const { data } = (await response.json()) as { data: { result: readonly Answer[] } };
  return data.result;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + WAIT_MS;
  while (!(await isSo().catch(() => false))) {
    assert.ok(performance.now() < endMs, 'Prometheus did not collect all pages');
    await sleep(200);
  }
}
