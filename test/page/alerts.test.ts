// The pages about alerts as their readers use them: a real browser, a real monitor with rules, and samples that are pushed to it.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { MonitorProcess, until } from '../apptest/monitor-process.ts';
import { DESKTOP, launchBrowser, noBrowser, openPage, PHONE, takeScreenshot } from './browser.ts';
import { assertContrast, drawnPixels, overflowPx, tabTo } from './looks.ts';

/** The rules are evaluated each second. */
const RULES = `groups:
  - name: nodes
    interval: 1s
    rules:
      - alert: FinalityLag
        expr: try_lag_blocks > 10
        for: 4s
        labels: { severity: critical, component: consensus }
        annotations:
          summary: '{{ $labels.instance }} is {{ $value }} blocks ahead of finality'
          description: '<img src=x onerror="alert(1)"> is text'
          runbook_url: http://127.0.0.1:8090/runbooks/FinalityLag
      - alert: DiskLow
        expr: try_free_ratio < 0.2
        labels: { severity: warning }
        annotations: { summary: 'The disk of {{ $labels.instance }} is nearly full' }
      - alert: PeersLow
        expr: try_peers < 3
        labels: { severity: info }
        annotations:
          summary: '{{ $labels.instance }} has few peers'
          runbook_url: http://127.0.0.1:8090/runbooks/NothingOfThisName
      - alert: Always
        expr: vector(1)
        labels: { severity: none }
      - record: job:try:sum
        expr: sum by (job) (try_lag_blocks)
`;
const BROKEN_RULES = `groups:
  - name: broken
    interval: 1s
    rules:
      - alert: Clash
        expr: 'label_replace({__name__=~"try_.+"}, "__name__", "same", "", "")'
`;
const NODE = '{job="try",instance="rpc-1"}';

