// The instruments of one EVM node, in two registries: what can be read from blocks and the node's state, and what needs
// the receipts of every transaction, which not every node hands out. Counters exist from 0, so those that cannot be
// measured have to stay out of sight: the second registry is shown only while the node answers `eth_getBlockReceipts`.
// They are rows of the table of a node's metrics; where JSON-RPC tells less than a row, it is narrowed here.

import {
  type BuildInfo,
  METRIC_TABLE,
  makeInstruments,
  metric,
  Registry,
  type SyncState,
} from '@chainpulse/instrument';
import type { Block, ReceiptTotals } from './block.ts';
import { weiToNative } from './quantity.ts';

const { blocks, consensus, contracts, mempool, peers, runtime, sync, transactions } = METRIC_TABLE;

const HEAD_METRICS = {
  height: blocks.headHeight,
  timestamp: blocks.headTimestamp,
  transactions: blocks.headTransactions,
  gasUsed: blocks.headGasUsed,
  gasLimit: blocks.headGasLimit,
  baseFee: blocks.baseFeeWei,
  finalized: consensus.finalizedHeight,
};

const BLOCK_METRICS = {
  interval: blocks.interval,
  gasUsed: blocks.gasUsed,
  processed: transactions.processed,
  /** Of the probe and not of the node, so it is no row of the table. */
  skipped: metric({
    name: 'chainpulse_probe_blocks_skipped_total',
    type: 'counter',
    unit: 'blocks',
    help: 'Blocks that the monitor left out of the counters because too many came between two collections.',
    recordedBy: 'evm probe',
  }),
};

/** Without the direction, which `net_peerCount` does not tell. */
const { labels: _direction, ...PEERS_IN_ALL } = peers.connected;

const STATE_METRICS = {
  mempool: mempool.transactions,
  peers: PEERS_IN_ALL,
  sync: sync.state,
  syncCurrent: sync.currentHeight,
  syncTarget: sync.targetHeight,
  buildInfo: runtime.buildInfo,
} as const;

const RECEIPT_METRICS = {
  /** A receipt tells one reason; the others would stand at 0 as though they were known. */
  failed: { ...transactions.failed, labels: { reason: ['reverted'] } },
  fees: transactions.fees,
  deployed: contracts.deployed,
} as const;

export class EvmMetrics {
  readonly node = new Registry();
  readonly receipts = new Registry();
  readonly #head = makeInstruments(this.node, HEAD_METRICS);
  readonly #blocks = makeInstruments(this.node, BLOCK_METRICS);
  readonly #state = makeInstruments(this.node, STATE_METRICS);
  readonly #perReceipt = makeInstruments(this.receipts, RECEIPT_METRICS);
  /** Summed before it is rounded: a fee is far below the resolution of a large total. */
  #feesWei = 0n;

  setHead(head: Block): void {
    this.#head.height.set(head.height);
    this.#head.timestamp.set(head.timestampSeconds);
    this.#head.transactions.set(head.transactionCount);
    this.#head.gasUsed.set(head.gasUsed);
    this.#head.gasLimit.set(head.gasLimit);
    if (head.baseFeeWei === undefined) this.#head.baseFee.clear();
    else this.#head.baseFee.set(head.baseFeeWei);
  }

  countBlock(block: Block, receipts: ReceiptTotals | undefined): void {
    this.#blocks.processed.inc(block.transactionCount);
    this.#blocks.gasUsed.inc(block.gasUsed);
    if (receipts === undefined) return;
    this.#perReceipt.failed.inc({ reason: 'reverted' }, receipts.revertedCount);
    this.#perReceipt.deployed.inc(receipts.deployedCount);
    this.#feesWei += receipts.feesWei;
    this.#perReceipt.fees.mirrorTotal(weiToNative(this.#feesWei));
  }

  observeInterval(intervalSeconds: number): void {
    this.#blocks.interval.observe(intervalSeconds);
  }

  countSkipped(blockCount: number): void {
    this.#blocks.skipped.inc(blockCount);
  }

  setFinalized(height: number | undefined): void {
    if (height === undefined) this.#head.finalized.clear();
    else this.#head.finalized.set(height);
  }

  setMempool(state: 'pending' | 'queued', count: number | undefined): void {
    if (count === undefined) this.#state.mempool.remove({ state });
    else this.#state.mempool.set({ state }, count);
  }

  setPeers(count: number | undefined): void {
    if (count === undefined) this.#state.peers.clear();
    else this.#state.peers.set(count);
  }

  setSync(current: SyncState | undefined, currentHeight: number | undefined, targetHeight: number | undefined): void {
    if (current === undefined) this.#state.sync.clear();
    else this.#state.sync.set(current);
    if (currentHeight === undefined) this.#state.syncCurrent.clear();
    else this.#state.syncCurrent.set(currentHeight);
    if (targetHeight === undefined) this.#state.syncTarget.clear();
    else this.#state.syncTarget.set(targetHeight);
  }

  setBuildInfo(info: BuildInfo | undefined): void {
    if (info === undefined) this.#state.buildInfo.clear();
    else this.#state.buildInfo.set(info);
  }
}
