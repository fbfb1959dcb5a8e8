import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Clock } from '../../../model/clock.ts';
import type { CollectionError, Collector } from '../../interface.ts';
import { CapturedSamples } from '../testing/captured-samples.ts';
import { FakeChain, FakeNode, RpcError } from '../testing/fake-node.ts';
import { createEvmCollector, type EvmCollectorOptions } from './evm-collector.ts';

const PROCESSED = 'chain_transactions_processed_total';
const SKIPPED = 'chainpulse_probe_blocks_skipped_total';

class TestClock implements Clock {
  timeMs = 1_700_000_000_000;

  nowMs(): number {
    return this.timeMs;
  }
}

describe('createEvmCollector', () => {
  let node: FakeNode;
  let chain: FakeChain;
  let samples: CapturedSamples;
  let clock: TestClock;
  let collectors: Collector[];

  beforeEach(async () => {
    node = await FakeNode.start();
    chain = new FakeChain(101);
    chain.serveOn(node);
    samples = new CapturedSamples();
    clock = new TestClock();
    collectors = [];
  });

  afterEach(async () => {
    for (const collector of collectors) await collector.close();
    await node.stop();
  });

  function collectorOf(options: Partial<EvmCollectorOptions> = {}): Collector {
    const collector = createEvmCollector({ url: node.url, webSocketUrl: false, clock, ...options });
    collectors.push(collector);
    return collector;
  }

  async function failureOf(collector: Collector, signal?: AbortSignal): Promise<CollectionError> {
    try {
      await samples.collect(collector, signal);
    } catch (error) {
      assert.equal(samples.values.size, 0, 'a collection that failed hands over nothing');
      return error as CollectionError;
    }
    assert.fail('the collection did not fail');
  }

  describe('counting blocks', () => {
    it('begins after the head that it saw first, at 0', async () => {
      await samples.collect(collectorOf());
      assert.equal(samples.value('chain_blocks_head_height'), 100);
      assert.equal(samples.value(PROCESSED), 0);
      assert.equal(samples.value('chain_transactions_fees_total'), 0);
      assert.equal(samples.value('chain_blocks_interval_seconds_count'), 0);
    });

    it('counts every block between two collections, and reports block 0', async () => {
      chain = new FakeChain(1);
      chain.serveOn(node);
      const collector = collectorOf();
      await samples.collect(collector);
      assert.equal(samples.value('chain_blocks_head_height'), 0);
      assert.equal(samples.value('chain_consensus_finalized_height'), 0);
      chain.mine(5, 3);
      await samples.collect(collector);
      assert.equal(samples.value(PROCESSED), 15);
      assert.equal(samples.value('chain_blocks_gas_used_total'), 15 * 21_000);
      assert.equal(samples.value('chain_blocks_interval_seconds_count'), 5);
      assert.equal(samples.value('chain_blocks_interval_seconds_sum'), 5);
      assert.equal(samples.value('chain_transactions_fees_total'), (15 * 21_000) / 1e9);
    });

    it('needs one request where the blocks come as steadily as before', async () => {
      const collector = collectorOf();
      await samples.collect(collector);
      chain.mine(2);
      await samples.collect(collector);
      node.posts.length = 0;
      chain.mine(2);
      await samples.collect(collector);
      assert.equal(node.posts.length, 1);
      assert.equal(samples.value(PROCESSED), 4);
    });

    it('does not count a head twice that has not changed', async () => {
      const collector = collectorOf();
      await samples.collect(collector);
      chain.mine(1);
      await samples.collect(collector);
      await samples.collect(collector);
      assert.equal(samples.value(PROCESSED), 1);
    });

    it('reads 64 blocks at most, the newest, and counts those that it skipped', async () => {
      const collector = collectorOf();
      await samples.collect(collector);
      chain.mine(164);
      await samples.collect(collector);
      assert.equal(samples.value(PROCESSED), 64);
      assert.equal(samples.value(SKIPPED), 100);
      chain.mine(1);
      await samples.collect(collector);
      assert.equal(samples.value(PROCESSED), 65);
      assert.equal(samples.value(SKIPPED), 100);
    });

    it('goes back to the fork and counts the blocks of the new branch', async () => {
      const collector = collectorOf();
      await samples.collect(collector);
      chain.mine(10);
      await samples.collect(collector);
      chain.drop(3);
      chain.mine(5);
      await samples.collect(collector);
      assert.equal(samples.value('chain_blocks_head_height'), 112);
      assert.equal(samples.value(PROCESSED), 10 + 5);
    });

    it('follows a head that went back, as after a kill of a node that writes its state now and then', async () => {
      const collector = collectorOf();
      await samples.collect(collector);
      chain.mine(10);
      await samples.collect(collector);
      chain.drop(4);
      await samples.collect(collector);
      assert.equal(samples.value('chain_blocks_head_height'), 106);
      assert.equal(samples.value(PROCESSED), 10);
      chain.mine(2);
      await samples.collect(collector);
      assert.equal(samples.value(PROCESSED), 12);
    });

    it('begins anew at the head of another chain, which may be shorter or longer', async () => {
      const collector = collectorOf();
      await samples.collect(collector);
      for (const length of [3, 500]) {
        chain.mine(1);
        chain = new FakeChain(length);
        // Other blocks than those of the chain before.
        chain.blocks = chain.blocks.map((block) => ({
          ...block,
          hash: `${block.hash}c${length}`,
          parentHash: `${block.parentHash}c${length}`,
        }));
        chain.serveOn(node);
        await samples.collect(collector);
        assert.equal(samples.value('chain_blocks_head_height'), length - 1);
        const before = samples.value(PROCESSED)!;
        chain.blocks.push({
          transactions: ['0x1'],
          hash: `0xnew${length}`,
          parentHash: chain.blocks.at(-1)!.hash,
          timestamp: 1_800_000_000,
        });
        await samples.collect(collector);
        assert.equal(samples.value(PROCESSED), before + 1);
      }
    });

    it('reads the receipts again when they were those of another block, before it counts the block', async () => {
      const collector = collectorOf();
      await samples.collect(collector);
      const receipts = node.methods.get('eth_getBlockReceipts')!;
      node.methods.set('eth_getBlockReceipts', ([height]) =>
        (receipts([height]) as object[]).map((receipt) => ({ ...receipt, blockHash: '0xother' })),
      );
      chain.mine(1);
      await samples.collect(collector);
      assert.equal(samples.value(PROCESSED), 0);
      node.methods.set('eth_getBlockReceipts', receipts);
      await samples.collect(collector);
      assert.equal(samples.value(PROCESSED), 1);
      assert.equal(samples.value('chain_transactions_fees_total'), 21_000 / 1e9);
    });

    it('asks for fewer blocks at a time when an answer is too large', async () => {
      const collector = collectorOf({ bodyLimitBytes: 20_000 });
      await samples.collect(collector);
      chain.mine(20, 30);
      await samples.collect(collector);
      assert.equal(samples.value(PROCESSED), 600);
    });
  });

  describe('what a node does not have', () => {
    it('is absent, and asked again after ten minutes', async () => {
      node.methods.delete('eth_getBlockReceipts');
      const collector = collectorOf();
      await samples.collect(collector);
      await samples.collect(collector);
      const names = samples.names();
      for (const name of [
        'chain_mempool_transactions',
        'chain_peers_connected',
        'chain_transactions_fees_total',
        'chain_transactions_failed_total',
        'chain_contracts_deployed_total',
        'chain_blocks_base_fee_wei',
        'chain_sync_target_height',
      ]) {
        assert.ok(!names.has(name), name);
      }
      assert.ok(!node.posts.at(-1)!.methods.includes('txpool_status'));
      node.methods.set('txpool_status', () => ({ pending: '0x5', queued: '0x0' }));
      await samples.collect(collector);
      assert.equal(samples.value('chain_mempool_transactions{state="pending"}'), undefined);
      clock.timeMs += 11 * 60_000;
      await samples.collect(collector);
      assert.equal(samples.value('chain_mempool_transactions{state="pending"}'), 5);
      assert.equal(samples.value('chain_mempool_transactions{state="queued"}'), 0);
    });

    it('becomes absent when the node takes it away', async () => {
      node.methods.set('net_peerCount', () => '0x0');
      const collector = collectorOf();
      await samples.collect(collector);
      assert.equal(samples.value('chain_peers_connected'), 0);
      node.methods.delete('net_peerCount');
      await samples.collect(collector);
      assert.ok(!samples.names().has('chain_peers_connected'));
    });

    it('does not need batches', async () => {
      node.takesBatches = false;
      const collector = collectorOf();
      await samples.collect(collector);
      chain.mine(3);
      await samples.collect(collector);
      assert.equal(samples.value(PROCESSED), 3);
      assert.ok(
        node.posts.slice(1).every(({ methods }) => methods.length === 1),
        'a batch is offered once',
      );
    });

    it('keeps finality out of sight before the chain knows it, whatever the node answers to that', async () => {
      const block = node.methods.get('eth_getBlockByNumber')!;
      for (const refuse of [
        () => null,
        () => {
          throw new RpcError(-39001, 'unknown block');
        },
      ]) {
        node.methods.set('eth_getBlockByNumber', (params) => (params[0] === 'finalized' ? refuse() : block(params)));
        await samples.collect(collectorOf());
        assert.ok(!samples.names().has('chain_consensus_finalized_height'));
        assert.equal(samples.value('chain_blocks_head_height'), 100);
      }
    });
  });

  it('tells the state of the synchronization, every state being 0 or 1', async () => {
    const collector = collectorOf();
    const cases = [
      [{ currentBlock: '0x0', highestBlock: '0x0' }, 'discovering', 0, undefined],
      [{ currentBlock: '0x5', highestBlock: '0x64' }, 'blocks', 5, 100],
      [{ currentBlock: '0x64', highestBlock: '0x64' }, 'catchup', 100, 100],
      [false, 'synced', 100, undefined],
    ] as const;
    for (const [answer, state, current, target] of cases) {
      node.methods.set('eth_syncing', () => answer);
      await samples.collect(collector);
      const states = [...samples.values].filter(([series]) => series.startsWith('chain_sync_state{'));
      assert.equal(states.length, 6);
      assert.deepEqual(
        states.filter(([, value]) => value === 1).map(([series]) => series),
        [`chain_sync_state{state="${state}"}`],
      );
      assert.equal(samples.value('chain_sync_current_height'), current);
      assert.equal(samples.value('chain_sync_target_height'), target);
    }
  });

  it('names client, revision and chain, and learns of an upgrade after a failure', async () => {
    const collector = collectorOf();
    await samples.collect(collector);
    const series = (version: string, commit: string) =>
      `chain_runtime_build_info{commit="${commit}",network="1",version="${version}"}`;
    assert.equal(samples.value(series('Fake/v1.2.3-stable-12b4131f/linux-amd64', '12b4131f')), 1);
    node.methods.set('web3_clientVersion', () => 'anvil/v1.7.1');
    node.raw = { status: 503, body: '' };
    await failureOf(collector);
    node.raw = undefined;
    await samples.collect(collector);
    assert.equal(samples.value(series('anvil/v1.7.1', 'unknown')), 1);
    assert.equal([...samples.names()].filter((name) => name === 'chain_runtime_build_info').length, 1);
  });

  it('sends the credentials as they are at the time, and none that stand in the URL', async () => {
    let secret = 'Bearer one';
    const url = new URL(node.url);
    url.username = 'user';
    url.password = 'secret';
    const collector = collectorOf({ url, readAuthorization: () => Promise.resolve(secret) });
    await samples.collect(collector);
    secret = 'Bearer two';
    await samples.collect(collector);
    assert.deepEqual([...new Set(node.posts.map(({ authorization }) => authorization))], ['Bearer one', 'Bearer two']);
    node.raw = { status: 500, body: '' };
    assert.ok(!(await failureOf(collector)).message.includes('secret'));
  });

  describe('failures say what to do', () => {
    const cases: readonly (readonly [string, FakeNode['raw'], CollectionError['outcome'], RegExp])[] = [
      ['a page', { status: 200, body: '<!DOCTYPE html><p>hello' }, 'parse_error', /"<!DOCTYPE html.*JSON-RPC port/],
      ['nothing', { status: 200, body: '' }, 'parse_error', /with nothing/],
      ['torn JSON', { status: 200, body: '[{"jsonrpc":"2.0","id":0,"result":{' }, 'parse_error', /JSON-RPC/],
      ['JSON that is no JSON-RPC', { status: 200, body: '{"hello":1}' }, 'parse_error', /hello/],
      ['a number', { status: 200, body: '42' }, 'parse_error', /"42"/],
      ['404', { status: 404, body: 'no' }, 'http_error', /HTTP 404: check the path/],
      ['401', { status: 401, body: 'no' }, 'http_error', /HTTP 401: give the target the credentials/],
      ['429', { status: 429, body: 'no' }, 'http_error', /HTTP 429: .*interval/],
      ['a redirect', { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } }, 'http_error', /redirect/],
    ];
    for (const [what, raw, outcome, message] of cases) {
      it(`${what} is a ${outcome}`, async () => {
        node.raw = raw;
        const error = await failureOf(collectorOf());
        assert.equal(error.outcome, outcome);
        assert.match(error.message, message);
        assert.ok(error.message.includes(node.url.host), error.message);
      });
    }

    it('a block with a malformed field is a parse_error that names it', async () => {
      const block = chain.blocks.length;
      node.methods.set('eth_getBlockByNumber', () => ({ number: `0x${block}`, hash: '0x1', parentHash: '0x0' }));
      const error = await failureOf(collectorOf());
      assert.equal(error.outcome, 'parse_error');
      assert.match(error.message, /transactions/);
    });

    it('a node without blocks, or without the eth API, is told apart from one that is down', async () => {
      node.methods.set('eth_getBlockByNumber', () => null);
      assert.match((await failureOf(collectorOf())).message, /no block yet/);
      node.methods.clear();
      assert.match((await failureOf(collectorOf())).message, /-32601.*eth API is enabled/);
    });

    it('an answer over the limit is too_large, however little is asked for', async () => {
      const error = await failureOf(collectorOf({ bodyLimitBytes: 100 }));
      assert.equal(error.outcome, 'too_large');
      assert.match(error.message, /100 bytes/);
    });

    it('an answer that does not come ends with the reason of the signal', async () => {
      node.raw = 'hang';
      const abort = new AbortController();
      const failure = failureOf(collectorOf(), abort.signal);
      while (node.posts.length === 0) await new Promise(setImmediate);
      abort.abort(new Error('the time is up'));
      assert.equal((await failure).message, 'the time is up');
    });

    it('a port where nothing listens is refused', async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as { port: number };
      await new Promise((resolve) => server.close(resolve));
      const error = await failureOf(collectorOf({ url: new URL(`http://127.0.0.1:${port}`) }));
      assert.equal(error.outcome, 'refused');
      assert.match(error.message, new RegExp(`refused.*127.0.0.1:${port}.*running`));
    });

    it('goes on where it was once the node answers again', async () => {
      const collector = collectorOf();
      await samples.collect(collector);
      chain.mine(2);
      node.raw = { status: 502, body: '' };
      await failureOf(collector);
      node.raw = undefined;
      chain.mine(2);
      await samples.collect(collector);
      assert.equal(samples.value(PROCESSED), 4);
    });
  });
});
