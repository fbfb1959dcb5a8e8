// Answers of the Prometheus API as JSON, piece by piece: no piece takes more than a fraction of a millisecond to make,
// so an answer of any size can be sent without holding the main thread.

import type { Labels } from '../../model/labels.ts';
import type { MatrixSeries, QueryResult } from '../../promql/interface.ts';
import { formatSample, formatScalar, formatTime, quote } from './format.ts';

const POINTS_PER_PIECE = 512;

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
      yield* renderList(
        result.samples,
        ({ labels, value }) => `{"metric":${renderLabels(labels)},"value":[${time},"${formatSample(value)}"]}`,
      );
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
  return `{${labels.map(({ name, value }) => `${quote(name)}:${quote(value)}`).join(',')}}`;
}

function* renderMatrix(series: readonly MatrixSeries[]): Generator<string> {
  yield '[';
  let separator = '';
  for (const { labels, timestampsMs, values } of series) {
    yield `${separator}{"metric":${renderLabels(labels)},"values":[`;
    for (let start = 0; start < values.length; start += POINTS_PER_PIECE) {
      yield renderPoints(timestampsMs, values, start, Math.min(start + POINTS_PER_PIECE, values.length));
    }
    yield ']}';
    separator = ',';
  }
  yield ']';
}

function renderPoints(timestampsMs: Float64Array, values: Float64Array, start: number, end: number): string {
  let text = '';
  for (let index = start; index < end; index++) {
    text += `${index === 0 ? '' : ','}[${formatTime(timestampsMs[index]!)},"${formatSample(values[index]!)}"]`;
  }
  return text;
}
