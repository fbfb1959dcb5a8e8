import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { COUNTER_BYTECODE, FAIL, INCREMENT } from '../../../demo/counter-contract.ts';
import { RealNode, until, whyNoAnvil } from '../../../demo/testing/real-node.ts';
import { CapturedSamples } from '../testing/captured-samples.ts';
import { createEvmCollector } from './evm-collector.ts';
import { toQuantity } from './quantity.ts';

interface RpcBlock {
  readonly number: string;
  readonly timestamp: string;
  readonly gasUsed: string;
  readonly gasLimit: string;
  readonly baseFeePerGas: string;
  readonly transactions: readonly string[];
}

interface RpcReceipt {
  readonly status: string;
  readonly gasUsed: string;
  readonly effectiveGasPrice: string;
  readonly contractAddress: string | null;
}

describe('the probe and a real node', { skip: whyNoAnvil() }, () => {
  let node: RealNode;
  let accounts: readonly string[];

  before(async () => {
    node = await RealNode.start();
    accounts = (await node.rpc.call('eth_accounts')) as string[];
  });
  after(() => node.stop());

  async function send(transaction: Readonly<Record<string, string>>): Promise<void> {
    await node.rpc.call('eth_sendTransaction', [{ from: accounts[0]!, gas: toQuantity(200_000), ...transaction }]);
  }

  async function block(tag: number | string): Promise<RpcBlock> {
    const name = typeof tag === 'number' ? toQuantity(tag) : tag;
    return (await node.rpc.call('eth_getBlockByNumber', [name, false])) as RpcBlock;
  }

  it('agree on every value, whatever happened between two collections', async () => {
    const collector = createEvmCollector({ url: node.url, webSocketUrl: false });
    const samples = new CapturedSamples();
    await samples.collect(collector);
    const first = Number((await block('latest')).number) + 1;

    await send({ data: COUNTER_BYTECODE });
    await node.rpc.call('evm_mine');
    const created = (await node.rpc.call('eth_getBlockReceipts', ['latest'])) as RpcReceipt[];
    const contract = created[0]!.contractAddress!;
    for (let round = 0; round < 25; round++) {
      await send({ to: accounts[1]!, value: '0x1' });
      if (round % 2 === 0) await send({ to: contract, data: INCREMENT });
      if (round % 3 === 0) await send({ to: contract, data: FAIL });
      await node.rpc.call('evm_mine');
      if (round % 7 === 0) await samples.collect(collector);
    }
    await send({ to: accounts[1]!, value: '0x1' });
    await send({ from: accounts[2]!, to: accounts[1]!, value: '0x1', nonce: '0x5' });
    await samples.collect(collector);

    const head = await block('latest');
    const last = Number(head.number);
    const expected = { transactions: 0, gas: 0, reverted: 0, deployed: 0, feesWei: 0n, seconds: 0 };
    for (let height = first; height <= last; height++) {
      const { transactions, gasUsed, timestamp } = await block(height);
      expected.transactions += transactions.length;
      expected.gas += Number(gasUsed);
      expected.seconds += Number(timestamp) - Number((await block(height - 1)).timestamp);
      for (const receipt of (await node.rpc.call('eth_getBlockReceipts', [toQuantity(height)])) as RpcReceipt[]) {
        if (receipt.status === '0x0') expected.reverted++;
        else if (receipt.contractAddress !== null) expected.deployed++;
        expected.feesWei += BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice);
      }
    }
    assert.ok(expected.reverted > 0 && expected.deployed > 0 && expected.transactions > 40);
    const shown = Object.fromEntries(
      [...samples.values].filter(([series]) => !/_bucket|chain_sync_state/.test(series)),
    );
    assert.deepEqual(shown, {
      chain_blocks_head_height: last,
      chain_blocks_head_timestamp_seconds: Number(head.timestamp),
      chain_blocks_head_transactions: head.transactions.length,
      chain_blocks_head_gas_used: Number(head.gasUsed),
      chain_blocks_head_gas_limit: Number(head.gasLimit),
      chain_blocks_base_fee_wei: Number(head.baseFeePerGas),
      chain_blocks_gas_used_total: expected.gas,
      chain_blocks_interval_seconds_count: last - first + 1,
      chain_blocks_interval_seconds_sum: expected.seconds,
      chain_consensus_finalized_height: Number((await block('finalized')).number),
      chain_transactions_processed_total: expected.transactions,
      'chain_transactions_failed_total{reason="reverted"}': expected.reverted,
      chain_transactions_fees_total: Number(expected.feesWei) / 1e18,
      chain_contracts_deployed_total: expected.deployed,
      'chain_mempool_transactions{state="pending"}': 1,
      'chain_mempool_transactions{state="queued"}': 1,
      chain_sync_current_height: last,
      'chain_runtime_build_info{commit="unknown",network="31337",version="anvil/v1.7.1"}': 1,
      chainpulse_probe_blocks_skipped_total: 0,
    });
    assert.equal(samples.value('chain_sync_state{state="synced"}'), 1);
    await collector.close();
  });

  it('a new block is news, a stopped node is news, and both again after the node came back', async () => {
    let news = 0;
    let nowMs = 0;
    const clock = { nowMs: () => nowMs };
    // Half a second passes from one announced block to the next.
    let arrivalMs = 0;
    const collector = createEvmCollector({ url: node.url, clock, monotonicMs: () => (arrivalMs += 500) });
    collector.onNews = () => news++;
    const samples = new CapturedSamples();
    try {
      for (const round of ['first', 'after the return']) {
        await samples.collect(collector);
        await until(`the subscription, ${round}`, async () => {
          await node.rpc.call('evm_mine');
          return news > 0;
        });
        await samples.collect(collector);
        const before = news;
        const countBefore = samples.value('chain_blocks_interval_seconds_count')!;
        const sumBefore = samples.value('chain_blocks_interval_seconds_sum')!;
        for (let mined = 0; mined < 4; mined++) await node.rpc.call('evm_mine');
        await until(`news of four blocks, ${round}`, () => news >= before + 4);
        await samples.collect(collector);
        assert.equal(samples.value('chain_blocks_interval_seconds_count')! - countBefore, 4);
        assert.equal(samples.value('chain_blocks_interval_seconds_sum')! - sumBefore, 2);

        const beforeStop = news;
        await node.stop();
        await until(`news of the stop, ${round}`, () => news > beforeStop);
        await assert.rejects(samples.collect(collector), { outcome: 'refused' });
        await node.start();
        news = 0;
        // Past the back-off.
        nowMs += 60_000;
      }
    } finally {
      await collector.close();
    }
  });

  it('a node that announces nothing is polled as before', async () => {
    const port = Number(node.url.port);
    const collector = createEvmCollector({
      url: node.url,
      webSocketUrl: new URL(`ws://127.0.0.1:${port + 1}/nothing`),
    });
    const samples = new CapturedSamples();
    await samples.collect(collector);
    await node.rpc.call('evm_mine');
    await samples.collect(collector);
    assert.equal(samples.value('chain_blocks_interval_seconds_count'), 1);
    await collector.close();
  });
});
