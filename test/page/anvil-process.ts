// A real Ethereum node in a process of its own: anvil, mining a block a second, with a transfer now and then.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '../../packages/monitor/src/testing/free-port.ts';
import { until } from '../apptest/monitor-process.ts';

const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;
const BINARY = join(
  import.meta.dirname,
  `../../node_modules/@foundry-rs/anvil-${process.platform}-${ARCHITECTURE}/bin/anvil`,
);
const TRANSFER_INTERVAL_MS = 150;

export class AnvilProcess implements AsyncDisposable {
  readonly port: number;
  #child: ChildProcess | undefined;
  #transfers: NodeJS.Timeout | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<AnvilProcess> {
    const anvil = new AnvilProcess(await freePort());
    await anvil.restart();
    return anvil;
  }

  /** Starts it, again on the same port, from its first block. */
  async restart(): Promise<void> {
    const args = ['--host', '127.0.0.1', '--port', String(this.port), '--block-time', '1', '--silent'];
    this.#child = spawn(BINARY, args, { stdio: 'ignore' });
    await until(
      () => this.#call('eth_blockNumber', []).catch(() => undefined),
      (answer) => answer !== undefined,
    );
    const [from, to] = (await this.#call('eth_accounts', [])) as string[];
    this.#transfers = setInterval(() => {
      this.#call('eth_sendTransaction', [{ from, to, value: '0x1' }]).catch(() => {});
    }, TRANSFER_INTERVAL_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#transfers);
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #call(method: string, parameters: readonly unknown[]): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.port}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: parameters }),
    });
    return ((await response.json()) as { result?: unknown }).result;
  }
}
