// Finds anvil, the EVM development node: in the npm package for this platform, seen from the working folder or from this
// package, else on the PATH. The binary itself is started, not the package's launcher, so that the pid is the node's.

import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { ChainpulseError } from '../model/errors.ts';

export interface AnvilSearch {
  readonly workingFolder: string;
  /** Folders, as in the environment. */
  readonly path: string;
  /** Of a module, whose packages are looked through too. */
  readonly packageUrl: string;
}

/** @throws {ChainpulseError} `anvil_missing` */
export function findAnvil(search: AnvilSearch = defaultSearch()): string {
  const file = process.platform === 'win32' ? 'anvil.exe' : 'anvil';
  const candidates = [
    inPackage(join(search.workingFolder, 'package.json'), file),
    inPackage(search.packageUrl, file),
    ...search.path
      .split(delimiter)
      .filter((folder) => folder !== '')
      .map((folder) => join(folder, file)),
  ];
  const found = candidates.find((candidate) => candidate !== undefined && isExecutable(candidate));
  if (found !== undefined) return found;
  throw new ChainpulseError(
    'anvil_missing',
    'The demo needs anvil, an EVM development node, and it is not installed: run "npm install @foundry-rs/anvil@1.7.1", ' +
      'or put an anvil on the PATH.',
  );
}

function defaultSearch(): AnvilSearch {
  return { workingFolder: process.cwd(), path: process.env['PATH'] ?? '', packageUrl: import.meta.url };
}

/** The package of this platform, of which the launcher's package makes npm install only the right one. */
function inPackage(from: string, file: string): string | undefined {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const name = `@foundry-rs/anvil-${process.platform}-${architecture}`;
  try {
    return join(dirname(createRequire(from).resolve(`${name}/package.json`)), 'bin', file);
  } catch {
    return undefined;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    // The launcher of the npm package is a script that starts the node as its child.
    return !path.includes(join('node_modules', '.bin'));
  } catch {
    return false;
  }
}
