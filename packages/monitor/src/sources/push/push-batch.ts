// What a push holds, gathered until it is stored: every decoder fills one of these. Series are small numbers that hold
// until the next flush; a series that the decoder keeps for the next push (`PushSeries`) is looked up in the store once.
// Invariant: after a flush the counts say what is durable and visible, and everything that was refused has been counted.

import type { Batch, Exemplar, MetricMetadata, NativeHistogram } from '../../model/batch.ts';
import type { Labels } from '../../model/labels.ts';
import { bitsOf, writeStaleAt } from '../../model/staleness.ts';
import type { Appender, AppendOutcome, RejectedRow } from '../../storage/interface.ts';
import { type HistogramCounts, problemOf, withKnownSchema } from '../histogram-check.ts';
import { labelText } from '../label-text.ts';
import type { PushRejectReason, PushTotals } from './interface.ts';
import type { PushLimits } from './limits.ts';
import { reasonText } from './reasons.ts';
import { RefusedUnits } from './refused-units.ts';

/** A series that a decoder remembers from one push to the next. Its reference is the batch's to fill. */
export class PushSeries {
  readonly labels: Labels;
  /** The store's reference; 0 while it is not known. */
  ref = 0;

  constructor(labels: Labels) {
    this.labels = labels;
  }
}

/** Where a decoder finds the labels of the series that it named by a number of its own, and learns their references. */
export interface SeriesOrigins {
  labelsAt(origin: number): Labels;
  resolved(origin: number, ref: number): void;
}

export interface PushBatchOptions {
  readonly appender: Appender;
  readonly limits: PushLimits;
  /** The monitor's time, Unix milliseconds: a sample too far ahead of it is refused. */
  readonly nowMs: number;
  readonly origins?: SeriesOrigins;
  /** The appender keeps no column once its promise is settled, and moves none to another thread: columns are used again. */
  readonly isStoreHere?: boolean;
}

const INITIAL_ROWS = 2048;
/** Timestamps lie within ± this many milliseconds. */
const TIMESTAMP_MAX_MS = 2 ** 50;
const NO_ORIGIN = -1;

export class PushBatch {
  readonly #appender: Appender;
  readonly #limits: PushLimits;
  readonly #isStoreHere: boolean;
  #newestAllowedMs = 0;
  #origins: SeriesOrigins | undefined;
  // By series of this flush.
  #refs = new Uint32Array(INITIAL_ROWS);
  #originOf = new Int32Array(INITIAL_ROWS);
  /** By series what it was given with, where it was no origin. */
  #given: (PushSeries | Labels | undefined)[] = [];
  #seriesCount = 0;
  #unresolved = 0;
  // By row.
  #seriesOf = new Uint32Array(INITIAL_ROWS);
  #timesMs = new Float64Array(INITIAL_ROWS);
  #values = new Float64Array(INITIAL_ROWS);
  #bits = bitsOf(this.#values);
  #rows = 0;
  readonly #units = new RefusedUnits();
  #histograms: { readonly row: number; readonly histogram: NativeHistogram }[] = [];
  /** Rows of histograms; the stale marker that ends one is a row without a histogram. */
  #histogramRows = new Set<number>();
  #exemplars: { readonly series: number; readonly exemplar: Exemplar }[] = [];
  #metadata: MetricMetadata[] = [];
  /** Of the rows that go to the store. */
  #batchRefs = new Uint32Array(0);
  // Over all flushes.
  #totals = newTotals();

  constructor({ appender, limits, nowMs, origins, isStoreHere = false }: PushBatchOptions) {
    this.#appender = appender;
    this.#limits = limits;
    this.#isStoreHere = isStoreHere;
    this.restart(nowMs, origins);
  }

  /** Begins another push in the same memory; the one before must have ended. */
  restart(nowMs: number, origins: SeriesOrigins | undefined): void {
    this.#newestAllowedMs = Math.min(nowMs + this.#limits.aheadMaxMs, TIMESTAMP_MAX_MS);
    this.#origins = origins;
    this.#totals = newTotals();
    this.#clear();
    this.#units.restart();
  }

