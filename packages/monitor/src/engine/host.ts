// The worker's side of the engine: takes requests from the main thread and answers them from the store and the query
// engine. Requests run side by side; the store and the evaluator give way to each other in slices, so a short request is
// answered while a long one runs. Invariant: every request gets one response, also when the answer cannot be sent.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { ChainpulseError } from '../model/errors.ts';
import { unpackSeries } from '../model/packed-series.ts';
import { type QueryEngine, QueryError } from '../promql/interface.ts';
import type { AlertOrigin, GroupEvaluation, GroupStatus, RuleGroup } from '../rules/interface.ts';
import type { PushAnswer, PushRequest } from '../sources/push/interface.ts';
import type { Appender, LocalStore, SeriesRequest, Store } from '../storage/interface.ts';
import { Cursors } from './cursors.ts';
import { failureOf } from './failure.ts';
import { type PiecePassage, passResult, type ResultPiece } from './packed-result.ts';
import { buffersOf } from './packed-samples.ts';
import type { CallName, Calls, Request, Response } from './protocol.ts';

type Port = Pick<MessagePort, 'postMessage' | 'on' | 'close'>;

/** A call that is being answered. */
interface Call extends PiecePassage {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Settled when nobody needs the answer any more. */
  readonly sent: Promise<void>;
}

type Handlers = {
  [Name in CallName]: (call: Call, ...given: Calls[Name]['arguments']) => Promise<Calls[Name]['answer']>;
};

/** What decodes pushes over the store. */
interface Pushes {
  push(request: PushRequest, signal: AbortSignal): Promise<PushAnswer>;
}

/** The rules as they are evaluated over the store. */
interface HostedRules {
  setGroups(groups: readonly RuleGroup[], origin: AlertOrigin, timeMs: number): Promise<void>;
  evaluate(group: string, timeMs: number, missed: number): Promise<GroupEvaluation>;
  status(): readonly GroupStatus[];
}

export interface HostedParts {
  readonly store: Store;
  /** On the way to the store: rules see what is committed. */
  readonly appender: Appender & Pick<Store, 'resolvePacked'>;
  readonly rules: HostedRules;
  readonly queries: QueryEngine;
  readonly pushes: Pushes;
  /** The memory of the queries. */
  readonly pool: { readonly held: number };
}

export function hostEngine(port: Port, parts: HostedParts): void {
  const handlers = handlersOf(parts);
  const running = new Map<number, AbortController>();
  /** What to do when the answer of a call is needed no more, of those whose answers went in pieces. */
  const sending = new Map<number, () => void>();

  port.on('message', (request: Request) => {
    if (request.kind === 'cancel') running.get(request.id)?.abort();
    else if (request.kind === 'sent') sending.get(request.id)?.();
    else void answer(request);
  });
  port.postMessage({ kind: 'opened' } satisfies Response);

  async function answer({ id, name, arguments: given }: Extract<Request, { kind: 'call' }>): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    const { promise: sent, resolve } = Promise.withResolvers<void>();
    let isInPieces = false;
    let last: { readonly piece: ResultPiece; readonly buffers: ArrayBuffer[] } | undefined;
    const send: Call['send'] = (piece, buffers, isLastAndSmall) => {
      // A message wakes the other thread, which takes longer than packing a small answer: one is enough.
      if (isLastAndSmall) {
        last = { piece, buffers };
        return;
      }
      isInPieces = true;
      port.postMessage({ kind: 'piece', id, piece } satisfies Response, buffers);
    };
    sending.set(id, end);
    try {
      // The compiler cannot see that `given` belongs to `name` once both are taken out of the union.
      const handler = handlers[name] as (call: Call, ...given: unknown[]) => Promise<Calls[CallName]['answer']>;
      const result = await handler({ ...callOf(controller.signal), send, sent }, ...given);
      const ok = { kind: 'ok', id, answer: result } satisfies Response;
      if (last === undefined) port.postMessage(ok, columnsOf(result));
      else port.postMessage({ ...ok, lastPiece: last.piece } satisfies Response, last.buffers);
      // What went whole, or in one piece with its end, is small.
      if (!isInPieces) end();
    } catch (error) {
      end();
      port.postMessage({ kind: 'failed', id, failure: failureOf(error) } satisfies Response);
    } finally {
      running.delete(id);
      if (name === 'close') port.close();
    }

    function end(): void {
      sending.delete(id);
      resolve();
    }
  }
}

