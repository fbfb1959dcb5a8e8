// Where `query` asks: a running monitor, or another server with Prometheus' API, over HTTP; or a folder of history that no
// monitor has open. Both give the same answers.

import { openHistory } from '../app/open-history.ts';
import type { QueryFeature } from '../config/query-schema.ts';
import type { EngineClient } from '../engine/client.ts';
import { ChainpulseError } from '../model/errors.ts';
import type { InstantQuery, QueryExplanation, QueryResult, RangeQuery } from '../promql/interface.ts';
import { boundedNotes } from '../server/prometheus/bounded-notes.ts';
import { renderResult } from '../server/prometheus/render.ts';
import type { MonitorClient } from './client.ts';
import type { Answer } from './query-format.ts';

/** Without a time: of the moment in which it is answered, by the clock there. */
export type Query =
  | RangeQuery
  | { readonly expression: string; readonly timeMs: number | undefined; readonly lookbackMs?: number };

export interface QuerySource {
  /** The time there, which a replay or a clock that was set back parts from this machine's. */
  nowMs(): Promise<number>;
  /** @throws {ChainpulseError} */
  ask(query: Query): Promise<Answer>;
  /** @throws {ChainpulseError} */
  explain(query: Query): Promise<QueryExplanation>;
  close(): Promise<void>;
}

interface Answered<T> {
  readonly data: T;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

/** To learn the monitor's time. */
const TIME_LIMIT_MS = 2000;

export class RemoteQueries implements QuerySource {
  readonly #client: MonitorClient;

  constructor(client: MonitorClient) {
    this.#client = client;
  }

  async nowMs(): Promise<number> {
    try {
      const snapshot = await this.#client.json('api/chain/v1/snapshot', { signal: AbortSignal.timeout(TIME_LIMIT_MS) });
      const { timeMs } = snapshot as { timeMs?: unknown };
      return typeof timeMs === 'number' ? timeMs : Date.now();
    } catch {
      // Another server with Prometheus' API has no such address; one that is not there is told of by the query.
      return Date.now();
    }
  }

  async ask(query: Query): Promise<Answer> {
    const path = 'stepMs' in query ? 'api/v1/query_range' : 'api/v1/query';
    const { data, warnings = [], infos = [] } = await this.#post<Omit<Answer, 'warnings' | 'infos'>>(path, query);
    return { ...data, warnings, infos } as Answer;
  }

  async explain(query: Query): Promise<QueryExplanation> {
    const {
      data,
      warnings = [],
      infos = [],
    } = await this.#post<Omit<QueryExplanation, 'warnings' | 'infos'>>('api/v1/explain', query);
    return { ...data, warnings, infos };
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async #post<T>(path: string, query: Query): Promise<Answered<T>> {
    const answer = (await this.#client.json(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: formOf(query).toString(),
    })) as (Partial<Answered<T>> & { readonly error?: string }) | null;
    if (answer?.data === undefined) {
      throw new ChainpulseError('query_refused', answer?.error ?? `${this.#client.shownUrl} refused the query`);
    }
    return { ...answer, data: answer.data };
  }
}

/** @throws {ChainpulseError} as `openHistory` does. */
export async function openLocalQueries(directory: string, features: readonly QueryFeature[]): Promise<QuerySource> {
  const onNotice = (message: string) => void process.stderr.write(`chainpulse: ${message}\n`);
  return new LocalQueries(await openHistory({ directory, retention: 'unlimited', features, isMade: false, onNotice }));
}

class LocalQueries implements QuerySource {
  readonly #engine: EngineClient;

  constructor(engine: EngineClient) {
    this.#engine = engine;
  }

  async nowMs(): Promise<number> {
    return Date.now();
  }

  async ask(query: Query): Promise<Answer> {
    const result = await ('stepMs' in query ? this.#engine.range(query) : this.#engine.instant(timed(query)));
    const { warnings, infos } = boundedNotes(result);
    return { ...inApiForm(result), warnings, infos } as Answer;
  }

  async explain(query: Query): Promise<QueryExplanation> {
    return boundedNotes(await this.#engine.explain('stepMs' in query ? query : timed(query)));
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}

function timed({ timeMs, ...query }: Exclude<Query, RangeQuery>): InstantQuery {
  return { ...query, timeMs: timeMs ?? Date.now() };
}

/** As the API would write it, so that there is one form to print. */
function inApiForm(result: QueryResult): Omit<Answer, 'warnings' | 'infos'> {
  return JSON.parse([...renderResult(result)].join('')) as Omit<Answer, 'warnings' | 'infos'>;
}

function formOf(query: Query): URLSearchParams {
  const form = new URLSearchParams({ query: query.expression });
  if ('stepMs' in query) {
    form.set('start', String(query.startMs / 1000));
    form.set('end', String(query.endMs / 1000));
    form.set('step', String(query.stepMs / 1000));
  } else if (query.timeMs !== undefined) form.set('time', String(query.timeMs / 1000));
  // Prometheus' name for it, and VictoriaMetrics'; each passes over the other's.
  if (query.lookbackMs !== undefined) {
    for (const name of ['lookback_delta', 'max_lookback']) form.set(name, `${query.lookbackMs}ms`);
  }
  return form;
}
