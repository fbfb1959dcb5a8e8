// Export and the admin API over a real port, with the real store behind it.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ChainpulseError } from '../../model/errors.ts';
import { labelsFromRecord } from '../../model/labels.ts';
import { bitsOf, writeStaleAt } from '../../model/staleness.ts';
import { openEmbeddedStore } from '../../storage/embedded/open.ts';
import type { SeriesSamples } from '../../storage/interface.ts';
import { openRealEngine } from '../testing/real-engine.ts';
import { NOW_MS, scriptedEngine, startTestServer, temporaryDirectory } from '../testing/test-server.ts';

const OLD_MS = NOW_MS - 3_600_000;

/** A counter, a gauge with every kind of value, a histogram, a native one, an exemplar; two instances of the counter. */
async function filled(t: TestContext) {
  const engine = await openRealEngine(t);
  const names = [
    { __name__: 'votes_total', instance: 'a' },
    { __name__: 'votes_total', instance: 'b, "c"\n' },
    { __name__: 'temperature' },
    { __name__: 'latency_seconds_bucket', le: '0.5' },
    { __name__: 'latency_seconds_count' },
    { __name__: 'native' },
  ];
  const refs = await engine.resolveSeries(names.map((labels) => labelsFromRecord(labels)));
  const metadata = [
    { name: 'votes_total', type: 'counter', help: 'Votes "cast"\nso far', unit: '' },
    { name: 'latency_seconds', type: 'histogram', help: '', unit: 'seconds' },
    { name: 'temperature', type: 'gauge', help: '', unit: '' },
  ] as const;
  const histogram = {
    schema: 0,
    zeroThreshold: 0.25,
    zeroCount: 1,
    count: 6,
    sum: 9.5,
    positiveSpans: [{ offset: 1, length: 1 }],
    positiveCounts: Float64Array.of(3),
    negativeSpans: [{ offset: 0, length: 1 }],
    negativeCounts: Float64Array.of(2),
  };
  const exemplar = { labels: labelsFromRecord({ trace_id: 'x<y' }), value: 1.5, timestampMs: OLD_MS };
  await engine.append({
    refs: refs.slice(),
    timestampsMs: OLD_MS,
    values: Float64Array.of(1, 2, Number.NaN, 3, 4, 0),
    histograms: [{ row: 5, histogram }],
    exemplars: [{ row: 0, exemplar }],
    metadata,
  });
  const values = Float64Array.of(2.5, Number.NEGATIVE_INFINITY, -0);
  writeStaleAt(bitsOf(values), 2);
  const some = Uint32Array.of(refs[0]!, refs[2]!, refs[1]!);
  await engine.append({ refs: some, timestampsMs: OLD_MS + 1500, values });
  const directory = join(temporaryDirectory(t), 'snapshots');
  const server = await startTestServer(t, { engine, snapshotsDirectory: directory });
  const get = async (query: string, headers: Record<string, string> = {}) =>
    exchange(`${server.url}/api/v1/export?${query}`, 'GET', headers);
  return { engine, directory, get, ...server };
}

/** By Node's own client: `fetch` shows no trailers. */
async function exchange(url: string, method: string, headers: Record<string, string> = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<import('node:http').IncomingMessage>();
  request(url, { method, headers }, resolve).on('error', reject).end();
  const answer = await promise;
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const { statusCode: status, trailers } = answer;
  return { status, headers: answer.headers, trailers, body: Buffer.concat(chunks) };
}

const sortedLines = (body: Buffer) => body.toString().split('\n').filter(Boolean).sort();

test('json has a line of finite samples a series, and lines of their own for the rest', async (t) => {
  const { get } = await filled(t);
  const { status, headers, trailers, body } = await get('');
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'application/x-ndjson; charset=utf-8');
  const end = OLD_MS + 1500;
  assert.deepEqual(sortedLines(body), [
    '{"metric":{"__name__":"latency_seconds_bucket","le":"0.5"},"values":[3],"timestamps":[1699996400000]}',
    '{"metric":{"__name__":"latency_seconds_count"},"values":[4],"timestamps":[1699996400000]}',
    '{"metric":{"__name__":"native"},"histograms":[{"count":"6","sum":"9.5","buckets":' +
      '[[1,"-1","-0.5","2"],[3,"-0.25","0.25","1"],[0,"1","2","3"]],"native":{"schema":0,"zeroThreshold":0.25,' +
      '"zeroCount":1,"count":6,"sum":9.5,"positiveSpans":[[1,1]],"positiveCounts":[3],"negativeSpans":[[0,1]],' +
      '"negativeCounts":[2]}}],"timestamps":[1699996400000]}',
    `{"metric":{"__name__":"temperature"},"values":["NaN","-Infinity"],"timestamps":[${OLD_MS},${end}]}`,
    `{"metric":{"__name__":"votes_total","instance":"a"},"values":[1,2.5],"timestamps":[${OLD_MS},${end}]}`,
    `{"metric":{"__name__":"votes_total","instance":"b, \\"c\\"\\n"},"values":[2],"timestamps":[${OLD_MS}]}`,
    `{"metric":{"__name__":"votes_total","instance":"b, \\"c\\"\\n"},"values":[null],"timestamps":[${end}]}`,
  ]);
  assert.equal(trailers['x-chainpulse-samples'], '9');
  assert.equal(trailers['x-chainpulse-warnings'], '[]');
});

