// Keeps the demo's node small however long it runs. anvil never forgets a block header: its state file grows by 1.7 kB a
// block and is written whole each time. So every 500 blocks the state is taken out, cut to its newest blocks and put back,
// within the running node, in some 50 ms with its clockwork stopped: the height goes on, pid and connections stay.
// Every run also leaves a copy of the state for `mendState`.

import { parseNumber } from '../sources/probes/evm/quantity.ts';
import { BLOCK_TIME_SECONDS } from './anvil-command.ts';
import { type StateFiles, withoutOldBlocks, writeCopy } from './anvil-state.ts';
import type { NodeRpc } from './node-rpc.ts';

const TRIM_EVERY_BLOCKS = 500;
export const KEPT_BLOCKS = 128;
const EVERY_MS = 60_000;

export interface UpkeepOptions {
  readonly rpc: NodeRpc;
  readonly files: StateFiles;
}

export class AnvilUpkeep {
  readonly #options: UpkeepOptions;
  /** Unknown at first: the first run cuts whatever an earlier one left. */
  #trimmedAtHeight: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      // A node that was stopped is no failure of the upkeep: the next run finds it again.
      this.#running = this.run().catch(() => {});
    }, EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  /** @throws when the node does not answer. */
  async run(): Promise<void> {
    const { rpc, files } = this.#options;
    const height = parseNumber(await rpc.call('eth_blockNumber')) ?? 0;
    if (!this.#isTrimDue(height)) {
      await writeCopy(files, await this.#dump());
      return;
    }
    await rpc.call('evm_setIntervalMining', [0]);
    try {
      await this.#trim();
    } finally {
      await rpc.call('evm_setIntervalMining', [BLOCK_TIME_SECONDS]);
    }
    this.#trimmedAtHeight = height;
  }

  #isTrimDue(height: number): boolean {
    const trimmedAt = this.#trimmedAtHeight;
    // A smaller height is that of another chain or of an older state.
    return trimmedAt === undefined || height < trimmedAt || height >= trimmedAt + TRIM_EVERY_BLOCKS;
  }

  async #trim(): Promise<void> {
    const { rpc, files } = this.#options;
    const dump = await this.#dump();
    await writeCopy(files, dump);
    const trimmed = await withoutOldBlocks(dump, KEPT_BLOCKS);
    await rpc.batch([
      { method: 'anvil_reset', params: [] },
      { method: 'anvil_loadState', params: [trimmed] },
      // The reset took the node's time back to its start.
      { method: 'evm_setTime', params: [Math.floor(Date.now() / 1000)] },
    ]);
  }

  async #dump(): Promise<string> {
    const dump = await this.#options.rpc.call('anvil_dumpState');
    if (typeof dump !== 'string') throw new Error('anvil_dumpState did not answer with a state.');
    return dump;
  }
}
