// The same odd pages, scraped by Debian's Prometheus and by us: the same pages are refused, the others give the same series,
// labels and values. Two differences are meant and stand in `exposition-parser.test.ts`: Prometheus 2 takes labels without
// a comma between them, which the format does not allow, and refuses the page for an exemplar at a gauge, which we take.

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
import { isDeepStrictEqual } from 'node:util';
import { labelsFromRecord } from '../../model/labels.ts';
import { freePort } from '../../testing/free-port.ts';
import { TargetRecorder } from '../target-recorder.ts';
import { MemoryAppender, seriesText } from '../testing/memory-appender.ts';
import { createScrapeCollector } from './scrape-collector.ts';

const PROMETHEUS = '/usr/bin/prometheus';
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const TEXT = 'text/plain; version=0.0.4';

const PAGES: readonly (readonly [contentType: string, body: string])[] = [
  [TEXT, 'a 1\nb{x="1"} 2.5\nb{x="2",} -3e-2\n'],
  [TEXT, 'a{job="own",instance="mine",exported_job="already"} 1\n'],
  [TEXT, 'a{job=""} 1\n'],
  [TEXT, 'a{x="q\\"b\\\\n\\n\\d",y="}",z="é 😀"} 1\n'],
  [TEXT, 'a\t1  \n\n  b 2\n#c\n# c\n#\n# HELP\n# EOF\nc 3'],
  [TEXT, 'a { x = "1" , y = "2" } 3\n'],
  [TEXT, 'a NaN\nb +Inf\nc -inf\nd nan\ne +infinity\nf .5\ng 5.\nh 1E3\ni -0\nj 1e-400\n'],
  [TEXT, 'a 1\na 2\n'],
  [TEXT, 'a{x="1",x="2"} 1\n'],
  [TEXT, 'a\n'],
  [TEXT, 'a one\n'],
  [TEXT, 'a 1e999\n'],
  [TEXT, 'a 0x10\n'],
  [TEXT, 'a 1_0\n'],
  [TEXT, 'a 1 2 3\n'],
  [TEXT, 'a 1 1.5\n'],
  [TEXT, 'a 1 # {} 1\n'],
  [TEXT, 'a{x=1} 1\n'],
  [TEXT, 'a{x="1"\n'],
  [TEXT, 'a-b 1\n'],
  [TEXT, '9a 1\n'],
  [TEXT, 'a:b_c9 1\n_ 2\n'],
  [TEXT, 'a{x:y="1"} 1\n'],
  [TEXT, '# TYPE a histogramm\na 1\n'],
  [TEXT, '<!doctype html>\n'],
  [TEXT, 'a 1\r\n'],
  [TEXT, ''],
  [OPENMETRICS, 'a_total 1 # {trace_id="x"} 0.5\nb_bucket{le="1"} 2 # {} 4 1520879600.1\n# EOF\n'],
  [
    OPENMETRICS,
    '# TYPE a info\na_info{v="1"} 1\n# TYPE b stateset\nb{b="on"} 1\n# UNIT c_seconds seconds\nc_seconds 1\n# EOF',
  ],
  [OPENMETRICS, 'a 1\n'],
  [OPENMETRICS, 'a 1\n# EOF\nb 1\n'],
  [OPENMETRICS, 'a 1\n\n# EOF\n'],
  [OPENMETRICS, 'a 1\n# a comment\n# EOF\n'],
  [OPENMETRICS, 'a 1 # {} \n# EOF\n'],
  [OPENMETRICS, 'a 1 nan\n# EOF\n'],
];

type Answer = 'refused' | ReadonlyMap<string, string>;

test('Prometheus reads the same', { skip: existsSync(PROMETHEUS) ? false : `there is no ${PROMETHEUS}` }, async () => {
  const pages = createServer((request, response) => {
    const [contentType, body] = PAGES[Number(request.url?.slice(1))] ?? [TEXT, ''];
    response.setHeader('Content-Type', contentType);
    response.end(body);
  }).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  const { port } = pages.address() as AddressInfo;
  try {
    const theirs = await askPrometheus(port);
    const ours = await Promise.all(PAGES.keys().map((index) => askOurs(port, index)));
    const differences = PAGES.map(([, body], index) => ({ body, ours: ours[index], theirs: theirs[index] }));
    assert.deepEqual(
      differences.filter((each) => !isDeepStrictEqual(each.ours, each.theirs)),
      [],
    );
  } finally {
    pages.closeAllConnections();
    pages.close();
  }
});

async function askOurs(port: number, index: number): Promise<Answer> {
  const url = new URL(`http://127.0.0.1:${port}/${index}`);
  const collector = createScrapeCollector({ url, timeoutMs: 5000 });
  const appender = new MemoryAppender();
  const target = labelsFromRecord({ job: `page-${index}`, instance: `127.0.0.1:${port}` });
  const recorder = new TargetRecorder(target, appender, []);
  try {
    await collector.collect(recorder.begin(), new AbortController().signal);
    await recorder.recordSuccess({ timestampMs: Date.now(), durationSeconds: 0 });
  } catch {
    return 'refused';
  } finally {
    await collector.close();
  }
  return new Map([...appender.samples()].map(([series, [sample]]) => [series, valueText(Number(sample?.value))]));
}

async function askPrometheus(targetPort: number): Promise<Answer[]> {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-oracle-'));
  const jobs = PAGES.map((_, index) => ({
    job_name: `page-${index}`,
    metrics_path: `/${index}`,
    static_configs: [{ targets: [`127.0.0.1:${targetPort}`] }],
  }));
  const config = join(directory, 'prometheus.yml');
  writeFileSync(
    config,
    JSON.stringify({ global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs: jobs }),
  );
  const port = await freePort();
  const prometheus = spawn(
    PROMETHEUS,
    [`--config.file=${config}`, `--storage.tsdb.path=${directory}/data`, `--web.listen-address=127.0.0.1:${port}`],
    { stdio: 'ignore' },
  );
  try {
    for (let tries = 0; ; tries++) {
      const up = await query(port, 'up').catch(() => []);
      if (up.length === PAGES.length) break;
      assert.ok(tries < 300, `Prometheus scraped ${up.length} of ${PAGES.length} pages`);
      await sleep(100);
    }
    const answers: Answer[] = [];
    for (const index of PAGES.keys()) {
      const [up] = await query(port, `up{job="page-${index}"}`);
      const samples = await query(port, `{job="page-${index}",__name__!~"up|scrape_.*"}`);
      const series = samples.map(
        ({ metric, value }) => [seriesText(labelsFromRecord(metric)), valueText(parsed(value[1]))] as const,
      );
      answers.push(up?.value[1] === '1' ? new Map(series) : 'refused');
    }
    return answers;
  } finally {
    prometheus.kill();
    if (prometheus.exitCode === null) await once(prometheus, 'exit');
    rmSync(directory, { recursive: true });
  }
}

async function query(port: number, expression: string) {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`);
  const answer = (await response.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return answer.data.result;
}

function parsed(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

function valueText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
