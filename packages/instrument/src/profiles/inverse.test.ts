import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PROFILE_NAMES, type ProfileName } from '../domains/metric-definition.ts';
import { labelKey } from '../snapshot/merge.ts';
import type { FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';
import { rebucket } from './buckets.ts';
import { applyInverse, type InverseMetric, inverseProfile } from './inverse.ts';
import { createProfile } from './profile.ts';
import { profileMetrics } from './profile-metric.ts';
import { DATA_MOUNT, Everything } from './testing/everything.ts';
import { at, familyOf, histogram, scalars, valuesOf } from './testing/snapshots.ts';

test('names, labels and factors are undone', () => {
  const read = applyInverse(
    at(
      7,
      scalars('counter', 'http_errors_total', [{ path: '/tx', status: '404' }, 2]),
      scalars('gauge', 'pos_validators_count', [{}, 5]),
      scalars('gauge', 'other_thing', [{}, 1]),
    ),
    inverseProfile('aureon'),
  );
  assert.equal(read.takenAtMs, 7000);
  assert.deepEqual(valuesOf(read, 'chain_api_errors_total'), { 'code=404,path=/tx': 2 });
  assert.deepEqual(valuesOf(read, 'chain_validators_members'), { 'status=active': 5 });
  assert.deepEqual(valuesOf(read, 'other_thing'), { '': 1 });
  const alys = applyInverse(
    at(0, scalars('gauge', 'alys_migration_progress_percent', [{}, 55])),
    inverseProfile('alys'),
  );
  assert.deepEqual(valuesOf(alys, 'chain_migration_progress_ratio'), { '': 0.55 });
});

test('several names of a profile that are one metric become one', () => {
  const read = applyInverse(
    at(
      0,
      scalars('counter', 'hotstuff2_storage_reads_total', [{}, 1]),
      scalars('counter', 'hotstuff2_storage_writes_total', [{}, 2]),
    ),
    inverseProfile('hotstuff2'),
  );
  assert.deepEqual(valuesOf(read, 'chain_storage_operations_total'), { 'operation=read': 1, 'operation=write': 2 });
});

test('the number of a state becomes the states again', () => {
  const read = (value: number) =>
    valuesOf(
      applyInverse(at(0, scalars('gauge', 'alys_sync_state', [{}, value])), inverseProfile('alys')),
      'chain_sync_state',
    );
  assert.deepEqual(read(5), {
    'state=discovering': 0,
    'state=headers': 0,
    'state=blocks': 0,
    'state=catchup': 0,
    'state=synced': 0,
    'state=failed': 1,
  });
  for (const wrong of [6, -1, 0.5, Number.NaN]) assert.deepEqual(read(wrong), {});
});

test('a label is read out of the name', () => {
  const read = applyInverse(
    at(
      0,
      scalars('counter', 'protocol_task_task_done_total', [{}, 1]),
      scalars('counter', 'protocol_health_ping_total', [{}, 2]),
      scalars('counter', 'protocol_other_ping_total', [{}, 3]),
    ),
    inverseProfile('p2p'),
  );
  assert.deepEqual(valuesOf(read, 'chain_protocol_events_total'), {
    'event=task_done,protocol=task': 1,
    'event=ping,protocol=health': 2,
  });
  assert.deepEqual(valuesOf(read, 'protocol_other_ping_total'), { '': 3 });
});

test('what cannot be had back keeps its name, with the reason', () => {
  const { unreadable } = inverseProfile('alys');
  assert.deepEqual(unreadable, [
    {
      shown: 'alys_cpu_usage_percent',
      canonical: 'process_cpu_seconds_total',
      reason: 'a rate does not tell the total that it was computed from',
    },
  ]);
  const read = applyInverse(at(0, scalars('gauge', 'alys_cpu_usage_percent', [{}, 40])), inverseProfile('alys'));
  assert.deepEqual(valuesOf(read, 'alys_cpu_usage_percent'), { '': 40 });
});

test('a sum is not read beside its parts, which would count them twice', () => {
  const p2p = inverseProfile('p2p');
  assert.deepEqual(
    p2p.unreadable.map(({ shown }) => shown),
    ['peers_total', 'peers_reputation'],
  );
  const snapshot = at(0, scalars('gauge', 'peers_total', [{}, 3]), scalars('gauge', 'peers_healthy', [{}, 3]));
  assert.deepEqual(valuesOf(applyInverse(snapshot, p2p), 'chain_peers_known'), { 'health=healthy': 3 });
});

test('what has the name of the profile and is something else stays as it is', () => {
  const inverse = inverseProfile('alys');
  for (const family of [
    scalars('gauge', 'alys_block_production_duration_seconds', [{}, 1]),
    histogram('alys_peer_count', [1], [{}, 1, [1, 0]]),
  ]) {
    assert.deepEqual(applyInverse(at(0, family), inverse).families, [family]);
  }
});

test('a profile that there is not is refused', () => {
  assert.throws(() => inverseProfile('none' as ProfileName), { code: 'option_invalid' });
});

for (const profile of PROFILE_NAMES) {
  test(`every name of ${profile} is read or says why not`, () => {
    const { metrics, unreadable } = inverseProfile(profile);
    const told = [...metrics, ...unreadable].map(({ shown }) => shown);
    assert.deepEqual(
      told.toSorted(),
      profileMetrics(profile)
        .map(({ alias }) => alias.name)
        .toSorted(),
    );
    for (const { reason } of unreadable) assert.ok(reason.length > 20);
  });

  test(`what a node shows as ${profile} is read as what it had`, () => {
    const inverse = inverseProfile(profile);
    // No numbers near the smallest doubles: they lose digits when the unit changes.
    const fraction = fc.nat(2 ** 20 - 1).map((number) => number / 2 ** 20);
    const numbers = fc.array(fraction, { minLength: 40, maxLength: 97 });
    fc.assert(
      fc.property(numbers, (list) => {
        let next = 0;
        const everything = new Everything(() => list[next++ % list.length] ?? 0);
        const view = createProfile(profile, { dataMount: DATA_MOUNT });
        view.apply(everything.pass(20));
        const original = everything.pass(20);
        const read = applyInverse(view.apply(original), inverse);
        for (const metric of inverse.metrics) assertSame(metric, original, read);
      }),
      { numRuns: 15 },
    );
  });
}

function assertSame(metric: InverseMetric, original: Snapshot, read: Snapshot): void {
  const had = familyOf(original, metric.canonical);
  const has = familyOf(read, metric.canonical);
  assert.ok(had !== undefined && has !== undefined, metric.canonical);
  assert.equal(has.type, had.type);
  assert.deepEqual([has.help, has.unit], [had.help, had.unit]);
  const expected = totals(had, metric);
  const actual = totals(has, metric);
  assert.deepEqual([...actual.keys()].toSorted(), [...expected.keys()].toSorted(), metric.canonical);
  for (const [key, values] of expected) {
    for (const [i, value] of values.entries()) {
      const other = actual.get(key)?.[i] ?? Number.NaN;
      assert.ok(
        Math.abs(other - value) <= 1e-14 * Math.abs(value),
        `${metric.canonical} ${key}: ${other}, not ${value}`,
      );
    }
  }
}

/** The values that the inverse of one name is about, over the labels that it can tell. */
function totals(family: FamilySnapshot, metric: InverseMetric): ReadonlyMap<string, readonly number[]> {
  const byKey = new Map<string, readonly number[]>();
  for (const point of family.points) {
    const isMeant =
      Object.entries(metric.addedLabels).every(([name, value]) =>
        point.labels.some((label) => label.name === name && label.value === value),
      ) && point.labels.every(({ name, value }) => name !== 'mount' || value === DATA_MOUNT);
    if (!isMeant) continue;
    const key = labelKey(point.labels.filter(({ name }) => !metric.missingLabels.includes(name)));
    const values = 'value' in point ? [point.value] : 'counts' in point ? cumulated(family, point, metric) : [];
    const sums = byKey.get(key)?.map((sum, i) => sum + (values[i] ?? 0));
    byKey.set(key, family.type === 'info' ? [1] : (sums ?? values));
  }
  return byKey;
}

/** Sum and counts of a histogram, in the buckets that the profile has. */
function cumulated(
  family: FamilySnapshot,
  point: Parameters<typeof rebucket>[0],
  { shown }: InverseMetric,
): readonly number[] {
  if (family.type !== 'histogram') return [];
  const alias = PROFILE_NAMES.flatMap((name) => profileMetrics(name)).find(
    (metric) => metric.alias.name === shown,
  )?.alias;
  const { counts, sum } = rebucket(point, family.bounds, alias?.bounds ?? family.bounds);
  return [sum, ...counts];
}
