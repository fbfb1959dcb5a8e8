// What the header of a chunk says of a column of values, and where its streams are.
// Invariant: what is returned is within the bounds of the format; anything else is `DamagedBytes`.
// Format page: docs/formats/store.md.

import type { ByteReader } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { TEN_EXPONENT_MAX, TWO_EXPONENT_MAX } from './grid.ts';
import { PLANES_MAX, type PlaneLayout, skipNumbers, VALUE_KINDS } from './number-planes.ts';
import { bitmapBytes } from './place-bitmaps.ts';
import { skipRaw } from './raw-column.ts';
import { STREAM, type StreamCursor, type StreamPlaces } from './stream-frames.ts';
import {
  EXPECT,
  EXPECT_MASK,
  EXPECT_SHIFT,
  FORM,
  FORM_MASK,
  HAS_QUANTUM,
  HAS_REMAINDERS,
  PLACES,
  PLACES_MASK,
  PLANES_SHIFT,
  REMAINDER_PLANES_SHIFT,
  SPECIAL_BITS,
  SPECIAL_OTHER,
  STEP_GEARS,
} from './value-forms.ts';

/** What the header says of a column. */
export interface ValueParameters {
  readonly form: number;
  /** The place of the original of a copy. */
  readonly original: number;
  /** Places back to the reference; 0 without. */
  readonly distance: number;
  /** The exponent of a grid or the gear of steps. */
  readonly exponent: number;
  readonly quantum: number;
  /** The first number of a grid. */
  readonly first: number;
  /** The bits of the value that a constant has, or that steps and raw values start from. */
  readonly low: number;
  readonly high: number;
  /** Which places have numbers, and how many have. */
  readonly placesKind: number;
  readonly entries: number;
  /** Places beside those of the reference, and the bytes that tell them. */
  readonly others: number;
  readonly otherBytes: number;
  readonly numbers: PlaneLayout;
  readonly remainders: PlaneLayout;
  /** Of raw values: how many low bytes are left out, and how many are not those of the reference. */
  readonly droppedBytes: number;
  readonly unlike: number;
  readonly exceptions: readonly Exception[];
  readonly streams: StreamPlaces;
}

interface Exception {
  readonly index: number;
  readonly low: number;
  readonly high: number;
}

const NO_EXCEPTIONS: readonly Exception[] = [];
const NO_PLANES: PlaneLayout = { planes: 0, longBytes: 0 };
const NO_STREAMS: StreamPlaces = [];
const LAYOUT_MASK = 7;

/**
 * Reads what the header says of a column of `length` values, and passes its streams by.
 * @throws {DamagedBytes}
 */
export function readParameters(
  header: ByteReader,
  cursor: StreamCursor,
  form: number,
  length: number,
): ValueParameters {
  const parameters = {
    form,
    original: 0,
    distance: 0,
    exponent: 0,
    quantum: 1,
    first: 0,
    low: 0,
    high: 0,
    placesKind: 0,
    entries: 0,
    others: 0,
    otherBytes: 0,
    numbers: NO_PLANES,
    remainders: NO_PLANES,
    droppedBytes: 0,
    unlike: 0,
    exceptions: NO_EXCEPTIONS,
    streams: NO_STREAMS,
  };
  const kind = form & FORM_MASK;
  switch (kind) {
    case FORM.none:
      return parameters;
    case FORM.constant:
      readValue(header, parameters);
      return parameters;
    case FORM.copy:
      parameters.original = header.varint();
      return parameters;
    case FORM.gridOfTen:
    case FORM.gridOfTwo:
      parameters.exponent = header.signedVarint();
      parameters.first = header.signedVarint();
      if ((form & HAS_QUANTUM) !== 0) parameters.quantum = header.float64();
      break;
    case FORM.steps:
      parameters.exponent = header.byte();
      readWords(header, parameters);
      break;
    case FORM.raw:
      readWords(header, parameters);
      break;
    default:
      throw new DamagedBytes(`a column has the unknown form ${form}`);
  }
  verify(parameters, kind);
  const expect = expectOf(form);
  if (expect >= EXPECT.zeroBeside) parameters.distance = header.varint();
  const layout = header.byte();
  parameters.streams = cursor.places();
  readPlaces(header, cursor, parameters, layout & PLACES_MASK, length);
  const planes = (layout >>> PLANES_SHIFT) & LAYOUT_MASK;
  if (kind === FORM.raw) {
    parameters.droppedBytes = planes;
    parameters.unlike = expect === EXPECT.zero ? parameters.entries : header.varint();
    if (parameters.unlike > parameters.entries) throw new DamagedBytes('a column has more values than places');
    skipRaw(cursor, parameters);
  } else {
    parameters.numbers = readLayout(header, planes);
    skipNumbers(cursor, VALUE_KINDS, parameters.numbers, parameters.entries);
    if ((form & HAS_REMAINDERS) !== 0) {
      parameters.remainders = readLayout(header, layout >>> REMAINDER_PLANES_SHIFT);
      skipNumbers(cursor, VALUE_KINDS, parameters.remainders, parameters.entries);
    }
  }
  parameters.exceptions = readExceptions(header);
  return parameters;
}

