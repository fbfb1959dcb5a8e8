// The order in which Prometheus lists texts and label sets: that of their bytes in UTF-8, which is the order of code points. It is not
// the order of JavaScript's `<`, which compares units of UTF-16: characters beyond U+FFFF are made of units below U+E000.

import type { Labels } from './labels.ts';

const FIRST_SURROGATE = 0xd800;
const FIRST_BEHIND_SURROGATES = 0xe000;
const SURROGATE = /[\ud800-\udfff]/;
/** The units whose order is not that of the characters; a text of Latin letters is known to have none without being read. */
const HIGH_UNIT = /[\ud800-\uffff]/;

export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  if (HIGH_UNIT.test(a) && HIGH_UNIT.test(b)) return compareUnits(a, b);
  return a < b ? -1 : 1;
}

function compareUnits(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    if (left < FIRST_SURROGATE || right < FIRST_SURROGATE) return left - right;
    return isSurrogate(left) === isSurrogate(right) ? left - right : isSurrogate(left) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit < FIRST_BEHIND_SURROGATES;
}

/** A sorted copy; the engine's own comparison where it gives the same order, which is nearly always. */
export function sortedTexts(texts: Iterable<string>): string[] {
  const all = [...texts];
  return all.some((text) => SURROGATE.test(text)) ? all.sort(compareTexts) : all.sort();
}

/** By name and value of one label after the other; the first that differ decide. */
export function compareLabels(a: Labels, b: Labels): number {
  for (let index = 0; index < a.length && index < b.length; index++) {
    const left = a[index]!;
    const right = b[index]!;
    if (left === right) continue;
    if (left.name !== right.name) return compareTexts(left.name, right.name);
    if (left.value !== right.value) return compareTexts(left.value, right.value);
  }
  return a.length - b.length;
}
