import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { DomainSetName } from '../../domains/table/index.ts';
import { InstrumentError } from '../../errors.ts';
import { renderText } from '../../exposition/text.ts';
import { assertAccurate } from '../accuracy.ts';
import { createTestMetrics } from '../test-metrics.ts';
import { checkLatency, type LatencyDistribution, sampleLatency } from './latency-distribution.ts';
import { Random } from './random.ts';
import { type ConsensusLoad, simulateConsensusLoad } from './simulate-consensus-load.ts';
import { type NetworkConditions, simulateNetworkConditions } from './simulate-network-conditions.ts';

const LOAD: ConsensusLoad = { durationSeconds: 30, viewChangeRate: 0.2, byzantineRate: 0.2, transactionsPerBlock: 5 };
const CONDITIONS: NetworkConditions = { durationSeconds: 10, peerCount: 20, churnRatio: 0.1, lossRatio: 0.1 };

function isOptionError(error: unknown): boolean {
  return error instanceof InstrumentError && error.code === 'option_invalid';
}

/** The page after both simulations. */
function pageOf(seed: number): string {
  const test = createTestMetrics();
  simulateConsensusLoad(test, { ...LOAD, seed });
  simulateNetworkConditions(test, { ...CONDITIONS, seed });
  return renderText(test.registry);
}

describe('simulated consensus', () => {
  it('gives exactly what the truth says, whatever the load', () => {
    const loads = fc.record({
      durationSeconds: fc.double({ min: 0.1, max: 20, noNaN: true }),
      blocksPerSecond: fc.double({ min: 0.1, max: 4, noNaN: true }),
      validatorCount: fc.integer({ min: 4, max: 40 }),
      transactionsPerBlock: fc.integer({ min: 0, max: 10 }),
      viewChangeRate: fc.double({ min: 0, max: 1, noNaN: true }),
      byzantineRate: fc.double({ min: 0, max: 1, noNaN: true }),
      seed: fc.maxSafeInteger(),
    });
    fc.assert(
      fc.property(loads, (load) => {
        const test = createTestMetrics();
        assertAccurate(test, simulateConsensusLoad(test, load));
      }),
      { numRuns: 40 },
    );
  });

  it('commits a block a view, and none in views that fail', () => {
    const test = createTestMetrics();
    simulateConsensusLoad(test, {
      durationSeconds: 40,
      blocksPerSecond: 2,
      viewChangeRate: 0,
      transactionsPerBlock: 3,
    });
    assert.equal(test.value('chain_consensus_blocks_committed_total'), 80);
    assert.equal(test.value('chain_consensus_finalized_height'), 80);
    assert.equal(test.value('chain_transactions_processed_total'), 240);
    // One of four validators leads a quarter of the views.
    assert.equal(test.value('chain_consensus_blocks_proposed_total'), 20);
    assert.equal(test.histogram('chain_consensus_block_commit_duration_seconds')?.count, 80);
    const failing = createTestMetrics();
    simulateConsensusLoad(failing, { durationSeconds: 30, viewChangeRate: 1 });
    assert.equal(failing.value('chain_consensus_blocks_committed_total'), 0);
    assert.equal(failing.total('chain_consensus_view_changes_total'), 10);
  });

  it('goes on where it ended', () => {
    const test = createTestMetrics();
    const startMs = test.clock.nowMs;
    simulateConsensusLoad(test, { durationSeconds: 10, viewChangeRate: 0 });
    simulateConsensusLoad(test, { durationSeconds: 5, viewChangeRate: 0 });
    assert.equal(test.value('chain_consensus_finalized_height'), 15);
    assert.equal(test.clock.nowMs - startMs, 15_000);
    assertAccurate(test, test.truth);
  });

  it('tells the events of a node', () => {
    const test = createTestMetrics();
    simulateConsensusLoad(test, { durationSeconds: 3, viewChangeRate: 0, transactionsPerBlock: 1 });
    const heights = test.events.ofType('consensus.block_committed').map(({ fields }) => fields.height);
    assert.deepEqual(heights, [1, 2, 3]);
  });

  it('records in the sets that there are, one alone as well', () => {
    for (const set of ['consensus', 'blocks', 'mempool', 'storage', 'validators'] as const satisfies DomainSetName[]) {
      const test = createTestMetrics({ sets: [set] });
      assertAccurate(test, simulateConsensusLoad(test, LOAD));
      assert.ok(test.events.count > 0 || set === 'mempool');
    }
  });

  for (const wrong of [
    { durationSeconds: 0 },
    { durationSeconds: Number.POSITIVE_INFINITY },
    { blocksPerSecond: -1 },
    { validatorCount: 3 },
    { validatorCount: 4.5 },
    { transactionsPerBlock: -1 },
    { viewChangeRate: 1.1 },
    { byzantineRate: Number.NaN },
    { durationSeconds: 1e6, transactionsPerBlock: 1000 },
  ]) {
    it(`refuses ${JSON.stringify(wrong)} before it records anything`, () => {
      const test = createTestMetrics();
      assert.throws(() => simulateConsensusLoad(test, { ...LOAD, ...wrong }), isOptionError);
      assert.equal(test.events.count, 0);
    });
  }
});

