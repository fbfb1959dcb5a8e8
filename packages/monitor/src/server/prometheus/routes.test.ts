import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { Engine } from '../../engine/interface.ts';
import { ChainpulseError } from '../../model/errors.ts';
import { labelsFromRecord } from '../../model/labels.ts';
import { type InstantQuery, QueryError, type QueryResult, type RangeQuery } from '../../promql/interface.ts';
import type { SeriesRequest } from '../../storage/interface.ts';
import { NOW_MS, scriptedEngine, startTestServer, targetStatus } from '../testing/test-server.ts';
import { MAX_TIME_MS, MIN_TIME_MS } from './time-text.ts';

const SCALAR: QueryResult = { type: 'scalar', timeMs: 0, value: 1, warnings: [], infos: [] };

/** An engine that answers with a fixed result and keeps what it was asked. */
function answering(result: QueryResult) {
  const instants: InstantQuery[] = [];
  const ranges: RangeQuery[] = [];
  const engine = scriptedEngine({
    instant: async (query) => {
      instants.push(query);
      return result;
    },
    range: async (query) => {
      ranges.push(query);
      return result;
    },
  });
  return { engine, instants, ranges };
}

test('a query is asked as its parameters say, from the address or a form', async (t) => {
  const { engine, instants, ranges } = answering(SCALAR);
  const { url } = await startTestServer(t, { engine });
  await fetch(`${url}/api/v1/query?query=up`);
  await fetch(`${url}/api/v1/query?query=a&time=5`, { method: 'POST', body: new URLSearchParams({ query: 'b' }) });
  await fetch(`${url}/api/v1/query_range`, {
    method: 'POST',
    body: new URLSearchParams({ query: 'c', start: '1', end: '2', step: '250ms', timeout: '3s', lookback_delta: '1m' }),
  });
  const [first, second] = instants;
  assert.deepEqual({ ...first, timeoutMs: 0 }, { expression: 'up', timeMs: NOW_MS, timeoutMs: 0 });
  assert.ok((first?.timeoutMs ?? 0) > 60_000 && (first?.timeoutMs ?? 0) <= 120_000);
  assert.deepEqual({ ...second, timeoutMs: 0 }, { expression: 'b', timeMs: 5000, timeoutMs: 0 });
  const [range] = ranges;
  assert.deepEqual(
    { ...range, timeoutMs: 0 },
    { expression: 'c', startMs: 1000, endMs: 2000, stepMs: 250, timeoutMs: 0, lookbackMs: 60_000 },
  );
  assert.ok((range?.timeoutMs ?? 0) > 1000 && (range?.timeoutMs ?? 0) <= 3000);
  // An engine that passes it on as text must not write a fraction, which Prometheus refuses.
  const timeouts = [first, second, range].map((query) => query?.timeoutMs);
  assert.ok(timeouts.every(Number.isInteger), JSON.stringify(timeouts));
});

test('each kind of result has the JSON of Prometheus, byte for byte', async (t) => {
  const labels = labelsFromRecord({ __name__: 'up', job: 'a<b' });
  const notes = { warnings: ['w'], infos: ['i'] };
  const cases: [QueryResult, string][] = [
    [
      { type: 'scalar', timeMs: 1500, value: Number.POSITIVE_INFINITY, warnings: [], infos: [] },
      '{"status":"success","data":{"resultType":"scalar","result":[1.5,"+Inf"]}}',
    ],
    [
      { type: 'string', timeMs: 0, value: 'é"', warnings: [], infos: [] },
      '{"status":"success","data":{"resultType":"string","result":[0,"é\\""]}}',
    ],
    [
      { type: 'vector', timeMs: 1_435_781_451_700, samples: [{ labels, value: 0.1 }], ...notes },
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","job":"a<b"},' +
        '"value":[1435781451.700,"0.1"]}]},"warnings":["w"],"infos":["i"]}',
    ],
    [
      {
        type: 'matrix',
        series: [
          { labels: [], timestampsMs: Float64Array.of(0, 500), values: Float64Array.of(1, Number.NaN) },
          { labels, timestampsMs: Float64Array.of(1000), values: Float64Array.of(1e21) },
        ],
        warnings: [],
        infos: [],
      },
      '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[0,"1"],[0.500,"NaN"]]},' +
        '{"metric":{"__name__":"up","job":"a<b"},"values":[[1,"1e+21"]]}]}}',
    ],
    [
      { type: 'matrix', series: [], warnings: [], infos: [] },
      '{"status":"success","data":{"resultType":"matrix","result":[]}}',
    ],
  ];
  for (const [result, expected] of cases) {
    const { url } = await startTestServer(t, { engine: answering(result).engine });
    const response = await fetch(`${url}/api/v1/query?query=x`);
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.equal(await response.text(), expected);
  }
});

