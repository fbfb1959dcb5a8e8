import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readWebConfig } from './web-config.ts';
import { ConfigError } from './yaml-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'chainpulse-web-config-'));
const file = join(folder, 'web.yml');
after(() => rmSync(folder, { recursive: true }));

const BCRYPT = `$2y$10$${'a'.repeat(53)}`;
const TLS = 'tls_server_config:\n  cert_file: server.crt\n  key_file: /etc/server.key\n';

function read(text: string) {
  writeFileSync(file, text);
  return readWebConfig(file);
}

function problemsOf(text: string): string {
  try {
    read(text);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.join('\n');
  }
  return '';
}

test('users and TLS are read as Prometheus reads them, with paths relative to the file', () => {
  const { users, tls } = read(
    `${TLS}basic_auth_users:\n  alice: ${BCRYPT}\n  "zoë b": ${BCRYPT}\nhttp_server_config:\n  http2: true\n`,
  );
  assert.deepEqual([...users.keys()], ['alice', 'zoë b']);
  assert.deepEqual(tls, {
    certFile: join(folder, 'server.crt'),
    keyFile: '/etc/server.key',
    clientAuthType: 'NoClientCert',
    clientCaFile: undefined,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
  });
  const strict = read(
    `${TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n  min_version: TLS13\n`,
  );
  assert.equal(strict.tls?.clientCaFile, join(folder, 'ca.crt'));
  assert.equal(strict.tls?.minVersion, 'TLSv1.3');
});

test('what is wrong is named with its place and a mend, and no hash is repeated', () => {
  const cases: [string, RegExp][] = [
    ['', /protects nothing/],
    ['basic_auth_users: {}\n', /protects nothing/],
    ['basic_auth_users:\n  alice: secret-in-clear\n', /:2:3: basic_auth_users\.alice: is no hash.*hash-password/],
    ['basic_auth_users:\n  a:b: x\n', /web\.yml:2:/],
    [`basic_auth_users:\n  "a:b": ${BCRYPT}\n`, /:2:3: .*no colon/],
    [
      `${TLS}  cipher_suites: [TLS_AES_128_GCM_SHA256]\n`,
      /:4:3: tls_server_config\.cipher_suites: is not supported; there are/,
    ],
    [`rate_limit: { burst: 1 }\n${TLS}`, /:1:1: rate_limit: is not supported/],
    [`${TLS}http_server_config:\n  headers: {}\n`, /http_server_config\.headers: is not supported/],
    [`${TLS}  min_version: TLS10\n`, /min_version: write TLS12 or TLS13/],
    [`${TLS}  min_version: TLS13\n  max_version: TLS12\n`, /max_version: is older/],
    [`${TLS}  client_auth_type: RequireAndVerifyClientCert\n`, /client_auth_type: needs client_ca_file/],
    [`${TLS}  client_ca_file: ca.crt\n`, /client_ca_file: has no use/],
    [`${TLS}  client_auth_type: Maybe\n`, /client_auth_type: write one of: NoClientCert/],
    ['tls_server_config:\n  cert_file: a\n', /key_file: is missing/],
  ];
  for (const [text, pattern] of cases) {
    const problems = problemsOf(text);
    assert.match(problems, pattern, text);
    assert.ok(!problems.includes('secret-in-clear') && !problems.includes(BCRYPT), text);
  }
  assert.throws(() => readWebConfig(join(folder, 'nowhere.yml')), /nowhere\.yml: cannot be read/);
});
