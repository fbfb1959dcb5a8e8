// Decodes a column of values: its numbers from the planes, and from these the values.
// Invariant: bytes that are not what was written give `DamagedBytes` or other values, never endless work: the lengths are the
// caller's. Format page: docs/formats/store.md.

import { ByteReader } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { TENS } from './grid.ts';
import { readNumbers, VALUE_KINDS } from './number-planes.ts';
import { bitmapBytes, readBitmap } from './place-bitmaps.ts';
import { readRaw } from './raw-column.ts';
import { moveByLastPlaces, powerBelow } from './steps.ts';
import { type ColumnStreams, STREAM } from './stream-frames.ts';
import {
  EXPECT,
  FORM,
  FORM_MASK,
  HAS_REMAINDERS,
  PLACES,
  STEP_GEARS,
  STEPS_PER_UNIT,
  type ValueColumn,
} from './value-forms.ts';
import { expectOf, type ValueParameters } from './value-parameters.ts';

/** Doubles whose distance to the next one is none of the smallest, and far from the largest. */
const SPACED_MIN = 2 ** -900;
const SPACED_MAX = 2 ** 900;

/**
 * Fills the first `length` of `fullLength` values of a column that is neither absent nor a copy.
 * @throws {DamagedBytes}
 */
export function decodeValues(
  into: ValueColumn,
  parameters: ValueParameters,
  streams: ColumnStreams,
  fullLength: number,
  length: number,
  reference: ValueColumn | undefined,
): void {
  into.reserve(length);
  const kind = parameters.form & FORM_MASK;
  if (kind === FORM.constant) {
    fillConstant(into, parameters);
    return;
  }
  takePlaces(into, parameters, streams, fullLength, reference);
  if (kind === FORM.raw) {
    readRaw(into, parameters, streams, reference);
  } else {
    readNumbers(streams, VALUE_KINDS, parameters.numbers, parameters.entries, into.numbers, into.entries);
    if ((parameters.form & HAS_REMAINDERS) !== 0) {
      readNumbers(streams, VALUE_KINDS, parameters.remainders, parameters.entries, into.remainders, into.entries);
    }
    addExpected(into, expectOf(parameters.form), reference);
    if (kind === FORM.steps) addSteps(into, parameters);
    else addGrid(into, parameters, kind);
  }
  for (const { index, low, high } of parameters.exceptions) {
    if (index >= length) break;
    into.bits[2 * index] = low;
    into.bits[2 * index + 1] = high;
  }
}

/** Tells where the numbers of the first `into.length` values stand. */
function takePlaces(
  into: ValueColumn,
  { placesKind, entries, others, otherBytes }: ValueParameters,
  streams: ColumnStreams,
  fullLength: number,
  reference: ValueColumn | undefined,
): void {
  const { length, places } = into;
  into.isEveryPlace = placesKind === PLACES.every;
  if (placesKind === PLACES.every) {
    into.entries = length - 1;
  } else if (placesKind === PLACES.own) {
    into.entries = readBitmap(streams.take(STREAM.places, bitmapBytes(fullLength)), length, places);
    if (into.entries > 0 && places[0] === 0) throw new DamagedBytes('a column has a number at its first value');
  } else {
    const { changePlaces, changes } = changesOf(reference!, length);
    if (placesKind === PLACES.reference) {
      places.set(changePlaces.subarray(0, changes));
      into.entries = changes;
    } else {
      const list = new ByteReader(streams.take(STREAM.long, otherBytes));
      into.entries = mergeOthers(places, length, changePlaces, changes, list, others);
    }
  }
  if (into.entries > entries) throw new DamagedBytes(`a column has ${into.entries} places for ${entries} numbers`);
}

/** The changes of the first `length` values: a reference can be unpacked further. */
function changesOf(
  reference: ValueColumn,
  length: number,
): { changePlaces: Int32Array; changeNumbers: Float64Array; changes: number } {
  reference.findChanges();
  const { changePlaces, changeNumbers } = reference;
  let { changes } = reference;
  while (changes > 0 && changePlaces[changes - 1]! >= length) changes--;
  return { changePlaces, changeNumbers, changes };
}

/** Places of the reference and others, told by their distances, in one ascending list. */
function mergeOthers(
  into: Int32Array,
  length: number,
  places: Int32Array,
  count: number,
  list: ByteReader,
  others: number,
): number {
  let merged = 0;
  let from = 0;
  let next = 1;
  for (let left = others; left > 0; left--) {
    const other = next + list.varint();
    if (other >= length) break;
    while (from < count && places[from]! < other) into[merged++] = places[from++]!;
    if (from < count && places[from] === other) throw new DamagedBytes('a column has a place twice');
    into[merged++] = other;
    next = other + 1;
  }
  while (from < count) into[merged++] = places[from++]!;
  return merged;
}

