// One web-config file, given to Prometheus and to the monitor: both let in the same requests and refuse the same.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ask, basic, bearer, type Question } from '../../../packages/monitor/src/server/auth/testing/ask.ts';
import { TestAuthority } from '../../../packages/monitor/src/server/auth/testing/certificates.ts';
import { startTestServer } from '../../../packages/monitor/src/server/testing/test-server.ts';
import { freePort } from '../../../packages/monitor/src/testing/free-port.ts';
import { oraclePath, PROMETHEUS_3 } from '../../oracles/oracle-paths.ts';

const DEBIAN = '/usr/bin/prometheus';
const servers: [string, string | undefined][] = [
  ["Debian's Prometheus", existsSync(DEBIAN) ? DEBIAN : undefined],
  ['Prometheus 3', oraclePath(PROMETHEUS_3)],
];

/** bcrypt of `pässwörd:x`, cost 10, and of `other`, cost 4. */
const USERS = {
  zoë: '$2y$10$JyCq1R34/Gv8O8e6mm0ouOSdFJZVtmdRdNAfvLhJgjEKABLxiRYDG',
  bob: '$2b$04$Zg/QCj8IiUISl0cmOCd75ud8StRZELN4zY.MGTpd7h9C3GGxhexNG',
};
const authority = new TestAuthority('test authority');

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-auth-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The file, beside a certificate, its key and the authority's certificate. */
function webConfigIn(folder: string, clientAuth = ''): string {
  const { cert, key } = authority.issue({ names: ['127.0.0.1'] });
  writeFileSync(join(folder, 'server.crt'), cert);
  writeFileSync(join(folder, 'server.key'), key);
  writeFileSync(join(folder, 'ca.crt'), authority.cert);
  const users = Object.entries(USERS).map(([name, hash]) => `  ${name}: ${hash}\n`);
  const file = join(folder, 'web.yml');
  const tls = `tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n${clientAuth}`;
  writeFileSync(file, `${tls}basic_auth_users:\n${users.join('')}`);
  return file;
}

async function startPrometheus(t: TestContext, binary: string, webConfig: string, folder: string): Promise<string> {
  const port = await freePort();
  writeFileSync(join(folder, 'prometheus.yml'), '');
  const args = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    `--web.config.file=${webConfig}`,
  ];
  const child = spawn(binary, args, { stdio: 'ignore', cwd: folder });
  t.after(async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  const url = `https://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 300; attempt++) {
    const answered = await statusOf(`${url}/-/healthy`, { ...authority.issue({ names: ['client'] }) });
    if (answered !== 'no answer') return url;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${binary} does not answer`);
}

/** The status, or that the connection was refused. */
async function statusOf(url: string, question: Question): Promise<number | 'no answer'> {
  const replied = await ask(url, { ca: authority.cert, ...question }).catch(() => undefined);
  return replied?.status ?? 'no answer';
}

const CREDENTIALS: readonly Readonly<Record<string, string>>[] = [
  {},
  basic('zoë', 'pässwörd:x'),
  basic('zoë', 'pässwörd'),
  basic('zoë', 'pässwörd:x '),
  basic('bob', 'other'),
  basic('bob', 'pässwörd:x'),
  basic('', ''),
  basic('nobody', 'other'),
  bearer('other-other-other'),
  { authorization: 'Basic' },
  { authorization: 'Basic !!!' },
];
const PATHS = ['/-/healthy', '/api/v1/query?query=1', '/metrics', '/nowhere'];

for (const [name, binary] of servers) {
  const skip = binary === undefined ? `${name} is not here` : false;

  test(`${name} and the monitor let in the same users of one file`, { skip }, async (t) => {
    const folder = folderOf(t);
    const webConfig = webConfigIn(folder);
    const prometheus = await startPrometheus(t, binary ?? '', webConfig, folder);
    for (const path of PATHS) {
      // A server for each, so that the wrong ones are not slowed down.
      const { url } = await startTestServer(t, { security: { webConfig } });
      for (const headers of CREDENTIALS) {
        const [theirs, ours] = [
          await statusOf(prometheus + path, { headers }),
          await statusOf(url + path, { headers }),
        ];
        assert.equal(ours === 401, theirs === 401, `${path} ${JSON.stringify(headers)}: ${ours}, Prometheus ${theirs}`);
      }
    }
  });

  test(`${name} and the monitor demand the same client certificates`, { skip }, async (t) => {
    const headers = basic('bob', 'other');
    for (const type of ['RequireAndVerifyClientCert', 'VerifyClientCertIfGiven', 'RequestClientCert'] as const) {
      const folder = folderOf(t);
      const ca = type === 'RequestClientCert' ? '' : '  client_ca_file: ca.crt\n';
      const webConfig = webConfigIn(folder, `  client_auth_type: ${type}\n${ca}`);
      const prometheus = await startPrometheus(t, binary ?? '', webConfig, folder);
      const { url } = await startTestServer(t, { security: { webConfig } });
      const clients = [{}, authority.issue({ names: ['client'] }), new TestAuthority('x').issue({ names: ['client'] })];
      for (const [index, client] of clients.entries()) {
        const question = { headers, ...client };
        const theirs = await statusOf(`${prometheus}/-/healthy`, question);
        assert.equal(await statusOf(`${url}/-/healthy`, question), theirs, `${type}, client ${index}`);
      }
    }
  });
}
