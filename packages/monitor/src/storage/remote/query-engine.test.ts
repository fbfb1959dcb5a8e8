import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ChainpulseError } from '../../model/errors.ts';
import { QueryError, type QueryResult } from '../../promql/interface.ts';
import { renderResult } from '../../server/prometheus/render.ts';
import { DEFAULT_REMOTE_LIMITS } from './limits.ts';
import { createRemoteQueryEngine } from './query-engine.ts';
import { ApiClient } from './read/api-client.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

const JSON_OF_QUESTION = (errorType: string, error: string) => JSON.stringify({ status: 'error', errorType, error });
const WEB_PAGE = '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>nginx</h1></body></html>';

async function serverOf(t: TestContext, answer: Answer): Promise<{ url: URL; stop: () => Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(answer.status).end(answer.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  t.after(stop);
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix`), stop };
}

function endpointOf(url: URL) {
  return { url, headers: {}, authorize: () => Promise.resolve('Basic very-secret') };
}

/** The answer to a question, out of the data that the server gives. */
async function resultOf(t: TestContext, data: string, kind: 'instant' | 'range'): Promise<QueryResult> {
  const { url } = await serverOf(t, { status: 200, body: `{"status":"success","data":${data}}` });
  const queries = createRemoteQueryEngine({ query: endpointOf(url) });
  t.after(() => queries.close());
  const expression = 'latency';
  if (kind === 'instant') return queries.instant({ expression, timeMs: 1_700_000_000_500 });
  return queries.range({ expression, startMs: 1_700_000_000_000, endMs: 1_700_000_030_000, stepMs: 15_000 });
}

async function errorOf(t: TestContext, url: URL): Promise<ChainpulseError> {
  const queries = createRemoteQueryEngine({ query: endpointOf(url) });
  t.after(() => queries.close());
  const error = await queries.instant({ expression: 'up', timeMs: 0 }).then(
    () => assert.fail('it was answered'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ChainpulseError, String(error));
  assert.ok(!error.message.includes('very-secret'));
  return error;
}

test("what the server says of the question is the asker's, in the server's words", async (t) => {
  const cases: readonly [Answer, string, string][] = [
    [{ status: 400, body: JSON_OF_QUESTION('bad_data', 'no such function') }, 'bad_data', 'no such function'],
    [{ status: 422, body: JSON_OF_QUESTION('execution', 'many-to-many') }, 'execution', 'many-to-many'],
    [{ status: 422, body: JSON_OF_QUESTION('422', 'cannot be evaluated') }, 'execution', 'cannot be evaluated'],
    [{ status: 503, body: JSON_OF_QUESTION('timeout', 'query timed out') }, 'timeout', 'query timed out'],
  ];
  for (const [answer, type, message] of cases) {
    const error = await errorOf(t, (await serverOf(t, answer)).url);
    assert.ok(error instanceof QueryError);
    assert.deepEqual([error.type, error.message], [type, message]);
  }
});

test('what the server or a gateway says of who asks and where is no error of the query, and has the address and the option', async (t) => {
  const credentials =
    /^http:\/\/127\.0\.0\.1:\d+\/prefix\/api\/v1\/query answered 40[13]: .*storage\.remote\.basicAuth/;
  const address = /^http:\/\/127\.0\.0\.1:\d+\/prefix\/api\/v1\/query .*storage\.remote\.url/;
  const cases: readonly [Answer, RegExp][] = [
    [{ status: 401, body: JSON_OF_QUESTION('bad_data', 'The credentials are wrong.') }, credentials],
    [{ status: 403, body: 'no' }, credentials],
    [{ status: 404, body: '404 page not found' }, address],
    [{ status: 404, body: JSON_OF_QUESTION('not_found', 'nothing here') }, address],
    [{ status: 200, body: '<html>welcome</html>' }, address],
    [{ status: 200, body: '{"status":"success","data":null}' }, address],
    [{ status: 502, body: WEB_PAGE }, /\/prefix\/api\/v1\/query answered 502: a web page, "502 Bad Gateway"$/],
    [{ status: 504, body: '' }, /\/prefix\/api\/v1\/query answered 504: \(without a word\)$/],
    [{ status: 400, body: 'Bad Request' }, /\/prefix\/api\/v1\/query answered 400: Bad Request$/],
    [{ status: 500, body: JSON_OF_QUESTION('internal', 'disk') }, /\/prefix\/api\/v1\/query answered 500: disk$/],
  ];
  for (const [answer, expected] of cases) {
    const error = await errorOf(t, (await serverOf(t, answer)).url);
    assert.match(error.code, /^remote_(?:refused|malformed)$/, answer.body);
    assert.match(error.message, expected);
    assert.ok(!error.message.includes('<'), error.message);
  }
});

test('what the query took is what the server says that it took, if it says so', async (t) => {
  const asked = async (stats: unknown) => {
    const data = { resultType: 'scalar', result: [1, '2'], ...(stats !== undefined && { stats }) };
    const { url } = await serverOf(t, { status: 200, body: JSON.stringify({ status: 'success', data }) });
    const queries = createRemoteQueryEngine({ query: endpointOf(url) });
    t.after(() => queries.close());
    return (await queries.instant({ expression: '2', timeMs: 1000, wants: 'statistics' })).stats;
  };
  const timings = { queryPreparationTime: 0.25, innerEvalTime: 0.5, resultSortTime: 0, evalTotalTime: 1 };
  const older = { timings, samples: { totalQueryableSamples: 7, peakSamples: 3 } };
  const told = { samplesRead: 7, peakPoints: 3, preparationMs: 250, evaluationMs: 500, sortMs: 0 };
  assert.deepEqual(await asked(older), told);
  assert.deepEqual(await asked({ timings, samples: { ...older.samples, samplesRead: 2 } }), {
    ...told,
    samplesRead: 2,
  });
  for (const others of [undefined, null, { seriesFetched: '1' }, { timings }])
    assert.equal(await asked(others), undefined);
});

test('a server that is away is the same error for a query as for the names of labels', async (t) => {
  const { url, stop } = await serverOf(t, { status: 200, body: '' });
  await stop();
  const error = await errorOf(t, url);
  assert.equal(error.code, 'remote_unreachable');
  assert.match(error.message, /\/prefix\/api\/v1\/query did not answer \(ECONNREFUSED\)/);
  const api = new ApiClient(endpointOf(url), DEFAULT_REMOTE_LIMITS);
  t.after(() => api.close());
  await assert.rejects(api.ask('/api/v1/labels', []), { code: error.code });
});

const HISTOGRAM =
  '{"count":"12.5","sum":"-1e-07","buckets":[[1,"-4","-2.82842712474619","1"],[3,"-0.001","0.001","2.5"],[0,"1","+Inf","9"]]}';
const EMPTY_HISTOGRAM = '{"count":"0","sum":"NaN"}';

test('native histograms are answered with the JSON that the server gave', async (t) => {
  const instant = `{"resultType":"vector","result":[{"metric":{"a":"1"},"histogram":[1700000000.500,${HISTOGRAM}]},{"metric":{"a":"2"},"value":[1700000000.500,"3"]},{"metric":{"a":"3"},"histogram":[1700000000.500,${EMPTY_HISTOGRAM}]}]}`;
  const vector = await resultOf(t, instant, 'instant');
  assert.equal([...renderResult(vector)].join(''), instant);
  assert.deepEqual(vector.warnings, []);
  const range = `{"resultType":"matrix","result":[{"metric":{"a":"1"},"values":[[1700000000,"3"]],"histograms":[[1700000015,${HISTOGRAM}],[1700000030,${EMPTY_HISTOGRAM}]]},{"metric":{"a":"2"},"histograms":[[1700000000,${HISTOGRAM}]]},{"metric":{"a":"3"},"values":[[1700000030,"3"]]}]}`;
  const matrix = await resultOf(t, range, 'range');
  assert.equal([...renderResult(matrix)].join(''), range);
});

test('what is no histogram is no answer of the API', async (t) => {
  const histograms = [
    '"x"',
    '{"count":"1"}',
    '{"count":"1","sum":2}',
    '{"count":"1","sum":"1\\"}"}',
    '{"count":"1","sum":"0x1"}',
    '{"count":"1","sum":"1","buckets":{}}',
    '{"count":"1","sum":"1","buckets":[[0,"1","2"]]}',
    '{"count":"1","sum":"1","buckets":[[4,"1","2","3"]]}',
    '{"count":"1","sum":"1","buckets":[["0","1","2","3"]]}',
    '{"count":"1","sum":"1","buckets":[[0,"1","2","3\\",0]"]]}',
  ];
  for (const histogram of histograms) {
    const vector = `{"resultType":"vector","result":[{"metric":{},"histogram":[1,${histogram}]}]}`;
    await assert.rejects(resultOf(t, vector, 'instant'), { code: 'remote_malformed' }, histogram);
    const matrix = `{"resultType":"matrix","result":[{"metric":{},"values":[],"histograms":[[1,${histogram}]]}]}`;
    await assert.rejects(resultOf(t, matrix, 'range'), { code: 'remote_malformed' }, histogram);
  }
  for (const broken of ['{"metric":{}}', '{"metric":{},"histogram":["1",{"count":"0","sum":"0"}]}']) {
    const vector = `{"resultType":"vector","result":[${broken}]}`;
    await assert.rejects(resultOf(t, vector, 'instant'), { code: 'remote_malformed' }, broken);
  }
});