/** Makes numbers of differences. */
function addExpected(into: ValueColumn, expect: number, reference: ValueColumn | undefined): void {
  const { numbers, places, entries } = into;
  if (expect === EXPECT.previous) {
    let number = 0;
    for (let index = 0; index < entries; index++) numbers[index] = number += numbers[index]!;
  } else if (expect === EXPECT.reference || expect === EXPECT.opposite) {
    const factor = expect === EXPECT.reference ? 1 : -1;
    const { changePlaces, changeNumbers, changes } = reference!;
    if (changes >= entries && places[entries - 1] === changePlaces[entries - 1]) {
      // The same places: others would be among them.
      for (let index = 0; index < entries; index++) numbers[index]! += factor * changeNumbers[index]!;
      return;
    }
    for (let index = 0, beside = 0; index < entries && beside < changes; index++) {
      if (places[index] === changePlaces[beside]) numbers[index]! += factor * changeNumbers[beside++]!;
    }
  }
}

function fillConstant(into: ValueColumn, { low, high }: ValueParameters): void {
  const { bits, length } = into;
  for (let index = 0; index < length; index++) {
    bits[2 * index] = low;
    bits[2 * index + 1] = high;
  }
  into.entries = 0;
  into.isEveryPlace = false;
}

/** What the numbers of a grid are divided by. */
export function gridDivisor(kind: number, exponent: number): number {
  return kind === FORM.gridOfTwo ? 2 ** -exponent : TENS[exponent]!;
}

function addGrid(into: ValueColumn, parameters: ValueParameters, kind: number): void {
  const { form, exponent, first, quantum } = parameters;
  const divisor = gridDivisor(kind, exponent);
  if ((form & HAS_REMAINDERS) !== 0) addRounded(into, first, quantum, divisor);
  else if (into.isEveryPlace) addEvery(into, first, quantum, divisor);
  else addSparse(into, first, quantum, divisor);
}

function addEvery({ values, numbers, entries }: ValueColumn, first: number, quantum: number, divisor: number): void {
  let sum = first;
  values[0] = sum / divisor;
  if (divisor === 1) {
    for (let index = 0; index < entries; index++) values[index + 1] = sum += numbers[index]! * quantum;
  } else {
    for (let index = 0; index < entries; index++) values[index + 1] = (sum += numbers[index]! * quantum) / divisor;
  }
}

function addSparse(
  { values, numbers, places, entries, length }: ValueColumn,
  first: number,
  quantum: number,
  divisor: number,
): void {
  let sum = first;
  let value = sum / divisor;
  let at = 0;
  for (let index = 0; index < entries; index++) {
    const place = places[index]!;
    while (at < place) values[at++] = value;
    sum += numbers[index]! * quantum;
    value = sum / divisor;
  }
  while (at < length) values[at++] = value;
}

function addRounded(into: ValueColumn, first: number, quantum: number, divisor: number): void {
  const { values, numbers, remainders, places, entries, length, isEveryPlace } = into;
  let sum = first;
  let value = sum / divisor;
  let at = 0;
  for (let index = 0; index < entries; index++) {
    const number = numbers[index]!;
    const place = isEveryPlace ? index + 1 : places[index]!;
    while (at < place) values[at++] = value;
    if (number !== 0) sum += Math.round(number * quantum) + remainders[index]!;
    value = sum / divisor;
  }
  while (at < length) values[at++] = value;
}

function addSteps(into: ValueColumn, parameters: ValueParameters): void {
  const { values, bits, numbers, places, remainders, entries, isEveryPlace } = into;
  const gear = STEP_GEARS[parameters.exponent]!;
  bits[0] = parameters.low;
  bits[1] = parameters.high;
  let value = values[0]!;
  let at = 1;
  // Between two powers of two, the places of positive doubles are all as far apart.
  let from = 0;
  let to = 0;
  let apart = 0;
  for (let index = 0; index < entries; index++) {
    const number = numbers[index]!;
    const place = isEveryPlace ? index + 1 : places[index]!;
    while (at < place) values[at++] = value;
    if (number === 0) continue;
    value += (number * gear) / STEPS_PER_UNIT;
    const remainder = remainders[index]!;
    if (remainder === 0) continue;
    const moved = value + remainder * apart;
    if (value >= from && value < to && moved >= from && moved < to) {
      value = moved;
      continue;
    }
    value = moveByLastPlaces(value, remainder);
    if (value >= SPACED_MIN && value < SPACED_MAX) {
      from = powerBelow(value);
      to = 2 * from;
      apart = from * Number.EPSILON;
    }
  }
  while (at < into.length) values[at++] = value;
}
