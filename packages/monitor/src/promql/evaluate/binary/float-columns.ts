// The operators over two columns of numbers: one flat loop an operator, chosen once a column. Where a result is meaningless (a step
// that is absent on a side) the cheap ones compute nevertheless, which is faster than asking.

import { arcTangentOfQuotient } from '../../math/arc-functions.ts';
import { power } from '../../math/powers.ts';

/** The two sides, and where both are. */
export interface FloatColumns {
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly present: Uint8Array;
}

/** Where `present` is not 0; elsewhere `out` may hold anything. The steps are `from` to `to` (exclusive). */
type ValueLoop = (columns: FloatColumns, out: Float64Array, from: number, to: number) => void;

/** Writes to `kept` what of `present` holds, 0 where the comparison does not. */
type KeepLoop = (columns: FloatColumns, kept: Uint8Array, from: number, to: number) => void;

export function valueLoop(operator: string): ValueLoop | undefined {
  return VALUE_LOOPS.get(operator);
}

export function keepLoop(operator: string): KeepLoop | undefined {
  return KEEP_LOOPS.get(operator);
}

const VALUE_LOOPS: ReadonlyMap<string, ValueLoop> = new Map<string, ValueLoop>([
  ['+', add],
  ['-', subtract],
  ['*', multiply],
  ['/', divide],
  ['%', remainder],
  ['^', raise],
  ['atan2', angle],
]);

const KEEP_LOOPS: ReadonlyMap<string, KeepLoop> = new Map<string, KeepLoop>([
  ['==', keepEqual],
  ['!=', keepUnequal],
  ['<', keepLess],
  ['<=', keepLessOrEqual],
  ['>', keepGreater],
  ['>=', keepGreaterOrEqual],
]);

function add({ left, right }: FloatColumns, out: Float64Array, from: number, to: number): void {
  for (let step = from; step < to; step++) out[step] = left[step]! + right[step]!;
}

function subtract({ left, right }: FloatColumns, out: Float64Array, from: number, to: number): void {
  for (let step = from; step < to; step++) out[step] = left[step]! - right[step]!;
}

function multiply({ left, right }: FloatColumns, out: Float64Array, from: number, to: number): void {
  for (let step = from; step < to; step++) out[step] = left[step]! * right[step]!;
}

function divide({ left, right }: FloatColumns, out: Float64Array, from: number, to: number): void {
  for (let step = from; step < to; step++) out[step] = left[step]! / right[step]!;
}

function remainder({ left, right, present }: FloatColumns, out: Float64Array, from: number, to: number): void {
  for (let step = from; step < to; step++) if (present[step] !== 0) out[step] = left[step]! % right[step]!;
}

function raise({ left, right, present }: FloatColumns, out: Float64Array, from: number, to: number): void {
  for (let step = from; step < to; step++) if (present[step] !== 0) out[step] = power(left[step]!, right[step]!);
}

function angle({ left, right, present }: FloatColumns, out: Float64Array, from: number, to: number): void {
  for (let step = from; step < to; step++) {
    if (present[step] !== 0) out[step] = arcTangentOfQuotient(left[step]!, right[step]!);
  }
}

function keepEqual({ left, right, present }: FloatColumns, kept: Uint8Array, from: number, to: number): void {
  for (let step = from; step < to; step++) kept[step] = left[step]! === right[step]! ? present[step]! : 0;
}

function keepUnequal({ left, right, present }: FloatColumns, kept: Uint8Array, from: number, to: number): void {
  for (let step = from; step < to; step++) kept[step] = left[step]! !== right[step]! ? present[step]! : 0;
}

function keepLess({ left, right, present }: FloatColumns, kept: Uint8Array, from: number, to: number): void {
  for (let step = from; step < to; step++) kept[step] = left[step]! < right[step]! ? present[step]! : 0;
}

function keepLessOrEqual({ left, right, present }: FloatColumns, kept: Uint8Array, from: number, to: number): void {
  for (let step = from; step < to; step++) kept[step] = left[step]! <= right[step]! ? present[step]! : 0;
}

function keepGreater({ left, right, present }: FloatColumns, kept: Uint8Array, from: number, to: number): void {
  for (let step = from; step < to; step++) kept[step] = left[step]! > right[step]! ? present[step]! : 0;
}

function keepGreaterOrEqual({ left, right, present }: FloatColumns, kept: Uint8Array, from: number, to: number): void {
  for (let step = from; step < to; step++) kept[step] = left[step]! >= right[step]! ? present[step]! : 0;
}
