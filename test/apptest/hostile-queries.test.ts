// Queries and remote reads that want too much, clients that hang up, and clients that hardly read: refused in Prometheus' words, ended
// when nobody waits for them; others are answered meanwhile, and afterwards nothing is left of them.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { compressSnappy } from '../../packages/monitor/src/encoding/compress-snappy.ts';
import { ProtobufWriter } from '../../packages/monitor/src/encoding/protobuf-writer.ts';
import { run } from './history-files.ts';
import { MonitorProcess, until } from './monitor-process.ts';

const SERIES = 1000;
const SAMPLES = 60;
const STEP_S = 60;
const END_S = 1_700_000_000;
const START_S = END_S - SAMPLES * STEP_S;
const EVERYTHING = '{__name__=~".+"}';
const HANG_UPS = 1000;
/** Of them at one time. */
const HANG_UPS_AT_ONCE = 300;
/** Answers that small questions must have got while large ones were under way. */
const SERVED_MIN = 10;
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
  const options = ['--no-machine', '--data', data, '--retention', 'unlimited', '--enable-admin-api'];
  monitor = await MonitorProcess.start(['watch', ...options]);
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

interface Asked {
  readonly path: string;
  readonly body: string | Uint8Array;
}

function form(path: string, parameters: Readonly<Record<string, string>>): Asked {
  return { path, body: new URLSearchParams(parameters).toString() };
}

