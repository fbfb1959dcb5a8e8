// Many series as bytes. Distinct labels come once, sorted and without what each value shares with the one before; a
// series is the list of its names, of which few kinds exist, and under each name the place of its value. Those places lie
// name by name, as differences from series to series: neighbours are alike, so nearly all are zero. Format page: "The
// payload of a segment of series" in docs/formats/store.md.

import assert from 'node:assert/strict';
import type { Label } from '../../../model/labels.ts';
import { ByteReader, ByteWriter } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { TIMESTAMP_MAX_MS } from '../limits.ts';
import { bytesOfText, textOfBytes } from './text-bytes.ts';

export const REF_MAX = 2 ** 32 - 1;
/** Bytes of all values of a segment, which the writer keeps far below; damaged bytes cannot ask for more. */
const TEXT_BYTES_MAX = 64 * 1024 * 1024;

/** Series to be written, by ascending reference. */
export interface SegmentRows {
  readonly refs: Uint32Array;
  /** Of the latest sample, whole; left out while the series is hot. */
  readonly latestMs?: Float64Array;
  /** How many labels each series has. */
  readonly counts: Uint32Array;
  /** The labels of all series, one after the other, as places in `dictionary`; each series' own by name. */
  readonly labels: Uint32Array;
  /** Each label once, in any order. */
  readonly dictionary: readonly Label[];
}

export type SmallNumbers = Uint16Array | Uint32Array;

/** What was read. Labels are numbers here, sorted by name and then value. */
export interface DecodedSegment {
  readonly refs: Uint32Array;
  /** Empty when they were left out. */
  readonly latestMs: Float64Array;
  readonly names: readonly string[];
  /** Where the labels of each name begin, and after the last name where they end. */
  readonly nameStarts: Uint32Array;
  /** The values one after the other, and where each begins; after the last where it ends. */
  readonly text: Buffer;
  readonly textStarts: Uint32Array;
  /** Where the labels of each series begin, and after the last series where they end. */
  readonly rowStarts: Uint32Array;
  readonly labels: SmallNumbers;
}

const output = new ByteWriter();

export interface EncodedSegment {
  /** Valid until the next call. */
  readonly payload: Uint8Array;
  /** Of all distinct values. */
  readonly textBytes: number;
}

export function encodeSegment(rows: SegmentRows): EncodedSegment {
  const { names, nameOf, rankOf, order } = sortedDictionary(rows.dictionary);
  output.clear();
  output.varint(rows.refs.length);
  writeRefs(rows.refs);
  output.byte(rows.latestMs === undefined ? 0 : 1);
  if (rows.latestMs !== undefined) writeDifferences(rows.latestMs);
  const textBytes = writeDictionary(names, order, rows.dictionary);
  writeShapes(rows, nameOf);
  writeColumns(rows, nameOf, rankOf, names.length);
  return { payload: output.written(), textBytes };
}

/** @throws {DamagedBytes} */
export function decodeSegment(payload: Uint8Array): DecodedSegment {
  const reader = new ByteReader(payload);
  const count = reader.count(1);
  const refs = readRefs(reader, count);
  const latestMs = readLatest(reader, count);
  const { names, nameStarts, text, textStarts } = readDictionary(reader);
  const shapes = readShapes(reader, names.length);
  const shapeOf = new Uint32Array(count);
  const rowStarts = new Uint32Array(count + 1);
  for (let row = 0; row < count; row++) {
    const shape = reader.varint();
    if (shape >= shapes.length) throw new DamagedBytes(`series ${refs[row]} has labels of an unknown kind`);
    shapeOf[row] = shape;
    rowStarts[row + 1] = rowStarts[row]! + shapes[shape]!.length;
    // Each label still takes a byte.
    if (rowStarts[row + 1]! > payload.length) throw new DamagedBytes('there are more labels than bytes');
  }
  const labels = readColumns(reader, nameStarts, shapes, shapeOf, rowStarts);
  reader.expectEnd();
  return { refs, latestMs, names, nameStarts, text, textStarts, rowStarts, labels };
}

interface SortedDictionary {
  readonly names: readonly string[];
  /** By label: the place of its name, and of its value among those of the name. */
  readonly nameOf: Uint32Array;
  readonly rankOf: Uint32Array;
  /** The labels by name and value. */
  readonly order: Uint32Array;
}

function sortedDictionary(dictionary: readonly Label[]): SortedDictionary {
  const byName = new Map<string, number[]>();
  for (const [label, { name }] of dictionary.entries()) {
    const labels = byName.get(name);
    if (labels === undefined) byName.set(name, [label]);
    else labels.push(label);
  }
  const names = [...byName.keys()].sort();
  const nameOf = new Uint32Array(dictionary.length);
  const rankOf = new Uint32Array(dictionary.length);
  const order = new Uint32Array(dictionary.length);
  let at = 0;
  for (const [name, text] of names.entries()) {
    const labels = byName.get(text)!.sort((one, other) => (dictionary[one]!.value < dictionary[other]!.value ? -1 : 1));
    for (const [rank, label] of labels.entries()) {
      nameOf[label] = name;
      rankOf[label] = rank;
      order[at++] = label;
    }
  }
  return { names, nameOf, rankOf, order };
}

