// All functions that a template of an alerting rule can call: those of Go's templates and those of Prometheus 3.

import { ADDRESSES } from './addresses.ts';
import { BUILTIN_FUNCTIONS } from './builtin.ts';
import { HUMANIZE } from './humanize.ts';
import { SAMPLE_FUNCTIONS } from './samples.ts';
import type { Signature } from './signature.ts';
import { TEXT_FUNCTIONS } from './text-functions.ts';

export const FUNCTIONS: ReadonlyMap<string, Signature> = new Map(
  Object.entries({ ...BUILTIN_FUNCTIONS, ...SAMPLE_FUNCTIONS, ...HUMANIZE, ...TEXT_FUNCTIONS, ...ADDRESSES }),
);

/** Those whose arguments the evaluation treats in a way of their own. */
const SPECIAL_FUNCTIONS = ['and', 'or', 'call'] as const;

export const FUNCTION_NAMES: ReadonlySet<string> = new Set([...FUNCTIONS.keys(), ...SPECIAL_FUNCTIONS]);
