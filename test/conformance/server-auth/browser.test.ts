// The page as its readers use it where the monitor asks for a password and speaks TLS: the browser asks, the page and its
// stream of events work.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashPassword } from '../../../packages/monitor/src/server/auth/password-hash.ts';
import { TestAuthority } from '../../../packages/monitor/src/server/auth/testing/certificates.ts';
import { MonitorProcess } from '../../apptest/monitor-process.ts';
import { launchBrowser, noBrowser, openPage } from '../../page/browser.ts';

const CREDENTIALS = { username: 'zoë', password: 'pä:sswörd' };

test('the page works behind a password and TLS, on every address of the machine', { skip: noBrowser }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-secured-page-'));
  const { cert, key } = new TestAuthority('test authority').issue({ names: ['127.0.0.1'] });
  writeFileSync(join(folder, 'server.crt'), cert);
  writeFileSync(join(folder, 'server.key'), key);
  const tls = 'tls_server_config: { cert_file: server.crt, key_file: server.key }\n';
  const users = `basic_auth_users:\n  ${CREDENTIALS.username}: ${await hashPassword(CREDENTIALS.password)}\n`;
  writeFileSync(join(folder, 'web.yml'), tls + users);
  const options = ['--host', '0.0.0.0', '--web-config', join(folder, 'web.yml'), '--data', join(folder, 'data')];
  const monitor = await MonitorProcess.start(['watch', ...options]);
  const browser = await launchBrowser();
  try {
    assert.match(monitor.url, /^https:\/\//);
    const address = `https://127.0.0.1:${new URL(monitor.url).port}/`;
    const stranger = await browser.newContext({ ignoreHTTPSErrors: true });
    const asked = await (await stranger.newPage()).request.get(address, { ignoreHTTPSErrors: true });
    assert.equal(asked.status(), 401);
    assert.match(asked.headers()['www-authenticate'] ?? '', /^Basic realm="chainpulse"/);

    const { page, errors } = await openPage(browser, address, {
      ignoreHTTPSErrors: true,
      httpCredentials: CREDENTIALS,
    });
    await page.locator('.target').first().waitFor();
    const stream = await page.evaluate(async () => {
      const events = new EventSource('api/chain/v1/events');
      try {
        return await new Promise((resolve, reject) => {
          events.addEventListener('snapshot', () => resolve('snapshot'));
          events.addEventListener('error', reject);
        });
      } finally {
        events.close();
      }
    });
    assert.equal(stream, 'snapshot');
    await page.goto(`${address}#/explore?q=up`);
    await page.locator('tbody tr').first().waitFor();
    // The browser's own request before it knows the password.
    assert.deepEqual(
      errors.filter((text) => !text.includes('401')),
      [],
    );
    const { stdout, stderr } = monitor.output;
    assert.ok(!(stdout + stderr).includes(CREDENTIALS.password));
  } finally {
    await browser.close();
    await monitor.kill();
    rmSync(folder, { recursive: true, force: true });
  }
});
