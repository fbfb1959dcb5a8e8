// The series of one instrument. A row is a series (all buckets of a histogram are one row); its labels are one number, the
// key, which counts through the combinations of label values. With closed labels only, every row exists from the start and
// the row is the key, so a series costs no lookup structure at all; with a bounded label rows are made at first use, and
// the row of a removed series is used again. Exposed series have identifiers that are never used again. Past a limit there
// is one more row, `overflow`, for what may be added up; it is outside of every limit, so there is at most one a metric.

import { type Admission, type Dimension, type Label, MAX_LABEL_VALUE_LENGTH, OVERFLOW_ORDINAL } from '../labels.ts';
import type { Exemplar } from '../snapshot/snapshot.ts';
import { DROP_REASONS, type DropCounts, type DropReason } from './drops.ts';
import { Expiry } from './expiry.ts';
import type { RegistryMemory } from './registry-memory.ts';
import type { RowLayout } from './row-layout.ts';
import type { SeriesBudget } from './series-budget.ts';
import type { SharedFamily } from './shared-family.ts';
import { CHUNK_SLOTS, type RowBlock, type ValueStore } from './values.ts';

/** What stands for a row where there is none is negative and tells the reason. */
function refusal(reason: DropReason): number {
  return -1 - DROP_REASONS.indexOf(reason);
}

const SERIES_LIMIT = refusal('series_limit');
const UNKNOWN_LABEL = refusal('unknown_label');
const INTERNAL = refusal('internal');
export const INVALID_VALUE = refusal('invalid_value');

/** A record that a limit led to another row than its labels say is answered with `LIMITED - row`. */
const LIMITED = -1 - DROP_REASONS.length;

/** What the labels of the row past the limits say. */
export const OVERFLOW_VALUE = 'overflow';
const OVERFLOW_KEY = -1;

/** What the tables of one registry share. */
export interface SharedState {
  readonly values: ValueStore;
  readonly budget: SeriesBudget;
  readonly drops: DropCounts;
  readonly memory: RegistryMemory | undefined;
  readonly nowMs: () => number;
}

export interface TableOptions {
  readonly family: SharedFamily;
  readonly layout: RowLayout;
  readonly dimensions: readonly Dimension[];
  /** Series that the table may show. */
  readonly maxSeries: number;
  /** Of an open table: a series that was not recorded for so long is removed; undefined for never. */
  readonly expireAfterMs?: number | undefined;
}

type UncheckedLabels = Readonly<Record<string, unknown>>;

export class SeriesTable {
  readonly shared: SharedState;
  readonly family: SharedFamily;
  readonly layout: RowLayout;
  /** Whether records must be told to `recorded`, because the table expires series or stamps values. */
  readonly isWatched: boolean;
  /** Records that a limit led to `overflow` or `other`, or dropped. */
  limitedRecords = 0;
  readonly #dimensions: readonly Dimension[];
  readonly #byName: readonly Dimension[];
  readonly #maxSeries: number;
  readonly #familyNumber: number;
  /** Absent when all labels are closed: then the key is the row. */
  readonly #rowsByKey: Map<number, number> | undefined;
  /** Where the rows are when they all exist from the start. */
  readonly #block: RowBlock;
  readonly #closedCount: number;
  readonly #firstClosedId: number;
  /** Only where a label is bounded: each row's slot, key and first identifier, 0 for a row without a series. */
  readonly #slots: number[] = [];
  readonly #keys: number[] = [];
  readonly #ids: number[] = [];
  readonly #freeRows: number[] = [];
  #seriesCount = 0;
  #overflowRow = -1;
  #version = 0;
  /** When the table was made, and for each row when its series was, where that was later. */
  readonly #createdMs: number;
  readonly #rowsCreatedMs: number[] = [];
  readonly #expiry: Expiry | undefined;
  /** Once somebody asked to keep them. */
  #labels: (readonly Label[] | undefined)[] | undefined;
  /** By row, then by bucket. */
  #exemplars: Map<number, Map<number, Exemplar>> | undefined;

