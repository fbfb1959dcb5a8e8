// Prometheus' own promtool, where there is one: Debian's, and that of version 3 beside the oracles.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ORACLES_FOLDER } from '../../oracles/oracle-paths.ts';

export interface Promtool {
  readonly name: string;
  readonly path: string;
  /** Why tests with it are skipped; undefined where it is there. */
  readonly skip: string | undefined;
}

const VERSION_3 = process.env['CHAINPULSE_PROMTOOL3'] ?? join(ORACLES_FOLDER, 'promtool3');
const TIME_LIMIT_MS = 120_000;

export const DEBIAN_PROMTOOL: Promtool = {
  name: "Debian's promtool",
  path: 'promtool',
  skip:
    spawnSync('promtool', ['--version']).status === 0
      ? undefined
      : 'promtool is not installed: apt-get install prometheus',
};

export const PROMTOOL_3: Promtool = {
  name: 'promtool 3',
  path: VERSION_3,
  skip: existsSync(VERSION_3)
    ? undefined
    : 'there is no promtool of Prometheus 3: build cmd/promtool and name it in CHAINPULSE_PROMTOOL3',
};

/** Whether it passes, and what it said. */
export function runPromtool(
  { path }: Promtool,
  command: readonly string[],
): { readonly passes: boolean; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(path, command, { encoding: 'utf8', timeout: TIME_LIMIT_MS });
  return { passes: status === 0, said: `${stdout}${stderr}` };
}
