// PromQL evaluated by the server that holds the samples: questions go to its `/api/v1/query` and `query_range` as they are,
// errors and notes come back as our own evaluator gives them, native histograms as the server wrote them. What the server's PromQL
// does differently, it does differently here too. Source: prometheus.io/docs/prometheus/latest/querying/api

import { ChainpulseError } from '../../model/errors.ts';
import { labelsFrom } from '../../model/labels.ts';
import {
  type InstantQuery,
  MAX_POINTS_PER_SERIES,
  type MatrixHistograms,
  type MatrixSeries,
  type QueryEngine,
  QueryError,
  type QueryErrorType,
  type QueryResult,
  type RangeQuery,
  type VectorSample,
} from '../../promql/interface.ts';
import type { RemoteEndpoint } from './endpoint.ts';
import { DEFAULT_REMOTE_LIMITS, type RemoteLimits } from './limits.ts';
import { type ApiAnswer, ApiClient, ApiError, type Form, TooLarge } from './read/api-client.ts';
import { type HistogramPoint, histogramPointOf } from './read/histogram-text.ts';
import { statisticsOf } from './read/query-statistics.ts';
import { numberOfText } from './read/sample-text.ts';

const ERROR_TYPES: readonly string[] = ['bad_data', 'execution', 'timeout', 'canceled', 'internal'];
/** What the server takes to say that its own time is over, beyond the time that it was given. */
const ANSWER_GRACE_MS = 2_000;
/** Where a parser of Prometheus says an error is: `1:5: parse error: …`. */
const PLACE = /\b(\d+):(\d+): parse error/;

export interface RemoteQueryOptions {
  readonly query: RemoteEndpoint;
  readonly limits?: Partial<RemoteLimits>;
  /** Of queries that bring none: sent on, so that both sides mean the same. Default: the server's own. */
  readonly lookbackMs?: number;
}

export interface RemoteQueryEngine extends QueryEngine {
  close(): void;
}

export function createRemoteQueryEngine(options: RemoteQueryOptions): RemoteQueryEngine {
  const limits = { ...DEFAULT_REMOTE_LIMITS, ...options.limits };
  const api = new ApiClient(options.query, limits);
  const ask = async (
    path: string,
    form: Form,
    query: InstantQuery | RangeQuery,
    signal: AbortSignal | undefined,
  ): Promise<QueryResult> => {
    const lookbackMs = query.lookbackMs ?? options.lookbackMs;
    const timeoutMs = query.timeoutMs ?? limits.readTimeoutMs;
    const bounds: Form = [
      ['timeout', wholeMs(timeoutMs)],
      // VictoriaMetrics would else move the steps to multiples of the step.
      ['nocache', '1'],
      ...(lookbackMs === undefined ? [] : lookbackForm(lookbackMs)),
      ...(query.wants === 'statistics' ? ([['stats', 'all']] as const) : []),
    ];
    try {
      signal?.throwIfAborted();
      const answer = await api.ask(path, [...form, ...bounds], { timeoutMs: timeoutMs + ANSWER_GRACE_MS, signal });
      const result = resultOf(answer, query);
      if (result === undefined) throw api.malformed(path);
      const stats = query.wants === 'statistics' ? statisticsOf((answer.data as { stats?: unknown }).stats) : undefined;
      return stats === undefined ? result : { ...result, stats };
    } catch (error) {
      throw queryErrorOf(error, signal);
    }
  };
  return {
    instant: (query, signal) =>
      ask(
        '/api/v1/query',
        [
          ['query', query.expression],
          ['time', seconds(query.timeMs)],
        ],
        query,
        signal,
      ),
    range: async (query, signal) => {
      assertGrid(query);
      const form: Form = [
        ['query', query.expression],
        ['start', seconds(query.startMs)],
        ['end', seconds(query.endMs)],
        ['step', seconds(query.stepMs)],
      ];
      return ask('/api/v1/query_range', form, query, signal);
    },
    explain: async () => {
      throw new QueryError(
        'execution',
        'the query is evaluated by the server that keeps the history, which does not tell what it does: storage.remote.evaluate "local" evaluates here',
      );
    },
    close: () => api.close(),
  };
}

/** Prometheus' name for it, and VictoriaMetrics'; each passes over the other's. */
function lookbackForm(lookbackMs: number): Form {
  return [
    ['lookback_delta', wholeMs(lookbackMs)],
    ['max_lookback', wholeMs(lookbackMs)],
  ];
}

/** Durations of Prometheus have no fractions. What is left of the client's time has. */
function wholeMs(ms: number): string {
  return `${Math.max(1, Math.ceil(ms))}ms`;
}

