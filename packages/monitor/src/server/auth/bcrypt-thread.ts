// The thread for bcrypt as the main thread sees it: started by the first question, and again when it was lost. It does not
// keep the process alive.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface BcryptQuestion {
  readonly id: number;
  readonly password: string;
  readonly hash: string;
}

export interface BcryptAnswer {
  readonly id: number;
  readonly isMatch: boolean;
}

const WORKER = new URL(`./bcrypt-worker${extname(import.meta.url)}`, import.meta.url);

export class BcryptThread {
  #worker: Worker | undefined;
  #lastId = 0;
  readonly #waiting = new Map<number, PromiseWithResolvers<boolean>>();

  compare(password: string, hash: string): Promise<boolean> {
    const worker = (this.#worker ??= this.#start());
    const question: BcryptQuestion = { id: ++this.#lastId, password, hash };
    const answer = Promise.withResolvers<boolean>();
    this.#waiting.set(question.id, answer);
    worker.postMessage(question);
    return answer.promise;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(WORKER, { stdout: true, stderr: true });
    worker.on('message', ({ id, isMatch }: BcryptAnswer) => {
      this.#waiting.get(id)?.resolve(isMatch);
      this.#waiting.delete(id);
    });
    worker.on('error', (error) => this.#lost(worker, error));
    worker.on('exit', () => this.#lost(worker, new Error('the thread that compares passwords has ended')));
    worker.unref();
    return worker;
  }

  #lost(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const answer of this.#waiting.values()) answer.reject(error);
    this.#waiting.clear();
  }
}
