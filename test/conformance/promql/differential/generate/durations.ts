// Durations as they may be written: units, several of them, numbers of seconds, and where that is on, arithmetic.

import { type Tree, tree } from '../tree.ts';
import type { Context } from './context.ts';

const WINDOWS = [
  '5s',
  '10s',
  '7s',
  '15s',
  '20s',
  '30s',
  '1m',
  '90s',
  '1m30s',
  '2m',
  '5m',
  '60',
  '12500ms',
  '0.5m',
  '45.5',
];
const STEPS = ['5s', '10s', '7s', '15s', '30s', '20'];
const OFFSETS = ['5s', '10s', '1m', '-20s', '-5s', '37s', '30', '-1m', '1m15s', '2500ms'];

/** Of a window, with its own brackets left out. */
export function duration(context: Context): Tree {
  return durationOf(context, WINDOWS.filter(isWhole));
}

export function stepDuration(context: Context): Tree {
  return durationOf(context, STEPS);
}

export function offsetDuration(context: Context): Tree {
  return durationOf(context, OFFSETS);
}

/** `0.5m` is none in PromQL. */
function isWhole(text: string): boolean {
  return !/\.\d+[a-z]/.test(text);
}

function durationOf({ dice }: Context, plain: readonly string[]): Tree {
  const one = () => dice.pick(plain);
  if (dice.chance(0.88)) return tree('scalar', one());
  const positive = one().replace('-', '');
  const expression = dice.pick([
    () => `(${one()} + ${positive})`,
    () => `${positive} * 2`,
    () => `(1m - ${positive} / 2)`,
    () => 'step()',
    () => '(step() * 3)',
    () => '(range() + 10s)',
    () => `max_of(step(), ${positive})`,
    () => `min_of(range(), ${positive})`,
    () => `(2 ^ 4)`,
    () => `(${positive} % 4 + 5)`,
    () => `-(${positive})`,
    () => `+${positive}`,
  ]);
  return tree('scalar', expression());
}