  /** Rows, and series, that it has memory for. */
  get capacity(): number {
    return Math.max(this.#seriesOf.length, this.#refs.length);
  }

  /** True from `batchRowsMax` rows on: flush before the next series, so that memory stays bounded. */
  get isFull(): boolean {
    const { batchRowsMax, batchExtrasMax } = this.#limits;
    return (
      this.#rows >= batchRowsMax ||
      this.#seriesCount >= batchRowsMax ||
      this.#exemplars.length + this.#metadata.length >= batchExtrasMax
    );
  }

  /** What the sender counts as one, of however many rows, begins here and ends with `endUnit`, without a flush between. */
  beginUnit(): void {
    this.#units.begin();
  }

  endUnit(): void {
    this.#units.end();
  }

  /** Units of which something was refused, by the decoder, here or by the store; right after a flush. */
  get refusedUnits(): number {
    return this.#units.count;
  }

  /** A series by its labels. The number holds until the next flush. */
  series(labels: Labels): number {
    return this.#addSeries(0, NO_ORIGIN, labels);
  }

  /** The same for a series that was kept. */
  known(series: PushSeries): number {
    return this.#addSeries(series.ref, NO_ORIGIN, series);
  }

  /** The same for a series that the decoder's `SeriesOrigins` knows; `ref` is 0 while it has no reference. */
  fromOrigin(origin: number, ref: number): number {
    return this.#addSeries(ref, origin, undefined);
  }

  sample(series: number, timeMs: number, value: number): void {
    const row = this.#addRow(series, timeMs);
    if (row >= 0) this.#values[row] = value;
  }

  /** A value by its 32-bit words, kept to the bit. */
  sampleBits(series: number, timeMs: number, low: number, high: number): void {
    const row = this.#addRow(series, timeMs);
    if (row < 0) return;
    this.#bits[2 * row] = low;
    this.#bits[2 * row + 1] = high;
  }

  /** The marker that the series ended here. */
  stale(series: number, timeMs: number): void {
    const row = this.#addRow(series, timeMs);
    if (row >= 0) writeStaleAt(this.#bits, row);
  }

  /** Checks it first: one that contradicts itself is refused and listed; false then. */
  histogram(series: number, timeMs: number, histogram: NativeHistogram, counts: HistogramCounts = 'integer'): boolean {
    const problem = problemOf(histogram, counts, this.#limits.histogramBucketsMax);
    if (problem !== undefined) {
      this.refuse('invalid', `histogram of series ${this.#textOf(series)}: ${problem}`);
      return false;
    }
    const row = this.#addRow(series, timeMs);
    if (row < 0) return false;
    this.#values[row] = histogram.sum;
    this.#histograms.push({ row, histogram: withKnownSchema(histogram) });
    this.#histogramRows.add(row);
    return true;
  }

  /** The marker that a series of histograms ended here; counted with the histograms. */
  staleHistogram(series: number, timeMs: number): void {
    const row = this.#addRow(series, timeMs);
    if (row < 0) return;
    writeStaleAt(this.#bits, row);
    this.#histogramRows.add(row);
  }

  /** Kept when its series has a sample or a histogram in the same flush. */
  exemplar(series: number, exemplar: Exemplar): void {
    if (this.#exemplars.length >= this.#limits.batchExtrasMax || exemplar.timestampMs > this.#newestAllowedMs) return;
    this.#exemplars.push({ series, exemplar });
  }

  metadata(metadata: MetricMetadata): void {
    if (this.#metadata.length < this.#limits.batchExtrasMax) this.#metadata.push(metadata);
  }

  /** Counts what the decoder itself refuses: so many samples, and one line for the sender. */
  refuse(reason: PushRejectReason, message: string, count = 1): void {
    const { rejected } = this.#totals;
    rejected[reason] = (rejected[reason] ?? 0) + count;
    this.#units.refuseCurrent();
    this.#addError(message);
  }

  /** Stores everything that was added since the last flush. @throws {ChainpulseError} of the store: nothing was stored. */
  async flush(): Promise<void> {
    if (this.#rows === 0 && this.#metadata.length === 0 && this.#exemplars.length === 0) {
      this.#clear();
      return;
    }
    if (this.#unresolved > 0) await this.#resolve(this.#unresolvedSeries());
    const batch = this.#toBatch();
    // The batch is given away by the call: what is needed of it afterwards is read before.
    const exemplars = batch.seriesExemplars?.length ?? 0;
    const outcome = await this.#appender.append(batch);
    const gone = goneIn(outcome);
    const renewed = gone === 0 ? [] : await this.#renewedRows();
    const again = renewed.length === 0 ? undefined : await this.#appender.append(this.#partOfBatch(renewed));
    this.#tally(outcome, undefined, Math.min(gone, renewed.length));
    if (again !== undefined) this.#tally(again, renewed, 0);
    this.#totals.exemplars += outcome.acceptedExemplars ?? exemplars;
    this.#totals.exemplars += again?.acceptedExemplars ?? 0;
    this.#clear();
  }

  /** Over all flushes. */
  totals(): PushTotals {
    return this.#totals;
  }

  #addSeries(ref: number, origin: number, given: PushSeries | Labels | undefined): number {
    const series = this.#seriesCount++;
    if (series === this.#refs.length) this.#growSeries();
    this.#refs[series] = ref;
    this.#originOf[series] = origin;
    if (given !== undefined) this.#given[series] = given;
    if (ref === 0) this.#unresolved++;
    return series;
  }

  /** The new row, or -1 for a time that is refused. */
  #addRow(series: number, timeMs: number): number {
    if (!(timeMs <= this.#newestAllowedMs && timeMs >= -TIMESTAMP_MAX_MS && Number.isInteger(timeMs))) {
      this.refuse('invalid', `sample of series ${this.#textOf(series)}: ${this.#timeProblem(timeMs)}`);
      return -1;
    }
    const row = this.#rows++;
    if (row === this.#seriesOf.length) this.#growRows();
    this.#seriesOf[row] = series;
    this.#timesMs[row] = timeMs;
    if (this.#units.isUsed) this.#units.addRow(row);
    return row;
  }

  #timeProblem(timeMs: number): string {
    if (!(Math.abs(timeMs) <= TIMESTAMP_MAX_MS && Number.isInteger(timeMs))) {
      return `its timestamp ${timeMs} is no time in Unix milliseconds`;
    }
    const aheadSeconds = this.#limits.aheadMaxMs / 1000;
    return (
      `its timestamp ${timeMs} is too far in the future (at most ${aheadSeconds} s ahead are taken): ` +
      "send Unix milliseconds and set the sender's clock"
    );
  }

  #unresolvedSeries(): number[] {
    const unresolved: number[] = [];
    for (let series = 0; series < this.#seriesCount; series++) if (this.#refs[series] === 0) unresolved.push(series);
    return unresolved;
  }

  async #resolve(wanted: readonly number[]): Promise<void> {
    const refs = await this.#appender.resolveSeries(wanted.map((series) => this.#labelsOf(series)));
    for (const [at, series] of wanted.entries()) {
      const ref = refs[at]!;
      this.#refs[series] = ref;
      const given = this.#given[series];
      if (given instanceof PushSeries) given.ref = ref;
      else if (this.#originOf[series] !== NO_ORIGIN) this.#origins?.resolved(this.#originOf[series]!, ref);
    }
  }

  #labelsOf(series: number): Labels {
    const given = this.#given[series];
    if (given === undefined) return this.#origins!.labelsAt(this.#originOf[series]!);
    return given instanceof PushSeries ? given.labels : given;
  }

  #textOf(series: number): string {
    return labelText(this.#labelsOf(series));
  }

  /** Where the store takes the columns over, they are copies. */
  #toBatch(): Batch {
    const rows = this.#rows;
    const part = <T extends Float64Array>(column: T) =>
      this.#isStoreHere ? column.subarray(0, rows) : column.slice(0, rows);
    const refs = this.#refsOfRows();
    const exemplars = this.#exemplars.length === 0 ? [] : this.#exemplarsByRef();
    return {
      refs,
      timestampsMs: this.#commonTimeMs() ?? part(this.#timesMs),
      values: part(this.#values),
      ...(this.#histograms.length === 0 ? {} : { histograms: this.#histograms }),
      ...(exemplars.length === 0 ? {} : { seriesExemplars: exemplars }),
      ...(this.#metadata.length === 0 ? {} : { metadata: this.#metadata }),
    };
  }

  #refsOfRows(): Uint32Array {
    const rows = this.#rows;
    if (!this.#isStoreHere) this.#batchRefs = new Uint32Array(rows);
    else if (this.#batchRefs.length < rows) this.#batchRefs = new Uint32Array(this.#seriesOf.length);
    const refs = this.#batchRefs;
    for (let row = 0; row < rows; row++) refs[row] = this.#refs[this.#seriesOf[row]!]!;
    return refs.length === rows ? refs : refs.subarray(0, rows);
  }

  #commonTimeMs(): number | undefined {
    if (this.#rows === 0) return undefined;
    const first = this.#timesMs[0]!;
    for (let row = 1; row < this.#rows; row++) if (this.#timesMs[row] !== first) return undefined;
    return first;
  }

  /** Of these series, or of all. In order of time: the store takes those of a series only as they get newer. */
  #exemplarsByRef(of?: ReadonlySet<number>): { readonly ref: number; readonly exemplar: Exemplar }[] {
    const known = this.#exemplars.filter(({ series }) => this.#refs[series] !== 0 && (of?.has(series) ?? true));
    const byRef = known.map(({ series, exemplar }) => ({ ref: this.#refs[series]!, exemplar }));
    return byRef.sort((a, b) => a.exemplar.timestampMs - b.exemplar.timestampMs);
  }

  /**
   * Of series that went away since their references were kept: every reference is asked for anew, and these rows belong to
   * series that have another one now. All other rows were stored, or refused for good, the first time.
   */
  async #renewedRows(): Promise<number[]> {
    const before = this.#refs.slice(0, this.#seriesCount);
    await this.#resolve(Array.from(before.keys()));
    const rows: number[] = [];
    for (let row = 0; row < this.#rows; row++) {
      const series = this.#seriesOf[row]!;
      if (this.#refs[series] !== before[series]) rows.push(row);
    }
    return rows;
  }

  #partOfBatch(rows: readonly number[]): Batch {
    const placeOf = new Map(rows.map((row, place) => [row, place]));
    const values = new Float64Array(rows.length);
    const bits = bitsOf(values);
    for (const [place, row] of rows.entries()) {
      bits[2 * place] = this.#bits[2 * row]!;
      bits[2 * place + 1] = this.#bits[2 * row + 1]!;
    }
    const histograms = this.#histograms.flatMap(({ row, histogram }) => {
      const place = placeOf.get(row);
      return place === undefined ? [] : [{ row: place, histogram }];
    });
    const series = new Set(rows.map((row) => this.#seriesOf[row]!));
    const exemplars = this.#exemplarsByRef(series);
    return {
      refs: Uint32Array.from(rows, (row) => this.#refs[this.#seriesOf[row]!]!),
      timestampsMs: Float64Array.from(rows, (row) => this.#timesMs[row]!),
      values,
      ...(histograms.length === 0 ? {} : { histograms }),
      ...(exemplars.length === 0 ? {} : { seriesExemplars: exemplars }),
    };
  }

  /** Counts what became of these rows, or of all; so many that were refused for their series' absence are left out. */
  #tally(outcome: AppendOutcome, rows: readonly number[] | undefined, forgiven: number): void {
    const rowCount = rows?.length ?? this.#rows;
    const isHistogram = (row: number) => this.#histogramRows.has(row);
    const histograms = rows === undefined ? this.#histogramRows.size : rows.filter(isHistogram).length;
    const accepted = outcome.acceptedSamples;
    const refusedRows = (outcome.firstRejected ?? []).map(({ row, reason }) => ({ row: rows?.[row] ?? row, reason }));
    const refusedHistograms = Math.min(
      histograms,
      // The store names the first few; of more than it names, samples are taken to be refused before histograms.
      Math.max(refusedRows.filter(({ row }) => isHistogram(row)).length, histograms - accepted),
    );
    this.#totals.histograms += histograms - refusedHistograms;
    this.#totals.samples += accepted - (histograms - refusedHistograms);
    if (accepted > 0) this.#noteNewest();
    if (accepted === rowCount) return;
    if (this.#units.isUsed) this.#noteRefusedUnits(refusedRows, rows, rowCount - accepted - forgiven, forgiven);
    let left = forgiven;
    for (const [reason, count] of Object.entries(outcome.rejectedSamples) as [PushRejectReason, number][]) {
      const forgivenHere = reason === 'unknown_series' ? Math.min(left, count) : 0;
      left -= forgivenHere;
      if (count > forgivenHere) this.#countRefused(reason, count - forgivenHere, refusedRows, outcome.refusedBecause);
    }
  }

  /** Those that are forgiven were of no known series, and are tallied when they were stored anew. */
  #noteRefusedUnits(
    refusedRows: readonly RejectedRow[],
    rows: readonly number[] | undefined,
    count: number,
    forgiven: number,
  ): void {
    const counted = forgiven === 0 ? refusedRows : refusedRows.filter(({ reason }) => reason !== 'unknown_series');
    const named = new Set(counted.map(({ row }) => row));
    this.#units.refuseRows(rows ?? Array.from({ length: this.#rows }, (_, row) => row), named, count);
  }

  #countRefused(
    reason: PushRejectReason,
    count: number,
    refusedRows: readonly RejectedRow[],
    because = reasonText(reason),
  ): void {
    const { rejected } = this.#totals;
    rejected[reason] = (rejected[reason] ?? 0) + count;
    const named = refusedRows.filter((refused) => refused.reason === reason);
    for (const { row } of named) {
      const text = this.#textOf(this.#seriesOf[row]!);
      this.#addError(`sample of series ${text} at ${this.#timesMs[row]}: ${because}`);
    }
    const unnamed = count - named.length;
    if (unnamed <= 0) return;
    const where = this.#seriesCount === 1 ? ` of series ${this.#textOf(0)}` : '';
    this.#addError(`${unnamed} ${unnamed === 1 ? 'sample' : 'samples'}${where}: ${because}`);
  }

  #noteNewest(): void {
    let newest = this.#totals.newestTimeMs ?? Number.NEGATIVE_INFINITY;
    for (let row = 0; row < this.#rows; row++) newest = Math.max(newest, this.#timesMs[row]!);
    this.#totals.newestTimeMs = newest;
  }

  #addError(message: string): void {
    if (this.#totals.errors.length < this.#limits.errorsListedMax) this.#totals.errors.push(message);
    else this.#totals.errorsLeftOut++;
  }

  #clear(): void {
    this.#seriesCount = 0;
    this.#unresolved = 0;
    this.#given = [];
    this.#rows = 0;
    this.#units.clear();
    // What was in the batch belongs to the store now.
    this.#histograms = [];
    this.#histogramRows = new Set();
    this.#exemplars = [];
    this.#metadata = [];
  }

  #growSeries(): void {
    const size = 2 * this.#refs.length;
    const refs = new Uint32Array(size);
    refs.set(this.#refs);
    this.#refs = refs;
    const originOf = new Int32Array(size);
    originOf.set(this.#originOf);
    this.#originOf = originOf;
  }

  #growRows(): void {
    const size = 2 * this.#seriesOf.length;
    const seriesOf = new Uint32Array(size);
    seriesOf.set(this.#seriesOf);
    this.#seriesOf = seriesOf;
    const timesMs = new Float64Array(size);
    timesMs.set(this.#timesMs);
    this.#timesMs = timesMs;
    const values = new Float64Array(size);
    const bits = bitsOf(values);
    // As words: a signalling NaN would not survive as a number.
    bits.set(this.#bits);
    this.#values = values;
    this.#bits = bits;
  }
}

/** Of these rows the store did not know the reference. */
function goneIn({ rejectedSamples }: AppendOutcome): number {
  return rejectedSamples.unknown_series;
}

function newTotals() {
  return {
    samples: 0,
    histograms: 0,
    exemplars: 0,
    rejected: {} as Partial<Record<PushRejectReason, number>>,
    errors: [] as string[],
    errorsLeftOut: 0,
    newestTimeMs: undefined as number | undefined,
  };
}
