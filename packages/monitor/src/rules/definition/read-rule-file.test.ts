import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectExpression } from '../../promql/inspect.ts';
import type { RuleFile } from '../interface.ts';
import { parseTemplate } from '../template/template.ts';
import { readRuleFile } from './read-rule-file.ts';

function read(text: string): RuleFile {
  return readRuleFile(text, 'node.yaml', {
    readExpression: (expression) => inspectExpression(expression).printed,
    checkTemplate: (template, name) => parseTemplate(template, name),
  });
}

const problemsOf = (text: string) =>
  read(text).problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);

const WHOLE = `groups:
  - name: blocks
    interval: 30s
    query_offset: 1m
    limit: 10
    labels: {team: core, severity: warning}
    rules:
      - record: chain:height:max
        expr: max by (chain) (chain_blocks_head_height)
      - alert: Halted
        expr: |
          # of five minutes
          changes(chain:height:max[5m]) == 0
        for: 5m
        keep_firing_for: 1h30m
        labels:
          severity: critical
        annotations:
          summary: '{{ $labels.chain }} stands still at {{ $value }}'
`;

test('a file gives its groups and rules, with the labels of the group under those of the rule', () => {
  const { groups, problems } = read(WHOLE);
  assert.deepEqual(problems, []);
  const [group] = groups;
  assert.deepEqual(
    { name: group?.name, interval: group?.intervalMs, offset: group?.queryOffsetMs, limit: group?.limit },
    { name: 'blocks', interval: 30_000, offset: 60_000, limit: 10 },
  );
  const [record, alert] = group?.rules ?? [];
  assert.deepEqual(record?.labels, [
    { name: 'severity', value: 'warning' },
    { name: 'team', value: 'core' },
  ]);
  assert(alert?.kind === 'alerting');
  assert.deepEqual(alert.labels, [
    { name: 'severity', value: 'critical' },
    { name: 'team', value: 'core' },
  ]);
  assert.deepEqual([alert.forMs, alert.keepFiringForMs], [300_000, 5_400_000]);
  assert.deepEqual(alert.place, { line: 10, column: 9 });
  assert.deepEqual(alert.expressionPlace, { line: 12, column: 11 });
});

test('a group that is wrong is refused with every reason, and the others stay', () => {
  const { groups, problems } = read(`groups:
  - name: bad
    rules:
      - alert: NoExpression
      - record: a:b
        expr: sum(
        for: 5m
  - name: good
    rules:
      - record: up:sum
        expr: sum(up)
`);
  assert.deepEqual(
    groups.map(({ name }) => name),
    ['good'],
  );
  assert.deepEqual(
    problems.map(({ line, group }) => [line, group]),
    [
      [4, 'bad'],
      [6, 'bad'],
      [7, 'bad'],
    ],
  );
});

test('an error in an expression has the place in the file, in a block as on one line', () => {
  assert.match(
    problemsOf(`groups: [{name: a, rules: [{record: b, expr: "sum(foo) by (bar) baz"}]}]`)[0]!,
    /^1:6\d: b:/,
  );
  const block = problemsOf(`groups:
  - name: a
    rules:
      - alert: X
        expr: |
          up
            ==== 1
`);
  assert.match(block[0]!, /^7:1\d: X: the expression is wrong/);
});

test('an error in a template has the place of its label or annotation', () => {
  const problems = problemsOf(`groups:
  - name: a
    rules:
      - alert: X
        expr: up
        annotations:
          good: '{{ $value }}'
          bad: '{{ $value | humanise }}'
`);
  assert.equal(problems.length, 1);
  assert.match(problems[0]!, /^8:16: X: annotation "bad": .*humanise/);
});

test('what Prometheus refuses is refused', () => {
  const refused: readonly string[] = [
    'groups: 3',
    'rules: []',
    'groups: [{name: a, interval: fast}]',
    'groups: [{name: a}, {name: a}]',
    'groups: [{rules: []}]',
    'groups: [{name: a, rules: [{alert: A, record: b, expr: up}]}]',
    'groups: [{name: a, rules: [{expr: up}]}]',
    'groups: [{name: a, rules: [{record: "a{b}", expr: up}]}]',
    'groups: [{name: a, rules: [{record: a, expr: up, annotations: {a: b}}]}]',
    'groups: [{name: a, rules: [{alert: a, expr: up, runbook_url: x}]}]',
    'groups: [{name: a, rules: [{alert: a, expr: up, labels: {__name__: x}}]}]',
    'groups: [{name: a, rules: [{alert: a, expr: up, labels: [x]}]}]',
    'groups: [{name: a, limit: many}]',
    'groups: [{name: a, name: b}]',
    'groups: [',
  ];
  for (const text of refused) assert.notDeepEqual(problemsOf(text), [], text);
});

test('what Prometheus takes is taken: nothing at all, aliases, merged fields, numbers as text', () => {
  const taken: readonly string[] = [
    '',
    '# nothing\n',
    'groups:',
    'groups: []',
    'groups: [{name: a}]',
    'groups: [{name: a, rules: [{record: a, expr: 1}]}]',
    'groups: [{name: a, rules: [{alert: a, expr: up, labels: {level: 3}}]}]',
    'groups: [{name: a, rules: [{record: "ä metric", expr: up}]}]',
    'groups:\n  - name: a\n    rules:\n      - &first {alert: a, expr: up, for: 5m}\n      - {<<: *first, alert: b}\n',
  ];
  for (const text of taken) assert.deepEqual(problemsOf(text), [], text);
});

test('a file that is too large is refused as a whole', () => {
  assert.deepEqual(problemsOf(`#${' '.repeat(9_000_000)}`), ['1:1: is larger than 8 MiB: part it into several files']);
});
