// From labels to references. Each distinct label is looked up once a call; a series is then found by the numbers of its
// labels. Those that are new are written down, many in one segment, before anyone sees their references. Relaxed is enough
// there: the append that uses the references first syncs them with its samples.

import type { Label } from '../../../model/labels.ts';
import type { PackedSeries } from '../../../model/packed-series.ts';
import type { Database } from '../../sqlite/database.ts';
import { Pace } from '../../sqlite/pacing.ts';
import type { StateTable } from '../../sqlite/state-table.ts';
import type { StoreLimits } from '../limits.ts';
import type { HotSeries } from './hot-series.ts';
import { REF_MAX, type SegmentRows } from './segment-codec.ts';
import type { SegmentEntry, SegmentTable } from './segment-table.ts';

export type SeriesLimits = Pick<
  StoreLimits,
  'seriesMax' | 'labelsPerSeriesMax' | 'labelNameLengthMax' | 'labelValueLengthMax' | 'coldCacheBytes'
>;

/** New series of one piece, and UTF-16 units of their labels at which it ends before. */
const PIECE_SERIES = 512;
const PIECE_UNITS = 1024 * 1024;
/** Series between two looks at the clock. */
const STRIDE = 256;
/** The greatest reference that was given out. */
const LAST_REF = 'last_series_ref';

/** A label that was not looked up yet, and one that no series has. */
const UNKNOWN = -2;
const ABSENT = -1;

export interface ResolverParts {
  readonly database: Database;
  readonly limits: SeriesLimits;
  readonly state: StateTable;
  readonly table: SegmentTable;
  readonly hot: HotSeries;
  /** Told of a segment of new series once it is written. */
  readonly onSegment: (entry: SegmentEntry) => void;
}

export class Resolver {
  readonly #parts: ResolverParts;
  #lastRef: number;
  #row = new Uint32Array(64);

  /** @param lastRef The greatest reference of any series that there is. @throws {DamagedBytes} */
  constructor(parts: ResolverParts, lastRef: number) {
    this.#parts = parts;
    this.#lastRef = Math.max(lastRef, parts.state.get(LAST_REF));
  }

  /** The reference of each series; those that are new are made. 0 where a limit forbids it. */
  async resolve(series: PackedSeries, assertOpen: () => void): Promise<Uint32Array> {
    const call = new Call(series);
    const pace = new Pace();
    for (;;) {
      this.#resolvePiece(call, pace);
      if (call.next === series.counts.length) return call.refs;
      await pace.rest();
      assertOpen();
    }
  }

