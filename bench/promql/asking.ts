// Asks a contender over HTTP, as Grafana does, and times the answer until its last byte has come.

import { Agent, request } from 'node:http';
import { gridOf, type Question } from './questions.ts';

/** Enough that a question asked on time never waits for another in here. */
const CONNECTIONS_MAX = 256;

export interface Reply {
  readonly status: number;
  readonly body: Buffer;
  readonly elapsedMs: number;
}

export class Asking {
  readonly #address: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });

  constructor(address: string) {
    this.#address = address;
  }

  ask(question: Question): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const startedMs = performance.now();
    const call = request(this.#address + pathOf(question), { agent: this.#agent }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const elapsedMs = performance.now() - startedMs;
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts), elapsedMs });
      });
    });
    call.on('error', reject);
    call.end();
    return promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}

function pathOf({ span, expression }: Question): string {
  const { startMs, endMs, stepMs } = gridOf(span);
  if (stepMs === undefined) {
    return `/api/v1/query?${new URLSearchParams({ query: expression, time: `${endMs / 1000}` }).toString()}`;
  }
  const range = { start: `${startMs / 1000}`, end: `${endMs / 1000}`, step: `${stepMs / 1000}` };
  return `/api/v1/query_range?${new URLSearchParams({ query: expression, ...range }).toString()}`;
}
