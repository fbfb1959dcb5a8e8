// A handle: one series of an instrument, found once. It keeps the chunk and the offset of its values, so that a record is
// one addition to an array. A handle of a removed series, or of labels that cannot be had, keeps an empty chunk instead:
// reading it gives `undefined`, which is the only check that the hot path pays for, and what it is given is counted.

import { asExemplar, type ExemplarLabels } from './exemplar.ts';
import type { DropReason } from './series/drops.ts';
import { reasonOf, type SeriesTable } from './series/series-table.ts';
import { NO_VALUES } from './series/values.ts';

type UncheckedLabels = Readonly<Record<string, unknown>>;

export abstract class SeriesHandle {
  protected values: Float64Array = NO_VALUES;
  protected offset = 0;
  protected readonly table: SeriesTable;
  protected row = -1;
  /** Of a handle that never led anywhere: why. Of one whose series comes back when it is recorded again: what finds it. */
  #elsewhere: DropReason | (() => number) | undefined;
  /** Why it did not come back when it last was to. */
  #refusal: DropReason = 'unknown_label';

  /** `row` may be a refusal of `SeriesTable.rowOf`. */
  constructor(table: SeriesTable, row: number) {
    this.table = table;
    if (row < 0) this.#elsewhere = reasonOf(row);
    else this.#attach(row);
  }

  /** The series was removed: from now on the handle leads nowhere, or to a new series if it can be revived. */
  detach(): void {
    this.values = NO_VALUES;
    this.row = -1;
  }

  reviveBy(reviver: () => number): void {
    this.#elsewhere = reviver;
  }

  /** Leads to a new series of the same labels, if it led nowhere and may. */
  protected revive(): boolean {
    if (typeof this.#elsewhere !== 'function' || this.values.length > 0) return false;
    const row = this.#elsewhere();
    if (row >= 0) this.#attach(row);
    else this.#refusal = reasonOf(row);
    return row >= 0;
  }

  /** Counts a record that could not be taken. */
  protected drop(): void {
    this.table.countRefused(this.values.length === 0 ? this.#whyNowhere() : 'invalid_value');
  }

  /** Keeps what leads from a bucket to a trace; labels that cannot be kept are counted. */
  protected keepExemplar(bucket: number, value: number, labels: ExemplarLabels): void {
    keepExemplar(this.table, this.row, { bucket, value, labels });
  }

  #whyNowhere(): DropReason {
    return typeof this.#elsewhere === 'string' ? this.#elsewhere : this.#refusal;
  }

  #attach(row: number): void {
    this.row = row;
    this.values = this.table.chunkOf(row);
    this.offset = this.table.offsetOf(row);
  }
}

export interface ExemplarRecord {
  readonly bucket: number;
  readonly value: number;
  readonly labels: ExemplarLabels;
}

/** Keeps an exemplar of a row, or counts one that cannot be kept. */
export function keepExemplar(table: SeriesTable, row: number, { bucket, value, labels }: ExemplarRecord): void {
  if (row < 0) return;
  const exemplar = asExemplar(labels, value, table.shared.nowMs());
  if (exemplar === undefined) table.shared.drops.count('invalid_value');
  else table.keepExemplar(row, bucket, exemplar);
}

/** How the handles of one kind of instrument are made. */
export interface HandleMakers<H extends SeriesHandle> {
  plain(row: number): H;
  /** One that tells the table of each record: `afterRecord` is to be called with the row. */
  watched(row: number, afterRecord: (row: number) => void): H;
}

/** The handles of one instrument, made when they are asked for: the same object for the same labels. */
export class HandleCache<H extends SeriesHandle> {
  readonly #table: SeriesTable;
  readonly #makers: HandleMakers<H>;
  /** By row. */
  readonly #handles: (H | undefined)[] = [];
  /** Of rows to which a limit led other labels; each record is counted. */
  readonly #limited: (H | undefined)[] = [];
  /** By row: further handles that came back to it. They are given to nobody anew, but end with the series as all do. */
  readonly #returned = new Map<number, Set<H>>();

  constructor(table: SeriesTable, makers: HandleMakers<H>) {
    this.#table = table;
    this.#makers = makers;
  }

  of(labels: UncheckedLabels): H {
    const row = this.#table.rowOf(labels);
    const known = this.#handles[row];
    if (known !== undefined) return known;
    if (row < 0) return this.#ofLimited(row);
    const handle = this.#make(row, false);
    this.#handles[row] = handle;
    return handle;
  }

  /** Takes the series away and detaches its handle; false when there was none, or when it exists for ever. */
  remove(labels: UncheckedLabels): boolean {
    const row = this.#table.isOpen ? this.#table.existingRowOf(labels) : -1;
    if (row < 0) return false;
    this.removeRow(row);
    return true;
  }

  removeRow(row: number): void {
    for (const handles of [this.#handles, this.#limited]) {
      if (handles[row] === undefined) continue;
      handles[row].detach();
      handles[row] = undefined;
    }
    for (const handle of this.#returned.get(row) ?? []) handle.detach();
    this.#returned.delete(row);
    this.#table.remove(row);
  }

  #make(row: number, isLimited: boolean): H {
    const table = this.#table;
    if (!table.isWatched && !isLimited) return this.#makers.plain(row);
    const place: Place = { isLimited };
    const handle = this.#makers.watched(row, (recorded) => {
      if (place.isLimited) table.countLimited(recorded);
      if (table.isWatched) table.recorded(recorded);
    });
    if (table.expires) this.#makeRevivable(handle, row, place);
    return handle;
  }

  #ofLimited(answer: number): H {
    const row = this.#table.limitedRowOf(answer);
    if (row < 0) return this.#makers.plain(answer);
    this.#limited[row] ??= this.#make(row, true);
    return this.#limited[row];
  }

  #makeRevivable(handle: H, firstRow: number, place: Place): void {
    const labels = Object.fromEntries(this.#table.labelsOf(firstRow).map(({ name, value }) => [name, value]));
    const handles = place.isLimited ? this.#limited : this.#handles;
    const isOfLimited = place.isLimited;
    handle.reviveBy(() => {
      const answer = this.#table.rowOf(labels);
      const row = answer < 0 ? this.#table.limitedRowOf(answer) : answer;
      if (row < 0) return answer;
      place.isLimited = isOfLimited || answer < 0;
      if (answer >= 0 && handles[row] === undefined) handles[row] = handle;
      else if (!this.#table.isOverflow(row)) this.#keepReturned(row, handle);
      return row;
    });
  }

  #keepReturned(row: number, handle: H): void {
    const known = this.#returned.get(row);
    if (known === undefined) this.#returned.set(row, new Set([handle]));
    else known.add(handle);
  }
}

/** Where a handle leads now. */
interface Place {
  /** Whether a limit led it there. */
  isLimited: boolean;
}