/** As our own evaluator refuses it, before the server is asked. */
function assertGrid({ startMs, endMs, stepMs }: RangeQuery): void {
  if (!(stepMs > 0)) {
    throw new QueryError(
      'bad_data',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  if (!(endMs >= startMs)) throw new QueryError('bad_data', 'end timestamp must not be before start time');
  if (Math.floor((endMs - startMs) / stepMs) > MAX_POINTS_PER_SERIES) {
    throw new QueryError(
      'bad_data',
      `exceeded maximum resolution of ${MAX_POINTS_PER_SERIES.toLocaleString('en-US')} points per timeseries. Try decreasing the query resolution (?step=XX)`,
    );
  }
}

interface JsonSeries {
  readonly metric?: Record<string, string>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
  readonly histogram?: unknown;
  readonly histograms?: unknown;
}

/** Undefined for what is no result of a query. */
function resultOf({ data, warnings, infos }: ApiAnswer, query: InstantQuery | RangeQuery): QueryResult | undefined {
  const { resultType, result } = (data ?? {}) as { readonly resultType?: unknown; readonly result?: unknown };
  if (!Array.isArray(result)) return undefined;
  const notes = { warnings, infos };
  if (resultType === 'scalar' || resultType === 'string') {
    const [time, text] = result as [number, string];
    const timeMs = Math.round(time * 1000);
    if (resultType === 'string') return { type: 'string', timeMs, value: text, ...notes };
    return { type: 'scalar', timeMs, value: numberOfText(text), ...notes };
  }
  const all = result as readonly JsonSeries[];
  // The samples of a vector all have the time of the question.
  if (resultType === 'vector' && 'timeMs' in query) {
    const samples = everyOne(all, vectorSampleOf);
    return samples && { type: 'vector', ...notes, timeMs: query.timeMs, samples };
  }
  if (resultType === 'matrix') {
    const series = everyOne(all, matrixSeriesOf)?.filter(hasPoints);
    return series && { type: 'matrix', ...notes, series };
  }
  return undefined;
}

/** Undefined when one of them is. */
function everyOne<T, U>(items: readonly T[], read: (item: T) => U | undefined): readonly U[] | undefined {
  const found: U[] = [];
  for (const item of items) {
    const one = read(item);
    if (one === undefined) return undefined;
    found.push(one);
  }
  return found;
}

function vectorSampleOf({ metric, value, histogram }: JsonSeries): VectorSample | undefined {
  const labels = labelsFrom(Object.entries(metric ?? {}));
  if (value !== undefined) return { labels, value: numberOfText(value[1]) };
  const point = histogramPointOf(histogram);
  return point && { labels, value: Number.NaN, histogram: point[1] };
}

function matrixSeriesOf({ metric, values = [], histograms = [] }: JsonSeries): MatrixSeries | undefined {
  const points = Array.isArray(histograms) ? everyOne(histograms, histogramPointOf) : undefined;
  if (points === undefined) return undefined;
  return {
    labels: labelsFrom(Object.entries(metric ?? {})),
    timestampsMs: timesOf(values),
    values: Float64Array.from(values, ([, text]) => numberOfText(text)),
    ...(points.length > 0 && { histograms: matrixHistogramsOf(points) }),
  };
}

function hasPoints({ values, histograms }: MatrixSeries): boolean {
  return values.length > 0 || histograms !== undefined;
}

function matrixHistogramsOf(points: readonly HistogramPoint[]): MatrixHistograms {
  return { timestampsMs: timesOf(points), histograms: points.map(([, histogram]) => histogram) };
}

function timesOf(points: readonly (readonly [seconds: number, ...unknown[]])[]): Float64Array {
  return Float64Array.from(points, ([seconds]) => Math.round(seconds * 1000));
}

/** Errors of the server, or of the way to it, stay what they are, as those of any store do: they are not the asker's. */
function queryErrorOf(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof QueryError) return error;
  if (signal?.aborted === true) return new QueryError('canceled', 'query was canceled');
  if (error instanceof ApiError) {
    const type = errorTypeOf(error);
    return type === 'internal' ? error : new QueryError(type, error.detail, placeOf(error.detail));
  }
  if (error instanceof TooLarge) return new QueryError('execution', error.message);
  const isLate =
    error instanceof ChainpulseError &&
    error.code === 'remote_unreachable' &&
    error.message.includes('had not answered');
  return isLate ? new QueryError('timeout', error.message) : error;
}

/** By the type that the server names, or else by its status: VictoriaMetrics repeats the status there. */
function errorTypeOf({ errorType, status, isOfQuestion }: ApiError): QueryErrorType {
  if (!isOfQuestion) return 'internal';
  if (ERROR_TYPES.includes(errorType)) return errorType as QueryErrorType;
  if (status === 400) return 'bad_data';
  return status === 503 || status === 504 ? 'timeout' : 'execution';
}

function placeOf(detail: string): { line: number; column: number } | undefined {
  const found = PLACE.exec(detail);
  return found === null ? undefined : { line: Number(found[1]), column: Number(found[2]) };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