test('parameters that are wrong are refused in the words of Prometheus, and nothing is asked', async (t) => {
  const { url } = await startTestServer(t);
  const range = 'query_range?query=1';
  const cases: [string, string][] = [
    [
      'query?query=1&time=abc',
      'invalid parameter "time": invalid time value for \'time\': cannot parse "abc" to a valid timestamp',
    ],
    ['query?query=1&timeout=abc', 'invalid parameter "timeout": cannot parse "abc" to a valid duration'],
    [
      'query?query=1&lookback_delta=0.0001',
      'invalid parameter "lookback_delta": the shortest lookback is a millisecond',
    ],
    [
      'query?query=1&lookback_delta=abc',
      'error parsing lookback delta duration: cannot parse "abc" to a valid duration',
    ],
    [range, 'invalid parameter "start": cannot parse "" to a valid timestamp'],
    [`${range}&start=1`, 'invalid parameter "end": cannot parse "" to a valid timestamp'],
    [`${range}&start=1&end=0&step=1`, 'invalid parameter "end": end timestamp must not be before start time'],
    [`${range}&start=1&end=2`, 'invalid parameter "step": cannot parse "" to a valid duration'],
    [
      `${range}&start=1&end=2&step=-1`,
      'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
    ],
    [
      `${range}&start=0&end=11001&step=1`,
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    ],
    ['series', 'no match[] parameter provided'],
    ['series?match[]={}', 'invalid parameter "match[]": match[] must contain at least one non-empty matcher'],
    ['labels?match[]={}', 'match[] must contain at least one non-empty matcher'],
    [
      'labels?start=x',
      'invalid parameter "start": invalid time value for \'start\': cannot parse "x" to a valid timestamp',
    ],
    ['labels?limit=-1', 'invalid parameter "limit": limit must be non-negative'],
    ['metadata?limit=abc', 'limit must be a number'],
  ];
  for (const [path, error] of cases) {
    const response = await fetch(`${url}/api/v1/${path}`);
    assert.equal(response.status, 400, path);
    assert.deepEqual(await response.json(), { status: 'error', errorType: 'bad_data', error });
  }
});

test('11,001 points are allowed, as in Prometheus', async (t) => {
  const { engine, ranges } = answering(SCALAR);
  const { url } = await startTestServer(t, { engine });
  assert.equal((await fetch(`${url}/api/v1/query_range?query=1&start=0&end=11000&step=1`)).status, 200);
  assert.equal(ranges.length, 1);
});

test('each type of error has its status, and is counted as what it is', async (t) => {
  const cases: [Error, number, string, string, string][] = [
    [
      new QueryError('bad_data', '1:5: parse error: x', { line: 1, column: 5 }),
      400,
      'bad_data',
      'invalid parameter "query": 1:5: parse error: x',
      'error',
    ],
    [
      new QueryError('bad_data', 'invalid expression type', { line: 1, column: 1 }),
      400,
      'bad_data',
      'invalid parameter "query": invalid expression type',
      'error',
    ],
    [
      new QueryError('bad_data', 'invalid parameter "query": 1:1: of another server'),
      400,
      'bad_data',
      'invalid parameter "query": 1:1: of another server',
      'error',
    ],
    [new QueryError('execution', 'many-to-many'), 422, 'execution', 'many-to-many', 'error'],
    [new QueryError('timeout', 'query timed out'), 503, 'timeout', 'query timed out', 'timeout'],
    [new QueryError('canceled', 'query was canceled'), 499, 'canceled', 'query was canceled', 'error'],
    [
      new ChainpulseError('remote_unreachable', 'http://vm:8428/api/v1/query did not answer'),
      500,
      'internal',
      'http://vm:8428/api/v1/query did not answer',
      'error',
    ],
    [new Error('secret'), 500, 'internal', 'internal error: the log of the monitor says more', 'error'],
  ];
  for (const [failure, status, errorType, error, outcome] of cases) {
    const { url, queries } = await startTestServer(t, {
      engine: scriptedEngine({ instant: () => Promise.reject(failure) }),
    });
    const response = await fetch(`${url}/api/v1/query?query=x`);
    assert.equal(response.status, status);
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.deepEqual(await response.json(), { status: 'error', errorType, error });
    assert.deepEqual(
      queries.map(({ kind, outcome }) => ({ kind, outcome })),
      [{ kind: 'instant', outcome }],
    );
  }
});

