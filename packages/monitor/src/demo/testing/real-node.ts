// A real anvil for tests that mines only when it is told to.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../testing/free-port.ts';
import { findAnvil } from '../anvil-binary.ts';
import { NodeRpc } from '../node-rpc.ts';

/** Why tests with a real node are skipped, or false where they run. */
export function whyNoAnvil(): string | false {
  try {
    findAnvil();
    return false;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Asks again and again until the answer is yes. @throws after 20 s, saying what was waited for. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 20_000;
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) throw new Error(`waited in vain: ${what}`);
    await sleep(10);
  }
}

export class RealNode {
  readonly url: URL;
  readonly rpc: NodeRpc;
  readonly #port: number;
  #process: ChildProcess | undefined;

  constructor(port: number) {
    this.#port = port;
    this.url = new URL(`http://127.0.0.1:${port}`);
    this.rpc = new NodeRpc(this.url.href);
  }

  static async start(): Promise<RealNode> {
    const node = new RealNode(await freePort());
    await node.start();
    return node;
  }

  async start(): Promise<void> {
    const args = ['--host=127.0.0.1', `--port=${this.#port}`, '--no-mining', '--prune-history', '--quiet'];
    this.#process = spawn(findAnvil(), args, { stdio: 'ignore' });
    await until('the node answers', () =>
      this.rpc.call('eth_blockNumber').then(
        () => true,
        () => false,
      ),
    );
  }

  async stop(): Promise<void> {
    if (this.#process === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill();
    await once(this.#process, 'exit');
  }
}
