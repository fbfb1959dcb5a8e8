// Where `npm run oracles` puts the programs that it builds, outside the repository, and where tests find them.

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CACHE = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');

export const ORACLES_FOLDER = join(CACHE, 'chainpulse', 'oracles');

export interface Oracle {
  /** Of its file in {@link ORACLES_FOLDER}. */
  readonly name: string;
  /** Go's path of its `main` package. */
  readonly goPackage: string;
  /** The environment variable that names a binary to use instead. */
  readonly variable: string;
}

export const PROMETHEUS_3: Oracle = {
  name: 'prometheus3',
  goPackage: 'github.com/prometheus/prometheus/cmd/prometheus',
  variable: 'CHAINPULSE_PROMETHEUS3',
};

export const ORACLES: readonly Oracle[] = [PROMETHEUS_3];

/** The binary to use, if there is one. */
export function oraclePath({ name, variable }: Oracle): string | undefined {
  const path = process.env[variable] ?? join(ORACLES_FOLDER, name);
  return existsSync(path) ? path : undefined;
}
