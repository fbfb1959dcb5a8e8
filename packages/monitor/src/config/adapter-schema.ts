// What a target says of the names of its metrics: the adapter that gives them the canonical ones, or the naming profile that it shows.

import { PROFILE_NAMES } from '@chainpulse/instrument';
import { z } from 'zod';

const LONGEST = 4096;

export const adapter = z
  .string({ error: 'write auto, none, the name of an adapter, or the path of an adapter file' })
  .min(1)
  .max(LONGEST)
  .optional()
  .describe(
    'Adapter that gives the metrics of a known client the canonical names: its name, the path of an adapter file, `auto` (the client whose metrics the target shows first) or `none`. Default: `auto`; `none` beside `profile`.',
  );

export const profile = z
  .enum(PROFILE_NAMES, { error: `write one of ${PROFILE_NAMES.join(', ')}` })
  .optional()
  .describe('Naming profile that the node shows: its metrics are stored under the canonical names.');

/** Why a target cannot have both; undefined where it has not. */
export function adapterContradiction(target: {
  readonly adapter?: string | undefined;
  readonly profile?: string | undefined;
}): string | undefined {
  if (target.profile === undefined || target.adapter === undefined || target.adapter === 'none') return undefined;
  return 'a profile is an adapter of its own: leave out one of them';
}
