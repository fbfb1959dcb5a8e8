// Answers of the Prometheus API as JSON, piece by piece: no piece takes more than a fraction of a millisecond to make,
// so an answer of any size can be sent without holding the main thread.

import { type BucketJson, bucketsOf } from '../../export/histogram-json.ts';
import type { NativeHistogram } from '../../model/batch.ts';
import type { Labels } from '../../model/labels.ts';
import type { MatrixHistograms, MatrixSeries, QueryResult, VectorSample } from '../../promql/interface.ts';
import { formatSample, formatScalar, formatTime, quote, quotePlain } from './format.ts';

const POINTS_PER_PIECE = 512;
/** A native histogram has some ten to some hundred buckets. */
const PIECE_CHARACTERS = 16_384;

export interface Answer {
  /** The JSON of `data`, in pieces. */
  readonly data: Iterable<string>;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

export function* renderAnswer({ data, warnings = [], infos = [] }: Answer): Generator<string> {
  yield '{"status":"success","data":';
  yield* data;
  if (warnings.length > 0) yield `,"warnings":[${warnings.map(quote).join(',')}]`;
  if (infos.length > 0) yield `,"infos":[${infos.map(quote).join(',')}]`;
  yield '}';
}

export function* renderResult(result: QueryResult): Generator<string> {
  yield `{"resultType":"${result.type}","result":`;
  switch (result.type) {
    case 'scalar':
      yield `[${result.timeMs / 1000},"${formatScalar(result.value)}"]`;
      break;
    case 'string':
      yield `[${result.timeMs / 1000},${quote(result.value)}]`;
      break;
    case 'vector': {
      const time = formatTime(result.timeMs);
      yield* renderList(result.samples, (sample) => renderSample(sample, time));
      break;
    }
    case 'matrix':
      yield* renderMatrix(result.series);
      break;
  }
  yield '}';
}

export function* renderList<T>(items: Iterable<T>, render: (item: T) => string): Generator<string> {
  let separator = '[';
  for (const item of items) {
    yield separator + render(item);
    separator = ',';
  }
  yield separator === '[' ? '[]' : ']';
}

export function renderLabels(labels: Labels): string {
  return `{${labels.map(({ name, value }) => `${quotePlain(name)}:${quotePlain(value)}`).join(',')}}`;
}

function renderSample({ labels, value, histogram }: VectorSample, time: string): string {
  const metric = `{"metric":${renderLabels(labels)}`;
  return histogram === undefined
    ? `${metric},"value":[${time},"${formatSample(value)}"]}`
    : `${metric},"histogram":[${time},${renderHistogram(histogram)}]}`;
}

/** A series has the list of its floats, the list of its histograms, or both. */
function* renderMatrix(series: readonly MatrixSeries[]): Generator<string> {
  yield '[';
  let separator = '';
  for (const { labels, timestampsMs, values, histograms } of series) {
    yield `${separator}{"metric":${renderLabels(labels)}`;
    if (values.length > 0) {
      yield ',"values":[';
      for (let start = 0; start < values.length; start += POINTS_PER_PIECE) {
        yield renderPoints(timestampsMs, values, start, Math.min(start + POINTS_PER_PIECE, values.length));
      }
      yield ']';
    }
    if (histograms !== undefined && histograms.histograms.length > 0) yield* renderHistograms(histograms);
    yield '}';
    separator = ',';
  }
  yield ']';
}

function* renderHistograms({ timestampsMs, histograms }: MatrixHistograms): Generator<string> {
  let text = ',"histograms":[';
  for (const [index, histogram] of histograms.entries()) {
    text += `${index === 0 ? '' : ','}[${formatTime(timestampsMs[index]!)},${renderHistogram(histogram)}]`;
    if (text.length < PIECE_CHARACTERS) continue;
    yield text;
    text = '';
  }
  yield `${text}]`;
}

/** A bucket is a rule which of its ends belong to it, the ends, and the count. */
function renderHistogram(histogram: NativeHistogram): string {
  const buckets = bucketsOf(histogram);
  const list = buckets.length === 0 ? '' : `,"buckets":[${buckets.map(renderBucket).join(',')}]`;
  return `{"count":"${formatSample(histogram.count)}","sum":"${formatSample(histogram.sum)}"${list}}`;
}

function renderBucket([rule, lower, upper, count]: BucketJson): string {
  return `[${rule},"${lower}","${upper}","${count}"]`;
}

function renderPoints(timestampsMs: Float64Array, values: Float64Array, start: number, end: number): string {
  let text = '';
  for (let index = start; index < end; index++) {
    text += `${index === 0 ? '' : ','}[${formatTime(timestampsMs[index]!)},"${formatSample(values[index]!)}"]`;
  }
  return text;
}
