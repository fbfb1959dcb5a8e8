// The page as its readers use it: a real browser, a real monitor, a real node and a recording.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { MonitorProcess, until } from '../apptest/monitor-process.ts';
import { AnvilProcess } from './anvil-process.ts';
import { DESKTOP, launchBrowser, noBrowser, openPage, PHONE, takeScreenshot } from './browser.ts';
import { assertContrast, colourOf, drawnPixels, overflowPx, tabTo } from './looks.ts';
import { Relay } from './relay.ts';

const ROOT = join(import.meta.dirname, '../..');
const RECORDING = join(ROOT, 'testdata/recordings/lodestar-calm.rec.zst');
/** What the product promises between a commit and the page. */
const LIVE_WITHIN_MS = 5000;
const DOWN_WITHIN_MS = 20_000;

describe('the page', { skip: noBrowser }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-page-'));
  let anvil: AnvilProcess;
  let monitor: MonitorProcess;
  let relay: Relay;
  let browser: Browser;

  const startMonitor = async (): Promise<void> => {
    const config = join(folder, 'chainpulse.yaml');
    const node = `{ url: 'evm+http://127.0.0.1:${anvil.port}', chain: devnet, node: anvil }`;
    writeFileSync(config, `targets: [${node}, { url: 'replay:${RECORDING}' }]\n`);
    monitor = await MonitorProcess.start(['watch', '--config', config, '--data', join(folder, 'data')]);
    relay.leadTo(monitor.url);
  };

  before(async () => {
    anvil = await AnvilProcess.start();
    relay = await Relay.start();
    browser = await launchBrowser();
    await startMonitor();
  });

  after(async () => {
    await browser?.close();
    await relay?.[Symbol.asyncDispose]();
    await monitor?.interrupt();
    await anvil?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('loads without an error and asks nobody but its own server', async () => {
    const { page, errors, requests } = await openPage(browser, relay.url);
    await heightIn(page).waitFor();
    await page.goto(`${relay.url}/#/explore?q=up`);
    await page.locator('table').waitFor();
    assert.deepEqual(errors, []);
    assert.deepEqual(
      requests.filter((address) => !address.startsWith(`${relay.url}/`)),
      [],
    );
    await page.context().close();
  });

  test('shows every target with its state, and the sentence of the health', async () => {
    const { page } = await openPage(browser, relay.url);
    const { targets } = (await (await fetch(`${monitor.url}/api/chain/v1/snapshot`)).json()) as {
      targets: { address: string }[];
    };
    assert.ok(targets.length >= 5, 'the node, three recorded targets, this machine');
    const listed = page.locator('.target');
    await listed.first().waitFor();
    assert.equal(await listed.count(), targets.length);
    const text = (await page.locator('.targets').textContent()) ?? '';
    for (const { address } of targets) assert.ok(text.includes(address), `${address} is not in ${text}`);
    const { summary } = await monitor.health();
    await page.getByTestId('health').getByText(summary, { exact: true }).waitFor();
    await page.context().close();
  });

  test('the height on the page follows the chain within five seconds of a commit', async () => {
    const { page } = await openPage(browser, relay.url);
    const first = await heightOn(page);
    const committed = await until(
      async () => (await monitor.value('chain_blocks_head_height{node="anvil"}')) ?? first,
      (height) => height > first + 1,
    );
    await until(
      () => heightOn(page),
      (height) => height >= committed,
      { limitMs: LIVE_WITHIN_MS, everyMs: 100 },
    );
    await page.context().close();
  });

  test('a target that goes down shows its reason at the top, keeps its last height as history, and comes back', async () => {
    const { page } = await openPage(browser, relay.url);
    await heightOn(page);
    await anvil.stop();
    const target = page.locator('.target').first();
    await target.locator('.state-down').waitFor({ timeout: DOWN_WITHIN_MS });
    assert.match((await target.locator('.target-reason').textContent()) ?? '', /refused/i);
    await page.locator('.health-critical').waitFor();
    assert.match(await page.title(), /^Critical: 1 down/);
    await page.getByText(/last known at \d\d:\d\d:\d\d/).waitFor();
    await takeScreenshot(page, 'target-down');
    await anvil.restart();
    await page.locator('.health-healthy').waitFor({ timeout: DOWN_WITHIN_MS });
    assert.equal(await page.locator('.state-down').count(), 0);
    await page.getByText(/block is \d+ s old/).waitFor({ timeout: DOWN_WITHIN_MS });
    await page.context().close();
  });

  test('the explorer is used by keyboard alone, and its address keeps the view', async () => {
    const { page } = await openPage(browser, relay.url);
    await heightIn(page).waitFor();
    await tabTo(page, 'Explore');
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'PromQL expression' }).waitFor();
    await tabTo(page, 'PromQL expression');
    await page.keyboard.type('sum by (state) (mempool_tr');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.type(')');
    await page.keyboard.press('Enter');
    await page.locator('tbody tr').nth(1).waitFor();
    assert.match((await page.locator('table').textContent()) ?? '', /pending[\s\S]*queued/);
    await until(() => drawnPixels(page), Boolean);
    assert.match(decodeURIComponent(page.url()), /q=sum\+by\+\(state\)\+\(chain_mempool_transactions\)/);
    await page.reload();
    await page.locator('tbody tr').nth(1).waitFor();
    await tabTo(page, 'value');
    await page.keyboard.press('Enter');
    await page.locator('th[aria-sort=descending]').waitFor();
    await tabTo(page, 'Show only');
    await page.keyboard.press('Enter');
    await page.locator('.line-button[aria-pressed=true]').waitFor();
    await page.context().close();
  });

  test('an expression that cannot be read is marked where it fails', async () => {
    const { page } = await openPage(browser, `${relay.url}/#/explore`);
    const field = page.getByRole('textbox', { name: 'PromQL expression' });
    await field.fill('sum(rate(up[1m]) by )');
    await field.press('Enter');
    await page.getByRole('alert').waitFor();
    assert.ok(await page.getByTestId('error-position').isVisible());
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    await takeScreenshot(page, 'explorer-error');
    await field.fill('up');
    await field.press('Enter');
    await page.locator('tbody tr').first().waitFor();
    assert.equal(await page.getByRole('alert').count(), 0);
    await page.context().close();
  });

  test('more series than a chart can show are counted honestly', async () => {
    const expression = encodeURIComponent('{__name__=~".+_bucket"}');
    const { page } = await openPage(browser, `${relay.url}/#/explore?q=${expression}&range=5m`);
    await page.getByText(/Showing 50 of \d{2,} series/).waitFor();
    await page.getByText(/Showing 500 of \d{3,} rows/).waitFor();
    await page.context().close();
  });

  test('one very long value of a label leaves the other columns in sight', async () => {
    const expression = encodeURIComponent(
      `label_replace(up, "a_long_one", "${'x'.repeat(300)}$1", "instance", "(.*)")`,
    );
    const { page } = await openPage(browser, `${relay.url}/#/explore?q=${expression}&range=5m`);
    await page.locator('tbody tr').nth(1).waitFor();
    const last = await page.locator('th').last().boundingBox();
    assert.ok(last !== null && last.x + last.width <= DESKTOP.width, JSON.stringify(last));
    assert.ok(((await page.locator('tbody tr').first().textContent()) ?? '').includes('x'.repeat(300)));
    await page.context().close();
  });

  test('tabs that nobody sees leave the connections of the browser to the one in front', async () => {
    const { page: first } = await openPage(browser, relay.url);
    const hidden: Page[] = [];
    for (let count = 0; count < 7; count++) {
      const page = await first.context().newPage();
      await page.goto(relay.url, { timeout: LIVE_WITHIN_MS });
      await heightIn(page).waitFor();
      await setHidden(page, true);
      hidden.push(page);
    }
    const before = await heightOn(first);
    await until(
      () => heightOn(first),
      (height) => height > before,
      { limitMs: LIVE_WITHIN_MS },
    );
    const [back] = hidden;
    assert.ok(back !== undefined);
    await setHidden(back, false);
    const old = await heightOn(back);
    await until(
      () => heightOn(back),
      (height) => height > old,
      { limitMs: LIVE_WITHIN_MS },
    );
    await first.context().close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [device, viewport] of [
      ['desktop', DESKTOP],
      ['phone', PHONE],
    ] as const) {
      test(`nothing is wider than the screen on a ${device}, ${colorScheme}`, async () => {
        const { page } = await openPage(browser, relay.url, { viewport, colorScheme });
        await heightIn(page).waitFor();
        await page.locator('.cell canvas').nth(3).waitFor();
        assert.equal(await overflowPx(page), 0);
        await takeScreenshot(page, `overview-${device}-${colorScheme}`);
        await page.goto(`${relay.url}/#/explore?q=chain_mempool_transactions&range=5m`);
        await page.locator('tbody tr').first().waitFor();
        assert.equal(await overflowPx(page), 0);
        await takeScreenshot(page, `explorer-${device}-${colorScheme}`);
        await page.context().close();
      });
    }

    test(`text stands out from every ground by at least 4.5 to 1, ${colorScheme}`, async () => {
      const { page } = await openPage(browser, relay.url, { colorScheme });
      for (const ground of ['ground', 'surface', 'sunken']) {
        for (const ink of ['ink', 'muted', 'accent', 'good', 'bad', 'warn']) {
          await assertContrast(page, ink, ground);
        }
      }
      for (const ink of ['bad', 'warn', 'accent']) await assertContrast(page, ink, `${ink}-soft`);
      for (const ink of ['ink', 'muted']) await assertContrast(page, ink, 'bad-soft');
      await page.context().close();
    });
  }

  test('the colours that were chosen are remembered', async () => {
    const { page } = await openPage(browser, relay.url, { colorScheme: 'light' });
    const background = () => colourOf(page, 'ground');
    const light = await background();
    await page.getByRole('button', { name: /^Colours: Auto/ }).click();
    await page.getByRole('button', { name: /^Colours: Light/ }).click();
    const dark = await background();
    assert.notEqual(dark, light);
    await page.reload();
    await page.getByRole('button', { name: /^Colours: Dark/ }).waitFor();
    assert.equal(await background(), dark);
    await page.context().close();
  });

  test('a monitor that is gone is told of, its last values stay, and the page finds it again', async () => {
    const { page } = await openPage(browser, relay.url);
    const behind = await page.context().newPage();
    await behind.goto(relay.url);
    await heightIn(behind).waitFor();
    await setHidden(behind, true);
    const height = await heightOn(page);
    relay.leadTo(undefined);
    await monitor.kill();
    await page.getByTestId('gone').waitFor();
    assert.match((await page.getByTestId('connection').textContent()) ?? '', /Reconnecting/);
    assert.match((await page.getByTestId('health').textContent()) ?? '', /^Before: /);
    assert.ok((await heightOn(page)) >= height);
    await takeScreenshot(page, 'monitor-gone');
    const titleBehind = () => behind.title();
    await until(titleBehind, (title) => title.startsWith('No answer'));
    await startMonitor();
    await page.getByTestId('gone').waitFor({ state: 'detached' });
    const back = await heightOn(page);
    await until(
      () => heightOn(page),
      (now) => now > back,
    );
    await until(titleBehind, (title) => !title.startsWith('No answer'));
    await page.context().close();
  });

  // No test, and so none that is skipped: it makes the README's picture when that is asked for.
  if (process.env['UPDATE_SCREENSHOT'] === '1') {
    test('the picture for the README', async () => {
      const { page } = await openPage(browser, `${relay.url}/#/?window=5m`, {
        viewport: { width: 1280, height: 800 },
        deviceScaleFactor: 2,
        colorScheme: 'light',
      });
      await page.locator('.cell canvas').nth(3).waitFor();
      await until(
        async () => (await monitor.value('chain_blocks_head_height{node="anvil"}')) ?? 0,
        (height) => height > 120,
        { limitMs: 180_000 },
      );
      await page.screenshot({ path: join(ROOT, 'docs/screenshot.png'), fullPage: true });
      await page.context().close();
    });
  }
});

/** As when another tab comes to the front, or this one does: a browser without a screen has no such tabs. */
function setHidden(page: Page, isHidden: boolean): Promise<void> {
  return page.evaluate(`
    Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  `);
}

/** Of the node; the recorded ones have heights of their own. */
function heightIn(page: Page): Locator {
  return page.getByRole('article', { name: 'Chain of anvil' }).getByTestId('height');
}

async function heightOn(page: Page): Promise<number> {
  const text = await heightIn(page).textContent();
  return Number(text?.replaceAll(',', ''));
}
