import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InstrumentError } from '../errors.ts';
import { bounded } from '../labels.ts';
import { Registry } from '../registry.ts';
import { assertMetricsRecorded, type ExpectedMetric } from './assert-metrics-recorded.ts';
import { MetricsAssertionError } from './failures.ts';
import { MetricsProbe } from './metrics-probe.ts';
import { createTestMetrics } from './test-metrics.ts';

const help = 'Measured.';

/** One metric of each kind, with something in it. */
function recorded() {
  const registry = new Registry();
  const blocks = registry.counter({ name: 'blocks_total', help });
  const votes = registry.counter({ name: 'votes_total', help, labels: { type: ['prepare', 'commit'] } });
  const height = registry.gauge({ name: 'height', help });
  registry.gauge({ name: 'never_set', help });
  const peers = registry.gauge({ name: 'peer_height', help, labels: { peer: bounded(8) } });
  const latency = registry.histogram({ name: 'latency_seconds', help, buckets: [0.1, 1] });
  const native = registry.exponentialHistogram({ name: 'native_seconds', help });
  blocks.inc(2);
  const probe = new MetricsProbe(registry);
  blocks.inc(3);
  votes.inc({ type: 'prepare' }, 4);
  height.set(0);
  peers.set({ peer: 'alpha' }, 7);
  for (const value of [0.1, 0.2, 3]) {
    latency.observe(value);
    native.observe(value);
  }
  return { registry, probe, votes };
}

const TRUE: readonly ExpectedMetric[] = [
  { name: 'blocks_total', value: 5 },
  { name: 'blocks_total', increasedBy: 3 },
  { name: 'blocks_total', atLeast: 5, atMost: 5 },
  { name: 'votes_total', labels: { type: 'prepare' }, value: 4 },
  { name: 'votes_total', labels: { type: 'commit' }, value: 0 },
  { name: 'height', value: 0 },
  { name: 'never_set', absent: true },
  { name: 'no_such_metric', absent: true },
  { name: 'peer_height', labels: { peer: 'beta' }, absent: true },
  { name: 'peer_height', labels: { peer: 'alpha' }, increasedBy: 7 },
  { name: 'latency_seconds', count: 3, sum: 3.3 },
  { name: 'latency_seconds', increasedBy: 3, atLeast: 3 },
  { name: 'native_seconds', count: 3, sum: 3.3 },
];

