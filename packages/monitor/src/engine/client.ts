// The main thread's side of the engine: every call is a message to the storage worker and a promise of its answer.
// Invariant: when the worker ends, for whatever reason, no call is left waiting.

import { Worker } from 'node:worker_threads';
import { ChainpulseError } from '../model/errors.ts';
import { packSeries } from '../model/packed-series.ts';
import type { QueryResult } from '../promql/interface.ts';
import type { AlertOrigin, GroupEvaluation, RuleGroup } from '../rules/interface.ts';
import { readExemplars, readSamples } from './cursor-reader.ts';
import type { Engine } from './interface.ts';
import { type ResultPiece, ResultPieces } from './packed-result.ts';
import type { Calls, WorkerSettings } from './protocol.ts';
import { WorkerCalls } from './worker-calls.ts';

/**
 * Of the worker: two semi-spaces of 16 MiB, and as much for what is large. Queries would fill four times as much with what is dead
 * already, and be answered no sooner.
 */
const YOUNG_GENERATION_MAX_MB = 48;

export interface EngineClientOptions {
  /** The module that the worker runs. */
  readonly workerUrl: URL;
  readonly settings: WorkerSettings;
  /** Called once when the worker ends without having been closed: the monitor cannot go on. */
  readonly onLost: (error: ChainpulseError) => void;
  /** Told of what the store found or did by itself that the log should say, such as damaged history. */
  readonly onNotice: (message: string) => void;
  /** Told of rules that were evaluated because of a commit. */
  readonly onEvaluation?: (evaluation: GroupEvaluation) => void;
}

/** The engine, and the upkeep that its owner alone asks for. */
export interface EngineClient extends Engine {
  /** From now on these rules are evaluated, each group when it is asked for. */
  setRules(groups: readonly RuleGroup[], origin: AlertOrigin, timeMs: number): Promise<void>;
  evaluateRules(group: string, timeMs: number, missed: number): Promise<GroupEvaluation>;
  maintain(nowMs: number): Promise<void>;
}

/** Starts the worker; fulfilled when the store is open. @throws {ChainpulseError} as the store's opening does. */
export async function startEngine(options: EngineClientOptions): Promise<EngineClient> {
  const worker = new Worker(options.workerUrl, {
    workerData: options.settings,
    name: 'storage',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MAX_MB },
  });
  const calls = new WorkerCalls(worker, { ...options, onEvaluation: options.onEvaluation ?? (() => {}) });
  await calls.opened;
  return {
    resolveSeries: (series) => calls.call('resolveSeries', [packSeries(series)]),
    append: (batch) => calls.call('append', [batch], { transfer: transferableOf(batch) }),
    push: (request, signal) => {
      const whole = { ...request, body: aloneInItsBuffer(request.body) };
      return calls.call('push', [whole], { signal, transfer: [whole.body.buffer] });
    },
    instant: (query, signal, sent) => inPieces((onPiece) => calls.call('instant', [query], { signal, onPiece, sent })),
    range: (query, signal, sent) => inPieces((onPiece) => calls.call('range', [query], { signal, onPiece, sent })),
    explain: (query, signal) => calls.call('explain', [query], { signal }),
    select: (request, options) => readSamples(calls, request, options),
    selectExemplars: (request, options) => readExemplars(calls, request, options),
    series: (request, signal) => calls.call('series', [request], { signal }),
    labelNames: (request, signal) => calls.call('labelNames', [request], { signal }),
    labelValues: (name, request, signal) => calls.call('labelValues', [name, request], { signal }),
    metadata: (name, limit, signal) => calls.call('metadata', [name, limit], { signal }),
    cardinality: (limit, signal) => calls.call('cardinality', [limit], { signal }),
    deleteSeries: async (request) => (await calls.call('deleteSeries', [request])).series,
    cleanTombstones: () => calls.call('cleanTombstones', []),
    copyTo: (directory) => calls.call('copyTo', [directory]),
    stats: () => calls.call('stats', []),
    held: () => calls.call('held', []),
    ruleGroups: () => calls.call('ruleGroups', []),
    setRules: (groups, origin, timeMs) => calls.call('setRules', [groups, origin, timeMs]),
    evaluateRules: (group, timeMs, missed) => calls.call('evaluateRules', [group, timeMs, missed]),
    maintain: (nowMs) => calls.call('maintain', [nowMs]),
    close: async () => {
      const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      const done = calls.call('close', []);
      calls.refuseWith(new ChainpulseError('engine_closed', 'The store is closed.'));
      await done;
      await exited;
    },
  };
}

async function inPieces(ask: (onPiece: (piece: ResultPiece) => void) => Promise<QueryResult>): Promise<QueryResult> {
  let pieces: ResultPieces | undefined;
  const result = await ask((piece) => (pieces ??= new ResultPieces()).add(piece));
  return pieces === undefined ? result : pieces.complete(result);
}

/** A view into a larger buffer would take all of that along. */
function aloneInItsBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const isAlone = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
  return isAlone ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

/** The columns of a batch that lie alone in their buffers; a view into a larger one must be copied. */
function transferableOf(batch: Calls['append']['arguments'][0]): ArrayBuffer[] {
  const columns = [batch.refs, batch.values];
  const { timestampsMs } = batch;
  const all = typeof timestampsMs === 'number' ? columns : [...columns, timestampsMs];
  const alone = all.filter((column) => column.byteLength === column.buffer.byteLength);
  return [...new Set(alone.map((column) => column.buffer as ArrayBuffer))];
}
