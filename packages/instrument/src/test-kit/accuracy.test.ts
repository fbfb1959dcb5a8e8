import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CONSENSUS_METRICS } from '../domains/table/consensus.ts';
import { bounded } from '../labels.ts';
import { Registry } from '../registry.ts';
import { assertAccurate, deviationsOf } from './accuracy.ts';
import { GroundTruth, type TruthDefinition } from './ground-truth.ts';
import { exponentialQuantile } from './observed-histogram.ts';
import { createTestMetrics } from './test-metrics.ts';

const help = 'Measured.';

const COUNTER = { name: 'votes_total', help, type: 'counter', labels: { type: ['a', 'b'] } } as const;
const BY_PEER = { name: 'bytes_total', help, type: 'counter', labels: { peer: bounded(3) } } as const;
const GAUGE = { name: 'peer_height', help, type: 'gauge', labels: { peer: bounded(3) } } as const;
const CLASSIC = { name: 'seconds', help, type: 'histogram', buckets: [0.5, 1, 100] } as const;
const NATIVE = { name: 'native', help, type: 'exponential' } as const satisfies TruthDefinition & { help: string };

/** Instruments of each type beside their truth. */
function made() {
  const registry = new Registry();
  return {
    registry,
    truth: new GroundTruth(),
    counter: registry.counter(COUNTER),
    byPeer: registry.counter(BY_PEER),
    gauge: registry.gauge(GAUGE),
    classic: registry.histogram(CLASSIC),
    native: registry.exponentialHistogram(NATIVE),
  };
}

type Record = { readonly kind: string; readonly peer: string; readonly value: number };

const arbitraryRecord: fc.Arbitrary<Record> = fc.record({
  kind: fc.constantFrom('counter', 'byPeer', 'gauge', 'remove', 'removeCounter', 'classic', 'native'),
  peer: fc.constantFrom('p1', 'p2', 'p3', 'p4', 'p5', 'other'),
  value: fc.oneof(fc.nat({ max: 1000 }), fc.double({ min: 1e-6, max: 1e6, noNaN: true })),
});

/** `recorded` is what the metrics get in the place of `record`. */
function play(instruments: ReturnType<typeof made>, record: Record, recorded: Record | undefined = record): void {
  const { truth, counter, byPeer, gauge, classic, native } = instruments;
  const tell = {
    counter: () => truth.add(COUNTER, { type: 'a' }, Math.floor(record.value)),
    byPeer: () => truth.add(BY_PEER, { peer: record.peer }, Math.floor(record.value)),
    gauge: () => truth.set(GAUGE, { peer: record.peer }, record.value),
    remove: () => truth.remove(GAUGE, { peer: record.peer }),
    removeCounter: () => truth.remove(BY_PEER, { peer: record.peer }),
    classic: () => truth.observe(CLASSIC, {}, record.value),
    native: () => truth.observe(NATIVE, {}, record.value),
  }[record.kind];
  tell?.();
  if (recorded === undefined) return;
  const { peer, value } = recorded;
  const make = {
    counter: () => counter.inc({ type: 'a' }, Math.floor(value)),
    byPeer: () => byPeer.inc({ peer }, Math.floor(value)),
    gauge: () => gauge.set({ peer }, value),
    remove: () => gauge.remove({ peer }),
    removeCounter: () => byPeer.remove({ peer }),
    classic: () => classic.observe(value),
    native: () => native.observe(value),
  }[recorded.kind];
  make?.();
}

describe('the truth', () => {
  it('is what instruments show, after any records, also past the bounds of labels', () => {
    fc.assert(
      fc.property(fc.array(arbitraryRecord, { maxLength: 200 }), (records) => {
        const instruments = made();
        for (const record of records) play(instruments, record);
        assert.deepEqual(deviationsOf(instruments.registry.snapshot(), instruments.truth), []);
      }),
    );
  });

  it('is not what instruments show when one record that counts was lost', () => {
    const counting = arbitraryRecord.filter(({ kind, value }) => !kind.startsWith('remove') && value >= 1);
    fc.assert(
      fc.property(fc.array(counting, { minLength: 1, maxLength: 50 }), fc.nat(), (records, at) => {
        // Of a gauge only the last one counts.
        const lost = at % records.length;
        fc.pre(records[lost]?.kind !== 'gauge');
        const instruments = made();
        for (const [i, record] of records.entries()) {
          if (i === lost) play(instruments, record, { ...record, kind: 'nothing' });
          else play(instruments, record);
        }
        assert.notDeepEqual(deviationsOf(instruments.registry.snapshot(), instruments.truth), []);
      }),
    );
  });
});