describe('a simulated network', () => {
  it('gives exactly what the truth says, whatever the conditions', () => {
    const conditions = fc.record({
      durationSeconds: fc.integer({ min: 1, max: 12 }),
      peerCount: fc.integer({ min: 0, max: 200 }),
      lossRatio: fc.double({ min: 0, max: 1, noNaN: true }),
      churnRatio: fc.double({ min: 0, max: 0.5, noNaN: true }),
      messagesPerSecond: fc.integer({ min: 0, max: 3 }),
      versionCount: fc.integer({ min: 1, max: 50 }),
      countryCount: fc.integer({ min: 1, max: 100 }),
      partitions: fc.array(
        fc.record({
          startSeconds: fc.integer({ min: 0, max: 10 }),
          durationSeconds: fc.integer({ min: 1, max: 5 }),
          affectedRatio: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        { maxLength: 3 },
      ),
      seed: fc.maxSafeInteger(),
    });
    fc.assert(
      fc.property(conditions, (each) => {
        const test = createTestMetrics({ sets: ['network', 'peers'] });
        assertAccurate(test, simulateNetworkConditions(test, each));
      }),
      { numRuns: 60 },
    );
  });

  it('is exact where one of more peers than have series of their own leaves', () => {
    const test = createTestMetrics({ sets: ['network', 'peers'] });
    const partitions = [{ startSeconds: 1, durationSeconds: 1, affectedRatio: 1 / 129 }];
    assertAccurate(test, simulateNetworkConditions(test, { durationSeconds: 2, peerCount: 129, partitions, seed: 0 }));
  });

  it('keeps as many peers as it was asked for, and loses the share that it was asked to lose', () => {
    const test = createTestMetrics();
    const conditions = { durationSeconds: 50, peerCount: 100, churnRatio: 0.05, lossRatio: 0.1, messagesPerSecond: 4 };
    simulateNetworkConditions(test, conditions);
    assert.equal(test.total('chain_peers_connected'), 100);
    assert.equal(test.total('chain_network_messages_sent_total'), 50 * 100 * 4);
    const undelivered = test.total('chain_network_messages_undelivered_total')!;
    assert.ok(undelivered > 1_800 && undelivered < 2_200, `${undelivered}`);
    assert.equal(test.total('chain_peers_disconnections_total'), 250);
  });

  it('cuts peers off in a partition, and brings them back', () => {
    const partitions = [{ startSeconds: 1, durationSeconds: 2, affectedRatio: 0.5 }];
    const during = createTestMetrics();
    simulateNetworkConditions(during, { durationSeconds: 2, peerCount: 10, partitions });
    assert.equal(during.total('chain_peers_connected'), 5);
    assert.equal(during.value('chain_network_partitions_total'), 1);
    assert.equal(during.value('chain_peers_known', { health: 'unhealthy' }), 5);
    const after = createTestMetrics();
    simulateNetworkConditions(after, { durationSeconds: 4, peerCount: 10, partitions });
    assert.equal(after.total('chain_peers_connected'), 10);
    assert.equal(after.value('chain_peers_disconnections_total', { reason: 'timeout' }), 5);
  });

  it('adds peers to those of an earlier simulation', () => {
    const test = createTestMetrics();
    simulateNetworkConditions(test, CONDITIONS);
    simulateNetworkConditions(test, CONDITIONS);
    assert.equal(test.total('chain_peers_connected'), 40);
    assert.equal(test.total('chain_network_connections'), 40);
    assertAccurate(test, test.truth);
  });

  for (const wrong of [
    { peerCount: -1 },
    { durationSeconds: 0.5 },
    { lossRatio: 2 },
    { churnRatio: -0.1 },
    { versionCount: 0 },
    { countryCount: 677 },
    { latency: { kind: 'constant', seconds: -1 } as const },
    { latency: { kind: 'gamma' } as unknown as LatencyDistribution },
    { partitions: [{ startSeconds: -1, durationSeconds: 1, affectedRatio: 0.5 }] },
    { partitions: [{ startSeconds: 0, durationSeconds: 0, affectedRatio: 0.5 }] },
    { partitions: [{ startSeconds: 0, durationSeconds: 1, affectedRatio: 1.5 }] },
    { peerCount: 1e6, durationSeconds: 60 },
  ] satisfies Partial<NetworkConditions>[]) {
    it(`refuses ${JSON.stringify(wrong)} before it records anything`, () => {
      const test = createTestMetrics();
      assert.throws(() => simulateNetworkConditions(test, { ...CONDITIONS, ...wrong }), isOptionError);
      assert.equal(test.events.count, 0);
    });
  }
});

describe('simulations', () => {
  it('record the same for the same seed, and something else for another', () => {
    assert.equal(pageOf(1), pageOf(1));
    assert.notEqual(pageOf(1), pageOf(2));
  });
});

describe('a distribution of latencies', () => {
  const means: readonly (readonly [LatencyDistribution, number])[] = [
    [{ kind: 'constant', seconds: 0.05 }, 0.05],
    [{ kind: 'uniform', minSeconds: 0.02, maxSeconds: 0.06 }, 0.04],
    [{ kind: 'normal', meanSeconds: 0.1, deviationSeconds: 0.01 }, 0.1],
    [{ kind: 'exponential', meanSeconds: 0.2 }, 0.2],
    [{ kind: 'lognormal', medianSeconds: 0.1, spread: 0.5 }, 0.1 * Math.exp(0.125)],
  ];
  for (const [distribution, mean] of means) {
    it(`that is ${distribution.kind} has its mean and nothing below 0`, () => {
      checkLatency(distribution);
      const random = new Random(3);
      const values = Array.from({ length: 20_000 }, () => sampleLatency(distribution, random));
      assert.ok(values.every((value) => value >= 0));
      const actual = values.reduce((sum, value) => sum + value, 0) / values.length;
      assert.ok(Math.abs(actual / mean - 1) < 0.03, `${actual}`);
    });
  }
});