/** Asks, and reads nothing of the answer by itself. */
function askAndWait({ path, body }: Asked): Socket {
  const { hostname, port, host } = new URL(monitor.url);
  const socket = createConnection(Number(port), hostname);
  socket.on('error', () => {});
  const head = [
    `POST /api/v1/${path} HTTP/1.1`,
    `Host: ${host}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  socket.write(body);
  return socket;
}

async function hangUp(asked: Asked, afterMs: number): Promise<void> {
  const socket = askAndWait(asked);
  await sleep(afterMs);
  socket.destroy();
}

/** Reads a byte a second until it is disconnected. */
function readSlowly(asked: Asked): Socket {
  const socket = askAndWait(asked);
  const timer = setInterval(() => socket.read(1), 1000);
  socket.on('close', () => clearInterval(timer));
  return socket;
}

const SAMPLES_OF_READ = 0;
const CHUNKS_OF_READ = 1;
const MATCHES = 2;
const ALL_TIME_MS = 2 ** 50;

/** Everything, over all time: the questions of one remote read, all alike. */
function readEverything(kind: number, questions: number): Asked {
  const matcher = new ProtobufWriter();
  matcher.varint(8);
  matcher.varint(MATCHES);
  matcher.varint(18);
  matcher.text('__name__');
  matcher.varint(26);
  matcher.text('.+');
  const query = new ProtobufWriter();
  query.varint(8);
  query.int64(-ALL_TIME_MS);
  query.varint(16);
  query.int64(ALL_TIME_MS);
  query.varint(26);
  query.varint(matcher.length);
  query.bytes(matcher.written());
  const request = new ProtobufWriter();
  for (let question = 0; question < questions; question++) {
    request.varint(10);
    request.varint(query.length);
    request.bytes(query.written());
  }
  request.varint(16);
  request.varint(kind);
  return { path: 'read', body: compressSnappy(request.written()) };
}

interface Held {
  readonly points: number;
  readonly reads: number;
  readonly leases: number;
}

async function underWay(): Promise<{ readonly active: readonly unknown[]; readonly held: Held }> {
  const response = await fetch(`${monitor.url}/api/v1/status/queries`);
  const { data } = (await response.json()) as { data: { active: readonly unknown[]; held: Held } };
  return data;
}

/** Nothing is asked, held or open any more. */
async function untilAtRest(): Promise<void> {
  const nothing = { active: [], held: { points: 0, reads: 0, leases: 0 } };
  const found = await until(
    async () => {
      const { active, held } = await underWay();
      return { active, held };
    },
    (state) => isDeepStrictEqual(state, nothing),
  );
  assert.deepEqual(found, nothing);
}

const SMALL = `count(last_over_time(${EVERYTHING}[1h] @ ${END_S}))`;

/** Asks small questions one after the other until the work has ended; how many were answered, all rightly. */
async function servedBeside(work: Promise<unknown>): Promise<number> {
  let isUnderWay = true;
  const ended = work.finally(() => (isUnderWay = false));
  let served = 0;
  while (isUnderWay) {
    const answer = await monitor.value(SMALL).catch(whenRefused);
    if (answer === undefined) continue;
    assert.equal(answer, SERIES);
    if (isUnderWay) served++;
  }
  await ended;
  return served;
}

/** More wait than may: it is asked again, as the answer says. */
function whenRefused(error: Error): undefined {
  assert.match(error.message, /queries are running and [0-9]+ waiting, which is the limit: try again later$/);
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
    [instant(`{a=~"${'node|'.repeat(5000)}"}`), 400, 'bad_data', /may have 16384 characters, and this one has 25000/],
    [ask('series', { 'match[]': `{a=~"${'node|'.repeat(5000)}"}` }), 400, 'bad_data', /may have 16384 characters/],
    [
      instant(`label_replace(vector(1), "a", "", "a", "${'node|'.repeat(5000)}")`),
      422,
      'execution',
      /16384 characters/,
    ],
    [ask('query_range', { ...range, query: `topk(1e9,${EVERYTHING})`, step: '-1' }), 400, 'bad_data', /step/],
  ];
  for (const [answer, status, errorType, error] of cases) {
    const refusal = await answer;
    assert.deepEqual([refusal.status, refusal.errorType], [status, errorType], refusal.error);
    assert.match(refusal.error ?? '', error);
  }
});

test('an alternation of many names, as Grafana makes them of a variable, is answered', async () => {
  const names = Array.from({ length: 400 }, (_, n) => `node-${n}\\\\.example:9090`).join('|');
  assert.ok(names.length > 8192);
  assert.equal(await monitor.value(`count(last_over_time({instance=~"${names}"}[1h] @ ${END_S}))`), 400);
});

for (const [name, asked] of Object.entries({
  query_range: form('query_range', {
    query: `count by (instance) (rate(${EVERYTHING}[1h]))`,
    start: `${START_S}`,
    end: `${END_S}`,
    step: '1',
  }),
  explain: form('explain', { query: `sort(max_over_time(${EVERYTHING}[1h:1s]))`, time: `${END_S}` }),
  series: form('series', { 'match[]': EVERYTHING }),
  labels: form('labels', { 'match[]': EVERYTHING }),
  'read for samples': readEverything(SAMPLES_OF_READ, 20),
  'read for chunks': readEverything(CHUNKS_OF_READ, 20),
})) {
  test(`${HANG_UPS} clients that ask ${name} and hang up leave nothing behind, and others are served`, async () => {
    // Some are gone before their answer is asked for, some while it is made, some while it is sent.
    const clients = Array.from({ length: HANG_UPS_AT_ONCE }, async (_, client) => {
      for (let n = client; n < HANG_UPS; n += HANG_UPS_AT_ONCE) await hangUp(asked, client);
    });
    await servedBeside(Promise.all(clients));
    await untilAtRest();
    assert.equal(await monitor.value(SMALL), SERIES);
    assert.ok(residentBytes() < MOST_RESIDENT_BYTES, `${Math.round(residentBytes() / MIB)} MiB are resident`);
  });
}

const LARGE = { start: `${START_S}`, end: `${END_S}`, step: '1' };

test('small questions are answered while large ones and remote reads are under way', async () => {
  const query = `sum(quantile_over_time(0.5, ${EVERYTHING}[10m:1s]))`;
  const queries = Array.from({ length: 4 }, () => ask('query_range', { ...LARGE, query, step: '60' }));
  const reads = Array.from({ length: 4 }, async () => {
    const { path, body } = readEverything(CHUNKS_OF_READ, 20);
    const response = await fetch(`${monitor.url}/api/v1/${path}`, { method: 'POST', body: Buffer.from(body) });
    return { status: response.status, bytes: (await response.arrayBuffer()).byteLength };
  });
  const large = Promise.all([...queries, ...reads]);
  const served = await servedBeside(large);
  assert.ok(served >= SERVED_MIN, `${served} were answered before the large ones had ended`);
  for (const answer of await large) assert.equal(answer.status, 200);
  const [first, ...others] = await Promise.all(reads);
  assert.ok(first!.bytes > 20 * SERIES * SAMPLES, 'everything was read');
  for (const other of others) assert.equal(other.bytes, first!.bytes);
  await untilAtRest();
});

test('clients that read a byte a second hold their answers and no more, and others are served', async () => {
  const before = residentBytes();
  const slow = [
    readSlowly(form('query_range', { ...LARGE, query: EVERYTHING })),
    readSlowly(form('query_range', { ...LARGE, query: EVERYTHING })),
    readSlowly(readEverything(SAMPLES_OF_READ, 20)),
    readSlowly(readEverything(CHUNKS_OF_READ, 20)),
  ];
  const points = SERIES * SAMPLES * STEP_S;
  const { held } = await until(underWay, (state) => state.held.points > 1.9 * points && state.held.reads === 0);
  assert.ok(held.points < 2.1 * points);
  assert.ok((await servedBeside(sleep(3000))) >= SERVED_MIN);
  for (const socket of slow) assert.equal(socket.closed, false);
  // Each of the two is 80 MB as text and 29 MB as numbers.
  const grown = residentBytes() - before;
  assert.ok(grown < 400 * MIB, `${Math.round(grown / MIB)} MiB more are resident`);
  for (const socket of slow) socket.destroy();
  await untilAtRest();
});

test('more queries than have a place are answered, one after the other, or refused', async () => {
  const query = `sum(max_over_time(${EVERYTHING}[1h:10s]))`;
  const answers = await Promise.all(
    Array.from({ length: 300 }, () => ask('query', { query, time: `${END_S}`, timeout: '10s' })),
  );
  const outcomes = new Set(answers.map(({ status, errorType }) => `${status} ${errorType ?? ''}`.trim()));
  assert.ok(outcomes.has('200'));
  for (const outcome of outcomes) assert.match(outcome, /^(200|503 timeout|503 unavailable)$/);
  await untilAtRest();
});

test('series that are deleted while they are asked for leave nothing behind', async () => {
  const query = `sum(quantile_over_time(0.5, ${EVERYTHING}[10m:1s]))`;
  const queries = Array.from({ length: 4 }, () => ask('query_range', { ...LARGE, query, step: '60' }));
  await until(underWay, ({ active }) => active.length > 0, { everyMs: 1 });
  const half = { 'match[]': '{instance=~"node-[0-9]*[02468][.]example:9090"}' };
  for (const [operation, parameters] of [
    ['delete_series', half],
    ['clean_tombstones', {}],
  ] as const) {
    const body = new URLSearchParams(parameters);
    const response = await fetch(`${monitor.url}/api/v1/admin/tsdb/${operation}`, { method: 'POST', body });
    assert.equal(response.status, 204, await response.text());
  }
  for (const { status, error } of await Promise.all(queries)) assert.equal(status, 200, error);
  await untilAtRest();
  assert.equal(await monitor.value(SMALL), SERIES / 2);
});