function callOf(signal: AbortSignal): Pick<Call, 'signal' | 'pause'> {
  return {
    signal,
    pause: async () => {
      await nextTurn();
      if (signal.aborted) throw new QueryError('canceled', 'query was canceled while its answer was sent');
    },
  };
}

function handlersOf({ store, appender, rules, queries, pushes, pool }: HostedParts): Handlers {
  const cursors = new Cursors(store);
  return {
    resolveSeries: (_, series) => appender.resolvePacked?.(series) ?? appender.resolveSeries(unpackSeries(series)),
    append: (_, batch) => appender.append(batch),
    push: ({ signal }, request) => pushes.push(request, signal),
    instant: async (call, query) => passResult(await queries.instant(query, call.signal, call.sent), call),
    range: async (call, query) => passResult(await queries.range(query, call.signal, call.sent), call),
    explain: ({ signal }, query) => queries.explain(query, signal),
    series: ({ signal }, request) => store.series(abandonable(request, signal)),
    labelNames: ({ signal }, request) => store.labelNames(abandonable(request, signal)),
    labelValues: ({ signal }, name, request) => store.labelValues(name, abandonable(request, signal)),
    metadata: ({ signal }, name, limit) => store.metadata(name, limit, signal),
    openCursor: async (_, request) => ({ cursor: cursors.open(request) }),
    nextPiece: (_, cursor) => cursors.next(cursor),
    closeCursor: async (_, cursor) => {
      cursors.close(cursor);
      return undefined;
    },
    cardinality: async ({ signal }, limit) => localPartOf(store).cardinality(limit, signal),
    deleteSeries: async (_, request) => ({ series: await localPartOf(store).deleteSeries(request) }),
    cleanTombstones: async () => {
      await localPartOf(store).cleanTombstones();
      return undefined;
    },
    copyTo: async (_, directory) => {
      await localPartOf(store).copyTo(directory);
      return undefined;
    },
    stats: async () => store.stats(),
    held: async () => ({ points: Math.ceil(pool.held), reads: cursors.size, leases: store.stats().leases ?? 0 }),
    setRules: async (_, groups, origin, timeMs) => {
      await rules.setGroups(groups, origin, timeMs);
      return undefined;
    },
    evaluateRules: (_, group, timeMs, missed) => rules.evaluate(group, timeMs, missed),
    ruleGroups: async () => rules.status(),
    maintain: async (_, nowMs) => {
      await store.maintain(nowMs);
      return undefined;
    },
    close: async () => {
      cursors.closeAll();
      await store.close();
      return undefined;
    },
  };
}

function abandonable(request: SeriesRequest, signal: AbortSignal): SeriesRequest {
  return { ...request, isAbandoned: () => signal.aborted };
}

/** @throws {ChainpulseError} `history_elsewhere` */
function localPartOf(store: Store): LocalStore {
  if ('copyTo' in store) return store as LocalStore;
  throw new ChainpulseError(
    'history_elsewhere',
    'the history is kept by another engine (storage.engine): ask that one, in its own way',
  );
}

/** The buffers of a matrix, and of a piece of a read, may be handed over: they were made for this answer alone. */
function columnsOf(answer: Calls[CallName]['answer']): ArrayBuffer[] {
  if (answer === undefined) return [];
  if ('kind' in answer) return buffersOf(answer);
  if (!('type' in answer) || answer.type !== 'matrix') return [];
  const buffers = new Set<ArrayBuffer>();
  for (const { timestampsMs, values } of answer.series) {
    buffers.add(timestampsMs.buffer as ArrayBuffer);
    buffers.add(values.buffer as ArrayBuffer);
  }
  return [...buffers];
}
