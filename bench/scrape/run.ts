// What a scrape of 10,000 series, every value changed, costs in CPU: ours split into parsing and appending to the embedded
// store in this process, and beside it Debian's Prometheus, a whole process, watching the same page.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { SteadyClock } from '../../packages/monitor/src/model/clock.ts';
import { labelsFromRecord } from '../../packages/monitor/src/model/labels.ts';
import type { SampleSink } from '../../packages/monitor/src/sources/interface.ts';
import { ExpositionParser } from '../../packages/monitor/src/sources/scrape/exposition-parser.ts';
import { HttpGetter } from '../../packages/monitor/src/sources/scrape/http-get.ts';
import { TargetRecorder } from '../../packages/monitor/src/sources/target-recorder.ts';
import { openEmbeddedStore } from '../../packages/monitor/src/storage/embedded/open.ts';
import { freePort } from '../../packages/monitor/src/testing/free-port.ts';
import { cpuSecondsOf } from '../child-process.ts';
import { exposition } from '../exporter.ts';
import { type BenchTable, median } from '../table.ts';

const SERIES = 10_000;
const WARMUP_SCRAPES = 10;
const SCRAPES = 60;
const PEER_WARMUP_SCRAPES = 4;
const PEER_SCRAPES = 25;
const PEER_PATIENCE_MS = 90_000;
const INTERVAL_MS = 1000;
const PROMETHEUS = '/usr/bin/prometheus';

export async function benchScrape(): Promise<BenchTable[]> {
  const ours = await measureOurs();
  const fetched = await measureFetch();
  const peer = await measurePrometheus();
  const all = ours.parseMs + ours.appendMs;
  return [
    {
      title: `Scrape of ${ours.samples} series, every value changed: CPU`,
      note: `Median of ${SCRAPES} scrapes; Prometheus: whole process over ${PEER_SCRAPES} scrapes, one a second, queries of its count included.`,
      columns: ['', 'CPU ms a scrape', 'lines read anew'],
      rows: [
        ['parse', ours.parseMs.toFixed(2), String(ours.slotsAsked)],
        ['append to the embedded store, durable', ours.appendMs.toFixed(2), ''],
        ['parse and append', all.toFixed(2), ''],
        ['fetch over HTTP', fetched.toFixed(2), ''],
        ['first scrape, nothing cached: parse and append', ours.firstMs.toFixed(2), String(ours.firstSlotsAsked)],
        peer === undefined
          ? [`Prometheus: skipped, there is no ${PROMETHEUS}`, '-', '']
          : ['Prometheus, its whole process', peer.toFixed(2), ''],
      ],
    },
  ];
}

interface OurCost {
  readonly samples: number;
  readonly parseMs: number;
  readonly appendMs: number;
  readonly slotsAsked: number;
  readonly firstMs: number;
  readonly firstSlotsAsked: number;
}

async function measureOurs(): Promise<OurCost> {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-bench-'));
  const store = await openEmbeddedStore({
    directory,
    retentionMs: undefined,
    durability: 'full',
    clock: new SteadyClock(),
  });
  try {
    const recorder = new TargetRecorder(labelsFromRecord({ job: 'bench', instance: 'bench' }), store);
    const parser = new ExpositionParser();
    const parse: number[] = [];
    const append: number[] = [];
    let sink: CountingSink | undefined;
    let samples = 0;
    let slotsAsked = 0;
    let first = { firstMs: 0, firstSlotsAsked: 0 };
    for (let round = 1; round <= WARMUP_SCRAPES + SCRAPES; round++) {
      const body = Buffer.from(exposition(SERIES, round));
      const inner = recorder.begin();
      if (sink?.inner !== inner) sink = new CountingSink(inner);
      sink.slotsAsked = 0;
      const request = { body, format: 'text', sink, sampleLimit: 2 * SERIES } as const;
      const parseMs = await cpuMsOf(() => parser.parse(request));
      samples = recorder.samplesGiven;
      slotsAsked = sink.slotsAsked;
      const timestampMs = Date.now() + round * INTERVAL_MS;
      const appendMs = await cpuMsOf(async () => {
        const { acceptedSamples } = await recorder.recordSuccess({ timestampMs, durationSeconds: 0 });
        if (acceptedSamples !== samples + 3) throw new Error(`${acceptedSamples} of ${samples} samples were stored`);
      });
      if (round === 1) first = { firstMs: parseMs + appendMs, firstSlotsAsked: slotsAsked };
      if (round <= WARMUP_SCRAPES) continue;
      parse.push(parseMs);
      append.push(appendMs);
    }
    return { samples, parseMs: median(parse), appendMs: median(append), slotsAsked, ...first };
  } finally {
    await store.close();
    rmSync(directory, { recursive: true });
  }
}