/** Of each how many are left out before it. */
function writeRefs(refs: Uint32Array): void {
  let next = 0;
  for (let row = 0; row < refs.length; row++) {
    output.varint(refs[row]! - next);
    next = refs[row]! + 1;
  }
}

function readRefs(reader: ByteReader, count: number): Uint32Array {
  const refs = new Uint32Array(count);
  let next = 0;
  for (let row = 0; row < count; row++) {
    const ref = next + reader.varint();
    if (ref === 0 || ref > REF_MAX) throw new DamagedBytes(`${ref} is no reference of a series`);
    refs[row] = ref;
    next = ref + 1;
  }
  return refs;
}

function writeDifferences(values: Float64Array): void {
  let previous = 0;
  for (let row = 0; row < values.length; row++) {
    output.signedVarint(values[row]! - previous);
    previous = values[row]!;
  }
}

function readLatest(reader: ByteReader, count: number): Float64Array {
  if (reader.byte() === 0) return new Float64Array(0);
  const latestMs = new Float64Array(count);
  let previous = 0;
  for (let row = 0; row < count; row++) {
    previous += reader.signedVarint();
    if (Math.abs(previous) > TIMESTAMP_MAX_MS) throw new DamagedBytes(`${previous} is no time of a sample`);
    latestMs[row] = previous;
  }
  return latestMs;
}

function writeDictionary(names: readonly string[], order: Uint32Array, dictionary: readonly Label[]): number {
  output.varint(names.length);
  let textBytes = 0;
  let at = 0;
  for (const name of names) {
    const bytes = bytesOfText(name);
    output.varint(bytes.length);
    output.bytes(bytes);
    const start = at;
    while (at < order.length && dictionary[order[at]!]!.name === name) at++;
    output.varint(at - start);
    let previous: Uint8Array = new Uint8Array(0);
    for (const label of order.subarray(start, at)) {
      const value = bytesOfText(dictionary[label]!.value);
      const shared = sharedBytes(previous, value);
      output.varint(shared);
      output.varint(value.length - shared);
      output.bytes(value.subarray(shared));
      previous = value;
      textBytes += value.length;
    }
  }
  return textBytes;
}

function sharedBytes(one: Uint8Array, other: Uint8Array): number {
  const length = Math.min(one.length, other.length);
  let shared = 0;
  while (shared < length && one[shared] === other[shared]) shared++;
  return shared;
}

function readDictionary(reader: ByteReader) {
  const names: string[] = [];
  const nameStarts = [0];
  const textStarts = [0];
  const text = new ByteWriter();
  const nameCount = reader.count(2);
  for (let name = 0; name < nameCount; name++) {
    const bytes = Buffer.from(reader.bytes(reader.count(1)));
    const decoded = textOfBytes(bytes, 0, bytes.length);
    if (name > 0 && decoded <= names[name - 1]!) throw new DamagedBytes('the names of labels are out of order');
    names.push(decoded);
    const values = reader.count(2);
    let previousStart = textStarts.at(-1)!;
    for (let value = 0; value < values; value++) {
      const start = textStarts.at(-1)!;
      const shared = reader.varint();
      const rest = reader.bytes(reader.count(1));
      if (shared > start - previousStart) throw new DamagedBytes('a label shares more than the one before it has');
      if (start + shared + rest.length > TEXT_BYTES_MAX) throw new DamagedBytes('the labels of a segment are too long');
      const room = text.reserve(shared + rest.length);
      room.set(text.written().subarray(previousStart, previousStart + shared));
      room.set(rest, shared);
      textStarts.push(start + room.length);
      previousStart = start;
    }
    nameStarts.push(textStarts.length - 1);
  }
  return {
    names,
    nameStarts: Uint32Array.from(nameStarts),
    text: Buffer.from(text.written()),
    textStarts: Uint32Array.from(textStarts),
  };
}

/** The distinct lists of names, then which of them each series has. */
function writeShapes(rows: SegmentRows, nameOf: Uint32Array): void {
  const shapes = new Shapes();
  const shapeOf = new Uint32Array(rows.refs.length);
  let at = 0;
  for (let row = 0; row < shapeOf.length; row++) {
    const count = rows.counts[row]!;
    const names = shapes.room(count);
    for (let place = 0; place < count; place++) names[place] = nameOf[rows.labels[at++]!]!;
    shapeOf[row] = shapes.shapeOf(count, row === 0 ? 0 : shapeOf[row - 1]!);
  }
  output.varint(shapes.lists.length);
  for (const list of shapes.lists) {
    output.varint(list.length);
    let next = 0;
    for (const name of list) {
      output.varint(name - next);
      next = name + 1;
    }
  }
  for (const shape of shapeOf) output.varint(shape);
}

