import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFromOtherSite, isLoopback, isLoopbackHost, isSameOrigin } from './loopback.ts';

test('addresses that only this machine reaches are told from all others', async () => {
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) assert.equal(await isLoopback(host), true, host);
  for (const host of ['0.0.0.0', '::', '192.168.1.1', 'example.com', '', '127.0.0.1.example.com', '128.0.0.1']) {
    assert.equal(await isLoopback(host), false, host);
  }
});

test('the Host header must name this machine, with any port', () => {
  const own = [
    '127.0.0.1',
    '127.0.0.1:8090',
    '127.9.9.9:1',
    '[::1]',
    '[::1]:8090',
    'localhost',
    'LOCALHOST:80',
    'localhost.',
    'a.localhost:9',
  ];
  for (const host of own) assert.equal(isLoopbackHost(host), true, host);
  const foreign = [
    '',
    'evil.example',
    'evil.example:8090',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'evillocalhost',
    '128.0.0.1',
    '0.0.0.0',
    '[::2]',
    '[::ffff:127.0.0.1]x',
    'user@localhost',
    'localhost:8090/path',
    '127.0.0.1:8090, evil.example',
    '127.1',
    '2130706433',
  ];
  for (const host of foreign) assert.equal(isLoopbackHost(host), false, host);
});

test('an Origin must be the host itself, port included', () => {
  assert.equal(isSameOrigin('http://127.0.0.1:8090', '127.0.0.1:8090'), true);
  assert.equal(isSameOrigin('http://localhost', 'localhost:80'), true);
  assert.equal(isSameOrigin('https://localhost', 'localhost:443'), true);
  assert.equal(isSameOrigin('http://[::1]:8090', '[::1]:8090'), true);
  for (const origin of [
    'null',
    '',
    'http://127.0.0.1:3000',
    'http://localhost:8090',
    'http://evil.example',
    'file://',
  ]) {
    assert.equal(isSameOrigin(origin, '127.0.0.1:8090'), false, origin);
  }
});

test('what other sites make a browser send is told from links that somebody follows', () => {
  const plain = { method: 'GET', path: '/metrics', site: undefined, mode: undefined, destination: undefined };
  const link = { ...plain, path: '/', site: 'cross-site', mode: 'navigate', destination: 'document' };
  assert.equal(isFromOtherSite(plain), false);
  assert.equal(isFromOtherSite({ ...plain, site: 'none' }), false);
  assert.equal(isFromOtherSite({ ...plain, site: 'same-origin' }), false);
  assert.equal(isFromOtherSite(link), false);
  assert.equal(isFromOtherSite({ ...link, path: '/health' }), false);
  assert.equal(isFromOtherSite({ ...link, path: '/api/v1/query' }), true);
  assert.equal(isFromOtherSite({ ...link, destination: 'iframe' }), true);
  assert.equal(isFromOtherSite({ ...link, method: 'POST' }), true);
  assert.equal(isFromOtherSite({ ...plain, site: 'cross-site', mode: 'no-cors', destination: 'image' }), true);
  assert.equal(isFromOtherSite({ ...plain, site: 'same-site', mode: 'cors', destination: 'empty' }), true);
});
