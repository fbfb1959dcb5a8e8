import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { METRIC_TABLE, type MetricDefinition, type Registry } from '@chainpulse/instrument';
import { createRegistryCollector } from '../../registry-collector.ts';
import { CapturedSamples } from '../testing/captured-samples.ts';
import type { Block } from './block.ts';
import { EvmMetrics } from './evm-metrics.ts';

const BLOCK: Block = {
  height: 5,
  hash: '0x05',
  parentHash: '0x04',
  timestampSeconds: 100,
  transactionCount: 3,
  gasUsed: 40,
  gasLimit: 50,
  baseFeeWei: 7,
};
const RECEIPTS = { revertedCount: 1, deployedCount: 2, feesWei: 10n ** 18n };

const ROWS: ReadonlyMap<string, MetricDefinition> = new Map(
  Object.values(METRIC_TABLE)
    .flatMap((rows) => Object.values<MetricDefinition>(rows))
    .map((row) => [row.name, row]),
);

describe('EvmMetrics', () => {
  let metrics: EvmMetrics;

  beforeEach(() => {
    metrics = new EvmMetrics();
  });

  async function read(registry: Registry): Promise<CapturedSamples> {
    const samples = new CapturedSamples();
    await samples.collect(createRegistryCollector({ registry, type: 'probe' }));
    return samples;
  }

  async function seriesOf(registry: Registry): Promise<Readonly<Record<string, number>>> {
    const { values } = await read(registry);
    return Object.fromEntries([...values].filter(([series]) => !series.includes('_bucket{')));
  }

  it('shows counters alone before anything was read', async () => {
    assert.deepEqual(await seriesOf(metrics.node), {
      chain_blocks_gas_used_total: 0,
      chain_blocks_interval_seconds_count: 0,
      chain_blocks_interval_seconds_sum: 0,
      chain_transactions_processed_total: 0,
      chainpulse_probe_blocks_skipped_total: 0,
    });
  });

  it('shows what JSON-RPC tells, under no label that it does not tell', async () => {
    metrics.setHead(BLOCK);
    metrics.countBlock(BLOCK, RECEIPTS);
    metrics.observeInterval(12);
    metrics.countSkipped(4);
    metrics.setFinalized(0);
    metrics.setMempool('pending', 0);
    metrics.setMempool('queued', 2);
    metrics.setPeers(9);
    metrics.setSync('blocks', 4, 8);
    metrics.setBuildInfo({ version: 'anvil/v1', commit: 'unknown', network: '31337' });
    assert.deepEqual(await seriesOf(metrics.node), {
      chain_blocks_base_fee_wei: 7,
      chain_blocks_gas_used_total: 40,
      chain_blocks_head_gas_limit: 50,
      chain_blocks_head_gas_used: 40,
      chain_blocks_head_height: 5,
      chain_blocks_head_timestamp_seconds: 100,
      chain_blocks_head_transactions: 3,
      chain_blocks_interval_seconds_count: 1,
      chain_blocks_interval_seconds_sum: 12,
      chain_consensus_finalized_height: 0,
      'chain_mempool_transactions{state="pending"}': 0,
      'chain_mempool_transactions{state="queued"}': 2,
      chain_peers_connected: 9,
      'chain_runtime_build_info{commit="unknown",network="31337",version="anvil/v1"}': 1,
      chain_sync_current_height: 4,
      'chain_sync_state{state="blocks"}': 1,
      'chain_sync_state{state="catchup"}': 0,
      'chain_sync_state{state="discovering"}': 0,
      'chain_sync_state{state="failed"}': 0,
      'chain_sync_state{state="headers"}': 0,
      'chain_sync_state{state="synced"}': 0,
      chain_sync_target_height: 8,
      chain_transactions_processed_total: 3,
      chainpulse_probe_blocks_skipped_total: 4,
    });
    assert.deepEqual(await seriesOf(metrics.receipts), {
      chain_contracts_deployed_total: 2,
      'chain_transactions_failed_total{reason="reverted"}': 1,
      chain_transactions_fees_total: 1,
    });
  });

  it('takes back what the node tells no more', async () => {
    metrics.setHead(BLOCK);
    metrics.setFinalized(3);
    metrics.setMempool('pending', 1);
    metrics.setPeers(9);
    metrics.setSync('synced', 5, 6);
    metrics.setBuildInfo({ version: 'geth/1', commit: 'a', network: '1' });
    metrics.setHead({ ...BLOCK, baseFeeWei: undefined });
    metrics.setFinalized(undefined);
    metrics.setMempool('pending', undefined);
    metrics.setPeers(undefined);
    metrics.setSync(undefined, undefined, undefined);
    metrics.setBuildInfo(undefined);
    const names = new Set((await read(metrics.node)).names());
    for (const name of [
      'chain_blocks_base_fee_wei',
      'chain_consensus_finalized_height',
      'chain_mempool_transactions',
      'chain_peers_connected',
      'chain_sync_state',
      'chain_sync_current_height',
      'chain_sync_target_height',
      'chain_runtime_build_info',
    ]) {
      assert.equal(names.has(name), false, name);
    }
  });

  it('shows one version at a time', async () => {
    metrics.setBuildInfo({ version: 'geth/1', commit: 'a', network: '1' });
    metrics.setBuildInfo({ version: 'geth/2', commit: 'b', network: '1' });
    const builds = [...(await read(metrics.node)).values.keys()].filter((series) => series.includes('build_info'));
    assert.deepEqual(builds, ['chain_runtime_build_info{commit="b",network="1",version="geth/2"}']);
    assert.equal(metrics.node.droppedRecords().label_limit, 0);
  });

  it('describes the metrics of a node as a node does', async () => {
    const described = [...(await read(metrics.node)).metadata, ...(await read(metrics.receipts)).metadata];
    const ofNode = described.filter(([name]) => name.startsWith('chain_'));
    assert.equal(ofNode.length, 19);
    for (const [name, { help, unit, type }] of ofNode) {
      const row = ROWS.get(name);
      assert.ok(row, name);
      assert.deepEqual({ help, unit, type }, { help: row.help, unit: row.unit ?? '', type: row.type }, name);
    }
  });
});
