// The reading side of a store on another server. Samples come from the best source that the server has (`raw-source.ts`); it
// is found out at the first question and kept. A question that is too large for the server, or its answer for us, is cut into
// two of half the time, and so on; the parts are put together again. Memory is one answer, within `answerMaxBytes`.

import type { Exemplar, MetricMetadata, MetricType } from '../../../model/batch.ts';
import { sortedTexts } from '../../../model/label-order.ts';
import { type Labels, labelsFrom, labelsKey } from '../../../model/labels.ts';
import type {
  ExemplarSeries,
  HistogramSample,
  Queryable,
  SelectRequest,
  SeriesRequest,
  SeriesSamples,
  TimeRange,
} from '../../interface.ts';
import type { ExternalLabels } from '../external-labels.ts';
import type { RemoteLimits } from '../limits.ts';
import { type ApiClient, ApiError, asksForLess, type Form, TooLarge } from './api-client.ts';
import { EXPORT_PATH, ExportSource } from './export-lines.ts';
import { RangeSelectorSource } from './range-selector.ts';
import type { RawKind, RawRequest, RawSource } from './raw-source.ts';
import { knowsRemoteRead, RemoteReadSource } from './remote-read.ts';
import { numberOfText } from './sample-text.ts';
import { selectorText, withOneThatNarrows } from './selector-text.ts';

export type ReadVia = RawKind | 'auto';

/** Times that are asked for lie within: servers take 0 for "not given", and the year 2248 is VictoriaMetrics' last. */
const API_MIN_TIME_MS = 1;
const API_MAX_TIME_MS = 2 ** 43;
const TIME_MAX_MS = 2 ** 50;
const TYPES: readonly string[] = [
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
] satisfies MetricType[];
const LABELS_PATH = '/api/v1/labels';
const WITHOUT_STALE_MARKERS =
  'the server has neither remote read nor an export: stale markers and native histograms are missing';

export class RemoteReader implements Queryable {
  readonly #api: ApiClient;
  readonly #limits: RemoteLimits;
  readonly #via: ReadVia;
  readonly #external: ExternalLabels;
  readonly #ownMetadata: (name: string) => readonly MetricMetadata[];
  #source: RawSource | undefined;

  /** `ownMetadata`: what this monitor knows of families, which counts before what the server says. */
  constructor(parts: {
    readonly api: ApiClient;
    readonly limits: RemoteLimits;
    readonly via: ReadVia;
    readonly external: ExternalLabels;
    readonly ownMetadata: (name: string) => readonly MetricMetadata[];
  }) {
    this.#api = parts.api;
    this.#limits = parts.limits;
    this.#via = parts.via;
    this.#external = parts.external;
    this.#ownMetadata = parts.ownMetadata;
  }

  async *select({ matchers, minTimeMs, maxTimeMs, warn }: SelectRequest): AsyncGenerator<SeriesSamples> {
    const range = { minTimeMs: Math.max(minTimeMs, -TIME_MAX_MS), maxTimeMs: Math.min(maxTimeMs, TIME_MAX_MS) };
    const { matcherSets, strip } = this.#external.view([matchers]);
    const narrowed = withOneThatNarrows(matcherSets[0]!);
    const source = await this.#findSource();
    if (source.kind === 'query') warn?.(WITHOUT_STALE_MARKERS);
    let total = 0;
    for await (const series of this.#fetch(source, { matchers: narrowed, warn: warnOnce(warn) }, wholeMs(range))) {
      total += series.timestampsMs.length + (series.histograms?.length ?? 0);
      if (total > this.#limits.selectSamplesMax) {
        throw new TooLarge(
          `a selection of more than ${this.#limits.selectSamplesMax} samples: ask for less, or let the server evaluate`,
        );
      }
      if (series.timestampsMs.length === 0 && series.histograms === undefined) continue;
      yield { ...series, labels: strip(series.labels) };
    }
  }

  async *selectExemplars({ matchers, minTimeMs, maxTimeMs }: SelectRequest): AsyncGenerator<ExemplarSeries> {
    const { matcherSets, strip } = this.#external.view([matchers]);
    const form = [['query', selectorText(matcherSets[0]!)], ...timesOf({ minTimeMs, maxTimeMs })] as const;
    const { data } = await this.#api.ask('/api/v1/query_exemplars', form);
    for (const one of Array.isArray(data) ? (data as ExemplarAnswer[]) : []) {
      const exemplars = (one.exemplars ?? [])
        .map(exemplarOf)
        .filter(({ timestampMs }) => timestampMs >= minTimeMs && timestampMs <= maxTimeMs);
      if (exemplars.length > 0) yield { labels: strip(labelsFrom(Object.entries(one.seriesLabels ?? {}))), exemplars };
    }
  }

