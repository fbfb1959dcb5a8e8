// Any snapshot that sources may give, for property tests of renderers: every type, labels that sort before and after those of
// the formats, values that need escaping, numbers that no decimal text is kind to, families without series.

import fc from 'fast-check';
import type { Label } from '../../labels.ts';
import type {
  Exemplar,
  ExponentialPoint,
  FamilySnapshot,
  HistogramPoint,
  ScalarPoint,
  Snapshot,
  SummaryPoint,
} from '../../snapshot/snapshot.ts';

const LABEL_NAMES = ['Z', '_z', 'a', 'kind', 'lea', 'l', 'peer', 'quantil', 'zone'] as const;
const UNITS = ['', 'seconds', 'bytes'] as const;

/** Without -0, which the text formats do not tell from 0. */
const value = fc.double().map((number) => (number === 0 ? 0 : number));
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number));
const count = fc.oneof(fc.constant(0), fc.nat({ max: 9 }), fc.nat({ max: 2 ** 40 }));
const timeMs = fc.nat({ max: 4_000_000_000_000 });
const text = fc.oneof(
  fc.constantFrom('"', '\\', '\n', 'a\\', 'a,b=c d', '{}', '=1+1', 'é🦀', '\r\n', '\\n', '\\,'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }),
);

const labels: fc.Arbitrary<readonly Label[]> = fc
  .subarray([...LABEL_NAMES], { maxLength: 3 })
  .chain((names) => fc.tuple(...names.map((name) => text.map((of) => ({ name, value: of })))))
  .map((unsorted) => [...unsorted].sort((a, b) => (a.name < b.name ? -1 : 1)));

/** Without NUL, with which an exemplar is left out. */
const exemplarLabels = labels.map((all) =>
  all.map((label) => ({ ...label, value: label.value.replaceAll('\0', '0') })),
);

const exemplar: fc.Arbitrary<Exemplar> = fc.record(
  { labels: exemplarLabels, value: finite, timestampMs: timeMs },
  { noNullPrototype: true },
);

const created = fc.option(timeMs, { nil: undefined });

/** Points whose labels differ; `undefined` stands for a field that is absent. */
function points<P extends { readonly labels: readonly Label[] }>(point: fc.Arbitrary<P>): fc.Arbitrary<P[]> {
  return fc
    .uniqueArray(point, { maxLength: 4, selector: (of) => JSON.stringify(of.labels) })
    .map((all) => all.map(withoutUndefined));
}

function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, field]) => field !== undefined)) as T;
}

const scalarPoint = fc.record({ labels, value }) as fc.Arbitrary<ScalarPoint>;

const counterPoint = fc.record({
  labels,
  value,
  createdMs: created,
  exemplar: fc.option(exemplar, { nil: undefined }),
}) as fc.Arbitrary<ScalarPoint>;

function histogramPoint(bucketCount: number): fc.Arbitrary<HistogramPoint> {
  const size = { minLength: bucketCount, maxLength: bucketCount };
  return fc.record({
    labels,
    counts: fc.array(count, size),
    sum: value,
    createdMs: created,
    exemplars: fc.option(fc.array(fc.option(exemplar, { nil: undefined }), size), { nil: undefined }),
  }) as fc.Arbitrary<HistogramPoint>;
}

const buckets = fc.record(
  { offset: fc.integer({ min: -600, max: 600 }), counts: fc.array(count, { maxLength: 12 }) },
  { noNullPrototype: true },
);

const exponentialPoint = fc.record({
  labels,
  scale: fc.integer({ min: -4, max: 8 }),
  sum: value,
  zeroThreshold: fc.constantFrom(0, 2 ** -128, 1e-3, 0.5, 1),
  zeroCount: count,
  positive: buckets,
  negative: buckets,
  createdMs: created,
  exemplars: fc.option(fc.array(exemplar, { maxLength: 3 }), { nil: undefined }),
}) as fc.Arbitrary<ExponentialPoint>;

const summaryPoint = fc.record({
  labels,
  quantiles: fc
    .subarray([0, 0.5, 0.9, 0.99, 1])
    .chain((quantiles) => fc.tuple(...quantiles.map((quantile) => value.map((of) => ({ quantile, value: of }))))),
  sum: value,
  count,
  createdMs: created,
}) as fc.Arbitrary<SummaryPoint>;

/** `number` makes the name unlike every other. */
function family(number: number): fc.Arbitrary<FamilySnapshot> {
  const head = (name: string, unit: string): { name: string; unit: string } => ({
    name: unit === '' ? `m${number}_${name}` : `m${number}_${name}_${unit}`,
    unit,
  });
  const heads = fc
    .tuple(fc.constantFrom('blocks', 'size:x'), fc.constantFrom(...UNITS), fc.string({ unit: 'binary', maxLength: 8 }))
    .map(([name, unit, help]) => ({ ...head(name, unit), help }));
  const bounds = fc.uniqueArray(finite, { maxLength: 5 }).map((all) => [...all].sort((a, b) => a - b));
  return heads.chain((of): fc.Arbitrary<FamilySnapshot> => {
    const named = (suffix: string): typeof of => ({ ...of, name: of.name + suffix });
    return fc.oneof(
      points(counterPoint).map((all) => ({ ...named('_total'), type: 'counter' as const, points: all })),
      points(counterPoint).map((all) => ({ ...of, type: 'counter' as const, points: all })),
      points(scalarPoint).map((all) => ({ ...of, type: 'gauge' as const, merge: 'sum' as const, points: all })),
      points(scalarPoint).map((all) => ({ ...of, unit: 'elsewhere', type: 'gauge' as const, points: all })),
      points(scalarPoint).map((all) => ({ ...named('_info'), unit: '', type: 'info' as const, points: all })),
      points(scalarPoint).map((all) => ({ ...of, type: 'stateset' as const, points: all })),
      points(scalarPoint).map((all) => ({ ...of, type: 'unknown' as const, points: all })),
      bounds.chain((all) =>
        points(histogramPoint(all.length + 1)).map((histograms) => ({
          ...of,
          type: 'histogram' as const,
          bounds: all,
          points: histograms,
        })),
      ),
      points(exponentialPoint).map((all) => ({ ...of, type: 'exponential' as const, points: all })),
      points(summaryPoint).map((all) => ({ ...of, type: 'summary' as const, points: all })),
    );
  });
}

export const arbitrarySnapshot: fc.Arbitrary<Snapshot> = fc
  .tuple(timeMs, fc.nat({ max: 6 }))
  .chain(([takenAtMs, size]) =>
    fc
      .tuple(...Array.from({ length: size }, (_, number) => family(number)))
      .map((families): Snapshot => ({ takenAtMs, families })),
  );
