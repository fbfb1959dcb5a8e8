// The node of `chainpulse demo`: anvil under steady traffic.

import { type AnvilOptions, startAnvil } from './anvil.ts';
import { startTraffic } from './traffic.ts';

export interface DemoNodeOptions extends AnvilOptions {
  /** Of the traffic (default 1). */
  readonly seed?: number;
}

export interface DemoNode {
  /** JSON-RPC over HTTP, and over WebSocket at the same port. */
  readonly url: string;
  readonly pid: number;
  /** For a POSIX shell: starts the node again when it was stopped. */
  readonly restartCommand: string;
  /** Ends traffic and node; nothing is left running. */
  stop(): Promise<void>;
}

/** @throws {ChainpulseError} `anvil_missing`, `anvil_failed`, `port_taken` */
export async function startDemoNode({ seed, ...options }: DemoNodeOptions): Promise<DemoNode> {
  const anvil = await startAnvil(options);
  const traffic = startTraffic({ url: anvil.url, ...(seed === undefined ? {} : { seed }) });
  return {
    url: anvil.url,
    pid: anvil.pid,
    restartCommand: anvil.restartCommand,
    async stop() {
      await traffic.stop();
      await anvil.stop();
    },
  };
}
