// The adapters of naming profiles beside the instrument's own way back: the same page gives the same canonical series.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applyInverse,
  type FamilySnapshot,
  type InverseMetric,
  inverseProfile,
  PROFILE_NAMES,
  type Snapshot,
} from '@chainpulse/instrument';
import { type Labels, labelsFrom, labelsToRecord } from '../../model/labels.ts';
import { profileAdapterText } from './profile-adapter.ts';
import { readAdapter } from './read-adapter.ts';
import { TargetAdapter } from './target-adapter.ts';
import { LANGUAGES } from './testing/languages.ts';

/** A family with a series that has every label that the profile shows under another name. */
function shownFamily(metric: InverseMetric, value: number): FamilySnapshot {
  const { shown, pattern, type, renamedLabels } = metric;
  const name = pattern === undefined ? shown : shown.replace(`<${pattern.label}>`, 'started');
  const labels = Object.keys({ ...renamedLabels, zone: '' })
    .toSorted()
    .map((label) => ({ name: label, value: `${label}-value` }));
  const head = { name, help: 'h', unit: '' };
  if (type === 'histogram') {
    return { ...head, type, bounds: [1], points: [{ labels, sum: value, counts: [2, 1] }] } as FamilySnapshot;
  }
  return { ...head, type: type === 'stateset' ? 'gauge' : type, points: [{ labels, value }] } as FamilySnapshot;
}

/** Every series with its value, by its labels. */
function seriesOf({ families }: Snapshot): ReadonlyMap<string, readonly [Labels, number]> {
  const found = new Map<string, readonly [Labels, number]>();
  const add = (name: string, labels: readonly { name: string; value: string }[], value: number, more = {}): void => {
    const own = labels.map((label) => [label.name, label.value] as const);
    const all = labelsFrom([['__name__', name], ...own, ...Object.entries<string>(more)]);
    found.set(JSON.stringify(labelsToRecord(all)), [all, value]);
  };
  for (const family of families) {
    for (const point of family.points) {
      if ('value' in point) add(family.name, point.labels, point.value);
      else if ('counts' in point) {
        add(`${family.name}_sum`, point.labels, point.sum);
        add(`${family.name}_count`, point.labels, 3);
        add(`${family.name}_bucket`, point.labels, 2, { le: '1' });
      }
    }
  }
  return found;
}

for (const profile of PROFILE_NAMES) {
  test(`what is shown as ${profile} is read as the instrument library reads it`, () => {
    const inverse = inverseProfile(profile);
    const { adapter } = readAdapter(profileAdapterText(profile), 'profile.yaml', LANGUAGES);
    const renaming = new TargetAdapter({ choose: () => adapter });
    const metrics = inverse.metrics.filter(({ states }) => states === undefined);
    assert.ok(metrics.length > 10);
    for (const [index, metric] of metrics.entries()) {
      const page = { takenAtMs: 0, families: [shownFamily(metric, 7.25 * (index + 1))] };
      const expected = [...seriesOf(applyInverse(page, inverse)).values()];
      const actual = [...seriesOf(page).values()].map(([labels, value]) => {
        renaming.meet([labels]);
        const renamed = renaming.rename(labels);
        assert.ok(renamed !== undefined);
        const { multiplier, divisor } = renamed.scale ?? { multiplier: 1, divisor: 1 };
        return [renamed.labels, (value * multiplier) / divisor] as const;
      });
      assert.deepEqual(actual, expected, metric.shown);
    }
  });
}

test('the number of a state becomes a series for each state, by rules', () => {
  const { adapter } = readAdapter(profileAdapterText('alys'), 'profile.yaml', LANGUAGES);
  const rules = adapter?.groups[0]?.rules ?? [];
  assert.deepEqual(
    rules.map(({ printed, labels }) => [printed, labels]),
    ['discovering', 'headers', 'blocks', 'catchup', 'synced', 'failed'].map((state, index) => [
      `alys_sync_state == bool ${index}`,
      [{ name: 'state', value: state }],
    ]),
  );
});
