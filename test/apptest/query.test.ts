// `chainpulse query` as its users run it: over a folder of history and over a monitor that has it open, the same answers and the
// same explanations; what cannot be answered; and which queries the monitor says were slow.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { run, temporaryFolder } from './history-files.ts';
import { MonitorProcess, type RunResult } from './monitor-process.ts';

const STEP_SECONDS = 15;
const SAMPLES = 81;
/** Lately, so that a monitor keeps it, and a whole minute. */
const END_SECONDS = Math.floor(Date.now() / 60_000 - 10) * 60;
const START_SECONDS = END_SECONDS - (SAMPLES - 1) * STEP_SECONDS;
const RANGE = ['--start', String(END_SECONDS - 600), '--end', String(END_SECONDS), '--step', '1m'];

/** Twelve counters that rise by 1, 2, … a sample, in a folder of history. */
async function withHistory(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t);
  const lines: string[] = [];
  for (let node = 1; node <= 12; node++) {
    const metric = { __name__: 'requests', instance: `node-${node}`, job: node % 2 === 0 ? 'even' : 'odd' };
    const places = Array.from({ length: SAMPLES }, (_, place) => place);
    const timestamps = places.map((place) => 1000 * (START_SECONDS + place * STEP_SECONDS));
    lines.push(`${JSON.stringify({ metric, values: places.map((place) => place * node), timestamps })}\n`);
  }
  writeFileSync(join(folder, 'requests.json'), lines.join(''));
  const { exitCode, stderr } = await run(['import', 'requests.json', '--data', 'history'], folder);
  assert.equal(exitCode, 0, stderr);
  return folder;
}

function withoutTimes(explanation: string): string {
  return explanation.replace(/[0-9.,]+ ms\b/g, '… ms');
}

test('a folder and the monitor that has it open give the same answers and explanations', async (t) => {
  const folder = await withHistory(t);
  const at = ['--time', String(END_SECONDS)];
  const asked = [
    ['sum by (job) (rate(requests[5m]))', ...at],
    ['sum by (job) (rate(requests[5m]))', ...RANGE, '--format', 'json'],
    ['rate(requests[5m]) / rate(requests[5m])', ...RANGE, '--explain'],
    ['1 + scalar(sum(requests))', ...at, '--explain'],
  ];
  const local: RunResult[] = [];
  // One after the other: a folder is one process' own while it reads.
  for (const args of asked) local.push(await run(['query', ...args, '--data', 'history'], folder));
  for (const { exitCode, stderr } of local) assert.equal(exitCode, 0, stderr);
  assert.equal(local[0]!.stdout, '{job="even"}  2.8\n{job="odd"}   2.4\n');
  assert.match(local[0]!.stderr, /^info: PromQL info: metric might not be a counter, .*"requests" \(1:20\)\n$/);
  const [instant, read] = [withoutTimes(local[3]!.stdout), withoutTimes(local[2]!.stdout)];
  assert.match(instant, /^1 \+ scalar\(sum\(requests\)\) +operator \+, … ms\n/);
  assert.match(instant, /\n {4}sum\(requests\) +aggregate sum: 1 series, 1 points, … ms\n/);
  assert.match(read, /; read 720 samples of 12 series, [0-9T:.Z-]+ to [0-9T:.Z-]+\n/);
  assert.match(read, /function rate: the same as before, not computed again\n/);
  assert.match(read, /\nRead 720 samples of 12 series in … ms; the answer has 132 points of 12 series\.\n$/);

  await using monitor = await MonitorProcess.start(['watch', '--no-machine', '--data', join(folder, 'history')]);
  for (const [place, args] of asked.entries()) {
    const { exitCode, stdout, stderr } = await run(['query', ...args, '--url', monitor.url], folder);
    assert.equal(exitCode, 0, stderr);
    assert.equal(withoutTimes(stdout), withoutTimes(local[place]!.stdout), args[0]);
    assert.equal(stderr, local[place]!.stderr);
  }
});

