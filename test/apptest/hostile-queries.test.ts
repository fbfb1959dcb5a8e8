// Queries that want too much, and clients that hang up: refused in Prometheus' words, ended when nobody waits for them, and the
// monitor answers and takes samples afterwards as before.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './history-files.ts';
import { MonitorProcess, until } from './monitor-process.ts';

const SERIES = 1000;
const SAMPLES = 60;
const STEP_S = 60;
const END_S = 1_700_000_000;
const START_S = END_S - SAMPLES * STEP_S;
const EVERYTHING = '{__name__=~".+"}';
const HANG_UPS = 300;
const MIB = 1024 * 1024;
/** The process itself takes a quarter of it. */
const MOST_RESIDENT_BYTES = 1024 * MIB;

const folder = mkdtempSync(join(tmpdir(), 'chainpulse-hostile-'));
let monitor: MonitorProcess;

before(async () => {
  const { exitCode, stderr } = await run(
    ['import', '-', '--data', 'data', '--quiet', '--retention', 'unlimited'],
    folder,
    Readable.from(lines()),
  );
  assert.equal(exitCode, 0, stderr);
  const data = join(folder, 'data');
  monitor = await MonitorProcess.start(['watch', '--no-machine', '--data', data, '--retention', 'unlimited']);
});

after(async () => {
  await monitor?.kill();
  rmSync(folder, { recursive: true, force: true });
});

function* lines(): Generator<string> {
  for (let sample = 0; sample < SAMPLES; sample++) {
    const timeMs = 1000 * (START_S + sample * STEP_S);
    let piece = '';
    for (let n = 0; n < SERIES; n++)
      piece += `node_height{instance="node-${n}.example:9090"} ${sample * n} ${timeMs}\n`;
    yield piece;
  }
}

interface Refusal {
  readonly status: number;
  readonly errorType: string | undefined;
  readonly error: string | undefined;
}

async function ask(path: string, parameters: Readonly<Record<string, string>>): Promise<Refusal> {
  const response = await fetch(`${monitor.url}/api/v1/${path}`, {
    method: 'POST',
    body: new URLSearchParams(parameters),
  });
  const { errorType, error } = (await response.json()) as Partial<Refusal>;
  return { status: response.status, errorType, error };
}

const instant = (query: string) => ask('query', { query, time: `${END_S}` });

/** Asks, and is gone after so long; nothing is read. */
async function hangUp(path: string, parameters: Readonly<Record<string, string>>, afterMs: number): Promise<void> {
  const { hostname, port, host } = new URL(monitor.url);
  const body = new URLSearchParams(parameters).toString();
  const socket = createConnection(Number(port), hostname);
  socket.on('error', () => {});
  const head = [
    `POST /api/v1/${path} HTTP/1.1`,
    `Host: ${host}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  await sleep(afterMs);
  socket.destroy();
}

async function underWay(): Promise<readonly unknown[]> {
  const response = await fetch(`${monitor.url}/api/v1/status/queries`);
  const { data } = (await response.json()) as { data: { active: readonly unknown[] } };
  return data.active;
}

function residentBytes(): number {
  return 1024 * Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${monitor.child.pid}/status`, 'utf8'))?.[1]);
}

test('what wants too much is refused with its kind of error', async () => {
  const range = { query: EVERYTHING, start: '0', end: '1000000' };
  const cases: readonly (readonly [answer: Promise<Refusal>, status: number, errorType: string, error: RegExp])[] = [
    [ask('query_range', { ...range, step: '1' }), 400, 'bad_data', /^exceeded maximum resolution of 11,000 points/],
    [instant(`${'('.repeat(10_000)}1${')'.repeat(10_000)}`), 400, 'bad_data', /nested deeper than the limit/],
    [instant('a '.repeat(300_000)), 400, 'bad_data', /the query has 600000 characters/],
    [instant('a+'.repeat(1_000_000)), 413, 'bad_data', /too large/],
    [instant(`{a=~"${'('.repeat(5000)}a${')'.repeat(5000)}"}`), 400, 'bad_data', /expression nests too deeply/],
    [instant('{a=~"x((a{100}){100}){100}"}'), 400, 'bad_data', /repetitions of the regular expressions|repeat/],
    [instant('sum_over_time(vector(1)[10y:1ms])'), 422, 'execution', /a subquery has more than \d+ steps/],
    [instant(`sum_over_time(sum_over_time(${EVERYTHING}[1h:1s])[10y:1s])`), 422, 'execution', /more than \d+ steps/],
    [ask('query_range', { ...range, query: `topk(1e9,${EVERYTHING})`, step: '-1' }), 400, 'bad_data', /step/],
  ];
  for (const [answer, status, errorType, error] of cases) {
    const refusal = await answer;
    assert.deepEqual([refusal.status, refusal.errorType], [status, errorType], refusal.error);
    assert.match(refusal.error ?? '', error);
  }
});

for (const [path, parameters] of [
  [
    'query_range',
    { query: `count by (instance) (rate(${EVERYTHING}[1h]))`, start: `${START_S}`, end: `${END_S}`, step: '1' },
  ],
  ['explain', { query: `sort(max_over_time(${EVERYTHING}[1h:1s]))`, time: `${END_S}` }],
  ['series', { 'match[]': EVERYTHING }],
  ['labels', { 'match[]': EVERYTHING }],
] satisfies (readonly [string, Record<string, string>])[]) {
  test(`${HANG_UPS} clients that ask ${path} and hang up leave nothing behind`, async () => {
    // Some are gone before their answer is asked for, some while it is made, some while it is sent.
    await Promise.all(Array.from({ length: HANG_UPS }, (_, index) => hangUp(path, parameters, index)));
    await until(underWay, (queries) => queries.length === 0);
    assert.equal(await monitor.value(`count(last_over_time(${EVERYTHING}[1h] @ ${END_S}))`), SERIES);
    assert.ok(residentBytes() < MOST_RESIDENT_BYTES, `${Math.round(residentBytes() / MIB)} MiB are resident`);
  });
}

test('more queries than have a place are answered, one after the other, or refused', async () => {
  const query = `sum(max_over_time(${EVERYTHING}[1h:10s]))`;
  const answers = await Promise.all(
    Array.from({ length: 300 }, () => ask('query', { query, time: `${END_S}`, timeout: '10s' })),
  );
  const outcomes = new Set(answers.map(({ status, errorType }) => `${status} ${errorType ?? ''}`.trim()));
  assert.ok(outcomes.has('200'));
  for (const outcome of outcomes) assert.match(outcome, /^(200|503 timeout|503 unavailable)$/);
  await until(underWay, (queries) => queries.length === 0);
});
