// `npm test` runs this after the checks and the build: every `*.test.ts` of the repository, on Node's test runner.
// Arguments narrow it down: `node scripts/test.ts packages/monitor/src/promql`.

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { buildPageIfStale } from './build-page.ts';

const ROOT = join(import.meta.dirname, '..');
const wanted = process.argv.slice(2);

const files = globSync('{packages,test,bench,scripts}/**/*.test.ts', {
  cwd: ROOT,
  exclude: (path) => /(^|\/)(node_modules|dist)(\/|$)/.test(path),
})
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
  ['--conditions=@chainpulse/source', '--test', '--test-concurrency=2', '--test-timeout=240000', ...files],
  { cwd: ROOT, stdio: 'inherit' },
);
process.exitCode = run.status ?? 1;
