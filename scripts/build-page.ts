// Builds the web page into the monitor's dist when it is missing or older than its source: a checkout needs no build step
// before `npm start` or `npx chainpulse`.

import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const CONSOLE = join(ROOT, 'packages/console');
const BUILT = join(ROOT, 'packages/monitor/dist/page/index.html');
const SOURCES = [
  'src/**/*',
  'index.html',
  'vite.config.ts',
  '../monitor/src/server/wire.ts',
  '../../package-lock.json',
];

export async function buildPageIfStale(): Promise<void> {
  const builtMs = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newestMs = Math.max(
    ...globSync(SOURCES, { cwd: CONSOLE }).map((path) => statSync(join(CONSOLE, path)).mtimeMs),
  );
  if (newestMs <= builtMs) return;
  const { build } = await import('vite');
  await build({ root: CONSOLE, logLevel: 'warn' });
}