test('csv has a column a label, and an empty value where a series ends', async (t) => {
  const { get } = await filled(t);
  const { body, trailers } = await get('format=csv&match[]=votes_total&match[]=temperature&match[]={instance="a"}');
  const [header, ...rows] = body.toString().split(/\n(?=votes|temp)/);
  assert.equal(header, '__name__,instance,timestamp,value');
  assert.deepEqual(rows.map((row) => row.trimEnd()).sort(), [
    'temperature,,1699996400000,NaN',
    'temperature,,1699996401500,-Inf',
    'votes_total,"b, ""c""\n",1699996400000,2',
    'votes_total,"b, ""c""\n",1699996401500,',
    'votes_total,a,1699996400000,1',
    'votes_total,a,1699996401500,2.5',
  ]);
  assert.equal(trailers['x-chainpulse-samples'], '6');
  const native = await get('format=csv&match[]=native');
  assert.match(native.trailers['x-chainpulse-warnings'] ?? '', /native histograms are left out: CSV/);
  assert.equal(native.trailers['x-chainpulse-left-out'], '1');
});

test('influx has nanoseconds, escapes, and no line for what it cannot say', async (t) => {
  const { get } = await filled(t);
  const { body, trailers } = await get('format=influx&match[]={__name__=~"votes.*|temperature"}');
  assert.deepEqual(sortedLines(body), [
    'votes_total,instance=a value=1 1699996400000000000',
    'votes_total,instance=a value=2.5 1699996401500000000',
    'votes_total,instance=b\\,\\ "c"\\n value=2 1699996400000000000',
  ]);
  assert.equal(trailers['x-chainpulse-left-out'], '3');
});

test('openmetrics has its families one after the other', async (t) => {
  const { get } = await filled(t);
  const { body, headers } = await get('format=openmetrics');
  assert.match(headers['content-type'] ?? '', /^application\/openmetrics-text; version=1\.0\.0/);
  const lines = body.toString();
  assert.equal(
    lines,
    `# TYPE latency_seconds histogram
# UNIT latency_seconds seconds
latency_seconds_bucket{le="0.5"} 3 1699996400
latency_seconds_count 4 1699996400
# TYPE native unknown
# TYPE temperature gauge
temperature NaN 1699996400
temperature -Inf 1699996401.5
# TYPE votes counter
# HELP votes Votes \\"cast\\"\\nso far
votes_total{instance="a"} 1 1699996400
votes_total{instance="a"} 2.5 1699996401.5
votes_total{instance="b, \\"c\\"\\n"} 2 1699996400
# EOF
`,
  );
});

test('a range, a form and gzip are taken; what is wrong is refused', async (t) => {
  const { get, url } = await filled(t);
  const late = `start=${OLD_MS / 1000 + 1}&match[]=votes_total{instance="a"}`;
  const packed = await get(late, { 'accept-encoding': 'gzip' });
  assert.equal(packed.headers['content-encoding'], 'gzip');
  assert.match(gunzipSync(packed.body).toString(), /"values":\[2\.5\]/);
  assert.equal(packed.trailers['x-chainpulse-samples'], '1');
  const form = new URLSearchParams({ 'match[]': 'votes_total', end: String(OLD_MS / 1000), fragment: 'true' });
  form.set('format', 'csv');
  const posted = await (await fetch(`${url}/api/v1/export`, { method: 'POST', body: form })).text();
  assert.doesNotMatch(posted, /__name__/);
  assert.equal(posted.match(/votes_total/g)?.length, 2);
  const cases = [
    ['format=xml', /invalid parameter \\"format\\": \\"xml\\" is none of json, csv, influx, openmetrics/],
    ['match[]={', /invalid parameter \\"match\[\]\\": 1:2/],
    ['start=5&end=4', /end timestamp must not be before start time/],
  ] as const;
  for (const [query, message] of cases) {
    const { status, body } = await get(query);
    assert.equal(status, 400);
    assert.match(body.toString(), message);
  }
});