function readPlaces(
  header: ByteReader,
  cursor: StreamCursor,
  parameters: { form: number; placesKind: number; entries: number; others: number; otherBytes: number },
  placesKind: number,
  length: number,
): void {
  const refers = (parameters.form & FORM_MASK) !== FORM.raw && expectOf(parameters.form) >= EXPECT.zeroBeside;
  if (refers !== placesKind >= PLACES.reference) throw new DamagedBytes('a column has no such places');
  parameters.placesKind = placesKind;
  parameters.entries = placesKind === PLACES.every ? length - 1 : header.varint();
  if (parameters.entries >= length) throw new DamagedBytes(`a column claims ${parameters.entries} numbers`);
  if (placesKind === PLACES.own) cursor.skip(STREAM.places, bitmapBytes(length));
  if (placesKind === PLACES.referenceAndOthers) {
    parameters.others = header.varint();
    parameters.otherBytes = header.varint();
    if (parameters.others > parameters.entries) throw new DamagedBytes('a column has more places than numbers');
    cursor.skip(STREAM.long, parameters.otherBytes);
  }
}

function readLayout(header: ByteReader, planes: number): PlaneLayout {
  if (planes > PLANES_MAX) throw new DamagedBytes(`a column has ${planes} planes`);
  return { planes, longBytes: planes === 0 ? 0 : header.varint() };
}

export function expectOf(form: number): number {
  return (form >>> EXPECT_SHIFT) & EXPECT_MASK;
}

function verify({ form, exponent, quantum }: { form: number; exponent: number; quantum: number }, kind: number): void {
  const isWithin =
    kind === FORM.gridOfTen
      ? exponent >= 0 && exponent <= TEN_EXPONENT_MAX
      : kind === FORM.gridOfTwo
        ? Math.abs(exponent) <= TWO_EXPONENT_MAX
        : kind === FORM.steps
          ? exponent < STEP_GEARS.length
          : true;
  if (!isWithin || !Number.isFinite(quantum) || expectOf(form) > EXPECT.opposite) {
    throw new DamagedBytes(`a column of the form ${form} has no such scale`);
  }
}

function readExceptions(header: ByteReader): readonly Exception[] {
  const count = header.count(2);
  if (count === 0) return NO_EXCEPTIONS;
  const exceptions: Exception[] = [];
  let next = 0;
  for (let left = count; left > 0; left--) {
    const index = next + header.varint();
    const special = header.byte();
    if (special > SPECIAL_OTHER) throw new DamagedBytes(`an exception has the unknown kind ${special}`);
    const [low, high] = SPECIAL_BITS[special] ?? [0, 0];
    const exception = { index, low, high };
    if (special === SPECIAL_OTHER) readWords(header, exception);
    exceptions.push(exception);
    next = index + 1;
  }
  return exceptions;
}

const view = new Float64Array(1);
const words = new Uint32Array(view.buffer);

interface Words {
  low: number;
  high: number;
}

function readValue(header: ByteReader, into: Words): void {
  if (header.byte() !== 0) {
    readWords(header, into);
    return;
  }
  view[0] = header.signedVarint();
  into.low = words[0]!;
  into.high = words[1]!;
}

function readWords(header: ByteReader, into: Words): void {
  const bytes = header.bytes(8);
  into.low = (bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24)) >>> 0;
  into.high = (bytes[4]! | (bytes[5]! << 8) | (bytes[6]! << 16) | (bytes[7]! << 24)) >>> 0;
}
