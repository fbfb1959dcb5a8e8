// Encodes columns of values one after the other, each in the form that fits it and beside the latest ones, which it may
// refer to. What goes into the header of the chunk and what into the streams is kept apart.
// Bounds: the columns that can be referred to take at most `RECENT_BYTES_MAX`. Format page: docs/formats/store.md.

import { ByteWriter } from '../../sqlite/bytes.ts';
import { type Choice, chooseExpectation } from './expectation.ts';
import { fitGrid, GRID_NUMBER_MAX, type Grid } from './grid.ts';
import { fingerprintOf, KeptColumns } from './kept-columns.ts';
import { VALUE_KINDS, writeNumbers } from './number-planes.ts';
import { bitmapBytes, writeBitmap } from './place-bitmaps.ts';
import { findQuantum } from './quantum.ts';
import { noteChanges, writeRaw } from './raw-column.ts';
import type { Effort } from './series-columns.ts';
import { fitSteps } from './steps.ts';
import { STREAM, type StreamWriter } from './stream-frames.ts';
import {
  EXPECT,
  EXPECT_SHIFT,
  FORM,
  HAS_QUANTUM,
  HAS_REMAINDERS,
  PLACES,
  PLANES_SHIFT,
  REFERENCE_DEPTH_MAX,
  REMAINDER_PLANES_SHIFT,
  SPECIAL_BITS,
  SPECIAL_OTHER,
  ValueColumn,
} from './value-forms.ts';

/** Columns before this one that it may refer to, and how many of them in a chain. */
const REFERENCES: Readonly<Record<Effort, number>> = { fast: 4, best: 12 };
const DEPTH: Readonly<Record<Effort, number>> = { fast: 2, best: REFERENCE_DEPTH_MAX };
const RECENT_MAX = 16;
/** Bytes of the columns that can be referred to. Of longer columns fewer can. */
const RECENT_BYTES_MAX = 64 * 1024 * 1024;
/** A column with room for more bytes is not used again. */
const SPARE_BYTES_MAX = 4 * 1024 * 1024;

interface Recent {
  readonly column: ValueColumn;
  /** Which times it has, and its place in the chunk. */
  times: number;
  index: number;
}

/** More numbers that are not 0 than this part of the places, and they are not told by a bitmap. */
const EVERY_PLACE_SHARE = 0.75;

export class ValueEncoder {
  /** The latest that can be referred to, the last one first. */
  #recent: Recent[] = [];
  #recentBytes = 0;
  readonly #spare: Recent[] = [];
  readonly #kept = new KeptColumns();
  #effort: Effort = 'fast';
  readonly #exceptions: number[] = [];
  /** Numbers and remainders at every place. */
  #numbers = new Float64Array(0);
  #remainders = new Float64Array(0);
  /** What is written of them. */
  #written = new Float64Array(0);
  #writtenRemainders = new Float64Array(0);
  readonly #others = new ByteWriter();

  /** Begins a chunk. */
  start(effort: Effort): void {
    this.#effort = effort;
    this.#clear();
  }

  /** Ends it, and lets go of what belongs to it. */
  end(): void {
    this.#clear();
  }

  /**
   * Encodes at least one value and returns the form. Parameters are appended to `header`; `times` and `index` tell the
   * column's times and place.
   */
  encode(
    header: ByteWriter,
    streams: StreamWriter,
    bits: Uint32Array,
    length: number,
    times: number,
    index: number,
  ): number {
    const fingerprint = fingerprintOf(bits, length);
    if (fingerprint === undefined) {
      writeValue(header, bits[0]!, bits[1]!);
      return FORM.constant;
    }
    const original = this.#kept.find(fingerprint, bits, length, times);
    if (original !== undefined) {
      header.varint(original.index);
      return FORM.copy;
    }
    this.#kept.keep(fingerprint, bits, length, times, index);
    this.#ensure(length);
    const recent = this.#spare.pop() ?? { column: new ValueColumn(), times: 0, index: 0 };
    recent.times = times;
    recent.index = index;
    recent.column.reserve(length);
    recent.column.bits.set(bits.subarray(0, 2 * length));
    const form = this.#encodeForm(header, streams, recent);
    this.#recent.unshift(recent);
    this.#recentBytes += recent.column.sizeBytes;
    while (this.#recent.length > RECENT_MAX || (this.#recentBytes > RECENT_BYTES_MAX && this.#recent.length > 1)) {
      this.#drop(this.#recent.pop()!);
    }
    return form;
  }