test('a client that hangs up ends its query and gives its place back', async (t) => {
  const asked = Promise.withResolvers<AbortSignal>();
  const engine: Engine = scriptedEngine({
    instant: (_query, signal) => {
      if (signal === undefined) throw new Error('a query needs a signal');
      asked.resolve(signal);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new QueryError('canceled', 'query was canceled')));
      });
    },
    labelNames: async () => ['job'],
  });
  const { url, port } = await startTestServer(t, { engine, limits: { maxConcurrentQueries: 1 } });
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /api/v1/query?query=x HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const signal = await asked.promise;
  assert.equal(signal.aborted, false);
  const aborted = once(signal, 'abort');
  socket.destroy();
  await aborted;
  const next = await fetch(`${url}/api/v1/labels`);
  assert.deepEqual(await next.json(), { status: 'success', data: ['job'] });
});

test('a client that hangs up ends what is read of metadata and cardinality too', async (t) => {
  let asked = Promise.withResolvers<AbortSignal>();
  const untilAborted = (signal: AbortSignal | undefined): Promise<never> => {
    if (signal === undefined) throw new Error('a reading needs a signal');
    asked.resolve(signal);
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  const engine: Engine = scriptedEngine({
    metadata: (_name, _limit, signal) => untilAborted(signal),
    cardinality: (_limit, signal) => untilAborted(signal),
  });
  const { port, queries } = await startTestServer(t, { engine, limits: { maxConcurrentQueries: 1 } });
  for (const path of ['metadata', 'targets/metadata', 'status/tsdb']) {
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET /api/v1/${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    const signal = await asked.promise;
    asked = Promise.withResolvers();
    const aborted = once(signal, 'abort');
    socket.destroy();
    await aborted;
  }
  while (queries.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual(
    queries.map(({ outcome }) => outcome),
    ['error', 'error', 'error'],
  );
});

test('a timeout is what queries take: it may be over at once, and other questions pass over it', async (t) => {
  const engine = scriptedEngine({ labelNames: async () => ['job'], metadata: async () => [] });
  const { url } = await startTestServer(t, { engine });
  const errorOf = async (path: string) => {
    const answer = await fetch(`${url}/api/v1/${path}`);
    return [answer.status, ((await answer.json()) as { error?: string }).error];
  };
  for (const path of ['labels?timeout=abc', 'metadata?timeout=0'])
    assert.deepEqual(await errorOf(path), [200, undefined]);
  const range = 'query_range?query=x&start=0&end=1&step=1';
  for (const query of ['query?query=x', range, 'explain?query=x']) {
    for (const timeout of ['-1s', '1ns', '1e300']) {
      const [status, error] = await errorOf(`${query}&lookback_delta=x&timeout=${timeout}`);
      assert.equal(status, 400);
      assert.match(error as string, /^invalid parameter "timeout": cannot parse /);
    }
  }
});

test('queries over the limit wait, and those over that limit too are refused', async (t) => {
  const running: PromiseWithResolvers<QueryResult>[] = [];
  let arrived = Promise.withResolvers<void>();
  const engine = scriptedEngine({
    instant: () => {
      const answer = Promise.withResolvers<QueryResult>();
      running.push(answer);
      arrived.resolve();
      arrived = Promise.withResolvers();
      return answer.promise;
    },
  });
  const limits = { maxConcurrentQueries: 1, maxWaitingQueries: 1 };
  const { url, queries } = await startTestServer(t, { engine, limits });
  const firstArrived = arrived.promise;
  const first = fetch(`${url}/api/v1/query?query=x`);
  await firstArrived;
  const others = [fetch(`${url}/api/v1/query?query=y`), fetch(`${url}/api/v1/query?query=z`)];
  const refused = await Promise.race(others);
  assert.equal(refused.status, 503);
  assert.equal(((await refused.json()) as { errorType: string }).errorType, 'unavailable');
  const secondArrived = arrived.promise;
  running[0]?.resolve(SCALAR);
  assert.equal((await first).status, 200);
  await secondArrived;
  running[1]?.resolve(SCALAR);
  const statuses = (await Promise.all(others)).map(({ status }) => status).sort((a, b) => a - b);
  assert.deepEqual(statuses, [200, 503]);
  // The client has its answer a moment before the server knows that it does.
  while (queries.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual(queries.map(({ outcome }) => outcome).sort(), ['limit', 'ok', 'ok']);
});

test('an answer of many pieces arrives whole, while others are answered', async (t) => {
  const points = 20_000;
  const timestampsMs = Float64Array.from({ length: points }, (_, index) => index * 1000);
  const values = timestampsMs.map((timeMs) => timeMs / 7);
  const series = Array.from({ length: 20 }, (_, index) => ({
    labels: labelsFromRecord({ series: String(index) }),
    timestampsMs,
    values,
  }));
  const { engine } = answering({ type: 'matrix', series, warnings: [], infos: [] });
  const { url } = await startTestServer(t, { engine });
  const response = await fetch(`${url}/api/v1/query?query=x`);
  assert.equal(response.headers.get('content-length'), null);
  assert.equal((await fetch(`${url}/live`)).status, 200);
  const { data } = (await response.json()) as { data: { result: { metric: object; values: [number, string][] }[] } };
  assert.equal(data.result.length, 20);
  assert.deepEqual(data.result[19]?.metric, { series: '19' });
  assert.deepEqual(
    data.result[19]?.values.map(([timeS, value]) => [timeS * 1000, Number(value)]),
    Array.from(timestampsMs, (timeMs, index) => [timeMs, values[index]]),
  );
});

test('a client that does not read its answer is disconnected', async (t) => {
  const timestampsMs = new Float64Array(1_000_000);
  const series = [{ labels: [], timestampsMs, values: timestampsMs }];
  const { engine } = answering({ type: 'matrix', series, warnings: [], infos: [] });
  const { port, queries } = await startTestServer(t, { engine, limits: { maxSendMs: 50 } });
  const socket = connect(port, '127.0.0.1').pause();
  socket.write('GET /api/v1/query?query=x HTTP/1.1\r\nHost: localhost\r\n\r\n');
  while (queries.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(queries[0]?.outcome, 'error');
  socket.destroy();
});

test('what exists is asked for all of history unless a range is given', async (t) => {
  const requests: SeriesRequest[] = [];
  const keep =
    <T>(answer: T) =>
    async (request: SeriesRequest) => {
      requests.push(request);
      return answer;
    };
  const engine = scriptedEngine({
    series: keep([labelsFromRecord({ __name__: 'up', job: 'a' }), labelsFromRecord({ __name__: 'up', job: 'b' })]),
    labelNames: keep(['__name__', 'job']),
    labelValues: (_name, request) => keep(['a', 'b'])(request),
  });
  const { url } = await startTestServer(t, { engine });
  const get = async (path: string) => (await fetch(`${url}/api/v1/${path}`)).json();
  assert.deepEqual(await get('series?match[]=up&start=1&end=2'), {
    status: 'success',
    data: [
      { __name__: 'up', job: 'a' },
      { __name__: 'up', job: 'b' },
    ],
  });
  assert.deepEqual(await get('labels'), { status: 'success', data: ['__name__', 'job'] });
  assert.deepEqual(await get('label/job/values?limit=1&match[]=up'), {
    status: 'success',
    data: ['a'],
    warnings: ['results truncated due to limit'],
  });
  const matchers = [{ name: '__name__', operator: '=', value: 'up' }];
  assert.deepEqual(requests, [
    { minTimeMs: 1000, maxTimeMs: 2000, matcherSets: [matchers], limit: 0 },
    { minTimeMs: MIN_TIME_MS, maxTimeMs: MAX_TIME_MS, matcherSets: [], limit: 0 },
    { minTimeMs: MIN_TIME_MS, maxTimeMs: MAX_TIME_MS, matcherSets: [matchers], limit: 2 },
  ]);
});

test('metadata is grouped by metric and bounded as asked', async (t) => {
  const entry = (name: string, help: string) => ({ name, type: 'gauge' as const, help, unit: '' });
  const engine = scriptedEngine({
    metadata: async (name) =>
      [entry('a', 'one'), entry('a', 'two'), entry('b', 'three')].filter((found) => name === '' || found.name === name),
  });
  const { url } = await startTestServer(t, { engine });
  const get = async (query: string) =>
    ((await (await fetch(`${url}/api/v1/metadata${query}`)).json()) as { data: unknown }).data;
  const one = { type: 'gauge', help: 'one', unit: '' };
  assert.deepEqual(await get('?limit=1&limit_per_metric=1'), { a: [one] });
  assert.deepEqual(await get('?metric=b'), { b: [{ type: 'gauge', help: 'three', unit: '' }] });
  assert.deepEqual(Object.keys((await get('')) as object), ['a', 'b']);
  assert.deepEqual(await get('?limit=0'), {});
});

test('targets have the form of Prometheus', async (t) => {
  const down = targetStatus('127.0.0.1:8546', {
    health: 'down',
    reason: 'connection refused',
    lastCollectionMs: undefined,
  });
  const { url } = await startTestServer(t, { targets: [targetStatus('127.0.0.1:8545'), down] });
  const get = async (query: string) =>
    ((await (await fetch(`${url}/api/v1/targets${query}`)).json()) as { data: unknown }).data;
  const { activeTargets, droppedTargets } = (await get('')) as { activeTargets: object[]; droppedTargets: object[] };
  assert.deepEqual(droppedTargets, []);
  assert.deepEqual(activeTargets[0], {
    discoveredLabels: {
      __address__: '127.0.0.1:8545',
      __metrics_path__: '/',
      __scheme__: 'evm+http',
      __scrape_interval__: '5s',
      __scrape_timeout__: '2s500ms',
      chain: 'dev',
      job: 'evm',
    },
    labels: { chain: 'dev', instance: '127.0.0.1:8545', job: 'evm' },
    scrapePool: 'evm',
    scrapeUrl: 'evm+http://127.0.0.1:8545/',
    globalUrl: 'evm+http://127.0.0.1:8545/',
    lastError: '',
    lastScrape: new Date(NOW_MS - 1000).toISOString(),
    lastScrapeDuration: 0.0045,
    health: 'up',
    scrapeInterval: '5s',
    scrapeTimeout: '2s500ms',
  });
  assert.deepEqual(activeTargets[1], {
    ...activeTargets[1],
    lastScrape: '0001-01-01T00:00:00Z',
    health: 'down',
    lastError: 'connection refused',
  });
  const none = { activeTargets: [], droppedTargets: [], droppedTargetCounts: { evm: 0 } };
  assert.deepEqual(await get('?state=dropped'), none);
  assert.deepEqual(await get('?scrapePool=other'), none);
  assert.deepEqual(await get('?state=active&scrapePool=other'), { ...none, droppedTargetCounts: null });
});

test('buildinfo has a version that clients can compare and no features', async (t) => {
  const { url } = await startTestServer(t);
  const { data } = (await (await fetch(`${url}/api/v1/status/buildinfo`)).json()) as { data: Record<string, string> };
  assert.match(data['version'] ?? '', /^3\.\d+\.\d+$/);
  assert.equal(data['revision'], 'chainpulse-1.2.3');
  assert.equal('features' in data, false);
});
