// Authentication and TLS over real sockets: who gets in, what each may do, what changes while the server runs.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import type { PushAnswer } from '../../sources/push/interface.ts';
import { scriptedEngine, startTestServer, temporaryDirectory } from '../testing/test-server.ts';
import { hashPassword } from './password-hash.ts';
import { Security, type SecuritySettings } from './security.ts';
import { ask, basic, bearer, type Reply } from './testing/ask.ts';
import { TestAuthority } from './testing/certificates.ts';

const PASSWORD = 'pä:ss wörd€';
const TOKENS = { read: 'reader-token-0123456789', push: 'pusher-token-0123456789', admin: 'admin-token-0123456789' };
const authority = new TestAuthority('test authority');

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const tokens: SecuritySettings['auth']['tokens'] = [
  { name: 'reader', sha256: sha256(TOKENS.read), scopes: ['read'] },
  { name: 'pusher', sha256: sha256(TOKENS.push).toUpperCase(), scopes: ['push'] },
  { name: 'keeper', sha256: sha256(TOKENS.admin), scopes: ['admin'] },
];

async function usersFile(t: TestContext, names: readonly string[] = ['zoë']): Promise<string> {
  const hash = await hashPassword(PASSWORD);
  const file = join(temporaryDirectory(t), 'web.yml');
  writeFileSync(file, `basic_auth_users:\n${names.map((name) => `  ${JSON.stringify(name)}: ${hash}\n`).join('')}`);
  return file;
}

function tlsFiles(t: TestContext, extra = '', names: readonly string[] = ['127.0.0.1', 'monitor.example']) {
  const folder = temporaryDirectory(t);
  const write = (authorityOf: TestAuthority, until?: Date) => {
    const { cert, key } = authorityOf.issue({ names, ...(until !== undefined && { validUntil: until }) });
    writeFileSync(join(folder, 'server.key'), key);
    writeFileSync(join(folder, 'server.crt'), cert);
  };
  write(authority);
  writeFileSync(join(folder, 'clients.crt'), authority.cert);
  const webConfig = join(folder, 'web.yml');
  writeFileSync(webConfig, `tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n${extra}`);
  return { folder, webConfig, write };
}

