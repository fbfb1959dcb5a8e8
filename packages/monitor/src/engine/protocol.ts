// What passes between the main thread and the storage worker. Every request has an id and gets exactly one response,
// `ok` or `failed`, which pieces of the answer may precede; the worker speaks first, with `opened` or `failedToOpen`. Columns are transferred, not copied, where
// the sender is done with them.

import type { QueryConfig } from '../config/query-schema.ts';
import type { Config } from '../config/schema.ts';
import type { StorageConfig } from '../config/storage-schema.ts';
import type { Batch, MetricMetadata } from '../model/batch.ts';
import type { Labels } from '../model/labels.ts';
import type { PackedSeries } from '../model/packed-series.ts';
import type {
  InstantQuery,
  QueryErrorType,
  QueryExplanation,
  QueryPosition,
  QueryResult,
  RangeQuery,
} from '../promql/interface.ts';
import type { AlertOrigin, GroupEvaluation, GroupStatus, RuleGroup } from '../rules/interface.ts';
import type { PushAnswer, PushRequest } from '../sources/push/interface.ts';
import type { AppendOutcome, Cardinality, DeleteRequest, SeriesRequest, StoreStats } from '../storage/interface.ts';
import type { CursorRequest } from './cursors.ts';
import type { HeldByReads } from './interface.ts';
import type { ResultPiece } from './packed-result.ts';
import type { ReadPiece } from './packed-samples.ts';

/** The questions, each with its arguments and its answer. */
export interface Calls {
  resolveSeries: { arguments: [series: PackedSeries]; answer: Uint32Array };
  append: { arguments: [batch: Batch]; answer: AppendOutcome };
  push: { arguments: [request: PushRequest]; answer: PushAnswer };
  /** The series of a large answer come ahead of it, in pieces. */
  instant: { arguments: [query: InstantQuery]; answer: QueryResult };
  range: { arguments: [query: RangeQuery]; answer: QueryResult };
  explain: { arguments: [query: InstantQuery | RangeQuery]; answer: QueryExplanation };
  series: { arguments: [request: SeriesRequest]; answer: readonly Labels[] };
  labelNames: { arguments: [request: SeriesRequest]; answer: readonly string[] };
  labelValues: { arguments: [name: string, request: SeriesRequest]; answer: readonly string[] };
  metadata: { arguments: [name: string, limit: number]; answer: readonly MetricMetadata[] };
  openCursor: { arguments: [request: CursorRequest]; answer: { readonly cursor: number } };
  nextPiece: { arguments: [cursor: number]; answer: ReadPiece };
  closeCursor: { arguments: [cursor: number]; answer: undefined };
  cardinality: { arguments: [limit: number]; answer: Cardinality };
  deleteSeries: { arguments: [request: DeleteRequest]; answer: { readonly series: number } };
  cleanTombstones: { arguments: []; answer: undefined };
  copyTo: { arguments: [directory: string]; answer: undefined };
  stats: { arguments: []; answer: StoreStats };
  held: { arguments: []; answer: HeldByReads };
  setRules: { arguments: [groups: readonly RuleGroup[], origin: AlertOrigin, timeMs: number]; answer: undefined };
  evaluateRules: { arguments: [group: string, timeMs: number, missed: number]; answer: GroupEvaluation };
  ruleGroups: { arguments: []; answer: readonly GroupStatus[] };
  maintain: { arguments: [nowMs: number]; answer: undefined };
  close: { arguments: []; answer: undefined };
}

export type CallName = keyof Calls;

export type Request =
  | { [Name in CallName]: { kind: 'call'; id: number; name: Name; arguments: Calls[Name]['arguments'] } }[CallName]
  | { kind: 'cancel'; id: number }
  /** Nobody needs the answer any more that came in pieces: its memory is free. */
  | { kind: 'sent'; id: number };

export type Response =
  | { kind: 'opened' }
  | { kind: 'failedToOpen'; failure: Failure }
  /** Of what happens in the store by itself, in a sentence for the log. */
  | { kind: 'notice'; message: string }
  /** Rules were evaluated because of a commit. */
  | { kind: 'evaluated'; evaluation: GroupEvaluation }
  /** Of an answer whose last part will come with `ok`. */
  | { kind: 'piece'; id: number; piece: ResultPiece }
  | { kind: 'ok'; id: number; answer: Calls[CallName]['answer']; lastPiece?: ResultPiece }
  | { kind: 'failed'; id: number; failure: Failure };

/** An error in a form that survives the passage: classes do not, codes do. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly query?: { readonly type: QueryErrorType; readonly position: QueryPosition | undefined };
}

/** How rules are evaluated, whichever they are. */
interface RuleSettings {
  readonly intervalMs: number;
  readonly outageToleranceMs: number;
  readonly forGracePeriodMs: number;
  readonly onCommit: boolean;
}

/** What the worker is started with: plain data. */
export interface WorkerSettings {
  readonly storage: StorageConfig;
  readonly otlp: Config['otlp'];
  readonly query: QueryConfig;
  readonly rules: RuleSettings;
  /** Where the clock of the run stands now and how fast it goes: a recording may be replayed on a virtual clock. */
  readonly clock: { readonly startMs: number; readonly speed: number } | 'system';
}
