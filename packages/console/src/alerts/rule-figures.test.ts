import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleAnswer, RuleGroupAnswer } from '../api/alerts.ts';
import { chosenGroups, countsOfRules, evaluatedAtMs } from './rule-figures.ts';

const rule = (name: string, change: Partial<RuleAnswer> = {}): RuleAnswer => ({
  type: 'alerting',
  name,
  query: 'up == 0',
  health: 'ok',
  state: 'inactive',
  labels: { severity: 'warning' },
  evaluationTime: 0.001,
  lastEvaluation: '2026-11-21T08:00:00.5Z',
  ...change,
});
const group = (name: string, ...rules: RuleAnswer[]): RuleGroupAnswer => ({
  name,
  file: `${name}.yaml`,
  interval: 15,
  rules,
});

test('groups with a rule that fails come first, then those that fire, the others as they are', () => {
  const groups = [
    group('calm', rule('A')),
    group('signals', rule('Watchdog', { state: 'firing', labels: { severity: 'none' } })),
    group('fires', rule('B', { state: 'firing' })),
    group('broken', rule('C'), rule('D', { health: 'err', lastError: 'timed out' })),
    group('quiet', rule('E')),
  ];
  assert.deepEqual(
    chosenGroups(groups, '').map(({ name }) => name),
    ['broken', 'fires', 'calm', 'signals', 'quiet'],
  );
  assert.deepEqual(countsOfRules(groups), { rules: 6, failing: 1 });
});

test('a filter leaves the rules that have its words, and the groups that have one', () => {
  const groups = [group('a', rule('NodeDown'), rule('Lag', { state: 'firing' })), group('b', rule('Other'))];
  const names = (filter: string) => chosenGroups(groups, filter).flatMap(({ rules }) => rules.map(({ name }) => name));
  assert.deepEqual(names('nodedown'), ['NodeDown']);
  assert.deepEqual(names('firing'), ['Lag']);
  assert.deepEqual(names('b.yaml warning'), ['Other']);
  assert.deepEqual(names('nothing'), []);
});

test('a rule that was never evaluated has no moment of it', () => {
  assert.equal(evaluatedAtMs(rule('A', { lastEvaluation: '0001-01-01T00:00:00Z' })), undefined);
  assert.equal(evaluatedAtMs(rule('A')), Date.UTC(2026, 10, 21, 8, 0, 0, 500));
});
