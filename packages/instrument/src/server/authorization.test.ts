import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type MetricsHandlerOptions, metricsHandler } from './metrics-handler.ts';
import { get } from './testing/http-client.ts';
import { registryWith, serve } from './testing/serve.ts';

describe('authorization', () => {
  const SECRET = 'k3y-of.the_node~+/==';

  it('demands the bearer token on every route', async () => {
    const { url } = await serve({ registry: registryWith(0), authorization: { bearerToken: SECRET } });
    for (const path of ['/metrics', '/metrics/summary', '/health', '/nothing']) {
      for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${SECRET}`, `Bearer ${SECRET}x`, SECRET]) {
        const answer = await get(url + path, { headers: { authorization } });
        assert.equal(answer.status, 401, authorization);
        assert.equal(answer.headers['www-authenticate'], 'Bearer');
        assert.ok(!answer.text.includes('chain_'));
      }
    }
    assert.equal((await get(`${url}/metrics`)).status, 401);
    assert.equal((await get(`${url}/metrics`, { headers: { authorization: `Bearer ${SECRET}` } })).status, 200);
    assert.equal((await get(`${url}/health`, { headers: { authorization: `bearer  ${SECRET}` } })).status, 200);
  });

  it('demands name and password', async () => {
    const { url } = await serve({ registry: registryWith(0), authorization: { username: 'prom', password: 'pä:ss' } });
    const basic = (text: string): Record<string, string> => ({
      authorization: `Basic ${Buffer.from(text).toString('base64')}`,
    });
    assert.equal((await get(`${url}/metrics`, { headers: basic('prom:pä:ss') })).status, 200);
    for (const pair of ['prom:', 'prom', ':', 'prom:pä', 'Prom:pä:ss', 'prom:pä:ss ']) {
      const answer = await get(`${url}/metrics`, { headers: basic(pair) });
      assert.equal(answer.status, 401, pair);
      assert.match(answer.headers['www-authenticate'] ?? '', /^Basic realm=/);
    }
    assert.equal((await get(`${url}/metrics`, { headers: { authorization: 'Basic !!!' } })).status, 401);
  });

  it('refuses credentials that cannot be sent, without repeating them', () => {
    const registry = registryWith(0);
    for (const authorization of [
      { bearerToken: '' },
      { bearerToken: 'hunter2 hunter2' },
      { bearerToken: 'hunter2\n' },
      { username: 'hun:ter2', password: 'hunter2' },
      { username: 'hunter2', password: '' },
      { username: 'hunter2', password: 'hunter2\u0000' },
      { username: 'hunter2' },
      {},
      'hunter2',
    ]) {
      assert.throws(
        () => metricsHandler({ registry, authorization } as unknown as MetricsHandlerOptions),
        (error: Error & { code?: string }) => error.code === 'option_invalid' && !error.message.includes('hunter2'),
      );
    }
  });
});
