import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MetricMetadata, MetricType } from '../model/batch.ts';
import { familiesOf } from './families.ts';

const known = (name: string, type: MetricType, unit = ''): MetricMetadata => ({ name, type, help: `of ${name}`, unit });

function shapes(names: readonly string[], metadata: readonly MetricMetadata[]): string[] {
  return familiesOf(names, metadata).map(
    ({ name, type, unit, metricNames }) => `${name} ${type}${unit === '' ? '' : ` ${unit}`}: ${metricNames.join(' ')}`,
  );
}

test('a counter is called by what stands before _total, whichever format told of it', () => {
  const names = ['votes_total', 'votes_created', 'blocks_total'];
  assert.deepEqual(shapes(names, [known('votes_total', 'counter'), known('blocks', 'counter')]), [
    'blocks counter: blocks_total',
    'votes counter: votes_created votes_total',
  ]);
  assert.deepEqual(shapes(['votes'], [known('votes', 'counter')]), ['votes unknown: votes']);
});

test('histograms and summaries hold their parts, and a unit counts where the name ends in it', () => {
  const names = ['h_seconds_bucket', 'h_seconds_count', 'h_seconds_sum', 's', 's_sum', 'h_seconds_other'];
  const metadata = [known('h_seconds', 'histogram', 'seconds'), known('s', 'summary', 'bytes')];
  assert.deepEqual(shapes(names, metadata), [
    'h_seconds histogram seconds: h_seconds_bucket h_seconds_count h_seconds_sum',
    'h_seconds_other unknown: h_seconds_other',
    's summary: s s_sum',
  ]);
});

test('infos and state sets are what OpenMetrics takes them for; what nobody told of is unknown', () => {
  const metadata = [known('build_info', 'info'), known('state', 'stateset')];
  assert.deepEqual(shapes(['build_info', 'state', 'other'], metadata), [
    'build info: build_info',
    'other unknown: other',
    'state gauge: state',
  ]);
});

test('no two families have one name, and every metric is in one', () => {
  const metadata = [known('x', 'gauge'), known('x_total', 'counter'), known('x_info', 'info')];
  const families = familiesOf(['x', 'x_total', 'x_info', 'x_bucket'], metadata);
  assert.deepEqual(
    families.map(({ name, type }) => `${name} ${type}`),
    ['x gauge', 'x_bucket unknown', 'x_info unknown', 'x_total unknown'],
  );
  assert.equal(new Set(families.map(({ name }) => name)).size, 4);
});