/** CPU of the whole process, the threads of zlib and the file system included. */
async function cpuMsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

class CountingSink implements SampleSink {
  slotsAsked = 0;
  readonly inner: SampleSink;
  readonly firstSlot: number;
  readonly slotOf: SampleSink['slotOf'];
  readonly add: SampleSink['add'];
  readonly describe: SampleSink['describe'];

  constructor(sink: SampleSink) {
    this.inner = sink;
    this.firstSlot = sink.firstSlot;
    this.slotOf = (labels) => {
      this.slotsAsked++;
      return sink.slotOf(labels);
    };
    this.add = (slot, value, timestampMs) => sink.add(slot, value, timestampMs);
    this.describe = (metadata) => sink.describe(metadata);
  }
}

async function measureFetch(): Promise<number> {
  const exporter = await startExporter();
  const getter = new HttpGetter();
  try {
    const { signal } = new AbortController();
    const get = () =>
      getter.get(exporter.url, { headers: {}, authorization: undefined, bodyLimitBytes: 2 ** 26, signal });
    const costs: number[] = [];
    for (let round = 1; round <= WARMUP_SCRAPES + SCRAPES; round++) {
      const costMs = await cpuMsOf(get);
      if (round > WARMUP_SCRAPES) costs.push(costMs);
    }
    return median(costs);
  } finally {
    getter.close();
    await end(exporter.process);
  }
}

/** CPU ms a scrape; `undefined` where there is no Prometheus. */
async function measurePrometheus(): Promise<number | undefined> {
  if (!existsSync(PROMETHEUS)) return undefined;
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-bench-prometheus-'));
  const exporter = await startExporter();
  const port = await freePort();
  const config = join(directory, 'prometheus.yml');
  writeFileSync(
    config,
    `global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs: [{job_name: bench, static_configs: [{targets: ["${exporter.url.host}"]}]}]\n`,
  );
  const prometheus = spawn(
    PROMETHEUS,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  try {
    const warm = await scrapesOnceAbove(PEER_WARMUP_SCRAPES, port);
    const warmCpuSeconds = cpuSecondsOf(prometheus.pid!);
    const measured = await scrapesOnceAbove(warm + PEER_SCRAPES, port);
    return ((cpuSecondsOf(prometheus.pid!) - warmCpuSeconds) * 1000) / (measured - warm);
  } finally {
    await end(prometheus);
    await end(exporter.process);
    rmSync(directory, { recursive: true });
  }
}

/** Waits until more scrapes than this have succeeded, by Prometheus' own word, and says how many. */
async function scrapesOnceAbove(scrapes: number, port: number): Promise<number> {
  const query = encodeURIComponent('sum(sum_over_time(up{job="bench"}[1h]))');
  const deadlineMs = performance.now() + PEER_PATIENCE_MS;
  for (;;) {
    const seen = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${query}`)
      .then((response) => response.json() as Promise<{ data: { result: { value: [number, string] }[] } }>)
      .then((answer) => Number(answer.data.result[0]?.value[1] ?? 0))
      .catch(() => 0);
    if (seen > scrapes) return seen;
    if (performance.now() > deadlineMs)
      throw new Error(`Prometheus made ${seen} scrapes, more than ${scrapes} were waited for.`);
    await sleep(500);
  }
}

async function startExporter(): Promise<{ process: ChildProcess; url: URL }> {
  const script = new URL('../exporter.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, String(SERIES)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { process: child, url: new URL(line) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}
