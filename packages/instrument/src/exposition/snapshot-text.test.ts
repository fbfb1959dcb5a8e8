import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Registry } from '../index.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { renderSnapshotText } from './snapshot-text.ts';
import { arbitrarySnapshot } from './testing/arbitrary-snapshot.ts';
import { expectedSamples } from './testing/expected-samples.ts';
import { parseExposition } from './testing/parse-exposition.ts';
import { renderTextBytes } from './text.ts';

const TYPES = {
  counter: 'counter',
  gauge: 'gauge',
  info: 'gauge',
  stateset: 'gauge',
  unknown: 'untyped',
  histogram: 'histogram',
  exponential: 'histogram',
  summary: 'summary',
};

function rendered(snapshot: Snapshot): string {
  return Buffer.from(renderSnapshotText(snapshot)).toString('utf8');
}

it('writes any snapshot so that it reads back with every head, label and value, in order', () => {
  fc.assert(
    fc.property(arbitrarySnapshot, (snapshot) => {
      const read = parseExposition(rendered(snapshot)).map(({ help = '', ...family }) => ({
        ...family,
        help: help.replaceAll(/\\([\\n])/g, (_, char: string) => (char === 'n' ? '\n' : char)),
      }));
      const expected = snapshot.families.map((family) => ({
        name: family.name,
        type: TYPES[family.type],
        help: family.help,
        samples: expectedSamples(family).map(({ name, labels, value }) => ({ name, labels, value })),
      }));
      assert.deepEqual(read, expected);
    }),
    { numRuns: 300 },
  );
});

it('is byte for byte what the fast path from a registry gives', () => {
  const registry = new Registry();
  const types = ['a', 'z'] as const;
  registry.counter({ name: 'c_total', help: 'C \\ "c"\nc.', labels: { type: types } }).inc({ type: 'z' }, 2.5);
  registry.gauge({ name: 'never_set', help: 'Absent.' });
  registry.gauge({ name: 'g', help: 'G é.' }).set(-1e21);
  registry.info({ name: 'i_info', help: 'I.', labels: { version: ['1'] } }).set({ version: '1' });
  const histogram = registry.histogram({
    name: 'h',
    help: 'H.',
    labels: { a: types, z: types },
    buckets: [0.1, 1, 1e9],
  });
  histogram.observe({ a: 'a', z: 'z' }, 0.5);
  histogram.observe({ a: 'a', z: 'a' }, 1e10);
  registry.exponentialHistogram({ name: 'x', help: 'X.', labels: { le_type: types } }).observe({ le_type: 'a' }, 0.3);
  const snapshot = registry.snapshot();
  assert.equal(rendered(snapshot), Buffer.from(renderTextBytes(registry)).toString());
  assert.deepEqual(
    snapshot.families.map(({ name }) => name),
    ['c_total', 'g', 'h', 'i_info', 'never_set', 'x'],
  );
});

it('gives the same text of labels again for the same array, and another for another', () => {
  const labels = [{ name: 'a', value: '1' }];
  const page = (of: typeof labels): string =>
    rendered({
      takenAtMs: 0,
      families: [{ name: 'g', help: 'G.', unit: '', type: 'gauge', points: [{ labels: of, value: 1 }] }],
    });
  assert.equal(page(labels), page(labels));
  assert.match(page([{ name: 'a', value: '2' }]), /^g\{a="2"\} 1$/m);
});

it('writes nothing for an empty snapshot', () => {
  assert.equal(rendered({ takenAtMs: 0, families: [] }), '');
});
