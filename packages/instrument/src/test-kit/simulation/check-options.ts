// Options of simulations are checked before anything is recorded, so that a mistake is one message and not odd metrics.

import { InstrumentError } from '../../errors.ts';

/** Records of one simulation; more would take minutes. */
const MAX_RECORDS = 20_000_000;

interface OptionRules<O> {
  /** Finite and above 0. */
  readonly above0?: readonly (keyof O & string)[];
  /** From 0 to 1. */
  readonly ratios?: readonly (keyof O & string)[];
  /** Whole numbers, and the least that each may be. */
  readonly wholes?: Partial<Record<keyof O & string, number>>;
  /** How many records the simulation makes at most, roughly. */
  readonly records: number;
}

/** @throws {InstrumentError} `option_invalid` */
export function checkOptions<O extends object>(options: O, rules: OptionRules<O>): void {
  const values = options as Readonly<Record<string, unknown>>;
  for (const name of rules.above0 ?? []) {
    const value = values[name];
    check(typeof value === 'number' && value > 0 && Number.isFinite(value), name, value, 'a number above 0');
  }
  for (const name of rules.ratios ?? []) {
    const value = values[name];
    check(typeof value === 'number' && value >= 0 && value <= 1, name, value, 'a share from 0 to 1');
  }
  for (const [name, least] of Object.entries(rules.wholes ?? {})) {
    const value = values[name];
    const isWhole = Number.isSafeInteger(value) && (value as number) >= (least as number);
    check(isWhole, name, value, `a whole number from ${String(least)}`);
  }
  if (rules.records <= MAX_RECORDS) return;
  throw new InstrumentError(
    'option_invalid',
    `This would be about ${Math.ceil(rules.records)} records, of at most ${MAX_RECORDS}: make it shorter or smaller.`,
  );
}

function check(isRight: boolean, name: string, value: unknown, what: string): void {
  if (!isRight) throw new InstrumentError('option_invalid', `${name} is ${String(value)}: give ${what}.`);
}