describe('alerts on the page', { skip: noBrowser }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-alerts-'));
  const rulesFolder = join(folder, 'rules');
  let monitor: MonitorProcess;
  let browser: Browser;

  before(async () => {
    const config = join(folder, 'chainpulse.yaml');
    mkdirSync(rulesFolder);
    writeFileSync(join(rulesFolder, 'nodes.yaml'), RULES);
    writeFileSync(config, `rules: { shipped: false, files: [rules/*.yaml] }\n`);
    monitor = await MonitorProcess.start(['watch', '--config', config, '--data', join(folder, 'data')]);
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await monitor?.interrupt();
    rmSync(folder, { recursive: true, force: true });
  });

  const push = async (rows: Readonly<Record<string, number>>): Promise<void> => {
    const body = Object.entries(rows).map(([name, value]) => `${name}${NODE} ${value}\n`);
    const response = await fetch(`${monitor.url}/api/v1/import`, { method: 'POST', body: body.join('') });
    assert.ok(response.ok, await response.text());
  };
  const openAlerts = async (options?: Parameters<typeof openPage>[2]) =>
    openPage(browser, `${monitor.url}/#/alerts`, options);
  const group = (page: Page, name: string) => page.getByTestId(`alerts-${name}`);

  test('where nothing is wrong, the page says what was looked at', async () => {
    await push({ try_lag_blocks: 1 });
    const { page, errors } = await openAlerts();
    await page.getByText(/5 rules in 1 group were evaluated; last \d+ s ago/).waitFor();
    assert.equal(await page.getByTestId('firing-count').count(), 0);
    await group(page, 'signals').getByText('Always').first().waitFor();
    await takeScreenshot(page, 'alerts-calm');
    assert.deepEqual(errors, []);
    await page.context().close();
  });

  test('an alert is seen pending, firing and resolved, live, with its chart, its runbook and its rule', async () => {
    const { page, errors } = await openAlerts();
    const { page: overview } = await openPage(browser, monitor.url);
    await push({ try_lag_blocks: 25 });
    const pending = group(page, 'pending').getByRole('listitem');
    await pending.getByText(/^fires in \d s$/).waitFor();
    assert.match(
      (await pending.textContent()) ?? '',
      /Critical.*rpc-1 is 25 blocks ahead of finality.*FinalityLag.*25/,
    );

    const firing = group(page, 'firing').getByRole('listitem');
    await firing.getByText(/^for \d s$/).waitFor();
    await page.getByTestId('firing-count').getByText('1').waitFor();
    await overview.getByTestId('firing-count').getByText('1').waitFor();
    assert.equal(await overview.title(), '1 firing – Chainpulse');

    await tabTo(page, 'rpc-1 is 25 blocks');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'rpc-1 is 25 blocks ahead of finality' }).waitFor();
    const focused = await page.locator(':focus').textContent();
    assert.equal(focused, 'rpc-1 is 25 blocks ahead of finality', 'the focus is where the page begins');
    await until(() => drawnPixels(page), Boolean);
    assert.match((await page.getByTestId('alert-chart').textContent()) ?? '', /try_lag_blocks.*> 10.*pending.*firing/);
    const runbook = page.getByTestId('runbook');
    await runbook.getByRole('heading', { name: 'Impact' }).waitFor();
    assert.match(
      decodeURIComponent((await runbook.getByRole('link', { name: 'Explore' }).first().getAttribute('href')) ?? ''),
      /^#\/explore\?q=/,
    );
    assert.match(
      (await page.getByTestId('rule').textContent()) ?? '',
      /try_lag_blocks > 10.*firing.*4s.*ago.*nodes\.yaml:5/,
    );
    assert.equal(await page.locator('img').count(), 0, 'a description is text');

    const address = page.url();
    await push({ try_lag_blocks: 2 });
    await page.getByText('resolved', { exact: true }).waitFor();
    assert.equal(page.url(), address, 'the address of an alert stays good');
    await overview.getByTestId('firing-count').waitFor({ state: 'detached' });
    assert.equal(await overview.title(), 'Chainpulse');

    await page.goBack();
    await group(page, 'resolved')
      .getByText(/^fired for \d+ s$/)
      .waitFor();
    assert.equal(await page.locator(':focus').textContent(), 'rpc-1 is 25 blocks ahead of finality');
    await page.goForward();
    await page.getByTestId('alert-chart').waitFor();
    assert.deepEqual(errors, []);
    await page.context().close();
    await overview.context().close();
  });

  test('an alert without a runbook, and one whose runbook is absent, say so', async () => {
    await push({ try_free_ratio: 0.1, try_peers: 1 });
    const { page } = await openAlerts();
    await page.getByRole('link', { name: 'The disk of rpc-1 is nearly full' }).click();
    await page.getByText('The rule names no runbook').waitFor();
    await page.getByRole('link', { name: 'Alerts', exact: true }).last().click();
    await page.getByRole('link', { name: 'rpc-1 has few peers' }).click();
    await page.getByText('There is no runbook of the name NothingOfThisName').waitFor();
    await page.context().close();
  });

  test('the query of an alert opens in the explorer', async () => {
    const { page } = await openAlerts();
    await page.getByRole('link', { name: 'The disk of rpc-1 is nearly full' }).click();
    await page.getByTestId('alert-chart').getByRole('link', { name: 'Explore' }).click();
    const field = page.getByRole('textbox', { name: 'PromQL expression' });
    await field.waitFor();
    assert.equal(await field.inputValue(), 'try_free_ratio');
    await page.context().close();
  });

  test('an alert that nobody knows any more is told as that, and runbooks lead to each other', async () => {
    const { page } = await openPage(browser, `${monitor.url}/#/alerts/0123456789ab-100`);
    await page.getByText('This alert is not known any more').waitFor();
    await page.goto(`${monitor.url}/#/runbooks/ChainHalted`);
    await page.getByRole('link', { name: 'QuorumAtRisk' }).click();
    await page.getByRole('heading', { name: 'QuorumAtRisk' }).waitFor();
    await page.getByRole('heading', { name: 'Causes' }).waitFor();
    await page.context().close();
  });

  test('every rule is listed with its state, and one that fails with its error, on both pages', async () => {
    writeFileSync(join(rulesFolder, 'broken.yaml'), BROKEN_RULES);
    const { page } = await openAlerts();
    const reloaded = await fetch(`${monitor.url}/-/reload`, { method: 'POST' });
    assert.ok(reloaded.ok, await reloaded.text());
    await page.getByRole('alert').getByText('Clash').waitFor();
    await page.getByRole('link', { name: 'Rules', exact: true }).click();
    await page.getByText('6 in 2 groups, 1 failing').waitFor();
    const rules = page.locator('.rule');
    assert.equal(await rules.count(), 6);
    assert.match(
      (await rules.filter({ hasText: 'DiskLow' }).textContent()) ?? '',
      /firing.*try_free_ratio < 0\.2.*ago/,
    );
    assert.match((await rules.filter({ hasText: 'Clash' }).textContent()) ?? '', /fails.*labelset/);
    assert.match((await rules.filter({ hasText: 'job:try:sum' }).textContent()) ?? '', /records/);
    rmSync(join(rulesFolder, 'broken.yaml'));
    await fetch(`${monitor.url}/-/reload`, { method: 'POST' });
    await page.getByText('5 in 1 group').waitFor();
    await page.context().close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [device, viewport] of [
      ['desktop', DESKTOP],
      ['phone', PHONE],
    ] as const) {
      test(`nothing of alerts is wider than the screen on a ${device}, ${colorScheme}`, async () => {
        const { page } = await openAlerts({ viewport, colorScheme });
        await page.getByRole('link', { name: 'The disk of rpc-1 is nearly full' }).waitFor();
        assert.equal(await overflowPx(page), 0);
        await takeScreenshot(page, `alerts-${device}-${colorScheme}`);
        await page.getByRole('link', { name: 'rpc-1 is 25 blocks ahead of finality' }).click();
        await page.getByTestId('runbook').getByRole('heading', { name: 'Causes' }).waitFor();
        await page.locator('figure canvas').waitFor();
        assert.equal(await overflowPx(page), 0);
        await takeScreenshot(page, `alert-${device}-${colorScheme}`);
        await page.goto(`${monitor.url}/#/rules`);
        await page.locator('.rule').first().waitFor();
        assert.equal(await overflowPx(page), 0);
        await takeScreenshot(page, `rules-${device}-${colorScheme}`);
        await page.context().close();
      });
    }

    test(`the text on marks of what fires stands out by at least 4.5 to 1, ${colorScheme}`, async () => {
      const { page } = await openAlerts({ colorScheme });
      await assertContrast(page, 'health-on', 'bad');
      await assertContrast(page, 'accent', 'sunken');
      await page.context().close();
    });
  }
});
