// A contender as a process of its own: started, asked, stopped in order, and what the kernel counted of it until its last
// moment. It is ended by its number alone, and its folder is whoever started it's to remove.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSecondsOf, residentBytesOf } from '../child-process.ts';

export interface Usage {
  readonly cpuSeconds: number;
  /** Bytes that it caused to be written to disk. */
  readonly writtenBytes: number;
  readonly residentBytes: number;
  readonly residentPeakBytes: number;
}

export interface ServerOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly address: string;
  readonly readyPath: string;
}

const READY_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 120_000;
const POLL_MS = 2;
const LOG_CHARACTERS = 4000;

export class ServerProcess {
  readonly address: string;
  /** From the start of the process until it said that it was ready. */
  readyAfterMs = Number.NaN;
  readonly #child: ChildProcess;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });
  #log = '';

  private constructor(child: ChildProcess, address: string) {
    this.#child = child;
    this.address = address;
    const keep = (chunk: Buffer): void => {
      this.#log = (this.#log + chunk.toString()).slice(-LOG_CHARACTERS);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  }

  static async start({ command, args, cwd, env, address, readyPath }: ServerOptions): Promise<ServerProcess> {
    const startMs = performance.now();
    const server = new ServerProcess(
      spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }),
      address,
    );
    while (performance.now() - startMs < READY_WITHIN_MS && server.isRunning) {
      const answer = await server.send('GET', readyPath).catch(() => undefined);
      if (answer !== undefined && answer.status < 300) {
        server.readyAfterMs = performance.now() - startMs;
        return server;
      }
      await sleep(POLL_MS);
    }
    await server.kill();
    throw new Error(`${command} did not become ready:\n${server.#log}`);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The end of what it printed. */
  get log(): string {
    return this.#log;
  }

  send(
    method: 'GET' | 'POST',
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: Uint8Array,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
    const url = new URL(this.address + path);
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const call = request(url, { method, agent: this.#agent, headers: { ...headers, ...length } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
      answer.on('error', reject);
    });
    call.on('error', reject);
    call.end(body);
    return promise;
  }

  usage(): Usage {
    const pid = this.#child.pid ?? 0;
    return {
      cpuSeconds: cpuSecondsOf(pid),
      writtenBytes: numberIn(`/proc/${pid}/io`, /^write_bytes: (\d+)$/m),
      residentBytes: residentBytesOf(pid),
      residentPeakBytes: 1024 * numberIn(`/proc/${pid}/status`, /^VmHWM:\s+(\d+) kB$/m),
    };
  }

  /** Ends it in order. What it used last, that is, with what it did at its end. */
  async stop(): Promise<Usage> {
    let last = this.usage();
    this.#child.kill('SIGTERM');
    const deadlineMs = performance.now() + STOP_WITHIN_MS;
    while (this.isRunning) {
      await sleep(POLL_MS);
      try {
        const usage = this.usage();
        // A process that has ended has no memory any more.
        if (usage.residentBytes > 0) last = usage;
      } catch {
        // It has ended, which the child process tells in a moment.
      }
      if (performance.now() < deadlineMs) continue;
      await this.kill();
      throw new Error(`${this.#child.spawnfile} did not stop within ${STOP_WITHIN_MS / 1000} s:\n${this.#log}`);
    }
    this.#agent.destroy();
    return last;
  }

  async kill(): Promise<void> {
    this.#agent.destroy();
    if (!this.isRunning) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

function numberIn(file: string, pattern: RegExp): number {
  return Number(pattern.exec(readFileSync(file, 'utf8'))?.[1]);
}
