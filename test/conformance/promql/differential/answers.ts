// An answer in the one form in which those of both sides are compared, read from the JSON that an API gives.

export type Answer =
  | { readonly type: 'error'; readonly errorType: string; readonly message: string }
  | ({ readonly warnings: readonly string[]; readonly infos: readonly string[] } & Result);

export type Result =
  | { readonly type: 'scalar' | 'string'; readonly timeMs: number; readonly value: number | string }
  | { readonly type: 'vector' | 'matrix'; readonly series: readonly AnswerSeries[] };

export interface AnswerSeries {
  /** Its labels in one order, as JSON. */
  readonly key: string;
  readonly points: readonly Point[];
}

export type Point = readonly [timeMs: number, value: Value];
export type Value = number | HistogramValue;

export interface HistogramValue {
  readonly count: number;
  readonly sum: number;
  readonly buckets: readonly (readonly [boundaries: number, lower: number, upper: number, count: number])[];
}

type Timed<T> = readonly [seconds: number, value: T];

/** What the API has in `data`. */
export type ApiResult =
  | { readonly resultType: 'scalar' | 'string'; readonly result: Timed<string> }
  | { readonly resultType: 'vector' | 'matrix'; readonly result: readonly ApiSeries[] };

interface ApiSeries {
  readonly metric: Record<string, string>;
  readonly value?: Timed<string>;
  readonly values?: readonly Timed<string>[];
  readonly histogram?: Timed<ApiHistogram>;
  readonly histograms?: readonly Timed<ApiHistogram>[];
}

interface ApiHistogram {
  readonly count: string;
  readonly sum: string;
  readonly buckets?: readonly (readonly [boundaries: number, lower: string, upper: string, count: string])[];
}

export function readResult(data: ApiResult): Result {
  if (isSeries(data)) return { type: data.resultType, series: data.result.map(readSeries) };
  const [time, text] = data.result;
  return { type: data.resultType, timeMs: millis(time), value: data.resultType === 'scalar' ? readNumber(text) : text };
}

function isSeries(data: ApiResult): data is Extract<ApiResult, { result: readonly ApiSeries[] }> {
  return data.resultType === 'vector' || data.resultType === 'matrix';
}

function readSeries({ metric, value, values, histogram, histograms }: ApiSeries): AnswerSeries {
  const floats = values ?? (value === undefined ? [] : [value]);
  const natives = histograms ?? (histogram === undefined ? [] : [histogram]);
  const points: Point[] = [
    ...floats.map(([time, text]): Point => [millis(time), readNumber(text)]),
    ...natives.map(([time, one]): Point => [millis(time), readHistogram(one)]),
  ];
  const labels = Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1));
  return { key: JSON.stringify(Object.fromEntries(labels)), points: points.sort(([a], [b]) => a - b) };
}

function readHistogram({ count, sum, buckets = [] }: ApiHistogram): HistogramValue {
  return {
    count: readNumber(count),
    sum: readNumber(sum),
    buckets: buckets.map(([boundaries, lower, upper, inside]) => [
      boundaries,
      readNumber(lower),
      readNumber(upper),
      readNumber(inside),
    ]),
  };
}

/** The API writes the shortest text that reads back as the same bits. */
function readNumber(text: string): number {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return Number(text);
}

function millis(seconds: number): number {
  return Math.round(seconds * 1000);
}