  /** Goes on until the piece is over. */
  #resolvePiece(call: Call, pace: Pace): void {
    const { hot } = this.#parts;
    // While the call rested, labels may have come, and gone, and others have got their numbers.
    call.ids.fill(UNKNOWN);
    const missing = new Missing(call.series);
    const { counts } = call.series;
    while (call.next < counts.length && missing.size < PIECE_SERIES && missing.units < PIECE_UNITS) {
      if (call.next % STRIDE === STRIDE - 1 && pace.isOver()) break;
      const count = counts[call.next]!;
      const slot = this.#lookUp(call, count) ? hot.find(this.#row, count) : -1;
      if (slot >= 0) call.refs[call.next] = hot.refOf(slot);
      else missing.add(call.next, call.start);
      call.start += count;
      call.next++;
    }
    if (missing.size > 0) this.#make(call, missing);
  }

  /** Fills the row with the numbers of a series' labels; false when one of them is new. */
  #lookUp({ ids, series, start }: Call, count: number): boolean {
    const { hot } = this.#parts;
    if (count > this.#row.length) this.#row = new Uint32Array(2 * count);
    for (let at = 0; at < count; at++) {
      const text = series.labels[start + at]!;
      let id = ids[text]!;
      if (id === UNKNOWN) ids[text] = id = hot.labelOf(series.texts[2 * text]!, series.texts[2 * text + 1]!);
      if (id === ABSENT) return false;
      this.#row[at] = id;
    }
    return true;
  }

  #make({ ids, refs, series }: Call, missing: Missing): void {
    const { database, hot, onSegment, state, table } = this.#parts;
    const made = missing.distinct.filter((row) => this.#isAllowed(row, series));
    made.length = Math.min(made.length, Math.max(0, this.#parts.limits.seriesMax - hot.size), REF_MAX - this.#lastRef);
    const firstRef = this.#lastRef + 1;
    if (made.length > 0) {
      const entry = database.transaction('relaxed', () => {
        state.set(LAST_REF, firstRef + made.length - 1);
        return table.insert('hot', rowsOf(series, made, firstRef));
      });
      this.#lastRef += made.length;
      onSegment(entry);
    }
    for (const [at, { start, count }] of made.entries()) {
      for (let place = 0; place < count; place++) {
        const text = series.labels[start + place]!;
        if (ids[text]! < 0) ids[text] = hot.labels.intern(series.texts[2 * text]!, series.texts[2 * text + 1]!);
        this.#row[place] = ids[text]!;
      }
      hot.add(firstRef + at, this.#row, count);
    }
    const refOf = new Map(made.map((row, at) => [row, firstRef + at]));
    for (const [at, row] of missing.rows) refs[at] = refOf.get(row) ?? 0;
  }

  #isAllowed({ start, count }: MissingRow, { labels, texts }: PackedSeries): boolean {
    const { labelsPerSeriesMax, labelNameLengthMax, labelValueLengthMax } = this.#parts.limits;
    if (count > labelsPerSeriesMax) return false;
    for (const text of labels.subarray(start, start + count)) {
      if (texts[2 * text]!.length > labelNameLengthMax || texts[2 * text + 1]!.length > labelValueLengthMax)
        return false;
    }
    return true;
  }
}

/** One call of `resolve`, as far as it has come. */
class Call {
  readonly series: PackedSeries;
  readonly refs: Uint32Array;
  /** By distinct label: its number among those of the hot series. */
  readonly ids: Int32Array;
  /** The next series, and where its labels begin. */
  next = 0;
  start = 0;

  constructor(series: PackedSeries) {
    this.series = series;
    this.refs = new Uint32Array(series.counts.length);
    this.ids = new Int32Array(series.texts.length / 2);
  }
}

interface MissingRow {
  readonly start: number;
  readonly count: number;
}

/** The series of one piece that are new; those that are asked for twice are one. */
class Missing {
  readonly rows: [at: number, row: MissingRow][] = [];
  readonly distinct: MissingRow[] = [];
  units = 0;
  readonly #series: PackedSeries;
  readonly #byHash = new Map<number, MissingRow[]>();

  constructor(series: PackedSeries) {
    this.#series = series;
  }

  get size(): number {
    return this.rows.length;
  }

  add(at: number, start: number): void {
    const { counts, labels, texts } = this.#series;
    const count = counts[at]!;
    let hash = count;
    for (let place = start; place < start + count; place++) hash = (Math.imul(hash, 31) + labels[place]!) | 0;
    const alike = this.#byHash.get(hash);
    let row = alike?.find((one) => this.#isSame(one, start, count));
    if (row === undefined) {
      row = { start, count };
      this.distinct.push(row);
      if (alike === undefined) this.#byHash.set(hash, [row]);
      else alike.push(row);
      for (const text of labels.subarray(start, start + count)) {
        this.units += texts[2 * text]!.length + texts[2 * text + 1]!.length;
      }
    }
    this.rows.push([at, row]);
  }

  #isSame(one: MissingRow, start: number, count: number): boolean {
    const { labels } = this.#series;
    if (one.count !== count) return false;
    for (let place = 0; place < count; place++) if (labels[one.start + place] !== labels[start + place]) return false;
    return true;
  }
}

/** What is written of new series, with their own labels only. */
function rowsOf({ labels, texts }: PackedSeries, made: readonly MissingRow[], firstRef: number): SegmentRows {
  const dictionary: Label[] = [];
  const counts = Uint32Array.from(made, ({ count }) => count);
  const own = new Uint32Array(counts.reduce((sum, count) => sum + count, 0));
  let at = 0;
  const places = new Map<number, number>();
  for (const { start, count } of made) {
    for (const text of labels.subarray(start, start + count)) {
      let place = places.get(text);
      if (place === undefined) {
        place = dictionary.length;
        places.set(text, place);
        dictionary.push({ name: texts[2 * text]!, value: texts[2 * text + 1]! });
      }
      own[at++] = place;
    }
  }
  return { refs: Uint32Array.from(made, (_, row) => firstRef + row), counts, labels: own, dictionary };
}