test('an explanation has the warnings, and for programs all of it', async (t) => {
  const folder = await withHistory(t);
  const args = ['query', 'quantile_over_time(2, requests[5m])', '--data', 'history', '--explain'];
  const { exitCode, stdout, stderr } = await run([...args, '--time', String(END_SECONDS), '--format', 'json'], folder);
  assert.equal(exitCode, 0, stderr);
  const { root, samplesRead, seriesReturned, warnings } = JSON.parse(stdout);
  assert.deepEqual([samplesRead, seriesReturned], [240, 12]);
  assert.deepEqual(root.inner[0].read, {
    minTimeMs: 1000 * (END_SECONDS - 300) + 1,
    maxTimeMs: 1000 * END_SECONDS,
    series: 12,
    samples: 240,
  });
  const warning = 'PromQL warning: quantile value should be between 0 and 1, got 2 (1:20)';
  assert.deepEqual(warnings, [warning]);
  const shown = await run([...args, '--time', String(END_SECONDS)], folder);
  assert.equal(shown.stderr, `warning: ${warning}\n`);
});

test('a folder is asked with the features and the lookback that are given', async (t) => {
  const folder = await withHistory(t);
  const at = ['--data', 'history', '--time', String(END_SECONDS + 20)];
  const experimental = 'count(limitk(3, requests))';
  const refused = await run(['query', experimental, ...at], folder);
  assert.equal(refused.exitCode, 1);
  assert.match(
    refused.stderr,
    /^chainpulse: 1:7: parse error: limitk\(\) is experimental and not enabled: promql-experimental-functions .* query\.features .* --feature\n$/,
  );
  const flags = ['--feature', 'promql-binop-fill-modifiers', '--feature', 'promql-experimental-functions'];
  for (const [args, printed] of [
    [[experimental, ...at, ...flags], '{}  3\n'],
    [['sum(requests) + fill(1) sum(nothing)', ...at, ...flags], `{}  ${78 * (SAMPLES - 1) + 1}\n`],
    [['count(requests)', ...at, '--lookback', '21s'], '{}  12\n'],
    [['count(requests)', ...at, '--lookback', '20s'], 'No series answers this query.\n'],
    [['count(requests)', '--data', 'history', '--time', String(END_SECONDS + 400), '--lookback', '10m'], '{}  12\n'],
  ] as const) {
    const { exitCode, stdout, stderr } = await run(['query', ...args], folder);
    assert.equal(exitCode, 0, stderr);
    assert.equal(stdout, printed, args.join(' '));
  }
});

test('a server is asked with the lookback that is given', async (t) => {
  const asked: string[] = [];
  const other = createServer(async (request, response) => {
    asked.push(await text(request));
    response.end('{"status":"success","data":{"resultType":"scalar","result":[0,"1"]}}');
  });
  await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
  t.after(() => other.close());
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  for (const more of [
    ['--time', '100'],
    ['--start', '100', '--end', '200'],
  ]) {
    const args = ['query', 'up', '--url', url, '--format', 'json', ...more];
    asked.length = 0;
    await run([...args, '--lookback', '1m30s'], temporaryFolder(t));
    const form = new URLSearchParams(asked.at(-1));
    assert.deepEqual([form.get('lookback_delta'), form.get('max_lookback')], ['90000ms', '90000ms']);
    await run(args, temporaryFolder(t));
    const plain = new URLSearchParams(asked.at(-1));
    assert.equal(plain.get('query'), 'up');
    assert.equal(plain.has('lookback_delta'), false);
  }
});

