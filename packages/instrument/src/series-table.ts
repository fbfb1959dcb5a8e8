// The series of one instrument. A row is a series (all buckets of a histogram are one row); its labels are one number, the
// key, which counts through the combinations of label values. With closed labels only, every row exists from the start and
// the row is the key, so a series costs no lookup structure at all; with a bounded label rows are made at first use, and
// the row of a removed series is used again. Exposed series have identifiers that are never used again.

import { DROP_REASONS, type DropCounts, type DropReason } from './drops.ts';
import { type Admission, type Dimension, type Label, MAX_LABEL_VALUE_LENGTH, OVERFLOW_ORDINAL } from './labels.ts';
import type { SeriesBudget } from './series-budget.ts';
import type { ValueStore } from './values.ts';

/** What stands for a row where there is none is negative and tells the reason. */
function refusal(reason: DropReason): number {
  return -1 - DROP_REASONS.indexOf(reason);
}

export function reasonOf(refusedRow: number): DropReason {
  return DROP_REASONS[-1 - refusedRow] ?? 'internal';
}

const SERIES_LIMIT = refusal('series_limit');
const UNKNOWN_LABEL = refusal('unknown_label');
const INTERNAL = refusal('internal');
export const INVALID_VALUE = refusal('invalid_value');

export interface RowLayout {
  /** Slots of a row. */
  readonly slots: number;
  /** Series that a row shows: 1, or for a histogram its buckets, sum and count. */
  readonly exposed: number;
  /** What the slots hold before the first record: 0, or NaN for what is absent until it is measured. */
  readonly initial: number;
}

/** What the tables of one registry share. */
export interface SharedState {
  readonly values: ValueStore;
  readonly budget: SeriesBudget;
  readonly drops: DropCounts;
}

type UncheckedLabels = Readonly<Record<string, unknown>>;

export class SeriesTable {
  readonly shared: SharedState;
  readonly layout: RowLayout;
  readonly #dimensions: readonly Dimension[];
  readonly #byName: readonly Dimension[];
  /** Absent when all labels are closed: then the key is the row. */
  readonly #rowsByKey: Map<number, number> | undefined;
  /** Where each row's values are. */
  readonly #slots: number[];
  readonly #firstClosedId: number;
  /** Only where a label is bounded: the key of each row, and its first identifier, 0 for a row without a series. */
  readonly #keys: number[] = [];
  readonly #ids: number[] = [];
  readonly #freeRows: number[] = [];
  #version = 0;

  /** The caller has checked that all closed combinations fit into the budget. */
  constructor(shared: SharedState, layout: RowLayout, dimensions: readonly Dimension[]) {
    this.shared = shared;
    this.layout = layout;
    this.#dimensions = dimensions;
    this.#byName = [...dimensions].sort((a, b) => (a.name < b.name ? -1 : 1));
    const isClosed = dimensions.every((dimension) => dimension.isClosed);
    const closedCount = isClosed ? dimensions.reduce((count, dimension) => count * dimension.radix, 1) : 0;
    this.#rowsByKey = isClosed ? undefined : new Map();
    this.#firstClosedId = isClosed ? shared.budget.take(closedCount * layout.exposed) : 0;
    this.#slots = Array.from({ length: closedCount }, () => shared.values.allocate(layout.slots));
    for (let row = 0; row < closedCount; row++) this.#reset(row);
  }

  /** Rows, those without a series included. */
  get rowCount(): number {
    return this.#slots.length;
  }

  /** Changes whenever a series comes or goes. */
  get version(): number {
    return this.#version;
  }

  /** Whether series come and go; otherwise all exist for ever. */
  get isOpen(): boolean {
    return this.#rowsByKey !== undefined;
  }

