// One snapshot with every kind of family, and arbitrary ones for property tests.

import fc from 'fast-check';
import type { FamilySnapshot, Snapshot } from '../../snapshot/snapshot.ts';

export const TAKEN_AT_MS = 1_795_181_530_123;
export const CREATED_MS = 1_795_181_000_000;
export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
export const SPAN_ID = '00f067aa0ba902b7';

const traced = (value: number) => ({
  labels: [
    { name: 'span_id', value: SPAN_ID },
    { name: 'trace_id', value: TRACE_ID },
  ],
  value,
  timestampMs: TAKEN_AT_MS - 500,
});

export const SAMPLE_SNAPSHOT: Snapshot = {
  takenAtMs: TAKEN_AT_MS,
  families: [
    {
      name: 'chain_block_commit_duration_seconds',
      type: 'histogram',
      help: 'Time to commit a block.',
      unit: 'seconds',
      bounds: [0.1, 1],
      points: [
        {
          labels: [{ name: 'kind', value: 'fast "one"' }],
          createdMs: CREATED_MS,
          counts: [3, 2, 1],
          sum: 4.25,
          exemplars: [undefined, traced(0.5)],
        },
      ],
    },
    {
      name: 'chain_build_info',
      type: 'info',
      help: 'Version.',
      unit: '',
      points: [{ labels: [{ name: 'version', value: '1.2.3' }], value: 1 }],
    },
    { name: 'chain_empty', type: 'gauge', help: 'Never set.', unit: '', points: [] },
    {
      name: 'chain_height',
      type: 'gauge',
      help: 'Height.',
      unit: 'blocks',
      points: [{ labels: [], value: 42 }],
    },
    {
      name: 'chain_peer_latency_seconds',
      type: 'exponential',
      help: 'Latency.',
      unit: 'seconds',
      points: [
        {
          labels: [],
          createdMs: CREATED_MS,
          scale: 3,
          sum: 12.5,
          zeroThreshold: 1e-9,
          zeroCount: 2,
          positive: { offset: -4, counts: [1, 0, 0, 0, 3] },
          negative: { offset: 2, counts: [1] },
          exemplars: [{ labels: [{ name: 'peer', value: 'a' }], value: 0.9, timestampMs: TAKEN_AT_MS - 1000 }],
        },
      ],
    },
    {
      name: 'chain_phase',
      type: 'stateset',
      help: 'Phase.',
      unit: '',
      points: [
        { labels: [{ name: 'state', value: 'prepare' }], value: 1 },
        { labels: [{ name: 'state', value: 'commit' }], value: 0 },
      ],
    },
    {
      name: 'chain_votes_total',
      type: 'counter',
      help: 'Votes.',
      unit: 'votes',
      points: [
        { labels: [{ name: 'type', value: 'commit' }], createdMs: CREATED_MS, value: 7, exemplar: traced(1) },
        { labels: [{ name: 'type', value: 'prepare' }], createdMs: CREATED_MS, value: 2 ** 53 },
      ],
    },
    {
      name: 'other_odd',
      type: 'unknown',
      help: 'From elsewhere.',
      unit: '',
      points: [{ labels: [], value: Number.POSITIVE_INFINITY }],
    },
    {
      name: 'other_request_seconds',
      type: 'summary',
      help: 'From elsewhere.',
      unit: 'seconds',
      points: [{ labels: [], count: 10, sum: 3.5, quantiles: [{ quantile: 0.5, value: 0.25 }] }],
    },
  ],
};

const labels = fc
  .uniqueArray(
    fc.record(
      { name: fc.stringMatching(/^[a-z]{1,6}$/), value: fc.string({ unit: 'grapheme' }) },
      { noNullPrototype: true },
    ),
    {
      selector: ({ name }) => name,
      maxLength: 4,
    },
  )
  .map((list) => list.sort((a, b) => (a.name < b.name ? -1 : 1)));
const timeMs = fc.integer({ min: 1, max: 4_000_000_000_000 });
const count = fc.nat();
const value = fc.double();
const sum = fc.double({ noNaN: true });
const exemplar = fc.record({ labels, value, timestampMs: timeMs });
const created = { requiredKeys: [] as [] };

const scalarPoint = fc
  .tuple(fc.record({ labels, value }), fc.record({ createdMs: timeMs, exemplar }, created))
  .map(([required, optional]) => ({ ...required, ...optional }));
const buckets = fc.record({
  offset: fc.integer({ min: -2000, max: 2000 }),
  counts: fc.array(count, { maxLength: 20 }),
});
const exponentialPoint = fc
  .tuple(
    fc.record({
      labels,
      scale: fc.integer({ min: -4, max: 8 }),
      sum,
      zeroThreshold: fc.double({ min: 0, max: 1, noNaN: true }),
      zeroCount: count,
      positive: buckets,
      negative: buckets,
    }),
    fc.record({ createdMs: timeMs, exemplars: fc.array(exemplar, { maxLength: 2 }) }, created),
  )
  .map(([required, optional]) => ({ ...required, ...optional }));
const summaryPoint = fc.record({
  labels,
  sum,
  count,
  quantiles: fc.array(fc.record({ quantile: fc.double({ min: 0, max: 1, noNaN: true }), value }), { maxLength: 3 }),
});

const head = { help: fc.string(), unit: fc.constantFrom('', 'seconds', 'bytes', 'ratio', 'votes') };
const family: fc.Arbitrary<(name: string) => FamilySnapshot> = fc.oneof(
  fc
    .record({
      ...head,
      type: fc.constantFrom('counter' as const, 'gauge' as const, 'info' as const, 'stateset' as const),
      points: fc.array(scalarPoint, { maxLength: 4 }),
    })
    .map((rest) => (name: string) => ({ name, ...rest })),
  fc.uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 6 }).chain((bounds) =>
    fc
      .record({
        ...head,
        points: fc.array(
          fc.record({
            labels,
            sum,
            counts: fc.array(count, { minLength: bounds.length + 1, maxLength: bounds.length + 1 }),
          }),
          { maxLength: 3 },
        ),
      })
      .map((rest) => (name: string) => ({
        name,
        type: 'histogram' as const,
        bounds: bounds.toSorted((a, b) => a - b),
        ...rest,
      })),
  ),
  fc
    .record({ ...head, points: fc.array(exponentialPoint, { maxLength: 3 }) })
    .map((rest) => (name: string) => ({ name, type: 'exponential' as const, ...rest })),
  fc
    .record({ ...head, points: fc.array(summaryPoint, { maxLength: 3 }) })
    .map((rest) => (name: string) => ({ name, type: 'summary' as const, ...rest })),
);

export const arbitrarySnapshot: fc.Arbitrary<Snapshot> = fc
  .record({ takenAtMs: timeMs, makers: fc.array(family, { maxLength: 5 }) })
  .map(({ takenAtMs, makers }) => ({ takenAtMs, families: makers.map((make, i) => make(`family_${i}`)) }));
