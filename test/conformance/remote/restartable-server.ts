// A real server that can be killed and started again on the same port over the same data.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../../packages/monitor/src/testing/free-port.ts';
import { becomesTrue } from '../testing/server-process.ts';
import { temporaryFolder } from './engines.ts';

const START_DEADLINE_MS = 60_000;

export interface RestartableOptions {
  readonly binary: string;
  readonly argumentsFor: (dataPath: string, port: number) => readonly string[];
  readonly readyPath: string;
}

export class RestartableServer {
  readonly address: string;
  readonly #options: RestartableOptions;
  readonly #port: number;
  readonly #folder: Awaited<ReturnType<typeof temporaryFolder>>;
  #process: ChildProcess | undefined;

  private constructor(options: RestartableOptions, port: number, folder: Awaited<ReturnType<typeof temporaryFolder>>) {
    this.#options = options;
    this.#port = port;
    this.#folder = folder;
    this.address = `http://127.0.0.1:${port}`;
  }

  static async create(options: RestartableOptions): Promise<RestartableServer> {
    const server = new RestartableServer(options, await freePort(), await temporaryFolder());
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const { binary, argumentsFor, readyPath } = this.#options;
    const child = spawn(binary, argumentsFor(this.#folder.path, this.#port), { stdio: 'ignore' });
    this.#process = child;
    const isReady = async () => {
      const answer = await fetch(this.address + readyPath).catch(() => undefined);
      await answer?.arrayBuffer();
      return answer?.ok === true || child.exitCode !== null;
    };
    const isUp = await becomesTrue(isReady, START_DEADLINE_MS);
    if (!isUp || child.exitCode !== null) throw new Error(`${binary} did not start again`);
  }

  async kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async dispose(): Promise<void> {
    await this.kill('SIGKILL');
    await this.#folder.remove();
  }
}
