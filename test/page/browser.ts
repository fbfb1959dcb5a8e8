// Debian's Chromium for the tests of the page, with an empty profile and without its own conversations with the network.
// Screenshots go into the folder that CHAINPULSE_SCREENSHOTS names, else into one for temporary files.

import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';
const ARGUMENTS = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Why the tests of the page cannot run here; false when they can. */
export const noBrowser = existsSync(EXECUTABLE) ? false : `${EXECUTABLE} is absent: apt-get install chromium`;

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 740 };

export interface WatchedPage {
  readonly page: Page;
  /** Errors on the console and exceptions, as they came. */
  readonly errors: string[];
  /** Addresses of all requests. */
  readonly requests: string[];
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: DESKTOP, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, errors, requests };
}

const folder = process.env['CHAINPULSE_SCREENSHOTS'] ?? mkdtempSync(join(tmpdir(), 'chainpulse-screenshots-'));

export async function takeScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
