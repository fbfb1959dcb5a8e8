import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { Command } from 'commander';
import { hashPassword } from '../server/auth/password-hash.ts';
import { TestAuthority } from '../server/auth/testing/certificates.ts';
import { startTestServer, temporaryDirectory } from '../server/testing/test-server.ts';
import { addClientOptions, type ClientOptions, MonitorClient } from './client.ts';

const PASSWORD = 'pä:ss wörd';
const TOKEN = 'a-token-of-some-length';

/** A monitor with TLS, a user and a token, and the files for a client of it. */
async function secured(t: TestContext) {
  const authority = new TestAuthority('test authority');
  const folder = temporaryDirectory(t);
  const write = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const { cert, key } = authority.issue({ names: ['127.0.0.1'] });
  write('server.crt', cert);
  write('server.key', key);
  const tls = 'tls_server_config: { cert_file: server.crt, key_file: server.key }\n';
  const webConfig = write('web.yml', `${tls}basic_auth_users:\n  zoë: ${await hashPassword(PASSWORD)}\n`);
  const bearerTokenFile = write('token', `${TOKEN}\n`);
  const auth = { publicHealth: false, tokens: [{ name: 'a', tokenFile: bearerTokenFile, scopes: ['push' as const] }] };
  const { url } = await startTestServer(t, { security: { webConfig, auth } });
  const clientOf = (options: Partial<ClientOptions>) => {
    const client = new MonitorClient({ url, ...options });
    t.after(() => client.close());
    return client;
  };
  const caFile = write('ca.crt', authority.cert);
  return { url, write, clientOf, caFile, bearerTokenFile, passwordFile: write('password', `${PASSWORD}\n`) };
}

test('a client with the right files is let in', async (t) => {
  const { clientOf, caFile, passwordFile, bearerTokenFile } = await secured(t);
  const reader = clientOf({ caFile, username: 'zoë', passwordFile });
  assert.equal(((await reader.json('api/chain/v1/snapshot')) as { version: string }).version, '1.2.3');
  const pusher = clientOf({ caFile, bearerTokenFile });
  assert.deepEqual(await pusher.json('live'), { status: 'live' });
});

test('who is not let in is told what to give, and no credential is repeated', async (t) => {
  const { clientOf, write, caFile, passwordFile, bearerTokenFile, url } = await secured(t);
  const messageOf = async (options: Partial<ClientOptions>) => {
    const error = await clientOf(options)
      .json('api/chain/v1/snapshot')
      .then(
        () => undefined,
        (reason: Error) => reason,
      );
    assert.ok(error !== undefined);
    assert.ok(!error.message.includes(PASSWORD) && !error.message.includes(TOKEN));
    return error.message;
  };
  assert.match(await messageOf({ caFile }), /HTTP 401.*Credentials are needed.*--username and --password-file/);
  const wrong = write('wrong', 'wrong');
  assert.match(await messageOf({ caFile, username: 'zoë', passwordFile: wrong }), /HTTP 401.*credentials are wrong/);
  assert.match(await messageOf({ caFile, bearerTokenFile }), /HTTP 403.*scope "read"/);
  assert.match(await messageOf({ username: 'zoë', passwordFile }), /--ca-file/);
  assert.match(await messageOf({ url: url.replace('https', 'http') }), /TLS only.*--url/);
  const withUser = url.replace('://', `://zoë:${encodeURIComponent(PASSWORD)}@`);
  assert.match(await messageOf({ url: withUser }), /^No answer from https:\/\/127\.0\.0\.1:\d+\/ /);
});

test('options that do not go together, and files that are not there, are refused', async (t) => {
  const { clientOf, passwordFile, bearerTokenFile } = await secured(t);
  const cases: [Partial<ClientOptions>, RegExp][] = [
    [{ username: 'a' }, /belong together/],
    [{ passwordFile }, /belong together/],
    [{ username: 'a', passwordFile, bearerTokenFile }, /either --bearer-token-file or --username/],
    [{ certFile: 'a' }, /--cert-file and --key-file/],
    [{ caFile: '/nowhere.crt' }, /--ca-file: \/nowhere\.crt cannot be read \(ENOENT\)/],
    [{ url: 'nonsense' }, /--url is no URL/],
    [{ url: 'ftp://x' }, /neither http nor https/],
  ];
  for (const [options, message] of cases) assert.throws(() => clientOf(options), { code: 'usage', message });
});

test('a body is sent as it streams, and an answer read as it streams', async (t) => {
  const { url } = await startTestServer(t);
  const client = new MonitorClient({ url });
  t.after(() => client.close());
  const body = Readable.from(['query=', '1']);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await client.send('api/v1/status/buildinfo', { method: 'POST', headers, body });
  assert.equal(answer.status, 405);
  assert.match(await text(answer.body), /"status":"error"/);
});

test('the environment says what the options do not', async () => {
  const parsed = async (args: readonly string[]): Promise<ClientOptions> => {
    const command = addClientOptions(new Command()).action(() => {});
    await command.parseAsync(['node', 'x', ...args]);
    return command.opts<ClientOptions>();
  };
  process.env['CHAINPULSE_URL'] = 'https://monitor.example';
  process.env['CHAINPULSE_CA_FILE'] = 'ca.crt';
  try {
    assert.deepEqual(await parsed([]), { url: 'https://monitor.example', caFile: 'ca.crt' });
    assert.equal((await parsed(['--url', 'http://127.0.0.1:1'])).url, 'http://127.0.0.1:1');
  } finally {
    delete process.env['CHAINPULSE_URL'];
    delete process.env['CHAINPULSE_CA_FILE'];
  }
});
