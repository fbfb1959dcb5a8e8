// All series of the store: gives out references and writes them down before anyone sees them, answers which series match,
// and moves those that are idle from memory to the disk. Hot series are in memory, those of their segments on disk that
// have not left; cold series are on disk alone. A cold series never becomes hot again: its labels, resolved again, get a new
// reference, and `select` gives both. References are never used again. Every change is one transaction that is written
// before memory follows it, so that a crash at any moment neither loses a series nor shows one twice.

import type { Labels } from '../../../model/labels.ts';
import type { Matcher } from '../../../model/matcher.ts';
import { type PackedSeries, packSeries } from '../../../model/packed-series.ts';
import type { TimeRange } from '../../interface.ts';
import type { Database } from '../../sqlite/database.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { Pace, type Pauses } from '../../sqlite/pacing.ts';
import type { StateTable } from '../../sqlite/state-table.ts';
import { type Cardinality, cardinalityOf } from './cardinality.ts';
import { ColdSeries, type LostSegment } from './cold-series.ts';
import { nextConsolidation, SEGMENT_TEXT_BYTES_MAX } from './consolidation.ts';
import { HotSeries } from './hot-series.ts';
import { type HasSample, labelNamesOf, labelValuesOf } from './label-queries.ts';
import { labelTest } from './label-test.ts';
import { Resolver, type SeriesLimits } from './resolver.ts';
import { decodeSegment } from './segment-codec.ts';
import { type SegmentEntry, SegmentTable } from './segment-table.ts';
import { type SelectedSeries, selectSeries } from './select-series.ts';
import { coldRows, coolingRows, hotRows } from './series-rows.ts';
import { textOfBytes } from './text-bytes.ts';

/** Series that leave in one piece. */
const LEAVING_PIECE = 512;
/** UTF-16 units of the labels of one piece that cools down: at most three bytes each, they fit a segment. */
const COOLING_UNITS = SEGMENT_TEXT_BYTES_MAX / 8;
/** Cold segments that one step of retention deletes. */
const DELETED_SEGMENTS = 16;

export class SeriesRegistry {
  readonly #database: Database;
  readonly #table: SegmentTable;
  readonly #hot = new HotSeries();
  readonly #cold: ColdSeries;
  readonly #resolver: Resolver;
  /** By their references, of which no two overlap. */
  #hotSegments: SegmentEntry[];
  /** No cold series has a sample before. */
  #floorMs = Number.NEGATIVE_INFINITY;

  /**
   * Loads the hot series, and of the cold ones the directory. `onDamage` is told once of each cold segment that turns out
   * to be damaged.
   * @throws {DamagedBytes}
   */
  constructor(
    database: Database,
    limits: SeriesLimits,
    state: StateTable,
    onDamage: (lost: LostSegment) => void = () => {},
  ) {
    this.#database = database;
    this.#table = new SegmentTable(database);
    const entries = this.#table.load();
    this.#hotSegments = entries
      .filter(({ kind }) => kind === 'hot')
      .sort((one, other) => one.refs.first - other.refs.first);
    const cold = entries.filter(({ kind }) => kind === 'cold');
    this.#cold = new ColdSeries(this.#table, cold, limits.coldCacheBytes, onDamage);
    for (const entry of this.#hotSegments) this.#loadHot(entry);
    this.#resolver = new Resolver(
      {
        database,
        limits,
        state,
        table: this.#table,
        hot: this.#hot,
        onSegment: (entry) => this.#hotSegments.push(entry),
      },
      entries.reduce((last, { refs }) => Math.max(last, refs.last), 0),
    );
  }

  get hotCount(): number {
    return this.#hot.size;
  }

  get coldCount(): number {
    return this.#cold.count;
  }

  /** Time of the latest sample by slot; -Infinity before the first. Another array after series were added. */
  get latestMs(): Float64Array {
    return this.#hot.latestMs;
  }

  /** Value of the latest sample by slot, two words each, as the caller keeps it. Another array after series were added. */
  get latestBits(): Uint32Array {
    return this.#hot.latestBits;
  }

