import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setUp } from './testing/set-up.ts';

describe('the api set', () => {
  it('counts requests by the class of their status, and those of 400 and above by their code', () => {
    const { metrics, value } = setUp(['api']);
    const path = '/blocks/:height';
    for (const statusCode of [200, 204, 304, 399, 400, 404, 599]) {
      metrics.api.recordRequest({ method: 'GET', path, statusCode, durationSeconds: 0.004 });
    }
    const requests = (status: string) =>
      value(`chain_api_requests_total{method="GET",path="${path}",status="${status}"}`);
    assert.deepEqual(['2xx', '3xx', '4xx', '5xx'].map(requests), [2, 2, 2, 1]);
    const errors = (code: number) => value(`chain_api_errors_total{code="${code}",path="${path}"}`);
    assert.deepEqual([399, 400, 404, 599].map(errors), [undefined, 1, 1, 1]);
    assert.equal(value(`chain_api_request_duration_seconds_count{path="${path}"}`), 7);
  });

  it('takes methods in either case, and unknown ones as other', () => {
    const { metrics, value } = setUp(['api']);
    for (const method of ['POST', 'post', 'PROPFIND', '', 'constructor', undefined as unknown as string]) {
      metrics.api.recordRequest({ method, path: '/', statusCode: 200, durationSeconds: 0 });
    }
    assert.equal(value('chain_api_requests_total{method="POST",path="/",status="2xx"}'), 2);
    assert.equal(value('chain_api_requests_total{method="other",path="/",status="2xx"}'), 4);
  });

  it('drops and counts requests with a status that is none, as a whole', () => {
    const { metrics, value, dropped } = setUp(['api']);
    for (const statusCode of [0, 99, 600, 200.5, Number.NaN, '200' as unknown as number]) {
      metrics.api.recordRequest({ method: 'GET', path: '/', statusCode, durationSeconds: 0.1 });
    }
    assert.equal(value('chain_api_request_duration_seconds_count{path="/"}'), undefined);
    assert.deepEqual(dropped(), { unknown_label: 6 });
  });

  it('counts calls of JSON-RPC by method and outcome', () => {
    const { metrics, value } = setUp(['api']);
    metrics.api.recordRpc({ method: 'chain_getBlock', outcome: 'ok', durationSeconds: 0.002 });
    metrics.api.recordRpc({ method: 'chain_getBlock', outcome: 'server_error', durationSeconds: 0.2 });
    assert.equal(value('chain_api_rpc_requests_total{method="chain_getBlock",outcome="server_error"}'), 1);
    assert.equal(value('chain_api_rpc_request_duration_seconds_sum{method="chain_getBlock"}'), 0.202);
  });
});
