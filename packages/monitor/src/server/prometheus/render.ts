// Answers of the Prometheus API as JSON, piece by piece: no piece takes more than a fraction of a millisecond to make,
// so an answer of any size can be sent without holding the main thread.

import { bucketsOf } from '../../export/histogram-json.ts';
import type { NativeHistogram } from '../../model/batch.ts';
import type {
  AnsweredHistogram,
  MatrixHistograms,
  MatrixSeries,
  QueryResult,
  RenderedBucket,
  RenderedHistogram,
  VectorSample,
} from '../../promql/interface.ts';
import { formatSample, formatScalar, formatTime, quote } from './format.ts';
import { LabelRenderer } from './render-labels.ts';
import { POINTS_A_PIECE, PointRenderer } from './render-points.ts';

/** A piece ends with what brings it to so many: 512 points at most, or a native histogram of some hundred buckets. */
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

/** A piece has many items. */
export function* renderList<T>(items: Iterable<T>, render: (item: T) => string): Generator<string> {
  let text = '[';
  let separator = '';
  for (const item of items) {
    text += separator + render(item);
    separator = ',';
    if (text.length < PIECE_CHARACTERS) continue;
    yield text;
    text = '';
  }
  yield `${text}]`;
}

function renderSample({ labels, value, histogram }: VectorSample, time: string, labelSets: LabelRenderer): string {
  const metric = `{"metric":${labelSets.render(labels)}`;
  return histogram === undefined
    ? `${metric},"value":[${time},"${formatSample(value)}"]}`
    : `${metric},"histogram":[${time},${renderHistogram(histogram)}]}`;
}

/** A series has the list of its floats, the list of its histograms, or both. */
function* renderMatrix(series: readonly MatrixSeries[]): Generator<string> {
  const labelSets = new LabelRenderer();
  const points = new PointRenderer();
  let text = '[';
  let separator = '';
  for (const { labels, timestampsMs, values, histograms } of series) {
    text += `${separator}{"metric":${labelSets.render(labels)}`;
    if (values.length > 0) {
      text += ',"values":[';
      for (let start = 0; start < values.length; start += POINTS_A_PIECE) {
        text += points.render(timestampsMs, values, start);
        if (text.length < PIECE_CHARACTERS) continue;
        yield text;
        text = '';
      }
      text += ']';
    }
    if (histograms !== undefined && histograms.histograms.length > 0) {
      yield text;
      yield* renderHistograms(histograms);
      text = '';
    }
    text += '}';
    separator = ',';
  }
  yield `${text}]`;
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
function renderHistogram(histogram: AnsweredHistogram): string {
  const { count, sum, buckets } = 'schema' in histogram ? textOf(histogram) : histogram;
  const list = buckets.length === 0 ? '' : `,"buckets":[${buckets.map(renderBucket).join(',')}]`;
  return `{"count":"${count}","sum":"${sum}"${list}}`;
}

function textOf(histogram: NativeHistogram): RenderedHistogram {
  const { count, sum } = histogram;
  return { count: formatSample(count), sum: formatSample(sum), buckets: bucketsOf(histogram) };
}

function renderBucket([rule, lower, upper, count]: RenderedBucket): string {
  return `[${rule},"${lower}","${upper}","${count}"]`;
}
