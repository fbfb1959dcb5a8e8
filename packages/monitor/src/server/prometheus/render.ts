// Answers of the Prometheus API as JSON, piece by piece: no piece takes more than a fraction of a millisecond to make,
// so an answer of any size can be sent without holding the main thread.

import { type BucketJson, bucketsOf } from '../../export/histogram-json.ts';
import type { NativeHistogram } from '../../model/batch.ts';
import type { MatrixHistograms, MatrixSeries, QueryResult, VectorSample } from '../../promql/interface.ts';
import { formatSample, formatScalar, formatTime, quote } from './format.ts';
import { LabelRenderer } from './render-labels.ts';
import { PointRenderer } from './render-points.ts';

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
      const labelSets = new LabelRenderer();
      yield* renderList(result.samples, (sample) => renderSample(sample, time, labelSets));
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

function renderSample({ labels, value, histogram }: VectorSample, time: string, labelSets: LabelRenderer): string {
  const metric = `{"metric":${labelSets.render(labels)}`;
  return histogram === undefined
    ? `${metric},"value":[${time},"${formatSample(value)}"]}`
    : `${metric},"histogram":[${time},${renderHistogram(histogram)}]}`;
}

/** A series has the list of its floats, the list of its histograms, or both. */
function* renderMatrix(series: readonly MatrixSeries[]): Generator<string> {
  yield '[';
  const labelSets = new LabelRenderer();
  const points = new PointRenderer();
  let separator = '';
  for (const { labels, timestampsMs, values, histograms } of series) {
    yield `${separator}{"metric":${labelSets.render(labels)}`;
    if (values.length > 0) {
      yield ',"values":[';
      yield* points.render(timestampsMs, values);
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
