// `npm test` runs this after the checks and the build: every `*.test.ts` of the repository, on Node's test runner.
// `npm run test:long` runs those that take minutes or hours, `*.long.test.ts`, and those that do more rounds when they
// are told to (CHAINPULSE_LONG_TESTS=1). Arguments narrow it down: `node scripts/test.ts packages/monitor/src/promql`.

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { buildPageIfStale } from './build-page.ts';

const ROOT = join(import.meta.dirname, '..');
const isLong = process.argv.includes('--long');
const wanted = process.argv.slice(2).filter((argument) => argument !== '--long');
const TIMEOUT_MS = isLong ? 6 * 3_600_000 : 240_000;

const files = globSync('{packages,test,bench,scripts}/**/*.test.ts', {
  cwd: ROOT,
  exclude: (path) => /(^|\/)(node_modules|dist)(\/|$)/.test(path),
})
  .filter((file) => isLong || !file.endsWith('.long.test.ts'))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.startsWith(part)))
  .sort();
if (files.length === 0) {
  console.error(`No test file matches ${wanted.join(' ')}`);
  process.exit(1);
}

await buildPageIfStale();

// Two files at a time: the tests start real servers and a browser, and the smallest machine has two cores.
const run = spawnSync(
  process.execPath,
  ['--conditions=@chainpulse/source', '--test', '--test-concurrency=2', `--test-timeout=${TIMEOUT_MS}`, ...files],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...(isLong && { CHAINPULSE_LONG_TESTS: '1' }) } },
);
process.exitCode = run.status ?? 1;
