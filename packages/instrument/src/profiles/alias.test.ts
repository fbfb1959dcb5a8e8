import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MetricDefinitions } from '../domains/metric-definition.ts';
import { METRIC_TABLE } from '../domains/table/index.ts';
import { parseAliases } from './alias.ts';

const PLAIN = { labels: [], multiplier: 1, divisor: 1 };

test('a name alone is an alias', () => {
  assert.deepEqual(parseAliases('db_key_count'), [{ ...PLAIN, name: 'db_key_count' }]);
});

test('everything that an alias may say is read', () => {
  assert.deepEqual(parseAliases('errors_ms{path,status=code}:gauge=per(chain_x_total)*1000 [kind=a b] (api.errors)'), [
    {
      name: 'errors_ms',
      labels: [
        { shown: 'path', ours: 'path' },
        { shown: 'status', ours: 'code' },
      ],
      type: 'gauge',
      fn: 'per',
      divisorMetric: 'chain_x_total',
      multiplier: 1000,
      divisor: 1,
      only: { label: 'kind', value: 'a b' },
      original: 'api.errors',
    },
  ]);
});

test('bounds, a divisor and a label in the name are read', () => {
  assert.deepEqual(parseAliases('time_seconds@0.1,0.5,10 (time)'), [
    { ...PLAIN, name: 'time_seconds', bounds: [0.1, 0.5, 10], original: 'time' },
  ]);
  assert.deepEqual(parseAliases('used_mb:gauge/1048576'), [
    { ...PLAIN, name: 'used_mb', type: 'gauge', divisor: 1048576 },
  ]);
  assert.deepEqual(parseAliases('p_<event>_total [p=x] (p.<event>)'), [
    { ...PLAIN, name: 'p_<event>_total', nameLabel: 'event', only: { label: 'p', value: 'x' }, original: 'p.<event>' },
  ]);
});

test('several aliases are joined by a semicolon', () => {
  const names = parseAliases('a:gauge=p95*1000 (m.a) ; b:gauge=p99*1000 (m.b)').map(({ name, fn }) => [name, fn]);
  assert.deepEqual(names, [
    ['a', 'p95'],
    ['b', 'p99'],
  ]);
});

for (const [text, reason] of [
  ['', /is not NAME/],
  ['1a', /is not NAME/],
  ['a b', /is not NAME/],
  ['a;b', /is not NAME/],
  ['a ; ', /is not NAME/],
  ['a*1000', /is not NAME/],
  ['a{x', /is not NAME/],
  ['a{}', /"" is not label/],
  ['a{x,}', /"" is not label/],
  ['a{x=}', /"x=" is not label/],
  ['a{x-y}', /"x-y" is not label/],
  ['a:summary', /type "summary" is none of/],
  ['a:gauge=median', /"median" is none of/],
  ['a:gauge=per', /per, and nothing else/],
  ['a:gauge=rate(b)', /per, and nothing else/],
  ['a:gauge*0', /no factor above 0/],
  ['a:gauge*1.2.3', /no factor above 0/],
  ['a:gauge/', /is not NAME/],
  ['a@1,0.5', /not numbers that ascend/],
  ['a@1,1', /not numbers that ascend/],
  ['a@1,,2', /not numbers that ascend/],
  ['a@', /is not NAME/],
  ['a [x]', /is not NAME/],
  ['a ()', /is not NAME/],
] as const) {
  test(`"${text}" is refused`, () => {
    assert.throws(() => parseAliases(text), { code: 'option_invalid', message: reason });
  });
}

test('every alias of the table can be read', () => {
  let count = 0;
  for (const rows of Object.values(METRIC_TABLE) as readonly MetricDefinitions[]) {
    for (const { aliases = {} } of Object.values(rows)) {
      for (const text of Object.values(aliases)) count += parseAliases(text).length;
    }
  }
  assert.ok(count > 150, `${count} aliases`);
});