  /** The row of these labels, made if it may be; otherwise a refusal (negative). Never throws. */
  rowOf(labels: UncheckedLabels): number {
    try {
      let key = 0;
      for (let i = 0; i < this.#dimensions.length; i++) {
        const dimension = this.#dimensions[i]!;
        const ordinal = dimension.ordinals.get(labels[dimension.name]);
        if (ordinal === undefined) return this.#admit(labels);
        key = key * dimension.radix + ordinal;
      }
      if (this.#rowsByKey === undefined) return key;
      return this.#rowsByKey.get(key) ?? this.#admit(labels);
    } catch {
      return labels === undefined || labels === null ? UNKNOWN_LABEL : INTERNAL;
    }
  }

  /** The row of these labels if the series exists, else a refusal; makes nothing. Never throws. */
  existingRowOf(labels: UncheckedLabels): number {
    try {
      let key = 0;
      for (const dimension of this.#dimensions) {
        const ordinal = dimension.ordinals.get(asKept(labels[dimension.name]));
        if (ordinal === undefined) return UNKNOWN_LABEL;
        key = key * dimension.radix + ordinal;
      }
      return this.#rowsByKey === undefined ? key : (this.#rowsByKey.get(key) ?? UNKNOWN_LABEL);
    } catch {
      return UNKNOWN_LABEL;
    }
  }

  /** Counts the record that a refusal is the answer to. */
  countRefusal(refusedRow: number): void {
    this.shared.drops.count(reasonOf(refusedRow));
  }

  chunkOf(row: number): Float64Array {
    return this.shared.values.chunkOf(this.#slots[row]!);
  }

  offsetOf(row: number): number {
    return this.shared.values.offsetOf(this.#slots[row]!);
  }

  /** The first identifier of the row's series, or 0 when the row has none. */
  idOf(row: number): number {
    if (this.#rowsByKey === undefined) return this.#firstClosedId + row * this.layout.exposed;
    return this.#ids[row] ?? 0;
  }

  /** The row's labels, sorted by name. */
  labelsOf(row: number): Label[] {
    const labels: Label[] = [];
    for (const dimension of this.#byName) labels.push(dimension.label(this.#ordinalIn(row, dimension)));
    return labels;
  }

  /** Takes a series away for good. Only for tables that are open. */
  remove(row: number): void {
    this.#rowsByKey?.delete(this.#keys[row]!);
    for (const dimension of this.#dimensions) dimension.release(this.#ordinalIn(row, dimension));
    this.#ids[row] = 0;
    this.#version++;
    this.#freeRows.push(row);
    this.shared.budget.giveBack(this.layout.exposed);
  }

  /** The way of a record that is not to an existing series: refused, led to `other`, or the first of a new series. */
  #admit(labels: UncheckedLabels): number {
    // All of them are read before any is judged: a getter may record as well.
    const values = this.#dimensions.map((dimension) => asKept(labels[dimension.name]));
    const admissions = this.#dimensions.map((dimension, i) => dimension.examine(values[i]));
    if (admissions.includes('refused')) return UNKNOWN_LABEL;
    const row = this.#rowOfAdmitted(values, admissions);
    if (row >= 0 && admissions.includes('overflow')) this.shared.drops.count('label_limit');
    return row;
  }

  #rowOfAdmitted(values: readonly unknown[], admissions: readonly Admission[]): number {
    if (!admissions.includes('new')) {
      const existing = this.#rowsByKey?.get(this.#keyOfAdmitted(values, admissions));
      if (existing !== undefined) return existing;
    }
    // Memory first: it is the one thing that can fail, and then nothing has been taken yet.
    const row = this.#freeRows.at(-1) ?? this.#ids.length;
    this.#slots[row] ??= this.shared.values.allocate(this.layout.slots);
    const id = this.shared.budget.take(this.layout.exposed);
    if (id === 0) return SERIES_LIMIT;
    this.#freeRows.pop();
    const key = this.#keyOfAdmitted(values, admissions);
    this.#keys[row] = key;
    this.#rowsByKey?.set(key, row);
    for (const dimension of this.#dimensions) dimension.retain(this.#ordinalIn(row, dimension));
    this.#ids[row] = id;
    this.#version++;
    this.#reset(row);
    return row;
  }

  #keyOfAdmitted(values: readonly unknown[], admissions: readonly Admission[]): number {
    let key = 0;
    for (const [i, dimension] of this.#dimensions.entries()) {
      const value = values[i];
      let ordinal = OVERFLOW_ORDINAL;
      if (admissions[i] !== 'overflow') {
        ordinal = dimension.ordinals.get(value) ?? dimension.admit(value as string);
      }
      key = key * dimension.radix + ordinal;
    }
    return key;
  }

  #reset(row: number): void {
    const offset = this.offsetOf(row);
    this.chunkOf(row).fill(this.layout.initial, offset, offset + this.layout.slots);
  }

  #ordinalIn(row: number, wanted: Dimension): number {
    let rest = this.#rowsByKey === undefined ? row : this.#keys[row]!;
    for (let i = this.#dimensions.length - 1; i >= 0; i--) {
      const dimension = this.#dimensions[i]!;
      if (dimension === wanted) return rest % dimension.radix;
      rest = Math.floor(rest / dimension.radix);
    }
    return 0;
  }
}

/** A lone surrogate cannot be written as UTF-8: values that differ only in such would become one series shown twice. */
function asKept(value: unknown): unknown {
  return typeof value === 'string' && value.length <= MAX_LABEL_VALUE_LENGTH ? value.toWellFormed() : value;
}