async function until<T>(question: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await question();
    if (isWanted(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('waited in vain');
}

test('with users, everything asks who it is; a right password opens everything, as in Prometheus', async (t) => {
  const { url } = await startTestServer(t, { security: { webConfig: await usersFile(t) } });
  for (const path of ['/', '/metrics', '/api/v1/targets', '/api/chain/v1/snapshot', '/live', '/-/ready', '/nowhere']) {
    const without = await ask(url + path);
    assert.equal(without.status, 401, path);
    assert.equal(without.headers['www-authenticate'], 'Basic realm="chainpulse", charset="UTF-8"');
    assert.notEqual((await ask(url + path, { headers: basic('zoë', PASSWORD) })).status, 401, path);
  }
  const wrong = [basic('zoë', 'wrong'), basic('nobody', PASSWORD), basic('', ''), bearer('pass')];
  for (const headers of wrong) assert.equal((await ask(`${url}/live`, { headers })).status, 401);
  const { text } = await ask(`${url}/api/v1/targets`);
  assert.deepEqual(JSON.parse(text), { status: 'error', errorType: 'bad_data', error: 'Credentials are needed.' });
});

test('each token does what its scopes say, and a refusal names the scope', async (t) => {
  const { url } = await startTestServer(t, { security: { auth: { tokens, publicHealth: false } } });
  const statusOf = async (path: string, token: string) => (await ask(url + path, { headers: bearer(token) })).status;
  for (const path of ['/metrics', '/api/v1/targets', '/api/chain/v1/snapshot', '/health']) {
    assert.notEqual(await statusOf(path, TOKENS.read), 403, path);
    assert.notEqual(await statusOf(path, TOKENS.admin), 403, path);
    const refused = await ask(url + path, { headers: bearer(TOKENS.push) });
    assert.equal(refused.status, 403, path);
    assert.match(refused.text, /scope \\?"read\\?"/);
  }
  assert.equal(await statusOf('/live', TOKENS.push), 200, 'whoever may do anything may ask whether it lives');
  assert.equal(await statusOf('/nowhere', TOKENS.push), 404);
  assert.equal(await statusOf('/metrics', `${TOKENS.read}x`), 401);
  assert.equal((await ask(`${url}/metrics`)).headers['www-authenticate'], 'Bearer realm="chainpulse"');
});

test('users get the scopes that the configuration gives them, and one who is not named gets none', async (t) => {
  const webConfig = await usersFile(t, ['reader', 'stranger']);
  const auth = { tokens: [], publicHealth: false, users: [{ name: 'reader', scopes: ['read' as const] }] };
  const { url } = await startTestServer(t, { security: { webConfig, auth } });
  assert.equal((await ask(`${url}/metrics`, { headers: basic('reader', PASSWORD) })).status, 200);
  assert.equal((await ask(`${url}/metrics`, { headers: basic('stranger', PASSWORD) })).status, 403);
  assert.equal((await ask(`${url}/live`, { headers: basic('stranger', PASSWORD) })).status, 403);
});

test('where it is wanted, a load balancer learns that the monitor lives and nothing more', async (t) => {
  const { url } = await startTestServer(t, { security: { auth: { tokens, publicHealth: true } } });
  for (const path of ['/live', '/-/healthy']) assert.equal((await ask(url + path)).status, 200, path);
  assert.equal((await ask(`${url}/-/ready`)).status, 503, 'the test has no store');
  for (const path of ['/health', '/ready', '/metrics', '/']) assert.equal((await ask(url + path)).status, 401, path);
});

test('credentials are no way around the protection of browsers', async (t) => {
  const { url } = await startTestServer(t, { security: { webConfig: await usersFile(t) } });
  const known = basic('zoë', PASSWORD);
  const foreign = { ...known, origin: 'https://evil.example' };
  assert.equal((await ask(`${url}/metrics`, { headers: foreign })).status, 403);
  const image = { ...known, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
  assert.equal((await ask(`${url}/metrics`, { headers: image })).status, 403);
  assert.equal((await ask(`${url}/metrics`, { headers: { ...known, host: 'evil.example' } })).status, 421);
});

test('TLS is spoken where there is a certificate, from 1.2 on, and the address says so', async (t) => {
  const { webConfig } = tlsFiles(t);
  const { url, port } = await startTestServer(t, { security: { webConfig } });
  assert.match(url, /^https:\/\/127\.0\.0\.1:/);
  const ca = authority.cert;
  assert.equal((await ask(`${url}/live`, { ca })).status, 200);
  await assert.rejects(ask(`${url}/live`), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  await assert.rejects(ask(`${url}/live`, { ca, maxVersion: 'TLSv1.1' }));
  await assert.rejects(ask(`http://127.0.0.1:${port}/live`));
  const checkServerIdentity = () => undefined;
  assert.equal(
    (await ask(`${url}/live`, { ca, checkServerIdentity, headers: { host: 'monitor.example' } })).status,
    200,
    'a name of the certificate is ours',
  );
  assert.equal((await ask(`${url}/live`, { ca, checkServerIdentity, headers: { host: 'evil.example' } })).status, 421);
});

test('events are streamed over TLS to whoever may read', async (t) => {
  const { webConfig } = tlsFiles(t, `basic_auth_users:\n  zoë: ${await hashPassword(PASSWORD)}\n`);
  const { url } = await startTestServer(t, { security: { webConfig } });
  const request = get(`${url}/api/chain/v1/events`, {
    ca: authority.cert,
    headers: basic('zoë', PASSWORD),
    agent: false,
  });
  const [stream] = (await once(request, 'response')) as [IncomingMessage];
  assert.equal(stream.statusCode, 200);
  let received = '';
  for await (const chunk of stream) {
    received += String(chunk);
    if (received.includes('event: snapshot')) break;
  }
  request.destroy();
});

test('client certificates are demanded where the file says so, and then they are enough', async (t) => {
  const strict = '  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: clients.crt\n';
  const { webConfig } = tlsFiles(t, strict);
  const { url } = await startTestServer(t, { security: { webConfig } });
  const ca = authority.cert;
  assert.equal((await ask(`${url}/metrics`, { ca, ...authority.issue({ names: ['client'] }) })).status, 200);
  await assert.rejects(ask(`${url}/metrics`, { ca }));
  const foreign = new TestAuthority('another').issue({ names: ['client'] });
  await assert.rejects(ask(`${url}/metrics`, { ca, ...foreign }));
});

test('the other ways to treat client certificates let in whom they say', async (t) => {
  const own = authority.issue({ names: ['client'] });
  const foreign = new TestAuthority('another').issue({ names: ['client'] });
  const verified = '  client_ca_file: clients.crt\n';
  const cases: [string, { none: boolean; own: boolean; foreign: boolean }][] = [
    ['  client_auth_type: NoClientCert\n', { none: true, own: true, foreign: true }],
    ['  client_auth_type: RequestClientCert\n', { none: true, own: true, foreign: true }],
    ['  client_auth_type: RequireAnyClientCert\n', { none: false, own: true, foreign: true }],
    [`  client_auth_type: VerifyClientCertIfGiven\n${verified}`, { none: true, own: true, foreign: false }],
  ];
  for (const [extra, wanted] of cases) {
    const { url } = await startTestServer(t, { security: { webConfig: tlsFiles(t, extra).webConfig } });
    const enters = async (client: object) => {
      const reply: Reply | undefined = await ask(`${url}/live`, { ca: authority.cert, ...client }).catch(
        () => undefined,
      );
      return reply?.status === 200;
    };
    const found = { none: await enters({}), own: await enters(own), foreign: await enters(foreign) };
    assert.deepEqual(found, wanted, extra);
  }
});

test('a renewed certificate is shown to the next connection, and one that is broken changes nothing', async (t) => {
  const { webConfig, folder, write } = tlsFiles(t);
  const { url, log } = await startTestServer(t, { security: { webConfig } });
  const renewed = new TestAuthority('renewed');
  const worksWith = (ca: string) =>
    ask(`${url}/live`, { ca }).then(
      ({ status }) => status === 200,
      () => false,
    );
  assert.equal(await worksWith(authority.cert), true);
  writeFileSync(join(folder, 'server.crt'), 'no certificate');
  await until(
    async () => log.join(),
    (text) => text.includes('stay as they were'),
  );
  assert.equal(await worksWith(authority.cert), true);
  write(renewed);
  await until(() => worksWith(renewed.cert), Boolean);
  assert.equal(await worksWith(authority.cert), false);
});

test('users and tokens follow their files; a change that would open the server is not taken', async (t) => {
  const webConfig = await usersFile(t, ['one']);
  const tokenFile = join(temporaryDirectory(t), 'token');
  writeFileSync(tokenFile, `${TOKENS.read}\n`);
  const auth = { tokens: [{ name: 'file', tokenFile, scopes: ['read' as const] }], publicHealth: false };
  const { url, log } = await startTestServer(t, { security: { webConfig, auth } });
  const enters = async (headers: { authorization: string }) => (await ask(`${url}/live`, { headers })).status === 200;
  assert.equal(await enters(basic('one', PASSWORD)), true);
  assert.equal(await enters(bearer(TOKENS.read)), true);
  const users = `basic_auth_users:\n  two: ${await hashPassword(PASSWORD)}\n`;
  writeFileSync(tokenFile, TOKENS.admin);
  writeFileSync(webConfig, users);
  const logged = (text: string) =>
    until(
      async () => log.join(),
      (lines) => lines.includes(text),
    );
  await logged('were read again');
  // The files are looked at one after the other: a look may fall between the two writes.
  const isIn = (headers: { authorization: string }) =>
    until(
      () => enters(headers),
      (entered) => entered,
    );
  await isIn(bearer(TOKENS.admin));
  await isIn(basic('two', PASSWORD));
  assert.equal(await enters(basic('one', PASSWORD)), false);
  assert.equal(await enters(bearer(TOKENS.read)), false);
  for (const broken of ['', 'basic_auth_users:\n  two: plain\n']) {
    log.length = 0;
    writeFileSync(webConfig, broken);
    await logged('stay as they were');
    assert.equal((await ask(`${url}/live`)).status, 401, broken);
    assert.equal(await enters(basic('two', PASSWORD)), true, broken);
  }
});

test('a change that would let everybody in, or needs a restart, is not taken', async (t) => {
  const { webConfig, folder } = tlsFiles(t, `basic_auth_users:\n  zoë: ${await hashPassword(PASSWORD)}\n`);
  const { url, log } = await startTestServer(t, { security: { webConfig } });
  const tls = `tls_server_config:\n  cert_file: ${folder}/server.crt\n  key_file: ${folder}/server.key\n`;
  const cases: [string, string][] = [
    [tls, 'no users any more'],
    [
      `${tls}  client_auth_type: RequestClientCert\nbasic_auth_users:\n  a: ${await hashPassword(PASSWORD)}\n`,
      'restart it',
    ],
  ];
  for (const [text, why] of cases) {
    writeFileSync(webConfig, text);
    await until(
      async () => log.join(),
      (lines) => lines.includes(why),
    );
    assert.equal((await ask(`${url}/live`, { ca: authority.cert })).status, 401);
    assert.equal((await ask(`${url}/live`, { ca: authority.cert, headers: basic('zoë', PASSWORD) })).status, 200);
  }
});

test('whoever guesses is slowed, and the log names the address once', async (t) => {
  const { url, log } = await startTestServer(t, { security: { auth: { tokens, publicHealth: false } } });
  const guess = () => ask(`${url}/live`, { headers: bearer('a wrong guess'.replaceAll(' ', '-')) });
  for (let count = 0; count < 10; count++) assert.equal((await guess()).status, 401);
  const replies = await Promise.all(Array.from({ length: 30 }, guess));
  const refused = replies.filter(({ status }) => status === 503);
  assert.ok(refused.length >= 30 - 16, `${refused.length} of 30 were refused at once`);
  // Prometheus would drop what it sent of a 429, and right senders have the same address.
  assert.ok(!replies.some(({ status }) => status === 429));
  assert.ok(refused.every(({ headers }) => headers['retry-after'] === '1'));
  assert.equal((await ask(`${url}/live`, { headers: bearer(TOKENS.read) })).status, 200, 'nobody is locked out');
  assert.equal(log.filter((line) => line.includes('127.0.0.1 sent wrong credentials')).length, 1);
});

test('no answer, log line or view of the configuration holds a password, token, hash or key', async (t) => {
  const hash = await hashPassword(PASSWORD);
  const { webConfig, folder } = tlsFiles(t, `basic_auth_users:\n  zoë: ${hash}\n`);
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, TOKENS.read);
  const auth = { tokens: [{ name: 'file', tokenFile, scopes: ['read' as const] }], publicHealth: false };
  const { url, log } = await startTestServer(t, { security: { webConfig, auth } });
  const seen: string[] = [];
  const tried = [
    basic('zoë', PASSWORD),
    basic('zoë', `${PASSWORD}-wrong`),
    bearer(TOKENS.read),
    bearer(`${TOKENS.read}-wrong`),
  ];
  for (const path of [
    '/',
    '/metrics',
    '/api/v1/targets',
    '/api/chain/v1/snapshot',
    '/health',
    '/nowhere',
    '/api/v1/x',
  ]) {
    // Few enough wrong ones that none is slowed down.
    for (const headers of path.length < 10 ? tried : [tried[0]!, tried[2]!]) {
      const { text, headers: answered } = await ask(url + path, { ca: authority.cert, headers });
      seen.push(text, JSON.stringify(answered));
    }
  }
  writeFileSync(tokenFile, 'short');
  await until(
    async () => log.join(),
    (text) => text.includes('stay as they were'),
  );
  writeFileSync(tokenFile, TOKENS.read);
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  const settings = { host: '127.0.0.1', hosts: [], insecure: false, webConfig, auth };
  const security = await Security.open(settings, quiet);
  await security.refusalOf({ authorization: tried[0]?.authorization, remoteAddress: '::1', scope: 'read' });
  seen.push(inspect(security, { depth: 10, showHidden: true }), JSON.stringify(security), log.join('\n'));
  await security.close();
  const all = seen.join('\n');
  const secrets = [
    PASSWORD,
    TOKENS.read,
    hash,
    hash.slice(-30),
    'PRIVATE KEY',
    ...tried.map((each) => each.authorization.slice(8)),
  ];
  for (const secret of secrets) assert.equal(all.includes(secret), false, secret.slice(0, 6));
});

test('what cannot be taken is refused at the start, each with its place or file', async (t) => {
  const open = (settings: Partial<SecuritySettings>) =>
    Security.open(
      { host: '127.0.0.1', hosts: [], insecure: false, auth: { tokens: [], publicHealth: false }, ...settings },
      { info: () => {}, warn: () => {}, error: () => {} },
    );
  const { webConfig, folder } = tlsFiles(t);
  writeFileSync(join(folder, 'server.key'), new TestAuthority('x').issue({ names: ['x'] }).key);
  await assert.rejects(open({ webConfig }), { code: 'tls_invalid', message: /server\.crt.*server\.key/ });
  writeFileSync(webConfig, 'tls_server_config:\n  cert_file: nowhere.crt\n  key_file: server.key\n');
  await assert.rejects(open({ webConfig }), { code: 'tls_invalid', message: /nowhere\.crt cannot be read \(ENOENT\)/ });
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, 'secret');
  const auth = { tokens: [{ name: 'a', tokenFile, scopes: ['read' as const] }], publicHealth: false };
  await assert.rejects(open({ auth }), (error: Error) => {
    assert.match(error.message, /The token in .*token must be 16 to 4096/);
    return !error.message.includes('secret,') && !error.message.includes('"secret"');
  });
});

test('a sender that goes away while its password is compared holds no place', async (t) => {
  const webConfig = await usersFile(t);
  const stored: PushAnswer = {
    outcome: 'stored',
    samples: 0,
    histograms: 0,
    exemplars: 0,
    rejected: {},
    errors: [],
    errorsLeftOut: 0,
    newestTimeMs: undefined,
  };
  const { url, port, pushes, feed } = await startTestServer(t, {
    security: { webConfig },
    engine: scriptedEngine({ push: async () => stored }),
    // One that waits for the body of a sender that is gone is seen to do so, and soon.
    pushLimits: { maxConcurrentPushes: 1, bodyTimeoutMs: 1000 },
    maxSubscribers: 1,
  });
  const headers = basic('zoë', PASSWORD);
  const leave = async (request: string) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`${request}\r\nHost: 127.0.0.1\r\nAuthorization: ${headers.authorization}\r\n\r\n`);
    await once(socket, 'connect');
    setTimeout(() => socket.resetAndDestroy(), 5);
    await once(socket, 'close');
  };
  await leave('POST /api/v1/write HTTP/1.1\r\nContent-Length: 100');
  await leave('GET /api/chain/v1/events HTTP/1.1');
  const answer = await ask(`${url}/api/v1/write`, { method: 'POST', headers, body: 'x' });
  assert.equal(answer.status, 204);
  assert.deepEqual(
    pushes.map(({ outcome }) => outcome),
    ['ok'],
  );
  const unsubscribe = feed.subscribe({ deliver: () => 'taken', ended: () => {} });
  assert.notEqual(unsubscribe, undefined, 'the place of a reader that is gone');
});