test('what cannot be asked is refused, with what to do', async (t) => {
  const folder = await withHistory(t);
  const cases: [readonly string[], number, RegExp][] = [
    [['up', '--data', 'nowhere'], 1, /There is no history in nowhere: name the folder that holds chainpulse\.db/],
    [['up', '--data', 'history', '--url', 'http://127.0.0.1:1'], 2, /--url and --data are two places/],
    [['sum(', '--data', 'history'], 1, /^chainpulse: 1:5: parse error: /],
    [['sum(', '--data', 'history', '--explain'], 1, /^chainpulse: 1:5: parse error: /],
    [
      ['up', '--feature', 'promql-experimental-functions'],
      2,
      /--feature belongs to --data: .* query\.features of a monitor/,
    ],
    [['up', '--data', 'history', '--feature', 'magic'], 2, /--feature <name>.*one of: promql-experimental-functions, /],
    [['up', '--data', 'history', '--lookback', '0s'], 2, /--lookback "0s" is no duration/],
    [['up', '--data', 'history', '--step', '5s'], 2, /--step belongs to a range: give --start as well/],
    [['up', '--data', 'history', '--start', '-1h', '--time', '5'], 2, /--time asks for one moment/],
  ];
  for (const [args, wanted, message] of cases) {
    const { exitCode, stdout, stderr } = await run(['query', ...args], folder);
    assert.match(stderr, message);
    assert.equal(exitCode, wanted, args.join(' '));
    assert.equal(stdout, '');
  }
  await using monitor = await MonitorProcess.start(['watch', '--no-machine', '--data', join(folder, 'history')]);
  const taken = await run(['query', 'up', '--data', 'history'], folder);
  assert.equal(taken.exitCode, 1);
  assert.match(taken.stderr, /chainpulse\.db is in use by another process: stop that monitor/);
  assert.equal(await monitor.value('vector(1)'), 1);
});

test('a server that explains nothing is told of', async (t) => {
  const other = createServer((_, response) => response.writeHead(404).end('404 page not found\n'));
  await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
  t.after(() => other.close());
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const { exitCode, stderr } = await run(['query', 'up', '--explain', '--url', url], temporaryFolder(t));
  assert.equal(exitCode, 1);
  assert.match(stderr, new RegExp(`^chainpulse: .*${url}`));
});

test('a query that took longer than it should is logged, counted and listed', async (t) => {
  const folder = await withHistory(t);
  writeFileSync(join(folder, 'chainpulse.yaml'), 'query: { slowerThan: 1ms }\n');
  const args = [
    'watch',
    '--no-machine',
    '--data',
    join(folder, 'history'),
    '--config',
    join(folder, 'chainpulse.yaml'),
  ];
  await using monitor = await MonitorProcess.start(args);
  const expression = 'sum(sum_over_time(requests[5m:1s]))';
  const asked = { query: expression, start: String(END_SECONDS - 600), end: String(END_SECONDS), step: '15' };
  const answer = await fetch(`${monitor.url}/api/v1/query_range`, { method: 'POST', body: new URLSearchParams(asked) });
  assert.equal(answer.status, 200);
  await answer.text();
  const { data } = (await (await fetch(`${monitor.url}/api/v1/status/queries`)).json()) as {
    data: { active: unknown[]; slow: { query: string; durationSeconds: number }[] };
  };
  assert.deepEqual(data.active, []);
  const listed = data.slow.find(({ query }) => query === expression);
  assert.ok(listed !== undefined && listed.durationSeconds >= 0.001, JSON.stringify(data.slow));
  assert.deepEqual(
    { ...listed, startedMs: 0, durationSeconds: 0 },
    {
      kind: 'range',
      path: '/api/v1/query_range',
      ...asked,
      client: '127.0.0.1',
      startedMs: 0,
      durationSeconds: 0,
      outcome: 'ok',
    },
  );
  const metrics = await (await fetch(`${monitor.url}/metrics`)).text();
  assert.match(metrics, /^chainpulse_slow_queries_total\{kind="range"\} [1-9]/m);
  assert.match(monitor.output.stdout + monitor.output.stderr, /a query took \d+\.\d{3} s/);
});
