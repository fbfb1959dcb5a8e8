// The adapters that come with the monitor, in `rules/adapters` of its package.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProfileName } from '@chainpulse/instrument';
import { ChainpulseError } from '../../model/errors.ts';
import type { RuleLanguages } from '../definition/read-rule-file.ts';
import type { Adapter } from './adapter.ts';
import { readAdapter } from './read-adapter.ts';

/** From `src` in a checkout and from `dist` in a package alike. */
export const ADAPTERS_DIRECTORY = fileURLToPath(new URL('../../../rules/adapters', import.meta.url));
/** In front of the names of adapters that give a naming profile its canonical names back. */
export const PROFILE_PREFIX = 'profile-';
/** In front of the names of their rule files, which are the same wherever the package lies. */
const SHIPPED_FOLDER = 'chainpulse:adapters/';
const ENDING = /\.ya?ml$/;

/** Of clients, in the order of their names. @throws {ChainpulseError} `adapter_invalid`: the package is damaged. */
export function shippedAdapters(languages: RuleLanguages): readonly Adapter[] {
  return readdirSync(ADAPTERS_DIRECTORY)
    .filter((file) => ENDING.test(file) && !file.startsWith(PROFILE_PREFIX))
    .toSorted()
    .map((file) => shippedAdapter(file, languages));
}

/** Of a naming profile. @throws {ChainpulseError} `adapter_invalid` */
export function profileAdapter(profile: ProfileName, languages: RuleLanguages): Adapter {
  return shippedAdapter(`${PROFILE_PREFIX}${profile}.yaml`, languages);
}

function shippedAdapter(file: string, languages: RuleLanguages): Adapter {
  return readAdapterFile(join(ADAPTERS_DIRECTORY, file), languages, `${SHIPPED_FOLDER}${file}`);
}

/** @param shownAs what problems and groups say of where they stand. @throws {ChainpulseError} `adapter_unreadable`, `adapter_invalid`, which names every place that is wrong. */
export function readAdapterFile(path: string, languages: RuleLanguages, shownAs = path): Adapter {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ChainpulseError('adapter_unreadable', `The adapter ${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const { adapter, problems } = readAdapter(text, shownAs, languages);
  if (adapter === undefined || problems.length > 0) {
    const places = problems.map(({ line, column, message }) => `  ${path}:${line}:${column}: ${message}`).join('\n');
    throw new ChainpulseError('adapter_invalid', `The adapter ${basename(path)} cannot be used:\n${places}`);
  }
  return adapter;
}