  #ensure(length: number): void {
    if (length <= this.#numbers.length) return;
    const capacity = Math.max(2 * this.#numbers.length, length);
    this.#numbers = new Float64Array(capacity);
    this.#remainders = new Float64Array(capacity);
    this.#written = new Float64Array(capacity);
    this.#writtenRemainders = new Float64Array(capacity);
  }

  #drop(recent: Recent): void {
    this.#recentBytes -= recent.column.sizeBytes;
    if (recent.column.sizeBytes <= SPARE_BYTES_MAX) this.#spare.push(recent);
  }

  #clear(): void {
    for (const recent of this.#recent) this.#drop(recent);
    this.#recent = [];
    this.#kept.clear();
  }

  #encodeForm(header: ByteWriter, streams: StreamWriter, recent: Recent): number {
    const { column } = recent;
    const { values, bits, length } = column;
    const grid = fitGrid(values, bits, length, this.#numbers, this.#exceptions);
    if (grid !== undefined) return this.#encodeGrid(header, streams, recent, grid);
    const steps = fitSteps(values, bits, length, this.#numbers, this.#remainders, this.#exceptions);
    if (steps === undefined) return this.#encodeRaw(header, streams, recent);
    takeChanges(column, this.#numbers, this.#remainders);
    const choice = chooseExpectation(column, this.#candidates(recent), false);
    header.byte(steps.gear);
    writeWords(header, bits[2 * steps.start]!, bits[2 * steps.start + 1]!);
    return this.#encodeNumbers(header, streams, recent, FORM.steps | HAS_REMAINDERS, choice);
  }

  #encodeGrid(header: ByteWriter, streams: StreamWriter, recent: Recent, grid: Grid): number {
    const { column } = recent;
    const { length } = column;
    const numbers = this.#numbers;
    const first = numbers[0]!;
    for (let index = length - 1; index > 0; index--) numbers[index]! -= numbers[index - 1]!;
    takeChanges(column, numbers, undefined);
    const isTwo = grid.base === 'two';
    const quantum = findQuantum(column.numbers, column.entries, isTwo ? grid.exponent : undefined);
    let form: number = isTwo ? FORM.gridOfTwo : FORM.gridOfTen;
    header.signedVarint(grid.exponent);
    header.signedVarint(first);
    if (quantum !== undefined) {
      const { size, isExact } = quantum;
      header.float64(size);
      form |= HAS_QUANTUM;
      if (!isExact) form |= HAS_REMAINDERS;
      for (let index = 0; index < column.entries; index++) {
        const step = column.numbers[index]!;
        // A step of less than half a quantum counts as one: only a number that is not 0 has a remainder.
        const number = Math.round(step / size) || Math.sign(step);
        column.numbers[index] = number;
        column.remainders[index] = step - Math.round(number * size);
      }
    }
    const choice = chooseExpectation(column, this.#candidates(recent), true);
    return this.#encodeNumbers(header, streams, recent, form, choice);
  }

  #encodeRaw(header: ByteWriter, streams: StreamWriter, recent: Recent): number {
    const { column } = recent;
    const { bits } = column;
    fillRawPlaces(column);
    const reference = chooseRawReference(column, this.#candidates(recent, RECENT_MAX));
    const expect = reference === undefined ? EXPECT.zero : EXPECT.zeroBeside;
    writeWords(header, bits[0]!, bits[1]!);
    if (reference !== undefined) this.#refer(header, recent, reference);
    const placesKind = column.isEveryPlace ? PLACES.every : PLACES.own;
    if (placesKind === PLACES.own) {
      writeBitmap(streams.stream(STREAM.places, bitmapBytes(column.length)), column.places, column.entries);
    }
    const { unlike, droppedBytes } = writeRaw(streams, column, reference);
    header.byte(placesKind | (droppedBytes << PLANES_SHIFT));
    if (placesKind === PLACES.own) header.varint(column.entries);
    if (reference !== undefined) header.varint(unlike);
    header.varint(0);
    return FORM.raw | (expect << EXPECT_SHIFT);
  }

  /** The numbers of the column stand at its places, and none of them is 0. */
  #encodeNumbers(header: ByteWriter, streams: StreamWriter, recent: Recent, form: number, choice: Choice): number {
    const { column } = recent;
    const { expect } = choice;
    if (choice.column !== undefined) this.#refer(header, recent, choice.column);
    let placesKind: number = PLACES.own;
    let entries = column.entries;
    let others = 0;
    this.#others.clear();
    if (choice.column !== undefined) {
      ({ entries, others } = this.#besideReference(column, choice.column, expect));
      placesKind = others === 0 ? PLACES.reference : PLACES.referenceAndOthers;
    } else if (expect === EXPECT.previous || entries > EVERY_PLACE_SHARE * column.length) {
      placesKind = PLACES.every;
      entries = column.length - 1;
      this.#atEveryPlace(column, expect);
    }
    if (placesKind === PLACES.own) {
      writeBitmap(streams.stream(STREAM.places, bitmapBytes(column.length)), column.places, entries);
    }
    const otherBytes = this.#others.written();
    if (otherBytes.length > 0) streams.stream(STREAM.long, otherBytes.length).set(otherBytes);
    const isOwn = placesKind === PLACES.own;
    const written = writeNumbers(streams, VALUE_KINDS, isOwn ? column.numbers : this.#written, entries);
    const hasRemainders = (form & HAS_REMAINDERS) !== 0;
    const remainders = hasRemainders
      ? writeNumbers(streams, VALUE_KINDS, isOwn ? column.remainders : this.#writtenRemainders, entries)
      : undefined;
    header.byte(placesKind | (written.planes << PLANES_SHIFT) | ((remainders?.planes ?? 0) << REMAINDER_PLANES_SHIFT));
    if (placesKind !== PLACES.every) header.varint(entries);
    if (placesKind === PLACES.referenceAndOthers) {
      header.varint(others);
      header.varint(otherBytes.length);
    }
    if (written.planes > 0) header.varint(written.longBytes);
    if (remainders !== undefined && remainders.planes > 0) header.varint(remainders.longBytes);
    writeExceptions(header, column.bits, this.#exceptions);
    return form | (expect << EXPECT_SHIFT);
  }

  /** Numbers for each place, or what they differ by from the one before. */
  #atEveryPlace({ places, numbers, remainders, entries, length }: ValueColumn, expect: number): void {
    const written = this.#written;
    const writtenRemainders = this.#writtenRemainders;
    written.fill(0, 0, length);
    writtenRemainders.fill(0, 0, length);
    for (let index = 0; index < entries; index++) {
      written[places[index]! - 1] = numbers[index]!;
      writtenRemainders[places[index]! - 1] = remainders[index]!;
    }
    if (expect !== EXPECT.previous) return;
    for (let index = length - 2; index > 0; index--) written[index]! -= written[index - 1]!;
  }

  /** Numbers, or what they differ by from the reference's, for each place where this column or the reference changed. */
  #besideReference(
    { places, numbers, remainders, entries }: ValueColumn,
    { changePlaces, changeNumbers, changes }: ValueColumn,
    expect: number,
  ): { entries: number; others: number } {
    const factor = expect === EXPECT.reference ? 1 : expect === EXPECT.opposite ? -1 : 0;
    const written = this.#written;
    const writtenRemainders = this.#writtenRemainders;
    let count = 0;
    let others = 0;
    let next = 1;
    let own = 0;
    for (let beside = 0; beside <= changes; beside++) {
      const place = beside < changes ? changePlaces[beside]! : Number.POSITIVE_INFINITY;
      for (; own < entries && places[own]! < place; own++) {
        this.#others.varint(places[own]! - next);
        next = places[own]! + 1;
        others++;
        written[count] = numbers[own]!;
        writtenRemainders[count++] = remainders[own]!;
      }
      if (beside === changes) break;
      const expected = factor * changeNumbers[beside]!;
      const hasOwn = own < entries && places[own] === place;
      written[count] = hasOwn ? numbers[own]! - expected : -expected;
      writtenRemainders[count++] = hasOwn ? remainders[own]! : 0;
      if (hasOwn) own++;
    }
    return { entries: count, others };
  }

  #refer(header: ByteWriter, recent: Recent, column: ValueColumn): void {
    recent.column.depth = column.depth + 1;
    const reference = this.#recent.find((one) => one.column === column)!;
    header.varint(recent.index - reference.index);
  }

  /** The latest columns that the new one may refer to. */
  #candidates(recent: Recent, max: number = REFERENCES[this.#effort]): ValueColumn[] {
    recent.column.depth = 0;
    const candidates: ValueColumn[] = [];
    for (const { column, times } of this.#recent) {
      if (candidates.length === max) break;
      if (times === recent.times && column.depth < DEPTH[this.#effort]) candidates.push(column);
    }
    return candidates;
  }
}

/** The numbers that are not 0 and their remainders, from every place; the first has none. */
function takeChanges(column: ValueColumn, numbers: Float64Array, remainders: Float64Array | undefined): void {
  const { length, places, numbers: taken, remainders: takenRemainders } = column;
  let entries = 0;
  for (let index = 1; index < length; index++) {
    const number = numbers[index]!;
    places[entries] = index;
    taken[entries] = number;
    if (remainders !== undefined) takenRemainders[entries] = remainders[index]!;
    if (number !== 0) entries++;
  }
  column.entries = entries;
  column.isEveryPlace = false;
  column.findChanges();
}

/** The places of a column of raw values: where they change, or all when most do. */
function fillRawPlaces(column: ValueColumn): void {
  const { bits, length, places } = column;
  let entries = 0;
  for (let index = 1; index < length; index++) {
    places[entries] = index;
    if (bits[2 * index] !== bits[2 * index - 2] || bits[2 * index + 1] !== bits[2 * index - 1]) entries++;
  }
  column.isEveryPlace = entries > EVERY_PLACE_SHARE * length;
  column.entries = column.isEveryPlace ? length - 1 : entries;
  noteChanges(column);
  column.findChanges();
}

/** Bytes of a value that is written in full, roughly, and that of a place in a bitmap. */
const VALUE_BYTES = 6.5;
const PLACE_BYTES = 1 / 8;
/** What a reference must save. */
const REFERENCE_BYTES = 16;

/** The column that has the same values at the most places. */
function chooseRawReference(own: ValueColumn, candidates: readonly ValueColumn[]): ValueColumn | undefined {
  const { bits, changePlaces, changes } = own;
  let best: ValueColumn | undefined;
  let most = (REFERENCE_BYTES + PLACE_BYTES * own.entries) / VALUE_BYTES;
  for (const column of candidates) {
    const others = column.bits;
    let equal = 0;
    for (let index = 0; index < changes; index++) {
      const at = 2 * changePlaces[index]!;
      if (others[at] === bits[at] && others[at + 1] === bits[at + 1]) equal++;
    }
    if (equal > most) {
      most = equal;
      best = column;
    }
  }
  return best;
}

function writeExceptions(header: ByteWriter, bits: Uint32Array, exceptions: readonly number[]): void {
  header.varint(exceptions.length);
  let next = 0;
  for (const index of exceptions) {
    header.varint(index - next);
    next = index + 1;
    const low = bits[2 * index]!;
    const high = bits[2 * index + 1]!;
    const special = SPECIAL_BITS.findIndex(([specialLow, specialHigh]) => specialLow === low && specialHigh === high);
    header.byte(special === -1 ? SPECIAL_OTHER : special);
    if (special === -1) writeWords(header, low, high);
  }
}

const view = new Float64Array(1);
const words = new Uint32Array(view.buffer);

/** A whole number as one, with a 0 before it; anything else as a 1 and its bits. */
function writeValue(header: ByteWriter, low: number, high: number): void {
  words[0] = low;
  words[1] = high;
  const value = view[0]!;
  if (Number.isInteger(value) && Math.abs(value) <= GRID_NUMBER_MAX && !Object.is(value, -0)) {
    header.byte(0);
    header.signedVarint(value);
  } else {
    header.byte(1);
    writeWords(header, low, high);
  }
}

function writeWords(header: ByteWriter, low: number, high: number): void {
  const bytes = header.reserve(8);
  for (let at = 0; at < 4; at++) {
    bytes[at] = low >>> (8 * at);
    bytes[at + 4] = high >>> (8 * at);
  }
}
