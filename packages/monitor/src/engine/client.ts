// The main thread's side of the engine: every call is a message to the storage worker and a promise of its answer.
// Invariant: when the worker ends, for whatever reason, no call is left waiting.

import { Worker } from 'node:worker_threads';
import { ChainpulseError } from '../model/errors.ts';
import { errorOf } from './failure.ts';
import type { Engine } from './interface.ts';
import { packSeries } from './packed-series.ts';
import type { CallName, Calls, Request, Response, WorkerSettings } from './protocol.ts';

export interface EngineClientOptions {
  /** The module that the worker runs. */
  readonly workerUrl: URL;
  readonly settings: WorkerSettings;
  /** Called once when the worker ends without having been closed: the monitor cannot go on. */
  readonly onLost: (error: ChainpulseError) => void;
}

/** The engine, and the upkeep that its owner alone asks for. */
export interface EngineClient extends Engine {
  maintain(nowMs: number): Promise<void>;
}

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/** Starts the worker; fulfilled when the store is open. @throws {ChainpulseError} as the store's opening does. */
export async function startEngine(options: EngineClientOptions): Promise<EngineClient> {
  const worker = new Worker(options.workerUrl, { workerData: options.settings, name: 'storage' });
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  let ended: ChainpulseError | undefined;

  const opened = Promise.withResolvers<void>();
  worker.on('message', (response: Response) => {
    switch (response.kind) {
      case 'opened':
        return opened.resolve();
      case 'failedToOpen':
        ended = errorOf(response.failure);
        return opened.reject(ended);
      case 'ok':
        take(response.id)?.resolve(response.answer as never);
        return;
      case 'failed':
        take(response.id)?.reject(errorOf(response.failure));
        return;
    }
  });
  worker.on('error', (error) =>
    lose(new ChainpulseError('engine_lost', `The storage worker failed: ${error.message}`, { cause: error })),
  );
  worker.on('exit', (code) =>
    lose(new ChainpulseError('engine_lost', `The storage worker ended with exit code ${code}.`)),
  );

  function take(id: number): Waiting | undefined {
    const entry = waiting.get(id);
    waiting.delete(id);
    return entry;
  }

  function lose(error: ChainpulseError): void {
    const isNews = ended === undefined;
    ended ??= error;
    opened.reject(ended);
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
    if (isNews) options.onLost(ended);
  }

  function call<Name extends CallName>(
    name: Name,
    given: Calls[Name]['arguments'],
    { signal, transfer }: { signal?: AbortSignal | undefined; transfer?: ArrayBuffer[] } = {},
  ): Promise<Calls[Name]['answer']> {
    if (ended !== undefined) return Promise.reject(ended);
    const id = nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<Calls[Name]['answer']>();
    try {
      worker.postMessage({ kind: 'call', id, name, arguments: given } as Request, transfer);
    } catch (error) {
      return Promise.reject(error);
    }
    waiting.set(id, { resolve, reject });
    if (signal === undefined) return promise;
    const cancel = () => worker.postMessage({ kind: 'cancel', id } satisfies Request);
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    return promise.finally(() => signal.removeEventListener('abort', cancel));
  }

  await opened.promise;
  return {
    resolveSeries: (series) => call('resolveSeries', [packSeries(series)]),
    append: (batch) => call('append', [batch], { transfer: transferableOf(batch) }),
    instant: (query, signal) => call('instant', [query], { signal }),
    range: (query, signal) => call('range', [query], { signal }),
    series: (request) => call('series', [request]),
    labelNames: (request) => call('labelNames', [request]),
    labelValues: (name, request) => call('labelValues', [name, request]),
    metadata: (name, limit) => call('metadata', [name, limit]),
    stats: () => call('stats', []),
    maintain: (nowMs) => call('maintain', [nowMs]),
    close: async () => {
      const done = call('close', []);
      ended ??= new ChainpulseError('engine_closed', 'The store is closed.');
      const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      await done;
      await exited;
    },
  };
}

/** The columns of a batch that lie alone in their buffers; a view into a larger one must be copied. */
function transferableOf(batch: Calls['append']['arguments'][0]): ArrayBuffer[] {
  const columns = [batch.refs, batch.values];
  const { timestampsMs } = batch;
  const all = typeof timestampsMs === 'number' ? columns : [...columns, timestampsMs];
  const alone = all.filter((column) => column.byteLength === column.buffer.byteLength);
  return [...new Set(alone.map((column) => column.buffer as ArrayBuffer))];
}
