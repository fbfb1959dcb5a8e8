// The metrics of the domain set `sync`. How to add one: docs/guide/add-a-metric.md.

import { metric } from '../metric-definition.ts';

export const SYNC_METRICS = {
  currentHeight: metric({
    name: 'chain_sync_current_height',
    type: 'gauge',
    unit: 'blocks',
    help: 'Height up to which this node is synchronized.',
    merge: 'max',
    recordedBy: 'sync.updateProgress({ currentHeight, targetHeight }); evm probe',
    aliases: { alys: 'alys_sync_current_height' },
  }),
  targetHeight: metric({
    name: 'chain_sync_target_height',
    type: 'gauge',
    unit: 'blocks',
    help: 'Height that this node is synchronizing to, learned from its peers.',
    merge: 'max',
    recordedBy: 'sync.updateProgress({ currentHeight, targetHeight }); evm probe',
    aliases: { alys: 'alys_sync_target_height' },
  }),
  blocksPerSecond: metric({
    name: 'chain_sync_blocks_per_second',
    type: 'gauge',
    unit: 'per_second',
    help: 'Synchronization speed.',
    formula:
      'delta of chain_sync_blocks_total (of chain_sync_current_height where no block was counted) / window seconds (60 by default); absent before the second collection',
    recordedBy: 'sync collector',
    aliases: { alys: 'alys_sync_blocks_per_second' },
  }),
  state: metric({
    name: 'chain_sync_state',
    type: 'stateset',
    help: 'Synchronization state: 1 for the state the node is in, 0 for the others.',
    labels: { state: ['discovering', 'headers', 'blocks', 'catchup', 'synced', 'failed'] },
    recordedBy: 'sync.updateState({ state }); evm probe',
    aliases: { alys: 'alys_sync_state:gauge=index' },
  }),
  blocks: metric({
    name: 'chain_sync_blocks_total',
    type: 'counter',
    unit: 'blocks',
    help: 'Blocks obtained and imported by synchronization.',
    recordedBy: 'sync.recordBlocks({ count })',
  }),
  errors: metric({
    name: 'chain_sync_errors_total',
    type: 'counter',
    unit: 'errors',
    help: 'Errors that interrupted synchronization.',
    labels: { reason: ['no_peers', 'timeout', 'invalid_block', 'storage', 'execution', 'other'] },
    recordedBy: 'sync.recordError({ reason })',
  }),
  eta: metric({
    name: 'chain_sync_eta_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Estimated time until the target is reached; absent while the node does not gain on it.',
    formula:
      '(chain_sync_target_height - chain_sync_current_height) / (chain_sync_blocks_per_second - growth of chain_sync_target_height a second); 0 once the target is reached, absent while the divisor is not above 0',
    recordedBy: 'sync collector',
  }),
} as const;
