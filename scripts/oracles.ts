// `npm run oracles`: builds the programs that some tests compare with and that Debian lacks, from the Go modules that
// test/oracles/go.mod pins, into a cache outside the repository. What is there already is left alone. Without Go the tests
// that want them are skipped, and nothing else misses them.

import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { ORACLES, ORACLES_FOLDER, type Oracle, oraclePath } from '../test/oracles/oracle-paths.ts';

const MODULE = join(import.meta.dirname, '../test/oracles');

if (ORACLES.every((oracle) => oraclePath(oracle) !== undefined) || goIsInstalled()) {
  for (const oracle of ORACLES) provide(oracle);
} else {
  console.error('There is no `go` here: install Go 1.26 or newer (https://go.dev/dl) and run this again.');
  process.exitCode = 1;
}

function goIsInstalled(): boolean {
  return spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0;
}

function provide(oracle: Oracle): void {
  const path = oraclePath(oracle) ?? build(oracle);
  if (path === undefined) process.exitCode = 1;
  else console.log(`export ${oracle.variable}=${path}`);
}

function build({ name, goPackage }: Oracle): string | undefined {
  console.error(`building ${goPackage}: minutes the first time`);
  mkdirSync(ORACLES_FOLDER, { recursive: true });
  const path = join(ORACLES_FOLDER, name);
  // Under another name until it is whole: a build that was broken off is not to be taken for one.
  const unfinished = `${path}.${process.pid}`;
  const { status } = spawnSync('go', ['build', '-o', unfinished, goPackage], { cwd: MODULE, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`${goPackage} could not be built; see above.`);
    return undefined;
  }
  renameSync(unfinished, path);
  return path;
}
