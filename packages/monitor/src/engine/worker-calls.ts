// Calls to a worker and their answers: each call is a message with a number, each answer carries the number back.
// Invariant: when the worker ends, for whatever reason, no call is left waiting, and the end is told once.

import type { Worker } from 'node:worker_threads';
import { ChainpulseError } from '../model/errors.ts';
import type { GroupEvaluation } from '../rules/interface.ts';
import { errorOf } from './failure.ts';
import type { ResultPiece } from './packed-result.ts';
import type { CallName, Calls, Request, Response } from './protocol.ts';

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
  readonly onPiece: ((piece: ResultPiece) => void) | undefined;
  readonly sent: Promise<unknown> | undefined;
  isInPieces: boolean;
}

export interface CallOptions {
  /** When an answer that comes in pieces is needed no more; without it, once it is here. */
  readonly sent?: Promise<unknown> | undefined;
  /** Asks the worker to give the call up; it is the worker that ends it. */
  readonly signal?: AbortSignal | undefined;
  readonly transfer?: ArrayBuffer[];
  /** Takes what comes ahead of the answer. */
  readonly onPiece?: (piece: ResultPiece) => void;
}

/** Told of what the worker says by itself. */
export interface WorkerListener {
  readonly onLost: (error: ChainpulseError) => void;
  readonly onNotice: (message: string) => void;
  readonly onEvaluation: (evaluation: GroupEvaluation) => void;
}

export class WorkerCalls {
  /** Fulfilled when the worker says that it is ready; rejected with what kept it from that. */
  readonly opened: Promise<void>;
  readonly #worker: Worker;
  readonly #listener: WorkerListener;
  readonly #opening = Promise.withResolvers<void>();
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #ended: ChainpulseError | undefined;

  constructor(worker: Worker, listener: WorkerListener) {
    this.#worker = worker;
    this.#listener = listener;
    this.opened = this.#opening.promise;
    worker.on('message', (response: Response) => this.#receive(response));
    worker.on('error', (error) => {
      this.#lose(new ChainpulseError('engine_lost', `The storage worker failed: ${error.message}`, { cause: error }));
    });
    worker.on('exit', (code) => {
      this.#lose(new ChainpulseError('engine_lost', `The storage worker ended with exit code ${code}.`));
    });
  }

  call<Name extends CallName>(
    name: Name,
    given: Calls[Name]['arguments'],
    { signal, transfer, onPiece, sent }: CallOptions = {},
  ): Promise<Calls[Name]['answer']> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<Calls[Name]['answer']>();
    try {
      this.#worker.postMessage({ kind: 'call', id, name, arguments: given } as Request, transfer);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#waiting.set(id, { resolve, reject, onPiece, sent, isInPieces: false });
    if (signal === undefined) return promise;
    const cancel = () => this.#worker.postMessage({ kind: 'cancel', id } satisfies Request);
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    return promise.finally(() => signal.removeEventListener('abort', cancel));
  }

  /** Takes no more calls; those that wait are still answered, and the end of the worker is no loss. */
  refuseWith(error: ChainpulseError): void {
    this.#ended ??= error;
  }

  #receive(response: Response): void {
    switch (response.kind) {
      case 'opened':
        this.#opening.resolve();
        break;
      case 'notice':
        this.#listener.onNotice(response.message);
        break;
      case 'evaluated':
        this.#listener.onEvaluation(response.evaluation);
        break;
      case 'failedToOpen':
        this.#ended = errorOf(response.failure);
        this.#opening.reject(this.#ended);
        break;
      case 'piece':
        this.#addPiece(response.id, response.piece);
        break;
      case 'ok':
        this.#complete(response);
        break;
      case 'failed':
        this.#take(response.id)?.reject(errorOf(response.failure));
        break;
    }
  }

  #addPiece(id: number, piece: ResultPiece): void {
    const entry = this.#waiting.get(id);
    if (entry === undefined) return;
    entry.isInPieces = true;
    entry.onPiece?.(piece);
  }

  #complete({ id, answer, lastPiece }: Extract<Response, { kind: 'ok' }>): void {
    const entry = this.#take(id);
    if (entry === undefined) return;
    if (lastPiece !== undefined) entry.onPiece?.(lastPiece);
    const tellSent = () => this.#worker.postMessage({ kind: 'sent', id } satisfies Request);
    if (entry.isInPieces) {
      if (entry.sent === undefined) tellSent();
      else void Promise.allSettled([entry.sent]).then(tellSent);
    }
    entry.resolve(answer as never);
  }

  #take(id: number): Waiting | undefined {
    const entry = this.#waiting.get(id);
    this.#waiting.delete(id);
    return entry;
  }

  #lose(error: ChainpulseError): void {
    const isNews = this.#ended === undefined;
    this.#ended ??= error;
    this.#opening.reject(this.#ended);
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
    if (isNews) this.#listener.onLost(this.#ended);
  }
}
