// The real binary in a process of its own, for tests that treat it as its users do.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
export const BINARY = join(ROOT, 'packages/monitor/bin/chainpulse.js');
const START_LIMIT_MS = 60_000;

export interface VectorResult {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface RunResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the binary to its end. */
export async function runChainpulse(args: readonly string[], cwd = ROOT): Promise<RunResult> {
  const child = spawn(process.execPath, [BINARY, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collectOutput(child);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, ...output };
}

export class MonitorProcess implements AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;
  readonly output: { readonly stdout: string; readonly stderr: string };

  private constructor(child: ChildProcess, output: { stdout: string; stderr: string }, url: string) {
    this.child = child;
    this.output = output;
    this.url = url;
  }

  /** Starts it on a free port; fulfilled when it has printed where the page is. */
  static async start(args: readonly string[], cwd = ROOT): Promise<MonitorProcess> {
    const child = spawn(process.execPath, [BINARY, ...args, '--port', '0'], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = collectOutput(child);
    const limit = AbortSignal.timeout(START_LIMIT_MS);
    while (!limit.aborted) {
      const url = /^ {2}page {6}(\S+)$/m.exec(output.stdout)?.[1];
      if (url !== undefined) return new MonitorProcess(child, output, url);
      if (child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    child.kill('SIGKILL');
    throw new Error(`the monitor did not start:\n${output.stdout}${output.stderr}`);
  }

  async query(expression: string): Promise<readonly VectorResult[]> {
    const response = await fetch(`${this.url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: expression }),
    });
    const { data, error } = (await response.json()) as { data?: { result: VectorResult[] }; error?: string };
    if (data === undefined) throw new Error(error ?? `status ${response.status}`);
    return data.result;
  }

  /** The one value that the expression has, or undefined when it has none. */
  async value(expression: string): Promise<number | undefined> {
    const [first] = await this.query(expression);
    return first === undefined ? undefined : Number(first.value[1]);
  }

  async health(): Promise<{ status: number; summary: string }> {
    const response = await fetch(`${this.url}/health`);
    const { summary } = (await response.json()) as { summary: string };
    return { status: response.status, summary };
  }

  /** As Ctrl-C does. */
  async interrupt(): Promise<number | null> {
    return this.#end('SIGINT');
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const closed = once(this.child, 'close');
    this.child.kill(signal);
    await closed;
    return this.child.exitCode;
  }
}

/** Asks until the answer is what is waited for; fails after the limit with the last answer. */
export async function until<T>(
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  { limitMs = 30_000, everyMs = 200 } = {},
): Promise<T> {
  const limit = AbortSignal.timeout(limitMs);
  let answer: T | undefined;
  while (!limit.aborted) {
    answer = await ask();
    if (isWanted(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw new Error(`waited ${limitMs} ms in vain; the last answer was ${JSON.stringify(answer)}`);
}

function collectOutput(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  return output;
}
