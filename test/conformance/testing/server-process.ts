// A real server (Prometheus, InfluxDB, VictoriaMetrics) as a process of its own on a free port of the loopback, with a folder
// of its own that goes with it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../packages/monitor/src/testing/free-port.ts';

const START_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 10_000;
const POLL_MS = 50;

export interface ServerOptions {
  readonly binary: string;
  /** Writes what the server needs into its folder and gives its arguments. */
  readonly prepare: (directory: string, port: number) => Promise<readonly string[]>;
  /** Answers with 2xx once the server can be used. */
  readonly readyPath: string;
}

/** Why a test without these binaries is skipped, or false. */
export function skipWithout(
  binaries: readonly { readonly path: string; readonly debianPackage: string }[],
): string | false {
  const missing = binaries.find(({ path }) => !existsSync(path));
  return missing === undefined ? false : `no ${missing.path} here: apt-get install ${missing.debianPackage}`;
}

export class ServerProcess {
  /** Where it answers, without a slash at the end. */
  readonly address: string;
  readonly #process: ChildProcess;
  readonly #directory: string;
  #log = '';

  private constructor(process: ChildProcess, directory: string, port: number) {
    this.address = `http://127.0.0.1:${port}`;
    this.#process = process;
    this.#directory = directory;
    const keep = (chunk: Buffer): void => {
      this.#log = (this.#log + chunk.toString()).slice(-4000);
    };
    process.stdout?.on('data', keep);
    process.stderr?.on('data', keep);
  }

  static async start({ binary, prepare, readyPath }: ServerOptions): Promise<ServerProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'chainpulse-conformance-'));
    const port = await freePort();
    const args = await prepare(directory, port);
    const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: directory });
    const server = new ServerProcess(child, directory, port);
    if (await becomesTrue(() => server.#answers(readyPath), START_DEADLINE_MS)) return server;
    await server.stop();
    throw new Error(`${binary} did not become ready:\n${server.#log}`);
  }

  /** The end of what it printed. */
  get log(): string {
    return this.#log;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      const abort = new AbortController();
      const late = delay(STOP_DEADLINE_MS, 'late', { signal: abort.signal }).catch(() => undefined);
      if ((await Promise.race([ended, late])) === 'late') this.#process.kill('SIGKILL');
      abort.abort();
      await ended;
    }
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #answers(path: string): Promise<boolean> {
    if (this.#process.exitCode !== null) throw new Error(`The server ended:\n${this.#log}`);
    const answer = await fetch(this.address + path).catch(() => undefined);
    await answer?.arrayBuffer();
    return answer?.ok === true;
  }
}

/** Asks again and again until it is true (true), or the deadline is over (false). */
export async function becomesTrue(isTrue: () => Promise<boolean>, deadlineMs: number): Promise<boolean> {
  const endMs = performance.now() + deadlineMs;
  while (performance.now() < endMs) {
    if (await isTrue()) return true;
    await delay(POLL_MS);
  }
  return false;
}
