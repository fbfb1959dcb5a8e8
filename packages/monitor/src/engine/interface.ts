// The store and its query engine as the main thread sees them: the storage worker behind messages. `client.ts` is the
// side of the main thread, `host.ts` the side of the worker, `protocol.ts` what passes between them.

import type { Labels } from '../model/labels.ts';
import type { QueryEngine } from '../promql/interface.ts';
import type { GroupStatus } from '../rules/interface.ts';
import type { PushAnswer, PushRequest } from '../sources/push/interface.ts';
import type {
  Appender,
  ExemplarSeries,
  LocalStore,
  Queryable,
  SelectRequest,
  SeriesRequest,
  SeriesSamples,
  Store,
  StoreStats,
} from '../storage/interface.ts';

/** Of a read that may be long. */
export interface ReadOptions {
  /** Ends it; the iterator throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** How long the reader may be busy with what it has got; then the read ends with `read_closed`. Default a minute. */
  readonly idleMs?: number;
}

/** What is held for those who read at the moment. */
export interface HeldByReads {
  /** Points in memory that queries and their answers hold together, beyond the few that each may have. */
  readonly points: number;
  /** Long reads that are open: remote reads, exports. */
  readonly reads: number;
  /** Reads that are at work on a series, for which its chunks are kept. */
  readonly leases: number;
}

/** What concerns history on this machine is refused with `history_elsewhere` where another engine keeps it. */
export interface Engine extends Appender, Queryable, QueryEngine, Omit<LocalStore, keyof Store> {
  /** Piece by piece, as fast as it is read. @throws {ChainpulseError} `reads_full`, `read_closed` */
  select(request: SelectRequest, options?: ReadOptions): AsyncIterable<SeriesSamples>;
  selectExemplars(request: SelectRequest, options?: ReadOptions): AsyncIterable<ExemplarSeries>;
  /** These three end with the signal. @throws {ChainpulseError} `read_abandoned` */
  series(request: SeriesRequest, signal?: AbortSignal): Promise<readonly Labels[]>;
  labelNames(request: SeriesRequest, signal?: AbortSignal): Promise<readonly string[]>;
  labelValues(name: string, request: SeriesRequest, signal?: AbortSignal): Promise<readonly string[]>;
  /**
   * Decodes what a sender pushed and stores it; the body is given away. Fulfilled when it is durable and visible.
   * @throws {ChainpulseError} of the store: the sender has to keep the push. Bytes that cannot be read are an answer.
   */
  push(request: PushRequest, signal?: AbortSignal): Promise<PushAnswer>;
  /** What is known of the rules that are evaluated. */
  ruleGroups(): Promise<readonly GroupStatus[]>;
  stats(): Promise<StoreStats>;
  held(): Promise<HeldByReads>;
  /** Fulfilled when everything is on disk and the worker has ended. */
  close(): Promise<void>;
}