  /** The caller has checked that all closed combinations fit into the budget. */
  constructor(shared: SharedState, { family, layout, dimensions, maxSeries, expireAfterMs }: TableOptions) {
    this.shared = shared;
    this.family = family;
    this.layout = layout;
    this.#dimensions = dimensions;
    this.#byName = [...dimensions].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#maxSeries = maxSeries;
    this.#createdMs = shared.nowMs();
    this.#expiry = expireAfterMs === undefined ? undefined : new Expiry(expireAfterMs);
    this.isWatched = this.#expiry !== undefined || family.stampSlot !== undefined;
    this.#familyNumber = shared.memory === undefined ? 0 : shared.memory.familyMade(family);
    const isClosed = dimensions.every((dimension) => dimension.isClosed);
    this.#closedCount = isClosed ? dimensions.reduce((count, dimension) => count * dimension.radix, 1) : 0;
    this.#rowsByKey = isClosed ? undefined : new Map();
    this.#firstClosedId = isClosed ? shared.budget.take(this.#closedCount * layout.exposed) : 0;
    this.#block = shared.values.allocateRows(this.#closedCount, layout.slots);
    for (let row = 0; row < this.#closedCount; row++) this.#start(row);
  }

  /** Rows, those without a series included. */
  get rowCount(): number {
    return this.isOpen ? this.#slots.length : this.#closedCount;
  }

  /** Changes whenever a series comes or goes. */
  get version(): number {
    return this.#version;
  }

  /** Whether series come and go; otherwise all exist for ever. */
  get isOpen(): boolean {
    return this.#rowsByKey !== undefined;
  }

  /** Whether series end when nobody records them. */
  get expires(): boolean {
    return this.#expiry !== undefined;
  }

  /** The row of these labels, made if it may be; otherwise what `settle` and `limitedRowOf` take (negative). Never throws. */
  rowOf(labels: UncheckedLabels): number {
    try {
      let key = 0;
      for (let i = 0; i < this.#dimensions.length; i++) {
        const dimension = this.#dimensions[i]!;
        const ordinal = dimension.ordinals.get(labels[dimension.name]);
        if (ordinal === undefined) return this.#admit(labels);
        key = key * dimension.radix + ordinal;
      }
      if (countOf(labels) !== this.#dimensions.length) return UNKNOWN_LABEL;
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

  /** Counts a record that got no row of its own; answers with the row that takes it nevertheless, or -1. */
  settle(answer: number): number {
    const row = this.limitedRowOf(answer);
    if (row < 0) this.countRefused(reasonOf(answer));
    else this.countLimited(row);
    return row;
  }

  /** Counts a record that is lost. */
  countRefused(reason: DropReason): void {
    this.shared.drops.count(reason);
    if (reason === 'series_limit') this.limitedRecords++;
  }

  /** Where a limit leads the records of such an answer; -1 when they are refused. */
  limitedRowOf(answer: number): number {
    return answer <= LIMITED ? LIMITED - answer : -1;
  }

  /** Counts a record that a limit led to this row. */
  countLimited(row: number): void {
    this.limitedRecords++;
    this.shared.drops.count(row === this.#overflowRow ? 'series_limit' : 'label_limit');
  }

  chunkOf(row: number): Float64Array {
    return this.shared.values.chunkOf(this.#slotOf(row));
  }

  offsetOf(row: number): number {
    return this.shared.values.offsetOf(this.#slotOf(row));
  }

  /** A watched table's series was recorded. */
  recorded(row: number): void {
    const { stampSlot } = this.family;
    if (stampSlot !== undefined)
      this.chunkOf(row)[this.offsetOf(row) + stampSlot] = this.shared.memory?.nextStamp() ?? 0;
    this.#expiry?.touch(row);
  }

  /** As `recorded`, but for what is no news to other threads. */
  touch(row: number): void {
    this.#expiry?.touch(row);
  }

  /** Whether this is the row past the limits, which never ends. */
  isOverflow(row: number): boolean {
    return row === this.#overflowRow;
  }

  get labelNames(): readonly string[] {
    return this.#dimensions.map(({ name }) => name);
  }

  /** What a series with this value of a bounded or closed label would show; undefined where it is refused. */
  shownValue(label: string, value: unknown): string | undefined {
    const dimension = this.#dimensions.find(({ name }) => name === label);
    const kept = asKept(value);
    const admission = dimension?.examine(kept) ?? 'refused';
    if (admission === 'refused') return undefined;
    return admission === 'overflow' ? dimension?.label(OVERFLOW_ORDINAL).value : (kept as string);
  }

  /** Rows whose series were not recorded for too long, at most once each; the caller removes them. */
  expiredRows(): readonly number[] {
    if (this.#expiry === undefined) return [];
    return this.#expiry.expired(this.#ids, this.shared.nowMs(), this.#overflowRow);
  }

  createdMsOf(row: number): number {
    return this.#rowsCreatedMs[row] ?? this.#createdMs;
  }

  /** The series begins anew, as when the process had been restarted. */
  restart(row: number): void {
    this.#rowsCreatedMs[row] = this.shared.nowMs();
  }

  exemplarsOf(row: number): ReadonlyMap<number, Exemplar> | undefined {
    return this.#exemplars?.get(row);
  }

  keepExemplar(row: number, bucket: number, exemplar: Exemplar): void {
    this.#exemplars ??= new Map();
    const known = this.#exemplars.get(row);
    if (known === undefined) this.#exemplars.set(row, new Map([[bucket, exemplar]]));
    else known.set(bucket, exemplar);
  }

  /** The first identifier of the row's series, or 0 when the row has none. */
  idOf(row: number): number {
    if (this.#rowsByKey === undefined) return this.#firstClosedId + row * this.layout.exposed;
    return this.#ids[row] ?? 0;
  }

  /** The row's labels, sorted by name. */
  labelsOf(row: number): readonly Label[] {
    return this.#labels?.[row] ?? this.#makeLabels(row);
  }

  /** The same array as long as the series lives. */
  keptLabelsOf(row: number): readonly Label[] {
    this.#labels ??= [];
    this.#labels[row] ??= this.#makeLabels(row);
    return this.#labels[row];
  }

  /** Takes a series away for good. Only for tables that are open. */
  remove(row: number): void {
    this.#rowsByKey?.delete(this.#keys[row]!);
    if (row === this.#overflowRow) {
      this.#overflowRow = -1;
    } else {
      for (const dimension of this.#dimensions) dimension.release(this.#ordinalIn(row, dimension));
      this.shared.budget.giveBack(this.layout.exposed);
      this.#seriesCount -= this.layout.exposed;
    }
    this.#ids[row] = 0;
    if (this.#labels !== undefined) this.#labels[row] = undefined;
    this.#exemplars?.delete(row);
    this.#version++;
    this.#freeRows.push(row);
    this.shared.memory?.seriesRemoved(this.#familyNumber, row);
  }

  /** The way of a record that is not to an existing series: refused, led to `other`, or the first of a new series. */
  #admit(labels: UncheckedLabels): number {
    if (countOf(labels) > this.#dimensions.length) return UNKNOWN_LABEL;
    // All of them are read before any is judged: a getter may record as well.
    const values = this.#dimensions.map((dimension) => asKept(labels[dimension.name]));
    const admissions = this.#dimensions.map((dimension, i) => dimension.examine(values[i]));
    if (admissions.includes('refused')) return UNKNOWN_LABEL;
    // Labels that say what the row past the limits says are that row: two series of the same labels break a page.
    if (this.layout.overflows && values.every((value) => value === OVERFLOW_VALUE)) return this.#overflow();
    const row = this.#rowOfAdmitted(values, admissions);
    if (row === SERIES_LIMIT) return this.layout.overflows ? LIMITED - this.#overflow() : SERIES_LIMIT;
    return admissions.includes('overflow') ? LIMITED - row : row;
  }

  #rowOfAdmitted(values: readonly unknown[], admissions: readonly Admission[]): number {
    if (!admissions.includes('new')) {
      const existing = this.#rowsByKey?.get(this.#keyOfAdmitted(values, admissions));
      if (existing !== undefined) return existing;
    }
    const { exposed } = this.layout;
    if (this.#seriesCount + exposed > this.#maxSeries) return SERIES_LIMIT;
    // Memory first: it is the one thing that can fail, and then nothing has been taken yet.
    const row = this.#freeRow();
    const id = this.shared.budget.take(exposed);
    if (id === 0) return SERIES_LIMIT;
    this.#seriesCount += exposed;
    this.#open(row, this.#keyOfAdmitted(values, admissions), id);
    return row;
  }

  /** The row for what may not have its own, made when it is first needed. */
  #overflow(): number {
    if (this.#overflowRow >= 0) return this.#overflowRow;
    const row = this.#freeRow();
    this.#overflowRow = row;
    this.#open(row, OVERFLOW_KEY, this.shared.budget.takeBeyond(this.layout.exposed));
    return row;
  }

  #freeRow(): number {
    const row = this.#freeRows.at(-1) ?? this.#ids.length;
    this.#slots[row] ??= this.shared.values.allocate(this.layout.slots);
    return row;
  }

  #open(row: number, key: number, id: number): void {
    if (this.#freeRows.at(-1) === row) this.#freeRows.pop();
    this.#keys[row] = key;
    this.#rowsByKey?.set(key, row);
    if (row !== this.#overflowRow) {
      for (const dimension of this.#dimensions) dimension.retain(this.#ordinalIn(row, dimension));
    }
    this.#ids[row] = id;
    this.#rowsCreatedMs[row] = this.shared.nowMs();
    this.#version++;
    this.#start(row);
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

  /** A new series is in this row. */
  #start(row: number): void {
    const offset = this.offsetOf(row);
    this.chunkOf(row).fill(this.layout.initial, offset, offset + this.layout.slots);
    this.#expiry?.touch(row);
    const { memory } = this.shared;
    if (memory === undefined) return;
    memory.seriesMade(this.#familyNumber, row, this.#slotOf(row), this.labelsOf(row), this.createdMsOf(row));
  }

  #slotOf(row: number): number {
    if (this.#rowsByKey !== undefined) return this.#slots[row]!;
    const { firstSlot, rowsPerChunk } = this.#block;
    if (row < rowsPerChunk) return firstSlot + row * this.layout.slots;
    return firstSlot + Math.floor(row / rowsPerChunk) * CHUNK_SLOTS + (row % rowsPerChunk) * this.layout.slots;
  }

  #makeLabels(row: number): readonly Label[] {
    if (row === this.#overflowRow) return this.#byName.map(({ name }) => ({ name, value: OVERFLOW_VALUE }));
    return this.#byName.map((dimension) => dimension.label(this.#ordinalIn(row, dimension)));
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

/** Why a record that `rowOf` answered so was refused. */
export function reasonOf(answer: number): DropReason {
  return DROP_REASONS[-1 - answer] ?? 'internal';
}

/** Labels given; a label that the metric does not have would otherwise be lost without a trace. */
function countOf(labels: UncheckedLabels): number {
  let count = 0;
  for (const _name in labels) count++;
  return count;
}