/** Series without end, read by nobody in particular. */
function endlessEngine() {
  let taken = 0;
  async function* select(): AsyncGenerator<SeriesSamples> {
    for (;;) {
      taken++;
      yield {
        labels: labelsFromRecord({ __name__: 'm', n: String(taken) }),
        timestampsMs: new Float64Array(1000),
        values: new Float64Array(1000),
      };
    }
  }
  return { engine: scriptedEngine({ select }), taken: () => taken };
}

test('an export is made as fast as it is read, one reader that stalls is disconnected, and too many are refused', async (t) => {
  const { engine, taken } = endlessEngine();
  const historyLimits = { maxConcurrentExports: 1, maxExportStallMs: 200 };
  const { url } = await startTestServer(t, { engine, historyLimits });
  const { promise, resolve } = Promise.withResolvers<import('node:http').IncomingMessage>();
  request(`${url}/api/v1/export`, resolve).end();
  const stalled = await promise;
  const closed = new Promise((done) => stalled.once('close', done));
  stalled.on('error', () => {});
  const busy = await fetch(`${url}/api/v1/export`);
  assert.equal(busy.status, 503);
  assert.equal(busy.headers.get('retry-after'), '5');
  await new Promise((done) => setTimeout(done, 100));
  // What the sockets of the system hold, and no more.
  assert.ok(taken() < 20_000, `${taken()} series`);
  // Only who reads notices the end of a connection.
  setTimeout(() => stalled.resume(), 1000);
  await closed;
  assert.equal(stalled.complete, false);
});

test('a store that fails before the first piece is answered in words, and later by a cut', async (t) => {
  async function* broken(after: number): AsyncGenerator<SeriesSamples> {
    for (let at = 0; at < after; at++) {
      yield {
        labels: labelsFromRecord({ __name__: 'm', n: String(at) }),
        timestampsMs: new Float64Array(50_000),
        values: new Float64Array(50_000),
      };
    }
    throw new Error('disk');
  }
  let after = 0;
  const { url } = await startTestServer(t, { engine: scriptedEngine({ select: () => broken(after) }) });
  const answer = await fetch(`${url}/api/v1/export`);
  assert.equal(answer.status, 500);
  assert.match(await answer.text(), /internal error/);
  after = 10;
  await assert.rejects((await fetch(`${url}/api/v1/export`)).text());
});

const post = (url: string, path: string, method = 'POST') => exchange(`${url}/api/v1/admin/tsdb/${path}`, method);

test('without --enable-admin-api nothing is deleted, as in Prometheus', async (t) => {
  const engine = await openRealEngine(t, [{ labels: { __name__: 'up' }, value: 1 }]);
  const { url } = await startTestServer(t, { engine });
  for (const path of ['delete_series?match[]=up', 'clean_tombstones', 'snapshot']) {
    const { status, body } = await post(url, path);
    assert.equal(status, 500);
    assert.match(
      body.toString(),
      /^\{"status":"error","errorType":"unavailable","error":"admin APIs disabled: start with --enable-admin-api/,
    );
  }
  assert.equal((await engine.stats()).totalSeries, 1);
});

test('series are deleted whole or in a range', async (t) => {
  const { get, url } = await filled(t);
  assert.equal((await exchange(`${url}/api/v1/admin/tsdb/delete_series?match[]=up`, 'GET')).status, 405);
  const nothing = await post(url, 'delete_series');
  assert.equal(nothing.status, 400);
  assert.match(nothing.body.toString(), /"error":"no match\[\] parameter provided"/);
  assert.match((await post(url, 'delete_series?match[]=up&start=x')).body.toString(), /invalid parameter \\"start\\"/);
  const range = `match[]=votes_total{instance="a"}&start=${OLD_MS / 1000 + 1}`;
  assert.equal((await post(url, `delete_series?${range}`, 'PUT')).status, 204);
  assert.equal((await post(url, `delete_series?match[]=temperature&match[]=native`)).status, 204);
  assert.equal((await post(url, 'delete_series?match[]=votes_total&start=20&end=10')).status, 204);
  assert.equal((await post(url, 'clean_tombstones')).status, 204);
  const left = sortedLines((await get('format=csv&column[]=instance&column[]=le')).body);
  assert.deepEqual(
    left.filter((line) => line.includes(',a,')),
    ['votes_total,a,,1699996400000,1'],
  );
  assert.equal(left.filter((line) => /temperature|native/.test(line)).length, 0);
});

test('a snapshot is a folder that opens as a store', async (t) => {
  const { url, directory } = await filled(t);
  assert.equal((await post(url, 'snapshot?skip_head=perhaps')).status, 400);
  const { status, body } = await post(url, 'snapshot?skip_head=true');
  assert.equal(status, 200);
  const { name } = (JSON.parse(body.toString()) as { data: { name: string } }).data;
  assert.match(name, /^20231114T221320Z-[0-9a-f]{16}$/);
  assert.deepEqual(readdirSync(directory), [name]);
  const clock = { nowMs: () => NOW_MS };
  const store = await openEmbeddedStore({
    directory: join(directory, name),
    retentionMs: undefined,
    durability: 'normal',
    clock,
  });
  t.after(() => store.close());
  assert.equal(store.stats().totalSeries, 6);
});

test('a snapshot that cannot be written is an error, and leaves the store as it is', async (t) => {
  const engine = await openRealEngine(t, [{ labels: { __name__: 'up' }, value: 1 }]);
  const folder = temporaryDirectory(t);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'file'), '');
  const { url } = await startTestServer(t, { engine, snapshotsDirectory: join(folder, 'file') });
  assert.equal((await post(url, 'snapshot')).status, 500);
  rmSync(join(folder, 'file'));
  assert.equal((await post(url, 'snapshot')).status, 200);
});

