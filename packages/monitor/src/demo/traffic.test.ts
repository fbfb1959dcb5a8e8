import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createEvmCollector } from '../sources/probes/evm/evm-collector.ts';
import { CapturedSamples } from '../sources/probes/testing/captured-samples.ts';
import { freePort } from '../testing/free-port.ts';
import { anvilsOn } from './anvil-processes.ts';
import { stateFilesIn } from './anvil-state.ts';
import { startDemoNode } from './demo-node.ts';
import { seededRandom } from './seeded-random.ts';
import { RealNode, until, whyNoAnvil } from './testing/real-node.ts';
import { MAX_QUEUED, startTraffic, type Traffic } from './traffic.ts';

describe('startTraffic', { skip: whyNoAnvil() }, () => {
  let node: RealNode;
  let traffic: Traffic | undefined;

  beforeEach(async () => {
    node = await RealNode.start();
  });

  afterEach(async () => {
    await traffic?.stop();
    traffic = undefined;
    await node.stop();
  });

  it('fills everything that the probe shows, and leaves a bounded number of transactions waiting', async () => {
    const collector = createEvmCollector({ url: node.url, webSocketUrl: false });
    const samples = new CapturedSamples();
    await samples.collect(collector);
    traffic = startTraffic({ url: node.url.href, seed: 7, transactionsPerSecond: 200 });
    const shown = (series: string): number => samples.value(series) ?? 0;
    await until('all kinds of transactions', async () => {
      await node.rpc.call('evm_mine');
      await samples.collect(collector);
      assert.ok(shown('chain_mempool_transactions{state="queued"}') <= MAX_QUEUED);
      return (
        shown('chain_mempool_transactions{state="queued"}') === MAX_QUEUED &&
        shown('chain_contracts_deployed_total') > 1 &&
        shown('chain_transactions_failed_total{reason="reverted"}') > 1 &&
        shown('chain_transactions_fees_total') > 0
      );
    });
    const failed = shown('chain_transactions_failed_total{reason="reverted"}');
    assert.ok(failed < shown('chain_transactions_processed_total') / 2);
    await collector.close();
  });

  it('goes on by itself after the node was away and has forgotten its chain', async () => {
    traffic = startTraffic({ url: node.url.href, transactionsPerSecond: 100 });
    const pending = async () => {
      await node.rpc.call('evm_mine');
      const block = (await node.rpc.call('eth_getBlockByNumber', ['latest', false])) as { transactions: string[] };
      return block.transactions.length > 0;
    };
    await until('a transaction', pending);
    await node.stop();
    await node.start();
    await until('a transaction after the return', pending);
  });

  it('stops at once, also while the node is away', async () => {
    traffic = startTraffic({ url: node.url.href });
    await node.stop();
    await traffic.stop();
  });
});

describe('startDemoNode', { skip: whyNoAnvil() }, () => {
  it('is a node under traffic, and nothing is left of it after stop', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'chainpulse-demo-'));
    const demo = await startDemoNode({ stateDirectory: directory, port: await freePort(), seed: 1 });
    try {
      const collector = createEvmCollector({ url: new URL(demo.url), webSocketUrl: false });
      const samples = new CapturedSamples();
      await until('a transaction in a block', async () => {
        await samples.collect(collector);
        return (samples.value('chain_transactions_processed_total') ?? 0) > 0;
      });
      assert.ok(demo.restartCommand.includes(directory));
      await collector.close();
    } finally {
      await demo.stop();
    }
    assert.deepEqual(anvilsOn(stateFilesIn(directory).state), []);
    rmSync(directory, { recursive: true });
  });
});

it('the same seed gives the same numbers, from 0 to below 1', () => {
  const [first, again, other] = [seededRandom(3), seededRandom(3), seededRandom(4)];
  const numbers = Array.from({ length: 1000 }, () => first());
  assert.deepEqual(
    Array.from({ length: 1000 }, () => again()),
    numbers,
  );
  assert.notEqual(other(), numbers[0]);
  assert.ok(numbers.every((number) => number >= 0 && number < 1));
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  assert.ok(Math.abs(mean - 0.5) < 0.05, String(mean));
});
