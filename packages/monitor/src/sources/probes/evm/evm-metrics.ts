// The instruments of one EVM node, in two registries: what can be read from blocks and the node's state, and what needs
// the receipts of every transaction, which not every node hands out. Counters exist from 0, so those that cannot be
// measured have to stay out of sight: the second registry is shown only while the node answers `eth_getBlockReceipts`.

import { bounded, Registry } from '@chainpulse/instrument';
import type { Block, ReceiptTotals } from './block.ts';
import { weiToNative } from './quantity.ts';

const SYNC_STATES = ['discovering', 'headers', 'blocks', 'catchup', 'synced', 'failed'] as const;
export type SyncState = (typeof SYNC_STATES)[number];

const INTERVAL_BUCKETS_SECONDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300];

export interface BuildInfo {
  readonly version: string;
  readonly commit: string;
  readonly network: string;
}

export class EvmMetrics {
  readonly node = new Registry();
  readonly receipts = new Registry();
  readonly #head = headGauges(this.node);
  readonly #blocks = blockInstruments(this.node);
  readonly #state = stateGauges(this.node);
  readonly #perReceipt = receiptCounters(this.receipts);
  /** Summed before it is rounded: a fee is far below the resolution of a large total. */
  #feesWei = 0n;
  #buildInfo: BuildInfo | undefined;

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
    for (const state of SYNC_STATES) {
      if (current === undefined) this.#state.sync.remove({ state });
      else this.#state.sync.set({ state }, state === current ? 1 : 0);
    }
    if (currentHeight === undefined) this.#state.syncCurrent.clear();
    else this.#state.syncCurrent.set(currentHeight);
    if (targetHeight === undefined) this.#state.syncTarget.clear();
    else this.#state.syncTarget.set(targetHeight);
  }

  setBuildInfo(info: BuildInfo | undefined): void {
    const old = this.#buildInfo;
    const isSame = old?.version === info?.version && old?.commit === info?.commit && old?.network === info?.network;
    if (isSame) return;
    if (old !== undefined) this.#state.buildInfo.remove({ ...old });
    if (info !== undefined) this.#state.buildInfo.set({ ...info }, 1);
    this.#buildInfo = info;
  }
}

function headGauges(registry: Registry) {
  return {
    height: registry.gauge({
      name: 'chain_blocks_head_height',
      help: 'Height of the head block of this node.',
      unit: 'blocks',
    }),
    timestamp: registry.gauge({
      name: 'chain_blocks_head_timestamp_seconds',
      help: 'Unix time written in the head block.',
      unit: 'seconds',
    }),
    transactions: registry.gauge({
      name: 'chain_blocks_head_transactions',
      help: 'Transactions in the head block.',
      unit: 'transactions',
    }),
    gasUsed: registry.gauge({
      name: 'chain_blocks_head_gas_used',
      help: 'Gas used by the transactions of the head block.',
      unit: 'gas',
    }),
    gasLimit: registry.gauge({
      name: 'chain_blocks_head_gas_limit',
      help: 'Most gas that the transactions of the head block may use together.',
      unit: 'gas',
    }),
    baseFee: registry.gauge({
      name: 'chain_blocks_base_fee_wei',
      help: 'Base fee for one unit of gas in the head block.',
      unit: 'wei',
    }),
    finalized: registry.gauge({
      name: 'chain_consensus_finalized_height',
      help: 'Height of the highest block that this node holds as final (committed).',
      unit: 'blocks',
    }),
  };
}

function blockInstruments(registry: Registry) {
  return {
    interval: registry.histogram({
      name: 'chain_blocks_interval_seconds',
      help: 'Time between the arrival of consecutive head blocks.',
      unit: 'seconds',
      buckets: INTERVAL_BUCKETS_SECONDS,
    }),
    gasUsed: registry.counter({
      name: 'chain_blocks_gas_used_total',
      help: 'Gas used by the transactions of all blocks that were read.',
      unit: 'gas',
    }),
    processed: registry.counter({
      name: 'chain_transactions_processed_total',
      help: 'Transactions included in a committed block.',
      unit: 'transactions',
    }),
    skipped: registry.counter({
      name: 'chainpulse_probe_blocks_skipped_total',
      help: 'Blocks that the monitor left out of the counters because too many came between two collections.',
      unit: 'blocks',
    }),
  };
}

function receiptCounters(registry: Registry) {
  return {
    failed: registry.counter({
      name: 'chain_transactions_failed_total',
      help: 'Submitted transactions that were refused or failed in execution.',
      unit: 'transactions',
      labels: { reason: ['reverted'] },
    }),
    fees: registry.counter({
      name: 'chain_transactions_fees_total',
      help: 'Fees paid by committed transactions, in whole native currency.',
      unit: 'native',
    }),
    deployed: registry.counter({
      name: 'chain_contracts_deployed_total',
      help: 'Contracts deployed.',
      unit: 'contracts',
    }),
  };
}

function stateGauges(registry: Registry) {
  return {
    mempool: registry.gauge({
      name: 'chain_mempool_transactions',
      help: 'Transactions now in the pool.',
      unit: 'transactions',
      labels: { state: ['pending', 'queued'] },
    }),
    peers: registry.gauge({ name: 'chain_peers_connected', help: 'Peers connected now.', unit: 'peers' }),
    sync: registry.gauge({
      name: 'chain_sync_state',
      help: 'Synchronization state: 1 for the state the node is in, 0 for the others.',
      labels: { state: SYNC_STATES },
    }),
    syncCurrent: registry.gauge({
      name: 'chain_sync_current_height',
      help: 'Height up to which this node is synchronized.',
      unit: 'blocks',
    }),
    syncTarget: registry.gauge({
      name: 'chain_sync_target_height',
      help: 'Height that this node is synchronizing to, learned from its peers.',
      unit: 'blocks',
    }),
    buildInfo: registry.gauge({
      name: 'chain_runtime_build_info',
      help: 'Version of the node software and the network it serves.',
      labels: { version: bounded(1), commit: bounded(1), network: bounded(1) },
    }),
  };
}
