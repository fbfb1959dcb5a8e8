// A store for one test: in memory, and gone with it. It takes and refuses samples as Prometheus' does: the times of a series only
// rise, and a second value at one time is a duplicate.

import type { Batch, NativeHistogram } from '../../model/batch.ts';
import { type Labels, labelsKey, labelValue, METRIC_NAME } from '../../model/labels.ts';
import { labelsPredicate } from '../../model/matcher.ts';
import { bitsOf } from '../../model/staleness.ts';
import type {
  Appender,
  AppendOutcome,
  HistogramSample,
  Queryable,
  RejectReason,
  SelectRequest,
  SeriesRequest,
  SeriesSamples,
} from '../../storage/interface.ts';

const FIRST_CAPACITY = 16;

export class TestStore implements Appender, Queryable {
  /** A reference is the place here, and 0 is of no series. */
  readonly #series: (StoredSeries | undefined)[] = [undefined];
  readonly #refs = new Map<string, number>();
  readonly #byMetric = new Map<string, StoredSeries[]>();

  async resolveSeries(series: readonly Labels[]): Promise<Uint32Array> {
    return Uint32Array.from(series, (labels) => {
      const key = labelsKey(labels);
      const known = this.#refs.get(key);
      if (known !== undefined) return known;
      const made = new StoredSeries(labels);
      const metric = labelValue(labels, METRIC_NAME);
      const siblings = this.#byMetric.get(metric);
      if (siblings === undefined) this.#byMetric.set(metric, [made]);
      else siblings.push(made);
      this.#refs.set(key, this.#series.length);
      return this.#series.push(made) - 1;
    });
  }

  async append({ refs, timestampsMs, values, histograms = [] }: Batch): Promise<AppendOutcome> {
    const rejectedSamples: Record<RejectReason, number> = {
      out_of_order: 0,
      duplicate: 0,
      too_old: 0,
      invalid: 0,
      series_limit: 0,
      unknown_series: 0,
    };
    const byRow = new Map(histograms.map(({ row, histogram }) => [row, histogram]));
    let acceptedSamples = 0;
    for (const [row, ref] of refs.entries()) {
      const timeMs = typeof timestampsMs === 'number' ? timestampsMs : timestampsMs[row]!;
      const series = this.#series[ref];
      const histogram = byRow.get(row);
      const refusal =
        series === undefined
          ? 'unknown_series'
          : histogram === undefined
            ? series.addFloat(timeMs, values, row)
            : series.addHistogram(timeMs, histogram);
      if (refusal === undefined) acceptedSamples++;
      else rejectedSamples[refusal]++;
    }
    return { acceptedSamples, rejectedSamples };
  }

  async *select({ matchers, minTimeMs, maxTimeMs }: SelectRequest): AsyncGenerator<SeriesSamples> {
    const matches = labelsPredicate(matchers);
    const name = matchers.find((matcher) => matcher.name === METRIC_NAME && matcher.operator === '=')?.value;
    const candidates = name === undefined ? [...this.#byMetric.values()].flat() : (this.#byMetric.get(name) ?? []);
    for (const series of candidates) {
      const samples = matches(series.labels) ? series.between(minTimeMs, maxTimeMs) : undefined;
      if (samples !== undefined) yield samples;
    }
  }

  async *selectExemplars(): AsyncGenerator<never> {}

  async series({ matcherSets, minTimeMs, maxTimeMs, limit }: SeriesRequest): Promise<readonly Labels[]> {
    const predicates = matcherSets.map(labelsPredicate);
    const found = this.#series.flatMap((series) => {
      if (series === undefined || series.between(minTimeMs, maxTimeMs) === undefined) return [];
      const { labels } = series;
      return predicates.length === 0 || predicates.some((matches) => matches(labels)) ? [labels] : [];
    });
    return limit === 0 ? found : found.slice(0, limit);
  }

  async labelNames(request: SeriesRequest): Promise<readonly string[]> {
    const names = (await this.series({ ...request, limit: 0 })).flatMap((labels) => labels.map(({ name }) => name));
    return limited(names, request.limit);
  }

  async labelValues(name: string, request: SeriesRequest): Promise<readonly string[]> {
    const values = (await this.series({ ...request, limit: 0 })).map((labels) => labelValue(labels, name));
    return limited(
      values.filter((value) => value !== ''),
      request.limit,
    );
  }

  async metadata(): Promise<readonly never[]> {
    return [];
  }
}

/** The samples of a series in the order of time, floats and histograms apart. */
class StoredSeries {
  readonly labels: Labels;
  #times = new Float64Array(FIRST_CAPACITY);
  #values = new Float64Array(FIRST_CAPACITY);
  #count = 0;
  readonly #histograms: HistogramSample[] = [];

  constructor(labels: Labels) {
    this.labels = labels;
  }

  addFloat(timeMs: number, values: Float64Array, row: number): RejectReason | undefined {
    const bits = bitsOf(values);
    const latestMs = this.#latestMs;
    if (timeMs < latestMs) return 'out_of_order';
    if (timeMs === latestMs) return this.#isLast(timeMs, bits, row) ? undefined : 'duplicate';
    if (this.#count === this.#times.length) this.#grow();
    this.#times[this.#count] = timeMs;
    // By its bits: a stale marker does not survive as a number.
    bitsOf(this.#values).set(bits.subarray(2 * row, 2 * row + 2), 2 * this.#count);
    this.#count++;
    return undefined;
  }

  addHistogram(timestampMs: number, histogram: NativeHistogram): RejectReason | undefined {
    const latestMs = this.#latestMs;
    if (timestampMs < latestMs) return 'out_of_order';
    if (timestampMs === latestMs) return 'duplicate';
    this.#histograms.push({ timestampMs, histogram });
    return undefined;
  }

  /** Undefined where there is none. */
  between(minTimeMs: number, maxTimeMs: number): SeriesSamples | undefined {
    const times = this.#times.subarray(0, this.#count);
    const from = firstFrom(times, minTimeMs);
    const to = firstFrom(times, maxTimeMs + 1);
    const histograms = this.#histograms.filter((sample) => {
      return sample.timestampMs >= minTimeMs && sample.timestampMs <= maxTimeMs;
    });
    if (from === to && histograms.length === 0) return undefined;
    return {
      labels: this.labels,
      timestampsMs: times.slice(from, to),
      values: this.#values.slice(from, to),
      ...(histograms.length === 0 ? {} : { histograms }),
    };
  }

  get #latestMs(): number {
    const float = this.#count === 0 ? Number.NEGATIVE_INFINITY : this.#times[this.#count - 1]!;
    return Math.max(float, this.#histograms.at(-1)?.timestampMs ?? Number.NEGATIVE_INFINITY);
  }

  #isLast(timeMs: number, bits: Uint32Array, row: number): boolean {
    if (this.#count === 0 || this.#times[this.#count - 1] !== timeMs) return false;
    const own = bitsOf(this.#values);
    const at = 2 * (this.#count - 1);
    return own[at] === bits[2 * row] && own[at + 1] === bits[2 * row + 1];
  }

  #grow(): void {
    const times = new Float64Array(2 * this.#times.length);
    const values = new Float64Array(2 * this.#values.length);
    times.set(this.#times);
    bitsOf(values).set(bitsOf(this.#values));
    this.#times = times;
    this.#values = values;
  }
}

/** The place of the first time that is not before this one. */
function firstFrom(times: Float64Array, timeMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function limited(names: readonly string[], limit: number): readonly string[] {
  const sorted = [...new Set(names)].sort();
  return limit === 0 ? sorted : sorted.slice(0, limit);
}
