import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupsOf } from '../testing/rule-bench.ts';
import { exportedAsOne, exportedFiles } from './exported-files.ts';

const TEXT = `
groups:
  - name: a
    interval: 30s
    limit: 5
    labels: { team: x }
    rules:
      - record: job:up:sum
        expr: sum by (job) (up)
      - alert: Down
        expr: |
          up == 0
        for: 2m
        keep_firing_for: 1m
        labels: { severity: page }
        annotations: { summary: "{{ $labels.job }}: down" }
`;

function file(path: string, text = TEXT) {
  return { path, groups: groupsOf(text), problems: [] };
}

test('what is written is what was read', () => {
  const { files } = exportedFiles([file('/x/rules/a.yml')]);
  assert.equal(files[0]?.name, 'a.yaml');
  const [before] = groupsOf(TEXT);
  const [after] = groupsOf(files[0]?.text ?? '');
  const strip = (value: unknown) =>
    JSON.parse(JSON.stringify(value, (key, each) => (/[pP]lace$/.test(key) ? undefined : each)));
  assert.deepEqual(strip(after), strip(before));
});

test('files of one name and made files have names of their own', () => {
  const { files } = exportedFiles([file('/x/a.yaml'), file('/y/a.yaml'), file('chainpulse:adapters/geth.yaml')]);
  assert.deepEqual(
    files.map(({ name }) => name),
    ['a.yaml', 'a-2.yaml', 'chainpulse-adapters-geth.yaml'],
  );
});

test('in one file no two groups have the same name', () => {
  const { files } = exportedAsOne([file('/x/a.yaml'), file('/y/a.yaml')]);
  assert.deepEqual(
    groupsOf(files[0]?.text ?? '').map(({ name }) => name),
    ['a', 'a-2'],
  );
});

test('what Prometheus 2.42 takes brings no warning', () => {
  assert.deepEqual(exportedFiles([file('a.yaml')]).warnings, []);
});

for (const [expression, reason] of [
  ['limitk(2, up)', /the aggregation limitk/],
  ['mad_over_time(up[5m])', /the function mad_over_time/],
  ['up > 5m', /a duration cannot be a number/],
  ['{"up", a="b"}', /names in quotes/],
  ['up{"a"="b"}', /names in quotes/],
  ['rate(up[300])', /durations need a unit/],
] as const) {
  test(`${expression}: Prometheus 2.42 refuses it, and that is told`, () => {
    const text = `groups: [{ name: a, rules: [{ alert: A, expr: '${expression}' }] }]`;
    assert.match(exportedFiles([file('a.yaml', text)]).warnings.join('\n'), reason);
  });
}

test('an offset of a group and new template functions are told', () => {
  const text = `groups: [{ name: a, query_offset: 1m, rules: [{ alert: A, expr: 'up{a=~"x,y"}', annotations: { s: "{{ now }}" } }] }]`;
  const { warnings } = exportedFiles([file('a.yaml', text)]);
  assert.match(warnings[0] ?? '', /query_offset/);
  assert.match(warnings[1] ?? '', /template function now/);
  assert.equal(warnings.length, 2);
});
