import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsFromRecord } from '../../model/labels.ts';
import { QueryError } from '../../promql/interface.ts';
import type { SeriesRequest } from '../../storage/interface.ts';
import { scriptedEngine, startTestServer, targetStatus } from '../testing/test-server.ts';

test('what there is none of is an empty list, and OPTIONS an empty answer', async (t) => {
  const { url } = await startTestServer(t, {
    targets: [targetStatus('127.0.0.1:1')],
    engine: scriptedEngine({ ruleGroups: async () => [] }),
  });
  const cases: [string, string][] = [
    ['rules', '{"groups":[]}'],
    ['alerts', '{"alerts":[]}'],
    ['alertmanagers', '{"activeAlertmanagers":[],"droppedAlertmanagers":[]}'],
    ['notifications', '[]'],
    ['status/walreplay', '{"min":0,"max":0,"current":0}'],
    ['scrape_pools', '{"scrapePools":["evm"]}'],
    ['targets/relabel_steps?scrapePool=evm&labels={"a":"b"}', '{"steps":[]}'],
    ['status/flags', '{"query.lookback-delta":"5m","query.timeout":"2m"}'],
    ['features', '{"promql":{"at_modifier":true}}'],
    ['status/queries', '{"active":[],"slow":[],"held":{"points":0,"reads":0,"leases":0}}'],
  ];
  for (const [path, data] of cases) {
    const response = await fetch(`${url}/api/v1/${path}`);
    assert.equal(await response.text(), `{"status":"success","data":${data}}`, path);
    assert.match(response.headers.get('vary') ?? '', /Accept-Encoding/);
  }
  const preflight = await fetch(`${url}/api/v1/query`, { method: 'OPTIONS' });
  assert.deepEqual([preflight.status, await preflight.text()], [204, '']);
  assert.equal(preflight.headers.get('access-control-allow-origin'), null);
});

test('relabelling is asked of a pool that is there, with labels that are some', async (t) => {
  const { url } = await startTestServer(t);
  const cases: [string, RegExp][] = [
    ['', /^no scrapePool parameter provided$/],
    ['?scrapePool=a', /^no labels parameter provided$/],
    ['?scrapePool=a&labels=[]', /^error parsing labels: /],
    ['?scrapePool=a&labels={"a":1}', /^error parsing labels: /],
    ['?scrapePool=a&labels={}', /^error retrieving scrape config: scrape pool "a" not found$/],
  ];
  for (const [query, expected] of cases) {
    const response = await fetch(`${url}/api/v1/targets/relabel_steps${query}`);
    assert.equal(response.status, 400);
    assert.match(((await response.json()) as { error: string }).error, expected);
  }
});

test('the configuration names what is watched, without credentials', async (t) => {
  const { url } = await startTestServer(t, {
    targets: [targetStatus('127.0.0.1:1')],
    engine: scriptedEngine({ ruleGroups: async () => [] }),
  });
  const { data } = (await (await fetch(`${url}/api/v1/status/config`)).json()) as { data: { yaml: string } };
  assert.match(data.yaml, /^global:\n {2}scrape_interval: 5s\n/);
  assert.match(data.yaml, /job_name: evm\n.*evm\+http:\/\/127\.0\.0\.1:1\//s);
});

test('the metadata of a target is that of the families it has series of', async (t) => {
  const asked: SeriesRequest[] = [];
  const engine = scriptedEngine({
    metadata: async () => [
      { name: 'a', type: 'gauge', help: 'one', unit: '' },
      { name: 'h', type: 'histogram', help: 'two', unit: 'seconds' },
      { name: 'other', type: 'gauge', help: 'three', unit: '' },
    ],
    labelValues: async (_name, request) => {
      asked.push(request);
      return ['a', 'h_bucket', 'h_count', 'unknown'];
    },
  });
  const { url } = await startTestServer(t, { engine, targets: [targetStatus('127.0.0.1:1')] });
  const get = async (query: string) =>
    ((await (await fetch(`${url}/api/v1/targets/metadata${query}`)).json()) as { data: unknown }).data;
  const target = { chain: 'dev', instance: '127.0.0.1:1', job: 'evm' };
  assert.deepEqual(await get(''), [
    { target, metric: 'a', type: 'gauge', help: 'one', unit: '' },
    { target, metric: 'h', type: 'histogram', help: 'two', unit: 'seconds' },
  ]);
  assert.deepEqual(await get('?metric=h'), [{ target, type: 'histogram', help: 'two', unit: 'seconds' }]);
  assert.deepEqual(await get('?match_target={job="other"}'), []);
  assert.deepEqual(await get('?limit=0'), []);
  assert.ok(asked[0]?.matcherSets[0]?.some(({ name, value }) => name === 'job' && value === 'evm'));
});

test('statistics stand beside the result when they are asked for', async (t) => {
  const engine = scriptedEngine({
    instant: async (query) => ({
      type: 'vector',
      timeMs: 1000,
      samples: [{ labels: labelsFromRecord({ a: 'b<c' }), value: 1 }],
      warnings: Array.from({ length: 12 }, (_, index) => `warning ${index}`),
      infos: [],
      ...(query.wants === 'statistics' && {
        stats: { samplesRead: 7, peakPoints: 3, preparationMs: 2, evaluationMs: 1.5, sortMs: 0.5 },
      }),
    }),
  });
  const { url } = await startTestServer(t, { engine });
  const get = async (query: string) => (await fetch(`${url}/api/v1/query?query=x${query}`)).text();
  assert.match(
    await get(''),
    /^\{"status":"success","data":\{"resultType":"vector","result":\[\{"metric":\{"a":"b<c"\}/,
  );
  assert.doesNotMatch(await get(''), /stats/);
  const { data, warnings } = JSON.parse(await get('&stats=yes')) as {
    data: { stats: { timings: Record<string, number>; samples: object } };
    warnings: string[];
  };
  assert.deepEqual(data.stats.samples, { totalQueryableSamples: 7, samplesRead: 7, peakSamples: 3 });
  assert.deepEqual(Object.keys(data.stats.timings), [
    'evalTotalTime',
    'resultSortTime',
    'queryPreparationTime',
    'innerEvalTime',
    'execQueueTime',
    'execTotalTime',
  ]);
  const { queryPreparationTime, innerEvalTime, resultSortTime } = data.stats.timings;
  assert.deepEqual([queryPreparationTime, innerEvalTime, resultSortTime], [0.002, 0.0015, 0.0005]);
  assert.deepEqual(warnings.slice(9), ['warning 9', '3 more warning annotations omitted']);
});

test('a query that takes long is logged, listed and counted as slow', async (t) => {
  const engine = scriptedEngine({ instant: () => Promise.reject(new QueryError('execution', 'no')) });
  const { url, queries, log } = await startTestServer(t, { engine, limits: { slowQueryMs: 0 } });
  assert.equal((await fetch(`${url}/api/v1/query?query=slow_one`)).status, 422);
  const { data } = (await (await fetch(`${url}/api/v1/status/queries`)).json()) as {
    data: { slow: { query: string; outcome: string; client: string }[] };
  };
  assert.deepEqual(
    data.slow.map(({ query, outcome, client }) => ({ query, outcome, client })),
    [{ query: 'slow_one', outcome: 'error', client: '127.0.0.1' }],
  );
  assert.equal(queries[0]?.isSlow, true);
  assert.ok(log.some((line) => line.includes('slow_one')));
});
