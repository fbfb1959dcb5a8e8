import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { assertMayListen } from './exposure.ts';
import { OwnHosts } from './own-hosts.ts';

const PUBLIC = ['0.0.0.0', '::', '192.0.2.1', 'monitor.example'];

test('an address that others reach demands to know who asks, and TLS, or a word that it is meant', async () => {
  const protection = (isAuthenticating: boolean, isEncrypted: boolean, isInsecureAllowed: boolean) => ({
    isAuthenticating,
    isEncrypted,
    isInsecureAllowed,
  });
  for (const host of PUBLIC) {
    await assert.rejects(assertMayListen(host, protection(false, false, false)), {
      code: 'server_not_loopback',
      message: /cannot authenticate anybody.*users and TLS.*--web-config.*--insecure/,
    });
    await assert.rejects(assertMayListen(host, protection(false, true, false)), /it users by --web-config/);
    await assert.rejects(assertMayListen(host, protection(true, false, false)), /clear text.*tls_server_config/);
    await assertMayListen(host, protection(true, true, false));
    await assertMayListen(host, protection(false, false, true));
  }
  for (const host of ['127.0.0.1', '::1']) await assertMayListen(host, protection(false, false, false));
});

test('names are ours when they are configured, this machine or in the certificate; addresses cannot be rebound', () => {
  const names = ['Monitor.Example'];
  const everywhere = new OwnHosts({ host: '0.0.0.0', isLoopback: false, names, certificate: () => undefined });
  for (const host of [
    '127.0.0.1:1',
    'localhost',
    '192.0.2.1:8090',
    '[2001:db8::1]:8090',
    'monitor.example:8090',
    hostname(),
  ]) {
    assert.equal(everywhere.includes(host), true, host);
  }
  for (const host of ['', 'evil.example', 'x.monitor.example', '192.0.2.1.evil.example', '192.0.2.1, a', '1.2.3']) {
    assert.equal(everywhere.includes(host), false, host);
  }
  const here = new OwnHosts({ host: '127.0.0.1', isLoopback: true, names, certificate: () => undefined });
  assert.equal(here.includes('monitor.example'), true, 'a proxy on this machine keeps the name');
  for (const host of ['192.0.2.1', '[2001:db8::1]']) assert.equal(here.includes(host), false, host);
});