  async series(request: SeriesRequest): Promise<readonly Labels[]> {
    const { matcherSets, strip } = this.#external.view(request.matcherSets);
    const { data } = await this.#api.ask('/api/v1/series', this.#formOf({ ...request, matcherSets }, true));
    const found = (Array.isArray(data) ? (data as Record<string, string>[]) : []).map((metric) =>
      strip(labelsFrom(Object.entries(metric))),
    );
    return limited(found, request.limit);
  }

  async labelNames(request: SeriesRequest): Promise<readonly string[]> {
    const { matcherSets, hidden } = this.#external.view(request.matcherSets);
    const limit = request.limit === 0 ? 0 : request.limit + hidden.size;
    const names = await this.#texts(LABELS_PATH, { ...request, matcherSets, limit });
    return limited(
      names.filter((name) => !hidden.has(name)),
      request.limit,
    );
  }

  async labelValues(name: string, request: SeriesRequest): Promise<readonly string[]> {
    const { matcherSets, hidden } = this.#external.view(request.matcherSets);
    if (hidden.has(name)) return [];
    const path = `/api/v1/label/${encodeURIComponent(escapedName(name))}/values`;
    return this.#texts(path, { ...request, matcherSets });
  }

  async metadata(name: string, limit: number, signal?: AbortSignal): Promise<readonly MetricMetadata[]> {
    const found = new Map(this.#ownMetadata(name).map((entry) => [entry.name, entry]));
    const form = name === '' ? [] : ([['metric', name]] as const);
    const { data } = await this.#api.ask('/api/v1/metadata', form, { method: 'GET', signal });
    for (const [family, entries] of Object.entries((data ?? {}) as Record<string, Record<string, string>[]>)) {
      const entry = entries?.[0];
      if (entry === undefined || found.has(family)) continue;
      const type = TYPES.includes(entry['type'] ?? '') ? (entry['type'] as MetricType) : 'unknown';
      found.set(family, { name: family, type, help: entry['help'] ?? '', unit: entry['unit'] ?? '' });
    }
    return limited([...found.values()], limit);
  }

  async #texts(path: string, request: SeriesRequest): Promise<readonly string[]> {
    // Prometheus takes questions for the values of a label in the address alone.
    const method = path === LABELS_PATH ? 'POST' : 'GET';
    const { data } = await this.#api.ask(path, this.#formOf(request, false), { method });
    const texts = (Array.isArray(data) ? data : []).filter((one) => typeof one === 'string');
    return limited(sortedTexts(texts), request.limit);
  }

