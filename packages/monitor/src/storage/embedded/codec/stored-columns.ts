// The columns of values of a chunk, packed, each unpacked when it is asked for, after those that it refers to. The latest
// ones unpacked in this thread are kept, so that the series of a histogram, read one after the other, are unpacked once each.
// Bounds: `SLOTS` columns a thread, none of which is kept with more than `KEPT_LENGTH_MAX` values.

import { DamagedBytes } from '../../sqlite/failures.ts';
import { ColumnStreams, type StreamReader } from './stream-frames.ts';
import { decodeValues, gridDivisor } from './value-decoder.ts';
import { EXPECT, FORM, FORM_MASK, REFERENCE_DEPTH_MAX, ValueColumn } from './value-forms.ts';
import { expectOf, type ValueParameters } from './value-parameters.ts';

/** More than the columns of the longest chain of references. */
const SLOTS = 12;
const KEPT_LENGTH_MAX = 2 ** 17;

interface Slot {
  owner: number;
  index: number;
  column: ValueColumn;
}

/** The latest used last. */
const slots: Slot[] = Array.from({ length: SLOTS }, () => ({ owner: 0, index: 0, column: new ValueColumn() }));
let owners = 0;

export interface StoredColumn {
  readonly parameters: ValueParameters;
  readonly length: number;
  /** Columns can refer only to those with the same times. */
  readonly times: number;
}

export class StoredColumns {
  readonly #owner = ++owners;
  readonly #columns: readonly (StoredColumn | undefined)[];
  readonly #streams: StreamReader;

  constructor(columns: readonly (StoredColumn | undefined)[], streams: StreamReader) {
    this.#columns = columns;
    this.#streams = streams;
  }

  /**
   * The column that has the values: itself, or what it is a copy of.
   * @throws {DamagedBytes}
   */
  originOf(index: number): number {
    const stored = this.#columns[index];
    if (stored === undefined) throw new DamagedBytes(`column ${index} is referred to and is not there`);
    if ((stored.parameters.form & FORM_MASK) !== FORM.copy) return index;
    const { original } = stored.parameters;
    this.#verifyOrigin(index, stored, original);
    if ((this.#columns[original]!.parameters.form & FORM_MASK) === FORM.copy) {
      throw new DamagedBytes(`column ${index} is a copy of a copy`);
    }
    return original;
  }

  /** What whole numbers may be divided by to be the values; 0 for a constant, which is unpacked as soon as it is copied. */
  divisorOf(index: number): number {
    const { form, exponent } = this.#columns[index]!.parameters;
    const kind = form & FORM_MASK;
    return kind === FORM.constant
      ? 0
      : kind === FORM.gridOfTen || kind === FORM.gridOfTwo
        ? gridDivisor(kind, exponent)
        : 1;
  }

  /**
   * The first `length` values of a column, or more; valid until the next call.
   * @throws {DamagedBytes}
   */
  unpack(index: number, length: number): ValueColumn {
    return this.#unpack(index, length, 0);
  }

  /** Forgets a column so long that it should not be kept. */
  static trim(): void {
    for (const slot of slots) {
      if (slot.column.length <= KEPT_LENGTH_MAX) continue;
      slot.owner = 0;
      slot.column = new ValueColumn();
    }
  }

  #unpack(index: number, length: number, depth: number): ValueColumn {
    const origin = this.originOf(index);
    if (origin !== index) return this.#unpack(origin, length, depth);
    const stored = this.#columns[index]!;
    const known = this.#slotOf(index);
    if (known !== -1 && slots[known]!.column.length >= length) return touch(known).column;
    let reference: ValueColumn | undefined;
    if (expectOf(stored.parameters.form) >= EXPECT.zeroBeside) {
      if (depth === REFERENCE_DEPTH_MAX) throw new DamagedBytes(`column ${index} refers too far`);
      const before = index - stored.parameters.distance;
      this.#verifyOrigin(index, stored, before);
      reference = this.#unpack(before, length, depth + 1);
    }
    const slot = touch(Math.max(0, this.#slotOf(index)));
    slot.owner = 0;
    const streams = new ColumnStreams(this.#streams, stored.parameters.streams);
    decodeValues(slot.column, stored.parameters, streams, stored.length, length, reference);
    slot.owner = this.#owner;
    slot.index = index;
    return slot.column;
  }

  #slotOf(index: number): number {
    return slots.findIndex((slot) => slot.owner === this.#owner && slot.index === index);
  }

  #verifyOrigin(index: number, { times }: StoredColumn, origin: number): void {
    if (origin >= index || this.#columns[origin]?.times !== times) {
      throw new DamagedBytes(`column ${index} refers to one with other times`);
    }
  }
}

/** Makes a slot the latest used. */
function touch(index: number): Slot {
  const [slot] = slots.splice(index, 1);
  slots.push(slot!);
  return slot!;
}
