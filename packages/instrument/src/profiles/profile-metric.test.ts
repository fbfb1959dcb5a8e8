import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type MetricDefinition,
  type MetricDefinitions,
  PROFILE_NAMES,
  type ProfileName,
} from '../domains/metric-definition.ts';
import { METRIC_TABLE } from '../domains/table/index.ts';
import { bounded } from '../labels.ts';
import { droppedLabels, profileMetrics } from './profile-metric.ts';

const SAMPLE_SUFFIXES = ['', '_bucket', '_sum', '_count'];

function rowsWith(alias: string, row: Partial<MetricDefinition>): Readonly<Record<string, MetricDefinitions>> {
  const help = 'Something.';
  return {
    test: {
      row: { name: 'chain_row', type: 'gauge', help, recordedBy: 'test', ...row, aliases: { alys: alias } },
      calls: { name: 'chain_calls_total', type: 'counter', help, recordedBy: 'test' },
    },
  };
}

test('a profile that there is not is refused, with those that there are', () => {
  assert.throws(() => profileMetrics('bitcoin' as ProfileName), {
    code: 'option_invalid',
    message: /"bitcoin": the profiles are hotstuff2, p2p, alys, aureon, arthachain/,
  });
});

for (const [alias, row, reason] of [
  ['a{peer}', {}, /no label "peer"/],
  ['a [peer=x]', {}, /no label "peer"/],
  ['a_<peer>', {}, /no label "peer"/],
  ['a{s,s=t}', { labels: { s: ['x'], t: ['y'] } }, /a label is there twice/],
  ['a [s=z]', { labels: { s: ['x', 'y'] } }, /"z" is no value of its label "s"/],
  ['a', { type: 'counter' }, /ends in _total/],
  ['a:counter', {}, /ends in _total/],
  ['a_total:counter', {}, /a gauge is no counter/],
  ['a', { type: 'info', labels: { v: bounded(1) } }, /ends in _info/],
  ['a:histogram', {}, /a gauge is no histogram/],
  ['a:gauge', { type: 'histogram', buckets: [1] }, /by a function alone/],
  ['a_total:counter*8', { type: 'counter' }, /gauges alone change their unit/],
  ['a@1,3', { type: 'histogram', buckets: [1, 2] }, /counts not all of those bounds/],
  ['a@1', {}, /bounds are for histograms/],
  ['a:gauge=rate', {}, /rate is computed from a counter/],
  ['a_total:counter=rate', { type: 'counter' }, /what is computed is a gauge/],
  ['a:gauge=avg', { type: 'counter' }, /avg is computed from a histogram/],
  ['a:gauge=p95', {}, /p95 is computed from a histogram/],
  ['a:gauge=max', { type: 'counter' }, /max is computed from a gauge/],
  ['a:gauge=data', { labels: { peer: bounded(2) } }, /not of file systems/],
  ['a:gauge=index', {}, /index is computed from a stateset/],
  ['a:gauge=index{state}', { type: 'stateset', labels: { state: ['x'] } }, /cannot be read/],
  ['a{state}:gauge=index', { type: 'stateset', labels: { state: ['x'] } }, /an index has no labels/],
  ['a', { type: 'stateset', labels: { state: ['x'] } }, /kept as a label, or become their index/],
  ['a:gauge=per(chain_none_total)', { type: 'counter' }, /no counter chain_none_total/],
  ['a:gauge=per(chain_row)', { type: 'counter', name: 'chain_x_total' }, /no counter chain_row/],
] as const) {
  test(`"${alias}" of a ${'type' in row ? row.type : 'gauge'} is refused: ${reason.source}`, () => {
    assert.throws(() => profileMetrics('alys', rowsWith(alias, row)), { code: 'option_invalid', message: reason });
  });
}

test('units follow what is done to the values', () => {
  const unitOf = (alias: string, row: Partial<MetricDefinition>) =>
    profileMetrics('alys', rowsWith(alias, row)).map(({ unit }) => unit);
  assert.deepEqual(unitOf('a', { unit: 'bytes' }), ['bytes']);
  assert.deepEqual(unitOf('a:gauge/1048576', { unit: 'bytes' }), ['mebibytes']);
  assert.deepEqual(unitOf('a:gauge*100', { unit: 'ratio' }), ['percent']);
  assert.deepEqual(unitOf('a:gauge=rate*8', { type: 'counter', unit: 'bytes' }), ['bits_per_second']);
  assert.deepEqual(unitOf('a:gauge=avg*1000', { type: 'histogram', unit: 'seconds' }), ['milliseconds']);
  assert.deepEqual(unitOf('a:gauge*7', { unit: 'ratio' }), ['']);
});

for (const profile of PROFILE_NAMES) {
  test(`no two names of ${profile} are the same, and none is a canonical one`, () => {
    const taken = new Set<string>();
    for (const rows of Object.values(METRIC_TABLE) as readonly MetricDefinitions[]) {
      for (const { name } of Object.values(rows)) for (const suffix of SAMPLE_SUFFIXES) taken.add(name + suffix);
    }
    for (const { alias, type } of profileMetrics(profile)) {
      for (const suffix of type === 'histogram' ? SAMPLE_SUFFIXES : ['']) {
        assert.ok(!taken.has(alias.name + suffix), alias.name + suffix);
        taken.add(alias.name + suffix);
      }
    }
  });

  test(`${profile} adds nothing up that has no sum`, () => {
    const wrong = profileMetrics(profile).filter((metric) => {
      const { definition, alias } = metric;
      const isSummed = definition.type === 'gauge' && alias.fn === undefined && droppedLabels(metric).length > 0;
      return isSummed && /^(ratio|celsius|hertz|seconds|)$/.test(definition.unit ?? '');
    });
    assert.deepEqual(
      wrong.map(({ alias }) => alias.name),
      [],
    );
  });

  test(`${profile} has a unit for each value that is not in ours`, () => {
    const without = profileMetrics(profile).filter(
      ({ alias, unit }) => (alias.multiplier !== 1 || alias.divisor !== 1) && unit === '',
    );
    assert.deepEqual(
      without.map(({ alias }) => alias.name),
      [],
    );
  });
}