  /** `needsOne`: the API demands a selector. */
  #formOf({ matcherSets, limit, ...range }: SeriesRequest, needsOne: boolean): Form {
    const sets = matcherSets.length === 0 && needsOne ? [[]] : matcherSets;
    const selectors = sets.map((matchers) => ['match[]', selectorText(matchers)] as const);
    return [...selectors, ...timesOf(range), ...(limit === 0 ? [] : [['limit', String(limit)] as const])];
  }

  async *#fetch(source: RawSource, what: RawRequest, range: TimeRange): AsyncGenerator<SeriesSamples> {
    let given = 0;
    try {
      for await (const series of source.fetch(what, range)) {
        given++;
        yield series;
      }
    } catch (error) {
      const middleMs = Math.floor((range.minTimeMs + range.maxTimeMs) / 2);
      if (given > 0 || !asksForLess(error) || middleMs >= range.maxTimeMs) throw error;
      yield* await this.#fetchHalves(source, what, [
        { minTimeMs: range.minTimeMs, maxTimeMs: middleMs },
        { minTimeMs: middleMs + 1, maxTimeMs: range.maxTimeMs },
      ]);
    }
  }

  async #fetchHalves(
    source: RawSource,
    what: RawRequest,
    halves: readonly TimeRange[],
  ): Promise<Iterable<SeriesSamples>> {
    const parts = new Map<string, SeriesSamples[]>();
    let total = 0;
    for (const half of halves) {
      for await (const series of this.#fetch(source, what, half)) {
        total += series.timestampsMs.length;
        if (total > this.#limits.selectSamplesMax) {
          throw new TooLarge(`a selection of more than ${this.#limits.selectSamplesMax} samples: ask for less`);
        }
        const key = labelsKey(series.labels);
        parts.set(key, [...(parts.get(key) ?? []), series]);
      }
    }
    return parts.values().map(joined);
  }

  async #findSource(): Promise<RawSource> {
    this.#source ??= await this.#chooseSource();
    return this.#source;
  }

  /** A server that cannot be reached fails the question, and is asked again at the next one. */
  async #chooseSource(): Promise<RawSource> {
    const { answerMaxBytes } = this.#limits;
    const via = this.#via === 'auto' ? await this.#detect() : this.#via;
    if (via === 'remote_read') return new RemoteReadSource(this.#api, answerMaxBytes);
    return via === 'export' ? new ExportSource(this.#api) : new RangeSelectorSource(this.#api);
  }

  async #detect(): Promise<RawKind> {
    if (await succeeds(() => knowsRemoteRead(this.#api, this.#limits.answerMaxBytes))) return 'remote_read';
    const form = [
      ['match[]', '{__name__="chainpulse_asks_for_an_export"}'],
      ['start', '1'],
      ['end', '2'],
    ] as const;
    const hasExport = await succeeds(() => this.#api.stream(EXPORT_PATH, form, async () => true));
    return hasExport ? 'export' : 'query';
  }
}

/** False when the server refuses; what is wrong with the connection is thrown. */
async function succeeds(attempt: () => Promise<boolean>): Promise<boolean> {
  try {
    return await attempt();
  } catch (error) {
    // 401, 403, 429 and failures of the server itself say nothing about what it knows.
    if (error instanceof ApiError && [400, 404, 405, 415, 422, 501].includes(error.status)) return false;
    throw error;
  }
}

interface ExemplarAnswer {
  readonly seriesLabels?: Record<string, string>;
  readonly exemplars?: readonly { labels?: Record<string, string>; value: string | number; timestamp: number }[];
}

function exemplarOf({ labels, value, timestamp }: NonNullable<ExemplarAnswer['exemplars']>[number]): Exemplar {
  return {
    labels: labelsFrom(Object.entries(labels ?? {})),
    value: numberOfText(String(value)),
    timestampMs: Math.round(timestamp * 1000),
  };
}

/** One series from the parts that follow each other in time. */
function joined(parts: readonly SeriesSamples[]): SeriesSamples {
  const [first] = parts;
  if (parts.length === 1) return first!;
  const length = parts.reduce((sum, part) => sum + part.timestampsMs.length, 0);
  const timestampsMs = new Float64Array(length);
  const values = new Float64Array(length);
  const histograms: HistogramSample[] = [];
  let at = 0;
  for (const part of parts) {
    timestampsMs.set(part.timestampsMs, at);
    values.set(part.values, at);
    at += part.timestampsMs.length;
    for (const sample of part.histograms ?? []) histograms.push(sample);
  }
  return { labels: first!.labels, timestampsMs, values, ...(histograms.length === 0 ? {} : { histograms }) };
}

function warnOnce(warn: ((message: string) => void) | undefined): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    said.add(message);
    warn?.(message);
  };
}

function wholeMs({ minTimeMs, maxTimeMs }: TimeRange): TimeRange {
  return { minTimeMs: Math.ceil(minTimeMs), maxTimeMs: Math.floor(maxTimeMs) };
}

function timesOf({ minTimeMs, maxTimeMs }: TimeRange): Form {
  const clamped = (timeMs: number) => Math.min(Math.max(timeMs, API_MIN_TIME_MS), API_MAX_TIME_MS);
  return [
    ['start', (clamped(minTimeMs) / 1000).toFixed(3)],
    ['end', (clamped(maxTimeMs) / 1000).toFixed(3)],
  ];
}

/** Prometheus 3 takes a name beyond the old characters in this form: `U__`, and each such character by its number. */
function escapedName(name: string): string {
  if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) return name;
  const escaped = Array.from(name, (character) => {
    if (character === '_') return '__';
    return /[a-zA-Z0-9]/.test(character) ? character : `_${character.codePointAt(0)!.toString(16).toUpperCase()}_`;
  });
  return `U__${escaped.join('')}`;
}

function limited<T>(items: readonly T[], limit: number): readonly T[] {
  return limit === 0 ? items : items.slice(0, limit);
}
