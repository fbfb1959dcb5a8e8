// The worker's side of the engine: takes requests from the main thread and answers them from the store and the query
// engine. Requests run side by side; the store and the evaluator give way to each other in slices, so a short request is
// answered while a long one runs. Invariant: every request gets one response, also when the answer cannot be sent.

import type { MessagePort } from 'node:worker_threads';
import type { QueryEngine } from '../promql/interface.ts';
import type { Store } from '../storage/interface.ts';
import { failureOf } from './failure.ts';
import { unpackSeries } from './packed-series.ts';
import type { CallName, Calls, Request, Response } from './protocol.ts';

type Port = Pick<MessagePort, 'postMessage' | 'on' | 'close'>;

type Handlers = {
  [Name in CallName]: (signal: AbortSignal, ...given: Calls[Name]['arguments']) => Promise<Calls[Name]['answer']>;
};

export function hostEngine(port: Port, store: Store, queries: QueryEngine): void {
  const handlers = handlersOf(store, queries);
  const running = new Map<number, AbortController>();

  port.on('message', (request: Request) => {
    if (request.kind === 'cancel') running.get(request.id)?.abort();
    else void answer(request);
  });
  port.postMessage({ kind: 'opened' } satisfies Response);

  async function answer({ id, name, arguments: given }: Extract<Request, { kind: 'call' }>): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      // The compiler cannot see that `given` belongs to `name` once both are taken out of the union.
      const handler = handlers[name] as (
        signal: AbortSignal,
        ...given: unknown[]
      ) => Promise<Calls[CallName]['answer']>;
      const result = await handler(controller.signal, ...given);
      port.postMessage({ kind: 'ok', id, answer: result } satisfies Response, columnsOf(result));
    } catch (error) {
      port.postMessage({ kind: 'failed', id, failure: failureOf(error) } satisfies Response);
    } finally {
      running.delete(id);
      if (name === 'close') port.close();
    }
  }
}

function handlersOf(store: Store, queries: QueryEngine): Handlers {
  return {
    resolveSeries: (_, series) => store.resolveSeries(unpackSeries(series)),
    append: (_, batch) => store.append(batch),
    instant: (signal, query) => queries.instant(query, signal),
    range: (signal, query) => queries.range(query, signal),
    series: (_, request) => store.series(request),
    labelNames: (_, request) => store.labelNames(request),
    labelValues: (_, name, request) => store.labelValues(name, request),
    metadata: (_, name, limit) => store.metadata(name, limit),
    stats: async () => store.stats(),
    maintain: async (_, nowMs) => {
      await store.maintain(nowMs);
      return undefined;
    },
    close: async () => {
      await store.close();
      return undefined;
    },
  };
}

/** The buffers of a matrix may be handed over: the evaluator made them for this answer alone. */
function columnsOf(answer: Calls[CallName]['answer']): ArrayBuffer[] {
  if (answer === undefined || !('type' in answer) || answer.type !== 'matrix') return [];
  const buffers = new Set<ArrayBuffer>();
  for (const { timestampsMs, values } of answer.series) {
    buffers.add(timestampsMs.buffer as ArrayBuffer);
    buffers.add(values.buffer as ArrayBuffer);
  }
  return [...buffers];
}
