// The Prometheus HTTP API of the monitor, as far as the page asks it. Addresses are relative, so the page also works
// behind a path of a reverse proxy. Every failure is an `ApiError`: the server's own words, and the place in the
// expression when it names one.

interface InstantSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface RangeSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Pairs of unix seconds and value, ascending. */
  readonly points: readonly (readonly [timeS: number, value: number])[];
}

export type InstantData =
  | { readonly type: 'vector'; readonly series: readonly InstantSeries[] }
  | { readonly type: 'scalar'; readonly value: number }
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'matrix'; readonly series: readonly RangeSeries[] };

export interface Answer<T> {
  readonly data: T;
  readonly warnings: readonly string[];
}

export interface MetricHelp {
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

export interface ErrorPosition {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

export class ApiError extends Error {
  readonly type: string;
  readonly position: ErrorPosition | undefined;

  constructor(type: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ApiError';
    this.type = type;
    this.position = positionIn(message);
  }
}

/** @throws {ApiError} */
export async function queryInstant(
  expression: string,
  timeMs: number,
  signal: AbortSignal,
): Promise<Answer<InstantData>> {
  const { data, warnings } = await request('query', { query: expression, time: String(timeMs / 1000) }, signal);
  return { data: instantData(data as RawResult), warnings };
}

/** Times and step in seconds. @throws {ApiError} */
export async function queryRange(
  expression: string,
  range: { readonly startS: number; readonly endS: number; readonly stepS: number },
  signal: AbortSignal,
): Promise<Answer<readonly RangeSeries[]>> {
  const parameters = {
    query: expression,
    start: String(range.startS),
    end: String(range.endS),
    step: String(range.stepS),
  };
  const { data, warnings } = await request('query_range', parameters, signal);
  return { data: rangeSeries((data as RawResult).result as RawRange[]), warnings };
}

/** Names known to the store, sorted. @throws {ApiError} */
export async function metricNames(signal: AbortSignal): Promise<readonly string[]> {
  return (await request('label/__name__/values', {}, signal)).data as string[];
}

/** Type, help and unit by metric family. @throws {ApiError} */
export async function metricHelp(signal: AbortSignal): Promise<ReadonlyMap<string, MetricHelp>> {
  const data = (await request('metadata', {}, signal)).data as Record<string, MetricHelp[]>;
  const byName = new Map<string, MetricHelp>();
  for (const [name, [first]] of Object.entries(data)) if (first !== undefined) byName.set(name, first);
  return byName;
}

/** Names the place that an error message gives as `line:column:` or `at line L, column C`. */
export function positionIn(message: string): ErrorPosition | undefined {
  const match = /(?:^|\s)(\d+):(\d+): /.exec(message) ?? /line (\d+),? column (\d+)/.exec(message);
  if (match === null) return undefined;
  return { line: Number(match[1]), column: Number(match[2]) };
}

interface RawResult {
  readonly resultType: string;
  readonly result: unknown;
}

interface RawRange {
  readonly metric: Record<string, string>;
  readonly values?: readonly (readonly [number, string])[];
}

async function request(
  path: string,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer<unknown>> {
  const isQuery = path.startsWith('query');
  let response: Response;
  try {
    response = await fetch(
      `api/v1/${path}`,
      isQuery ? { method: 'POST', body: new URLSearchParams(parameters), signal } : { signal },
    );
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new ApiError('unreachable', 'The monitor does not answer.', { cause });
  }
  const body = (await response.json().catch(() => undefined)) as
    | { status: string; data?: unknown; error?: string; errorType?: string; warnings?: string[]; infos?: string[] }
    | undefined;
  if (body === undefined)
    throw new ApiError('unreadable', `The monitor answered ${response.status} without a JSON body.`);
  if (body.status !== 'success') {
    throw new ApiError(body.errorType ?? 'unknown', body.error ?? `The monitor answered ${response.status}.`);
  }
  return { data: body.data, warnings: [...(body.warnings ?? []), ...(body.infos ?? [])] };
}

function instantData(raw: RawResult): InstantData {
  switch (raw.resultType) {
    case 'scalar':
      return { type: 'scalar', value: parseValue((raw.result as [number, string])[1]) };
    case 'string':
      return { type: 'string', text: (raw.result as [number, string])[1] };
    case 'matrix':
      return { type: 'matrix', series: rangeSeries(raw.result as RawRange[]) };
    default: {
      const series = raw.result as { metric: Record<string, string>; value?: [number, string] }[];
      return {
        type: 'vector',
        series: series.flatMap(({ metric, value }) =>
          value === undefined ? [] : [{ labels: metric, value: parseValue(value[1]) }],
        ),
      };
    }
  }
}

function rangeSeries(raw: readonly RawRange[]): RangeSeries[] {
  return raw.map(({ metric, values }) => ({
    labels: metric,
    points: (values ?? []).map(([timeS, text]) => [timeS, parseValue(text)] as const),
  }));
}

function parseValue(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return Number(text);
}