  /** The slot of a hot series, -1 when there is none. A slot is used again as soon as its series is gone. */
  slotOf(ref: number): number {
    return this.#hot.slotOf(ref);
  }

  refOf(slot: number): number {
    return this.#hot.refOf(slot);
  }

  labelsOf(slot: number): Labels {
    return this.#hot.labelsOf(slot);
  }

  /** The slots of the hot series, by ascending reference. */
  slots(): Generator<number> {
    return this.#hot.slots();
  }

  /** The reference of each series; those that are new are made. 0 where a limit forbids it. */
  async resolve(series: readonly Labels[], assertOpen: () => void): Promise<Uint32Array> {
    return this.#resolver.resolve(packSeries(series), assertOpen);
  }

  async resolvePacked(series: PackedSeries, assertOpen: () => void): Promise<Uint32Array> {
    return this.#resolver.resolve(series, assertOpen);
  }

  /**
   * The series that match and may have a sample in the range, by ascending first reference.
   * @throws {Error} when a matcher's regular expression is not valid.
   */
  async select(matchers: readonly Matcher[], range: TimeRange, pauses: Pauses): Promise<readonly SelectedSeries[]> {
    return selectSeries(this.#hot, this.#cold, matchers.map(labelTest), range, pauses);
  }

  /** The names of labels that series have which match any of the lists; without lists, all series. In no order. */
  async labelNames(
    matcherSets: readonly (readonly Matcher[])[],
    { minTimeMs }: TimeRange,
    hasSample: HasSample,
    pauses: Pauses,
  ): Promise<Set<string>> {
    const testSets = matcherSets.map((matchers) => matchers.map(labelTest));
    return labelNamesOf(this.#hot, this.#cold, { testSets, minTimeMs, hasSample, pauses });
  }

  /** The values of one label, of the same series. In no order. */
  async labelValues(
    name: string,
    matcherSets: readonly (readonly Matcher[])[],
    { minTimeMs }: TimeRange,
    hasSample: HasSample,
    pauses: Pauses,
  ): Promise<Set<string>> {
    const testSets = matcherSets.map((matchers) => matchers.map(labelTest));
    return labelValuesOf(this.#hot, this.#cold, name, { testSets, minTimeMs, hasSample, pauses });
  }

  /** Cold segments found damaged so far, of those that may hold a series with a sample from this time on. */
  lostSince(minTimeMs: number): readonly LostSegment[] {
    return this.#cold.lostSince(minTimeMs);
  }

  /** Reads every cold segment once, one a step, so that what is damaged is known. */
  *verify(): Generator<void> {
    for (const entry of this.#cold.entries) {
      // The caller may rest between two steps, and a segment be gone after it.
      if (!this.#cold.isDamaged(entry) && this.#cold.entries.includes(entry)) this.#cold.read(entry);
      yield;
    }
  }

  /**
   * Moves hot series to cold segments. A series that got a sample since the call is left out, and so is one of which
   * `mayLeave`, asked in the turn in which it would go, says no.
   */
  async coolDown(
    slots: readonly number[],
    assertOpen: () => void,
    mayLeave: (slot: number) => boolean = () => true,
  ): Promise<void> {
    const leaving = slots.map((slot) => ({ ref: this.#hot.refOf(slot), latestMs: this.#hot.latestMs[slot]! }));
    leaving.sort((one, other) => one.ref - other.ref);
    const pace = new Pace();
    for (let next = 0; next < leaving.length; ) {
      const piece: number[] = [];
      let units = 0;
      for (; next < leaving.length && piece.length < LEAVING_PIECE && units < COOLING_UNITS; next++) {
        const { ref, latestMs } = leaving[next]!;
        const slot = this.#hot.slotOf(ref);
        if (slot < 0 || this.#hot.latestMs[slot] !== latestMs || !mayLeave(slot)) continue;
        piece.push(ref);
        for (const { value } of this.#hot.labelsOf(slot)) units += value.length;
      }
      if (piece.length > 0) this.#coolPiece(Uint32Array.from(piece));
      if (next === leaving.length || !pace.isOver()) continue;
      await pace.rest();
      assertOpen();
    }
  }

  /**
   * Deletes series for good, hot or cold; references of none are skipped. The first 512 go before the call returns, so a
   * caller with few can decide and delete in one turn.
   */
  async remove(refs: Uint32Array, assertOpen: () => void): Promise<void> {
    const pace = new Pace();
    for (let start = 0; start < refs.length; start += LEAVING_PIECE) {
      if (pace.isOver()) {
        await pace.rest();
        assertOpen();
      }
      this.#removePiece(refs.subarray(start, start + LEAVING_PIECE));
    }
  }

  /** Deletes hot series for good, all in this turn. */
  removeHot(slots: readonly number[]): void {
    this.#removePiece(Uint32Array.from(slots, (slot) => this.#hot.refOf(slot)));
  }

  /**
   * Deletes cold segments without a sample from this time on; the caller knows that no cold series has one before. One
   * short step; true when there are more.
   */
  removeCold(olderThanMs: number): boolean {
    this.#floorMs = Math.max(this.#floorMs, olderThanMs);
    const old = this.#cold.entries.slice(0, DELETED_SEGMENTS).filter(({ latestMs }) => latestMs < olderThanMs);
    if (old.length === 0) return false;
    this.#database.transaction('relaxed', () => {
      for (const entry of old) this.#table.delete(entry);
    });
    this.#cold.replace(old, []);
    return old.length === DELETED_SEGMENTS;
  }

  /** Makes one larger segment of several small ones. One short step; true when there may be more to do. */
  consolidate(): boolean {
    return this.#consolidateHot() || this.#consolidateCold();
  }

  /** Of the hot series; see `cardinality.ts`. */
  cardinality(limit: number, pace: Pauses): Promise<Cardinality> {
    return cardinalityOf(this.#hot, limit, pace);
  }

  /** Bytes of all series on the disk. */
  sizeBytes(): number {
    const sizeOf = (entries: readonly SegmentEntry[]) =>
      entries.reduce((sum, { dataBytes, directoryBytes }) => sum + dataBytes + directoryBytes, 0);
    return sizeOf(this.#hotSegments) + sizeOf(this.#cold.entries);
  }

  /** Bytes in memory of the hot series without their strings, and of the cache of cold ones. */
  memoryBytes(): { readonly hot: number; readonly coldCache: number } {
    return { hot: this.#hot.sizeBytes(), coldCache: this.#cold.cacheBytes };
  }

  #loadHot({ id, refs: present, rows }: SegmentEntry): void {
    const decoded = decodeSegment(this.#table.read(id));
    const { refs, names, nameStarts, text, textStarts, rowStarts, labels } = decoded;
    if (refs.length !== rows) throw new DamagedBytes(`segment ${id} of series does not have ${rows} series`);
    const nameOf = new Uint32Array(nameStarts.at(-1)!);
    for (let name = 0; name < names.length; name++) nameOf.fill(name, nameStarts[name], nameStarts[name + 1]);
    const numbers = new Int32Array(nameOf.length).fill(-1);
    let row = new Uint32Array(64);
    let loaded = 0;
    for (const [at, ref] of refs.entries()) {
      if (!present.has(ref)) continue;
      if (this.#hot.slotOf(ref) >= 0) throw new DamagedBytes(`two segments have series ${ref}`);
      const start = rowStarts[at]!;
      const count = rowStarts[at + 1]! - start;
      if (count > row.length) row = new Uint32Array(2 * count);
      for (let place = 0; place < count; place++) {
        const label = labels[start + place]!;
        if (numbers[label]! < 0) {
          const value = textOfBytes(text, textStarts[label]!, textStarts[label + 1]!);
          numbers[label] = this.#hot.labels.intern(names[nameOf[label]!]!, value);
        }
        row[place] = numbers[label]!;
      }
      this.#hot.add(ref, row, count);
      loaded++;
    }
    if (loaded !== present.count) throw new DamagedBytes(`segment ${id} of series lacks some that it should have`);
  }

  #coolPiece(refs: Uint32Array): void {
    const cooled = this.#database.transaction('relaxed', () => ({
      hot: this.#withoutRefs(this.#hotSegments, refs),
      cold: this.#table.insert('cold', coolingRows(this.#hot, refs)),
    }));
    this.#replaceHot(cooled.hot);
    this.#cold.replace([], [cooled.cold]);
    for (const ref of refs) {
      const slot = this.#hot.slotOf(ref);
      // History may have come since that is older than all there was: these series have it.
      this.#floorMs = Math.min(this.#floorMs, this.#hot.latestMs[slot]!);
      this.#hot.remove(slot);
    }
  }

  #removePiece(refs: Uint32Array): void {
    const changed = this.#database.transaction('relaxed', () => ({
      hot: this.#withoutRefs(this.#hotSegments, refs),
      cold: this.#withoutRefs(this.#cold.entries, refs),
    }));
    this.#replaceHot(changed.hot);
    this.#cold.replace(
      [...changed.cold.keys()],
      [...changed.cold.values()].filter((entry) => entry !== undefined),
    );
    for (const ref of refs) {
      const slot = this.#hot.slotOf(ref);
      if (slot >= 0) this.#hot.remove(slot);
    }
  }

  /** Writes those segments that have some of the series without them, and gives what became of each. */
  #withoutRefs(segments: readonly SegmentEntry[], refs: Uint32Array): Map<SegmentEntry, SegmentEntry | undefined> {
    const changed = new Map<SegmentEntry, SegmentEntry | undefined>();
    for (const entry of segments) {
      const { first, last } = entry.refs;
      const gone = new Set<number>();
      for (let at = 0; at < refs.length; at++) {
        const ref = refs[at]!;
        if (ref >= first && ref <= last && entry.refs.has(ref)) gone.add(ref);
      }
      if (gone.size > 0) changed.set(entry, this.#table.update(entry, entry.refs.without(gone)));
    }
    return changed;
  }

  #replaceHot(changed: ReadonlyMap<SegmentEntry, SegmentEntry | undefined>): void {
    this.#hotSegments = this.#hotSegments
      .map((entry) => (changed.has(entry) ? changed.get(entry) : entry))
      .filter((entry) => entry !== undefined);
  }

  #consolidateHot(): boolean {
    const run = nextConsolidation(this.#hotSegments);
    if (run === undefined) return false;
    const sources = this.#hotSegments.slice(run.start, run.end);
    const refs = Uint32Array.from(sources.flatMap((entry) => [...entry.refs.refs()]));
    const made = this.#database.transaction('relaxed', () => {
      for (const entry of sources) this.#table.delete(entry);
      return this.#table.insert('hot', hotRows(this.#hot, refs));
    });
    this.#hotSegments.splice(run.start, run.end - run.start, made);
    return true;
  }

  #consolidateCold(): boolean {
    const readable = this.#cold.entries.filter((entry) => !this.#cold.isDamaged(entry));
    const run = nextConsolidation(readable);
    if (run === undefined) return false;
    const sources: (readonly [SegmentEntry, ReturnType<ColdSeries['read']>])[] = [];
    for (const entry of readable.slice(run.start, run.end)) sources.push([entry, this.#cold.read(entry)]);
    const intact = sources.flatMap(([entry, segment]) => (segment === undefined ? [] : [[entry, segment] as const]));
    // Those found damaged are left out the next time.
    if (intact.length < sources.length) return true;
    const rows = coldRows(intact, this.#floorMs);
    const entries = intact.map(([entry]) => entry);
    const made = this.#database.transaction('relaxed', () => {
      for (const entry of entries) this.#table.delete(entry);
      return rows.refs.length === 0 ? [] : [this.#table.insert('cold', rows)];
    });
    this.#cold.replace(entries, made);
    return true;
  }
}
