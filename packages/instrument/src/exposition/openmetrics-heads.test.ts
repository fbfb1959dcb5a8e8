import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';
import { renderOpenMetrics } from './openmetrics.ts';
import { expectedSamples } from './testing/expected-samples.ts';
import { parseExposition } from './testing/parse-exposition.ts';

/** What a strict reader, such as the Python client's, holds for taken once it has seen a family. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
  counter: ['', '_total', '_created'],
  histogram: ['', '_bucket', '_count', '_sum', '_created'],
  summary: ['', '_count', '_sum', '_created'],
  info: ['', '_info'],
};

/** No sample here has it as its value. */
const CREATED_MS = 77_000;

const scalar = (name: string, type: 'counter' | 'gauge' | 'info' | 'stateset' | 'unknown'): FamilySnapshot => ({
  name,
  type,
  help: 'H.',
  unit: '',
  points: [{ labels: [{ name: 'a', value: 'b' }], value: 1, createdMs: CREATED_MS }],
});

const histogram = (name: string): FamilySnapshot => ({
  name,
  type: 'histogram',
  help: 'H.',
  unit: '',
  bounds: [1],
  points: [
    { labels: [], counts: [1, 2], sum: 5, createdMs: CREATED_MS },
    { labels: [{ name: 'z', value: 'z' }], counts: [0, 2], sum: 4, createdMs: CREATED_MS },
  ],
});

const summary = (name: string): FamilySnapshot => ({
  name,
  type: 'summary',
  help: 'H.',
  unit: '',
  points: [{ labels: [], quantiles: [{ quantile: 0.5, value: 1 }], sum: 5, count: 3, createdMs: CREATED_MS }],
});

function rendered(families: readonly FamilySnapshot[]): string {
  const snapshot: Snapshot = { takenAtMs: 0, families };
  return Buffer.from(renderOpenMetrics(snapshot)).toString('utf8');
}

function headsOf(...families: FamilySnapshot[]): string[] {
  return rendered(families)
    .split('\n')
    .filter((line) => line.startsWith('# TYPE'));
}

it('tells a counter beside a metric of the same name as unknown, and keeps its samples', () => {
  assert.equal(
    rendered([scalar('x', 'gauge'), scalar('x_total', 'counter')]),
    '# TYPE x gauge\n# HELP x H.\nx{a="b"} 1\n# TYPE x_total unknown\n# HELP x_total H.\nx_total{a="b"} 1\n# EOF\n',
  );
  assert.deepEqual(headsOf(scalar('y_count_total', 'counter'), histogram('y')), [
    '# TYPE y_count_total unknown',
    '# TYPE y histogram',
  ]);
});

it('tells an info beside a metric of the same name as a gauge', () => {
  assert.deepEqual(headsOf(scalar('x_info', 'info'), scalar('x_total', 'counter')), [
    '# TYPE x_info gauge',
    '# TYPE x counter',
  ]);
});

it('tells a histogram whose time of creation would have the name of another metric by its parts', () => {
  assert.deepEqual(headsOf(histogram('x'), scalar('x_created', 'gauge')), [
    '# TYPE x_bucket unknown',
    '# TYPE x_count unknown',
    '# TYPE x_sum unknown',
    '# TYPE x_created gauge',
  ]);
});

it('leaves names that are nothing but a suffix as they are', () => {
  assert.deepEqual(headsOf(scalar('_info', 'info'), scalar('_total', 'counter')), [
    '# TYPE _info gauge',
    '# TYPE _total unknown',
  ]);
});

it('never gives two families a name, whatever metrics come together, and loses no sample', () => {
  const made: readonly FamilySnapshot[] = ['x', 'x_total', 'x_created', 'x_info', 'x_sum'].flatMap((name) => [
    scalar(name, 'gauge'),
    scalar(name, 'unknown'),
    scalar(name, 'stateset'),
    scalar(name, 'info'),
    scalar(name, 'counter'),
    scalar(`${name}_total`, 'counter'),
    scalar(`${name}_info`, 'info'),
    histogram(name),
    summary(name),
  ]);
  // As in a registry: no two metrics show samples of the same name.
  const together = fc.uniqueArray(fc.constantFrom(...made), { maxLength: 8 }).map((families) => {
    const names = new Set<string>();
    return families.filter((family) => {
      const own = [family.name, ...expectedSamples(family).map(({ name }) => name)];
      if (own.some((name) => names.has(name))) return false;
      for (const name of own) names.add(name);
      return true;
    });
  });
  fc.assert(
    fc.property(together, (families) => {
      const read = parseExposition(rendered(families).replace('# EOF\n', ''));
      const taken = read.flatMap(({ name, type = '' }) => (TAKEN[type] ?? ['']).map((suffix) => name + suffix));
      assert.deepEqual(taken, [...new Set(taken)]);
      for (const { name, type = '', samples } of read) {
        const allowed = (TAKEN[type] ?? ['']).map((suffix) => name + suffix);
        assert.ok(samples.every((sample) => allowed.includes(sample.name)));
      }
      const key = ({ name, labels, value }: (typeof read)[number]['samples'][number]): string =>
        JSON.stringify([name, labels, value]);
      const shown = read.flatMap(({ samples }) => samples).filter(({ value }) => value !== CREATED_MS / 1000);
      assert.deepEqual(shown.map(key).sort(), families.flatMap(expectedSamples).map(key).sort());
    }),
    { numRuns: 1000 },
  );
});