const FALSE: readonly (readonly [ExpectedMetric, RegExp])[] = [
  [{ name: 'blocks_total', value: 6 }, /^blocks_total: expected 6, found 5$/],
  [{ name: 'blocks_total', value: 4 }, /expected 4, found 5/],
  [{ name: 'blocks_total', increasedBy: 5 }, /expected an increase by 5, it was 3/],
  [{ name: 'blocks_total', atLeast: 5.5 }, /expected at least 5.5, found 5/],
  [{ name: 'blocks_total', atMost: 4 }, /expected at most 4, found 5/],
  [{ name: 'blocks_total', count: 5 }, /is a counter, which has no count and no sum/],
  [{ name: 'height', absent: true }, /height: expected to be absent, found height 0/],
  [{ name: 'votes_total', labels: { type: 'commit' }, absent: true }, /votes_total\{type="commit"\}: .* found 0/],
  [{ name: 'blocs_total', value: 5 }, /there is no metric of this name; near it: blocks_total/],
  [{ name: 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz', value: 5 }, /no name is like it/],
  [
    { name: 'votes_total', labels: { type: 'prepar' }, value: 4 },
    /no such series; near it:\nvotes_total\{type="prepare"\} 4/,
  ],
  [{ name: 'votes_total', value: 4 }, /no such series; near it:\nvotes_total\{type="prepare"\} 4/],
  [{ name: 'never_set', value: 0 }, /no such series; it has none: it was never set/],
  [{ name: 'latency_seconds', count: 2 }, /expected count 2, found count 3/],
  [{ name: 'latency_seconds', sum: 3.300001 }, /expected sum 3.300001, found 3.3/],
  [{ name: 'latency_seconds', value: 3 }, /is a histogram, which has no value: expect a count or a sum/],
  [{ name: 'native_seconds', count: 4 }, /expected count 4, found count 3/],
];

function failuresOf(expected: readonly ExpectedMetric[], source = recorded().probe): readonly string[] {
  try {
    assertMetricsRecorded(source, expected);
  } catch (error) {
    assert.ok(error instanceof MetricsAssertionError);
    return error.failures;
  }
  return [];
}

describe('assertMetricsRecorded', () => {
  it('lets pass what is so', () => {
    assert.deepEqual(failuresOf(TRUE), []);
  });

  for (const [expected, message] of FALSE) {
    it(`fails for ${JSON.stringify(expected)}`, () => {
      const failures = failuresOf([expected]);
      assert.equal(failures.length, 1);
      assert.match(failures[0]!, message);
    });
  }

  it('tells all that is wrong at once, and nothing that is right', () => {
    const failures = failuresOf([...TRUE, ...FALSE.map(([expected]) => expected)]);
    assert.equal(failures.length, FALSE.length);
    assert.throws(
      () => assertMetricsRecorded(recorded().probe, [FALSE[0]![0], TRUE[0]!, FALSE[8]![0]]),
      (error: Error) =>
        error.message.startsWith('2 of 3 expected metrics are not as expected:\n  - blocks_total:') &&
        error.message.includes('\n  - blocs_total: there is no metric'),
    );
  });

  it('says which records the registry could not take, as that is often why', () => {
    const { probe, votes } = recorded();
    votes.inc({ type: 'comit' as 'commit' });
    const expected = [{ name: 'votes_total', labels: { type: 'commit' }, value: 1 }];
    assert.throws(
      () => assertMetricsRecorded(probe, expected),
      /dropped records, or led them elsewhere: 1 as unknown_label/,
    );
  });

  it('refuses an expectation that cannot fail', () => {
    assert.throws(
      () => assertMetricsRecorded(recorded().probe, [{ name: 'blocks_total' }]),
      (error) => error instanceof InstrumentError && error.code === 'option_invalid',
    );
  });

  it('reads a bare registry too, except for increases, which need a mark', () => {
    const { registry } = recorded();
    assertMetricsRecorded(registry, [{ name: 'blocks_total', value: 5 }]);
    assert.throws(
      () => assertMetricsRecorded(registry, [{ name: 'blocks_total', increasedBy: 5 }]),
      /there is no mark/,
    );
  });
});

describe('a probe', () => {
  it('reads values, histograms and totals', () => {
    const { probe } = recorded();
    assert.equal(probe.value('blocks_total'), 5);
    assert.equal(probe.value('height'), 0);
    assert.equal(probe.value('never_set'), undefined);
    assert.equal(probe.value('votes_total'), undefined);
    assert.equal(probe.total('votes_total'), 4);
    assert.equal(probe.total('votes_total', { type: 'commit' }), 0);
    assert.equal(probe.total('nothing'), undefined);
    assert.deepEqual(probe.histogram('latency_seconds')?.buckets, [
      { le: 0.1, count: 1 },
      { le: 1, count: 2 },
      { le: Number.POSITIVE_INFINITY, count: 3 },
    ]);
    assert.equal(probe.histogram('native_seconds')?.count, 3);
    assert.equal(probe.histogram('nothing'), undefined);
  });

  it('says how to read what is asked for in the wrong way', () => {
    const { probe } = recorded();
    assert.throws(() => probe.value('latency_seconds'), /latency_seconds is a histogram: read it with histogram\(\)/);
    assert.throws(() => probe.histogram('height'), /height is a gauge: read it with value\(\)/);
  });

  it('counts increases from the latest mark', () => {
    const { probe } = recorded();
    assert.equal(probe.increase('blocks_total'), 3);
    assert.equal(probe.increase('latency_seconds'), 3);
    probe.mark();
    assert.equal(probe.increase('blocks_total'), 0);
    assert.equal(probe.increase('nothing'), undefined);
  });
});

describe('test metrics', () => {
  it('have the clock that the sets read, and the events that they tell', () => {
    const test = createTestMetrics({ sets: ['consensus'], startMs: 5_000 });
    test.metrics.consensus.updateCurrentView({ view: 1 });
    test.clock.advance(2);
    test.metrics.consensus.updateCurrentView({ view: 2 });
    test.metrics.consensus.recordBlockCommitted({ height: 0, view: 1 });
    assertMetricsRecorded(test, [
      { name: 'chain_consensus_view_duration_seconds', count: 1, sum: 2 },
      { name: 'chain_consensus_finalized_height', value: 0 },
      { name: 'chain_consensus_last_commit_timestamp_seconds', value: 7 },
    ]);
    const fields = { height: 0, view: 1 };
    assert.deepEqual(test.events.all(), [{ type: 'consensus.block_committed', atMs: 7_000, fields }]);
    assert.deepEqual(test.events.ofType('consensus.vote_sent'), []);
    assert.equal(test.events.count, 1);
    assert.equal(test.snapshot().takenAtMs, 7_000);
  });

  it('keep the latest 10,000 events and count the others', () => {
    const test = createTestMetrics({ sets: ['consensus'] });
    for (let view = 0; view < 25_000; view++) test.metrics.consensus.recordVoteSent({ type: 'commit', view });
    assert.equal(test.events.count, 25_000);
    const kept = test.events.ofType('consensus.vote_sent');
    assert.deepEqual([kept.length, kept[0]?.fields.view, kept.at(-1)?.fields.view], [10_000, 15_000, 24_999]);
  });

  it('refuse sets that do not exist', () => {
    const sets = ['consensu'] as unknown as ['consensus'];
    assert.throws(() => createTestMetrics({ sets }), /consensu/);
  });
});
