// The operators over two columns of numbers: one flat loop an operator, chosen once a column. Where a result is meaningless (a step
// that is absent on a side) the cheap ones compute nevertheless, which is faster than asking.

import { arcTangentOfQuotient } from '../../math/arc-functions.ts';
import { power } from '../../math/powers.ts';

/** Where `present` is not 0; elsewhere `out` may hold anything. */
type ValueLoop = (left: Float64Array, right: Float64Array, present: Uint8Array, out: Float64Array) => void;

/** Writes to `kept` what of `present` holds, 0 where the comparison does not. */
type KeepLoop = (left: Float64Array, right: Float64Array, present: Uint8Array, kept: Uint8Array) => void;

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

function add(left: Float64Array, right: Float64Array, _present: Uint8Array, out: Float64Array): void {
  for (let step = 0; step < out.length; step++) out[step] = left[step]! + right[step]!;
}

function subtract(left: Float64Array, right: Float64Array, _present: Uint8Array, out: Float64Array): void {
  for (let step = 0; step < out.length; step++) out[step] = left[step]! - right[step]!;
}

function multiply(left: Float64Array, right: Float64Array, _present: Uint8Array, out: Float64Array): void {
  for (let step = 0; step < out.length; step++) out[step] = left[step]! * right[step]!;
}

function divide(left: Float64Array, right: Float64Array, _present: Uint8Array, out: Float64Array): void {
  for (let step = 0; step < out.length; step++) out[step] = left[step]! / right[step]!;
}

function remainder(left: Float64Array, right: Float64Array, present: Uint8Array, out: Float64Array): void {
  for (let step = 0; step < out.length; step++) if (present[step] !== 0) out[step] = left[step]! % right[step]!;
}

function raise(left: Float64Array, right: Float64Array, present: Uint8Array, out: Float64Array): void {
  for (let step = 0; step < out.length; step++) if (present[step] !== 0) out[step] = power(left[step]!, right[step]!);
}

function angle(left: Float64Array, right: Float64Array, present: Uint8Array, out: Float64Array): void {
  for (let step = 0; step < out.length; step++) {
    if (present[step] !== 0) out[step] = arcTangentOfQuotient(left[step]!, right[step]!);
  }
}

function keepEqual(left: Float64Array, right: Float64Array, present: Uint8Array, kept: Uint8Array): void {
  for (let step = 0; step < kept.length; step++) kept[step] = left[step]! === right[step]! ? present[step]! : 0;
}

function keepUnequal(left: Float64Array, right: Float64Array, present: Uint8Array, kept: Uint8Array): void {
  for (let step = 0; step < kept.length; step++) kept[step] = left[step]! !== right[step]! ? present[step]! : 0;
}

function keepLess(left: Float64Array, right: Float64Array, present: Uint8Array, kept: Uint8Array): void {
  for (let step = 0; step < kept.length; step++) kept[step] = left[step]! < right[step]! ? present[step]! : 0;
}

function keepLessOrEqual(left: Float64Array, right: Float64Array, present: Uint8Array, kept: Uint8Array): void {
  for (let step = 0; step < kept.length; step++) kept[step] = left[step]! <= right[step]! ? present[step]! : 0;
}

function keepGreater(left: Float64Array, right: Float64Array, present: Uint8Array, kept: Uint8Array): void {
  for (let step = 0; step < kept.length; step++) kept[step] = left[step]! > right[step]! ? present[step]! : 0;
}

function keepGreaterOrEqual(left: Float64Array, right: Float64Array, present: Uint8Array, kept: Uint8Array): void {
  for (let step = 0; step < kept.length; step++) kept[step] = left[step]! >= right[step]! ? present[step]! : 0;
}
