// An empty folder with packages of this repository in it, as they would be published: packed, and installed from the
// archives. Needs `npm run build` (part of `npm test`), and the registry or npm's cache for dependencies.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const ROOT = join(import.meta.dirname, '../..');
export const BIN = join(ROOT, 'node_modules/.bin');

/** By the name of its folder in `packages`: what the build must have left. */
const BUILT = {
  instrument: ['dist/index.js'],
  monitor: ['dist/cli/main.js', 'dist/page/index.html'],
};

type PackageName = keyof typeof BUILT;

/** Of what ends by itself in a second or two. */
const RUN_TIMEOUT_MS = 30_000;

const execute = promisify(execFile);

export interface PackedProject {
  readonly folder: string;
  /** Of an installed package. */
  packageFolder(name: string): string;
  /** Runs a program in the folder, and answers with what it printed. Rejects unless it ends well, and by itself. */
  run(program: string, args: readonly string[]): Promise<string>;
  remove(): void;
}

export async function packedProject(...packages: readonly PackageName[]): Promise<PackedProject> {
  for (const name of packages) {
    for (const file of BUILT[name]) {
      const built = join('packages', name, file);
      assert.ok(existsSync(join(ROOT, built)), `${built} is missing: run npm run build`);
    }
  }
  const parent = mkdtempSync(join(tmpdir(), 'chainpulse-packed-'));
  const folder = join(parent, 'project');
  const workspaces = packages.flatMap((name) => ['-w', `packages/${name}`]);
  await execute('npm', ['pack', '--ignore-scripts', ...workspaces, '--pack-destination', parent], { cwd: ROOT });
  const archives = readdirSync(parent).map((name) => join(parent, name));
  assert.equal(archives.length, packages.length);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  await execute('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...archives], { cwd: folder });
  return {
    folder,
    packageFolder: (name) => join(folder, 'node_modules', name),
    run: async (program, args) => {
      const env = { ...process.env, PATH: `${BIN}:${process.env['PATH']}`, NODE_OPTIONS: '' };
      try {
        return (await execute(program, args, { cwd: folder, env, timeout: RUN_TIMEOUT_MS })).stdout;
      } catch (error) {
        // The compiler says what is wrong on its output, which the error's message leaves out.
        const { stdout, stderr } = error as { stdout: string; stderr: string };
        throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
      }
    },
    remove: () => rmSync(parent, { recursive: true, force: true }),
  };
}