/** Numbers the distinct lists of names. */
class Shapes {
  readonly lists: Uint32Array[] = [];
  readonly #byKey = new Map<string, number>();
  #names = new Uint32Array(64);

  /** Where the caller puts so many names before it calls `shapeOf`. */
  room(count: number): Uint32Array {
    if (count > this.#names.length) this.#names = new Uint32Array(2 * count);
    return this.#names;
  }

  /** `guess` is tried first: neighbours mostly have the same names. */
  shapeOf(count: number, guess: number): number {
    if (this.#isList(this.lists[guess], count)) return guess;
    const names = this.#names.slice(0, count);
    const key = names.join();
    let shape = this.#byKey.get(key);
    if (shape === undefined) {
      assert(
        names.every((name, at) => at === 0 || name > names[at - 1]!),
        'the labels of a series are in the order of their names',
      );
      shape = this.lists.length;
      this.#byKey.set(key, shape);
      this.lists.push(names);
    }
    return shape;
  }

  #isList(list: Uint32Array | undefined, count: number): boolean {
    if (list === undefined || list.length !== count) return false;
    for (let at = 0; at < count; at++) if (list[at] !== this.#names[at]) return false;
    return true;
  }
}

function readShapes(reader: ByteReader, nameCount: number): readonly Uint32Array[] {
  const shapes: Uint32Array[] = [];
  const count = reader.count(1);
  for (let shape = 0; shape < count; shape++) {
    const names = new Uint32Array(reader.count(1));
    let next = 0;
    for (let at = 0; at < names.length; at++) {
      const name = next + reader.varint();
      if (name >= nameCount) throw new DamagedBytes('a label has an unknown name');
      names[at] = name;
      next = name + 1;
    }
    shapes.push(names);
  }
  return shapes;
}

/** Of each name, for each series that has it: the place of its value, as the difference to the series before. */
function writeColumns(rows: SegmentRows, nameOf: Uint32Array, rankOf: Uint32Array, nameCount: number): void {
  const total = rows.labels.length;
  const ends = new Uint32Array(nameCount + 1);
  for (let at = 0; at < total; at++) ends[nameOf[rows.labels[at]!]! + 1]!++;
  for (let name = 0; name < nameCount; name++) ends[name + 1]! += ends[name]!;
  const ranks = new Uint32Array(total);
  for (let at = 0; at < total; at++) ranks[ends[nameOf[rows.labels[at]!]!]!++] = rankOf[rows.labels[at]!]!;
  // Each name's end has moved to where the next name begins.
  let at = 0;
  for (let name = 0; name < nameCount; name++) {
    let previous = 0;
    for (; at < ends[name]!; at++) {
      output.signedVarint(ranks[at]! - previous);
      previous = ranks[at]!;
    }
  }
}

function readColumns(
  reader: ByteReader,
  nameStarts: Uint32Array,
  shapes: readonly Uint32Array[],
  shapeOf: Uint32Array,
  rowStarts: Uint32Array,
): SmallNumbers {
  const total = rowStarts[shapeOf.length]!;
  const labelCount = nameStarts.at(-1)!;
  const labels = labelCount <= 0xffff ? new Uint16Array(total) : new Uint32Array(total);
  const { places, ends } = columnPlaces(shapes, shapeOf, rowStarts, nameStarts.length - 1);
  let at = 0;
  for (let name = 0; name < nameStarts.length - 1; name++) {
    const first = nameStarts[name]!;
    const count = nameStarts[name + 1]! - first;
    let rank = 0;
    for (; at < ends[name]!; at++) {
      rank += reader.signedVarint();
      if (rank < 0 || rank >= count) throw new DamagedBytes('a label has an unknown value');
      labels[places[at]!] = first + rank;
    }
  }
  return labels;
}

/** For the values in the order in which they are written: where each belongs in the rows; and where each name ends. */
function columnPlaces(
  shapes: readonly Uint32Array[],
  shapeOf: Uint32Array,
  rowStarts: Uint32Array,
  nameCount: number,
): { readonly places: Uint32Array; readonly ends: Uint32Array } {
  const ends = new Uint32Array(nameCount + 1);
  for (const shape of shapeOf) for (const name of shapes[shape]!) ends[name + 1]!++;
  for (let name = 0; name < nameCount; name++) ends[name + 1]! += ends[name]!;
  const places = new Uint32Array(rowStarts[shapeOf.length]!);
  for (const [row, shape] of shapeOf.entries()) {
    let place = rowStarts[row]!;
    for (const name of shapes[shape]!) places[ends[name]!++] = place++;
  }
  return { places, ends };
}
