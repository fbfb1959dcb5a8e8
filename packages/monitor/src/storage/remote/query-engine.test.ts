import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ChainpulseError } from '../../model/errors.ts';
import { QueryError } from '../../promql/interface.ts';
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