describe('a deviation', () => {
  const byOne = (kind: string, value: number, recorded: Partial<Record>) => {
    const instruments = made();
    const record = { kind, peer: 'p1', value };
    play(instruments, record, { ...record, ...recorded });
    return deviationsOf(instruments.registry.snapshot(), instruments.truth);
  };

  it('is found where a counter is off by one', () => {
    const found = { name: 'votes_total', labels: { type: 'a' }, what: 'value', expected: 7, actual: 8 };
    assert.deepEqual(byOne('counter', 7, { value: 8 }), [found]);
  });

  it('is found twice where a label is wrong: one series lacks it, another has it', () => {
    assert.deepEqual(byOne('byPeer', 7, { peer: 'p2' }), [
      { name: 'bytes_total', labels: { peer: 'p1' }, what: 'value', expected: 7, actual: undefined },
      { name: 'bytes_total', labels: { peer: 'p2' }, what: 'value', expected: 0, actual: 7 },
    ]);
    assert.deepEqual(byOne('gauge', 7, { peer: 'p2' }), [
      { name: 'peer_height', labels: { peer: 'p1' }, what: 'value', expected: 7, actual: undefined },
      { name: 'peer_height', labels: { peer: 'p2' }, what: 'value', expected: undefined, actual: 7 },
    ]);
  });

  it('is found where a gauge that must be absent is there', () => {
    const instruments = made();
    play(instruments, { kind: 'gauge', peer: 'p1', value: 1 });
    play(instruments, { kind: 'gauge', peer: 'p2', value: 1 });
    play(instruments, { kind: 'remove', peer: 'p1', value: 1 }, { kind: 'nothing', peer: '', value: 0 });
    assert.deepEqual(deviationsOf(instruments.registry.snapshot(), instruments.truth), [
      { name: 'peer_height', labels: { peer: 'p1' }, what: 'value', expected: undefined, actual: 1 },
    ]);
  });

  it('is found in the buckets and the sum of a histogram', () => {
    assert.deepEqual(
      byOne('classic', 0.5, { value: 0.6 }).map(({ what, expected, actual }) => [what, expected, actual]),
      [
        ['sum', 0.5, 0.6],
        ['bucket le="0.5"', 1, 0],
        ['bucket le="1"', 0, 1],
      ],
    );
    // Within one bucket only the sum tells.
    assert.deepEqual(
      byOne('classic', 2, { value: 3 }).map(({ what }) => what),
      ['sum'],
    );
  });

  it('is found in the quantiles of an exponential histogram, from one bucket to the next', () => {
    assert.deepEqual(
      byOne('native', 1, { value: 1.004 }).map(({ what }) => what),
      ['sum', 'quantile 0', 'quantile 0.5', 'quantile 0.9', 'quantile 0.99', 'quantile 1'],
    );
  });

  it('is told in words, with what the registry dropped', () => {
    const instruments = made();
    play(instruments, { kind: 'counter', peer: '', value: 1 }, { kind: 'counter', peer: '', value: Number.NaN });
    assert.throws(
      () => assertAccurate(instruments.registry, instruments.truth),
      /votes_total\{type="a"\}: value is 0, expected 1[\s\S]*1 as invalid_value/,
    );
  });

  it('is found where a set records what no workload told it to', () => {
    const test = createTestMetrics({ sets: ['consensus'] });
    assertAccurate(test, test.truth);
    test.metrics.consensus.recordVoteSent({ type: 'commit' });
    assert.throws(() => assertAccurate(test, test.truth), /votes_sent_total\{type="commit"\}: value is 1, expected 0/);
    test.truth.add(CONSENSUS_METRICS.votesSent, { type: 'commit' });
    assertAccurate(test, test.truth);
  });
});

describe('a quantile of an exponential histogram', () => {
  it('lies within the bounds that are given for it, and those are near', () => {
    const values = fc.array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (observed, quantile) => {
        const registry = new Registry();
        const histogram = registry.exponentialHistogram({ ...NATIVE, maxBuckets: 80 });
        for (const value of observed) histogram.observe(value);
        const [family] = registry.snapshot().families;
        assert.ok(family?.type === 'exponential');
        const point = family.points[0]!;
        const range = exponentialQuantile(point, quantile);
        const sorted = observed.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(quantile * sorted.length)) - 1]!;
        assert.ok(range !== undefined && exact >= range.lower && exact <= range.upper);
        assert.ok(range.upper / range.lower <= 2 ** (2 ** -point.scale) * (1 + 1e-12));
      }),
    );
  });

  it('is found among zeros and negative values, and not where there is nothing', () => {
    const registry = new Registry();
    const histogram = registry.exponentialHistogram({ ...NATIVE, hasNegative: true });
    const read = (quantile: number) => {
      const [family] = registry.snapshot().families;
      assert.ok(family?.type === 'exponential');
      return exponentialQuantile(family.points[0]!, quantile);
    };
    assert.equal(read(0.5), undefined);
    for (const value of [-4, -1, 0, 2, 8]) histogram.observe(value);
    for (const [quantile, exact] of [
      [0, -4],
      [0.4, -1],
      [0.6, 0],
      [0.8, 2],
      [1, 8],
    ] as const) {
      const range = read(quantile)!;
      assert.ok(range.lower <= exact && exact <= range.upper, `${quantile}: ${exact} in ${JSON.stringify(range)}`);
    }
  });
});
