import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InstrumentError } from '../../errors.ts';
import { renderText } from '../../exposition/text.ts';
import { assertExposes, assertValidExposition } from '../exposition/parse-exposition.ts';
import { MetricsAssertionError } from '../failures.ts';
import { simulateConsensusLoad } from '../simulation/simulate-consensus-load.ts';
import { defaultWorkload, runAccuracyScenario } from './run-accuracy-scenario.ts';
import { runScaleScenario } from './run-scale-scenario.ts';
import { runThroughputScenario } from './run-throughput-scenario.ts';

describe('the accuracy scenario', () => {
  it('finds everything exact after the workload of the kit, and a page that is valid and shows it', () => {
    const { checkedSeries, test } = runAccuracyScenario();
    assert.ok(checkedSeries > 250, `${checkedSeries} series`);
    assert.ok(test.events.count > 40_000, `${test.events.count} events`);
    const page = renderText(test.registry);
    assertValidExposition(page);
    assertExposes(page, test.snapshot());
  });

  it('runs the workload that it is given in the sets that it is given', () => {
    const { checkedSeries, test } = runAccuracyScenario({
      sets: ['consensus', 'mempool'],
      workload: (node) => void simulateConsensusLoad(node, { durationSeconds: 5 }),
    });
    assert.ok(checkedSeries > 20);
    assert.equal(test.value('chain_storage_keys'), undefined);
  });

  for (const [what, record, message] of [
    ['a vote too many', 'votesSent', /votes_sent_total\{type="commit"\}: value is \d+, expected \d+/],
    ['a gauge that was changed', 'height', /finalized_height: value is 999, expected \d+/],
    ['a latency that was not observed', 'latency', /block_commit_duration_seconds: count is \d+, expected \d+/],
  ] as const) {
    it(`fails for ${what}`, () => {
      const run = () =>
        runAccuracyScenario({
          workload: (test) => {
            defaultWorkload(test);
            if (record === 'votesSent') test.metrics.consensus.recordVoteSent({ type: 'commit' });
            if (record === 'height') test.metrics.consensus.updateFinalizedHeight({ height: 999 });
            const name = 'chain_consensus_block_commit_duration_seconds';
            const definition = { name, type: 'histogram', buckets: [] } as const;
            if (record === 'latency') test.truth.observe(definition, {}, 0.1);
          },
        });
      assert.throws(run, (error) => error instanceof MetricsAssertionError && message.test(error.message));
    });
  }
});

describe('the scale scenario', () => {
  it('keeps 10,000 peers within every limit with exact totals', () => {
    const { seriesCount, maxSeries, limitedRecords, checkedSeries, test } = runScaleScenario();
    assert.ok(seriesCount <= maxSeries + 1, `${seriesCount} series`);
    assert.ok(limitedRecords > 10_000 && checkedSeries > 100);
    assert.equal(test.total('chain_peers_connected'), 10_000);
    assert.ok(test.value('test_kit_peer_messages_total', { peer: 'overflow' })! > 0);
    assert.ok(test.value('chain_peers_height', { peer: 'other' }) !== undefined);
  });

  it('holds with more peers than a label may have values, and with a small registry', () => {
    const { test } = runScaleScenario({ peerCount: 12_000, maxSeries: 20_000, durationSeconds: 1 });
    assert.ok(test.value('test_kit_peer_messages_total', { peer: 'other' })! > 0);
    assert.ok(runScaleScenario({ peerCount: 300, maxSeries: 900 }).seriesCount <= 901);
  });

  it('holds with few peers and no limit in reach', () => {
    assert.equal(runScaleScenario({ peerCount: 20, churnRatio: 0, durationSeconds: 1 }).limitedRecords > 0, false);
  });
});

describe('the throughput scenario', () => {
  it('shows the true throughput and exact totals, longer and shorter than the window', () => {
    for (const durationSeconds of [5, 70]) {
      const report = runThroughputScenario({ transactionsPerSecond: 200, durationSeconds });
      assert.equal(report.transactionCount, 200 * durationSeconds);
      assert.ok(Math.abs(report.transactionsPerSecond - 200) < 1e-6);
      assert.equal(report.test.value('chain_mempool_transactions', { state: 'pending' }), 0);
    }
  });

  it('tells times by the clock that it is given', () => {
    let nowMs = 0;
    const wallMs = () => (nowMs += 5);
    const report = runThroughputScenario({ transactionsPerSecond: 1, durationSeconds: 2, wallMs });
    assert.equal(report.slowestPageMs, 5);
    // The start, three pages with two readings each, the end.
    assert.equal(report.wallSeconds, 0.035);
  });

  it('refuses what is no load', () => {
    for (const load of [
      { transactionsPerSecond: 0, durationSeconds: 1 },
      { transactionsPerSecond: 1.5, durationSeconds: 1 },
      { transactionsPerSecond: 1, durationSeconds: 0 },
      { transactionsPerSecond: 1e6, durationSeconds: 3600 },
    ]) {
      assert.throws(() => runThroughputScenario(load), InstrumentError);
    }
  });
});