test('one admin operation works at a time', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const engine = scriptedEngine({ cleanTombstones: () => promise, copyTo: async () => undefined });
  const { url } = await startTestServer(t, { engine, snapshotsDirectory: temporaryDirectory(t) });
  const first = post(url, 'clean_tombstones');
  let busy = await post(url, 'snapshot');
  // The first may come second.
  while (busy.status === 200) busy = await post(url, 'snapshot');
  assert.equal(busy.status, 503);
  assert.equal(busy.headers['retry-after'], '5');
  resolve();
  assert.equal((await first).status, 204);
  assert.equal((await post(url, 'snapshot')).status, 200);
});

test('exemplars of every selector of an expression', async (t) => {
  const { url } = await filled(t);
  const ask = async (query: string) => (await fetch(`${url}/api/v1/query_exemplars?${query}`)).text();
  assert.equal(
    await ask('query=rate(votes_total[5m])/up'),
    '{"status":"success","data":[{"seriesLabels":{"__name__":"votes_total","instance":"a"},"exemplars":' +
      '[{"labels":{"trace_id":"x<y"},"value":"1.5","timestamp":1699996400}]}]}',
  );
  assert.equal(await ask(`query=votes_total&start=${OLD_MS / 1000 + 1}`), '{"status":"success","data":[]}');
  assert.match(await ask('query=votes_total&start=2&end=1'), /end timestamp must not be before start timestamp/);
  assert.match(await ask('query=(('), /"errorType":"bad_data"/);
});

test('status/tsdb says what takes the most series', async (t) => {
  const { url } = await filled(t);
  const ask = async (query: string) => (await fetch(`${url}/api/v1/status/tsdb${query}`)).text();
  const { data } = JSON.parse(await ask('?limit=1'));
  assert.equal(data.headStats.numSeries, 6);
  assert.equal(data.headStats.minTime, OLD_MS);
  assert.equal(data.headStats.maxTime, OLD_MS + 1500);
  assert.deepEqual(data.seriesCountByMetricName, [{ name: 'votes_total', value: 2 }]);
  assert.deepEqual(data.labelValueCountByLabelName, [{ name: '__name__', value: 5 }]);
  assert.deepEqual(data.seriesCountByLabelValuePair, [{ name: '__name__=votes_total', value: 2 }]);
  assert.equal(data.memoryInBytesByLabelName.length, 1);
  for (const limit of ['0', 'x', '-1']) assert.match(await ask(`?limit=${limit}`), /limit must be a positive number/);
  const empty = await startTestServer(t, { engine: await openRealEngine(t) });
  const nothing = await text((await fetch(`${empty.url}/api/v1/status/tsdb`)).body!);
  assert.match(nothing, /"chunkCount":0,"minTime":9223372036854775807,"maxTime":-9223372036854775808/);
});

test('where another engine keeps the history, its status and its administration say so, and nothing is logged', async (t) => {
  const elsewhere = () => Promise.reject(new ChainpulseError('history_elsewhere', 'the history is elsewhere'));
  const engine = scriptedEngine({ cardinality: elsewhere, cleanTombstones: elsewhere, copyTo: elsewhere });
  const { url, log } = await startTestServer(t, { engine, snapshotsDirectory: temporaryDirectory(t) });
  const body = '{"status":"error","errorType":"execution","error":"the history is elsewhere"}';
  const status = await fetch(`${url}/api/v1/status/tsdb`);
  assert.deepEqual([status.status, await status.text()], [422, body]);
  for (const name of ['clean_tombstones', 'snapshot']) assert.equal((await post(url, name)).status, 422);
  assert.deepEqual(
    log.filter((line) => line.includes('"level":50')),
    [],
  );
});
