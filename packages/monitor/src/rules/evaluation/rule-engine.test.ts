import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_RULE_LIMITS } from '../limits.ts';
import { RuleBench, START_MS } from '../testing/rule-bench.ts';

const STUCK = `groups:
  - name: consensus
    rules:
      - alert: Stuck
        expr: lag > 10
        for: 30s
        labels: {severity: warning}
        annotations: {summary: '{{ $labels.node }} lags {{ $value }} in {{ $externalLabels.region }}'}
`;

test('an alert is pending until its expression has held for long enough, fires, and is over', async (context) => {
  const bench = await RuleBench.open(context);
  await bench.setRules(STUCK);
  const states: string[][] = [];
  for (const [second, value] of [0, 20, 20, 20, 5].entries()) {
    await bench.put(second * 15, { 'lag{node="a"}': value, 'lag{node="b"}': 1 });
    await bench.evaluate(second * 15);
    states.push([...bench.alerts('Stuck')]);
  }
  const labels = 'alertname=Stuck node=a severity=warning';
  assert.deepEqual(states, [[], [`${labels} pending`], [`${labels} pending`], [`${labels} firing`], []]);
  const [resolved] = bench.rule('Stuck').resolved;
  assert.deepEqual(
    [resolved?.activeAtMs, resolved?.firedAtMs, resolved?.resolvedAtMs],
    [15_000, 45_000, 60_000].map((ms) => START_MS + ms),
  );
  assert.deepEqual(resolved?.annotations, [{ name: 'summary', value: 'a lags 20 in eu' }]);
});

test('what an alert was stands in ALERTS and ALERTS_FOR_STATE, with a marker where it ends', async (context) => {
  const bench = await RuleBench.open(context);
  await bench.setRules(STUCK);
  for (const [step, value] of [5, 20, 20, 20, 5].entries()) {
    await bench.put(step * 15, { 'lag{node="a"}': value });
    await bench.evaluate(step * 15);
  }
  // The second evaluation looks up what was before; nothing is written until then.
  assert.deepEqual(await bench.stored('ALERTS'), {
    'alertname=Stuck alertstate=pending node=a severity=warning': [
      [30, 1],
      [45, 'stale'],
    ],
    'alertname=Stuck alertstate=firing node=a severity=warning': [
      [45, 1],
      [60, 'stale'],
    ],
  });
  assert.deepEqual(await bench.stored('ALERTS_FOR_STATE'), {
    'alertname=Stuck node=a severity=warning': [
      [30, START_MS / 1000 + 15],
      [45, START_MS / 1000 + 15],
      [60, 'stale'],
    ],
  });
});

test('each change of an alert is told once', async (context) => {
  const bench = await RuleBench.open(context);
  await bench.setRules(STUCK);
  const changes: string[] = [];
  for (const [step, value] of [20, 5, 20, 20, 20, 20, 5].entries()) {
    await bench.put(step * 15, { 'lag{node="a"}': value });
    for (const evaluation of await bench.evaluate(step * 15)) {
      changes.push(...evaluation.changes.map(({ to, alert }) => `${step} ${alert} ${to}`));
    }
  }
  assert.deepEqual(changes, [
    '0 Stuck pending',
    '1 Stuck dropped',
    '2 Stuck pending',
    '4 Stuck firing',
    '6 Stuck resolved',
  ]);
});

test('keep_firing_for keeps an alert over a gap, and no longer', async (context) => {
  const bench = await RuleBench.open(context);
  await bench.setRules(`groups:
  - name: a
    rules:
      - {alert: Flaps, expr: 'lag > 10', keep_firing_for: 30s}
`);
  const states: string[] = [];
  for (const [step, value] of [20, 5, 20, 5, 5, 5].entries()) {
    await bench.put(step * 15, { lag: value });
    await bench.evaluate(step * 15);
    states.push(bench.alerts('Flaps').join());
  }
  const firing = 'alertname=Flaps firing';
  assert.deepEqual(states, [firing, firing, firing, firing, firing, '']);
});

test('a restart does not start the time of an alert anew', async (context) => {
  const bench = await RuleBench.open(context);
  await bench.setRules(STUCK.replace('30s', '60s'));
  const run = async (...seconds: readonly number[]) => {
    for (const second of seconds) {
      await bench.put(second, { 'lag{node="a"}': 20 });
      await bench.evaluate(second);
    }
  };
  await run(0, 15, 30);
  await bench.restart();
  // The outage does not count, and it ends with the second evaluation.
  await run(130, 145);
  assert.equal(bench.rule('Stuck').alerts[0]?.activeAtMs, START_MS + 115_000);
  await run(160);
  assert.match(bench.alerts('Stuck').join(), /pending/);
  await run(175);
  assert.match(bench.alerts('Stuck').join(), /firing/);
  await bench.restart();
  await run(190, 205);
  await run(220);
  assert.match(bench.alerts('Stuck').join(), /firing/);
  assert.equal(bench.rule('Stuck').alerts[0]?.activeAtMs, START_MS + 115_000);
});

test('what the first evaluation after a restart does not see yet is restored all the same', async (context) => {
  const bench = await RuleBench.open(context);
  await bench.setRules(STUCK.replace('lag > 10', 'min_over_time(lag[20s]) > 10'));
  for (const second of [0, 15, 30, 45]) {
    await bench.put(second, { 'lag{node="a"}': 20 });
    await bench.evaluate(second);
  }
  assert.match(bench.alerts('Stuck').join(), /firing/);
  await bench.restart();
  // The node has not been collected since the start.
  await bench.evaluate(130);
  assert.deepEqual(bench.alerts('Stuck'), []);
  for (const second of [145, 160]) {
    await bench.put(second, { 'lag{node="a"}': 20 });
    await bench.evaluate(second);
  }
  assert.match(bench.alerts('Stuck').join(), /firing/);
  assert.equal(bench.rule('Stuck').alerts[0]?.activeAtMs, START_MS);
});

test('what was over before a restart, or too long ago, is not restored', async (context) => {
  const bench = await RuleBench.open(context, { restore: { outageToleranceMs: 60_000, forGracePeriodMs: 0 } });
  await bench.setRules(STUCK);
  for (const second of [0, 15, 30]) {
    await bench.put(second, { 'lag{node="a"}': 20 });
    await bench.evaluate(second);
  }
  await bench.restart();
  await bench.put(300, { 'lag{node="a"}': 20 });
  await bench.evaluate(300);
  assert.equal(bench.rule('Stuck').alerts[0]?.activeAtMs, START_MS + 300_000);
});

test('rules of a group see what those before have recorded at the same time', async (context) => {
  const bench = await RuleBench.open(context);
  await bench.setRules(`groups:
  - name: a
    rules:
      - {record: 'lag:max', expr: max(lag), labels: {kind: worst}}
      - {alert: High, expr: 'lag:max > 10'}
`);
  await bench.put(0, { 'lag{node="a"}': 3, 'lag{node="b"}': 30 });
  await bench.evaluate(1);
  assert.deepEqual(await bench.stored('lag:max'), { 'kind=worst': [[1, 30]] });
  assert.deepEqual(bench.alerts('High'), ['alertname=High kind=worst firing']);
});

test('a series that a rule records no more ends with a marker', async (context) => {
  const bench = await RuleBench.open(context);
  await bench.setRules(`groups: [{name: a, rules: [{record: high, expr: 'lag > 10'}]}]`);
  for (const [step, value] of [20, 5, 30].entries()) {
    await bench.put(step, { lag: value });
    await bench.evaluate(step);
  }
  assert.deepEqual(await bench.stored('high'), {
    '': [
      [0, 20],
      [1, 'stale'],
      [2, 30],
    ],
  });
});

test('a rule that fails is named with its reason, and hinders no other', async (context) => {
  const bench = await RuleBench.open(context);
  await bench.setRules(`groups:
  - name: a
    rules:
      - {record: twice, expr: 'a + on () group_right () b'}
      - {record: same, expr: 'label_replace(b, "x", "", "", "")', labels: {n: one}}
      - {record: good, expr: sum(b)}
`);
  await bench.put(0, { 'a{x="1"}': 1, 'a{x="2"}': 1, 'b{n="1"}': 1, 'b{n="2"}': 1 });
  const [evaluation] = await bench.evaluate(0);
  assert.deepEqual(
    evaluation?.failures.map(({ rule }) => rule),
    ['twice', 'same'],
  );
  assert.match(evaluation.failures[1]!.message, /same labelset after applying rule labels/);
  assert.deepEqual(await bench.stored('good'), { '': [[0, 2]] });
  assert.deepEqual(
    bench.engine.status()[0]?.rules.map(({ health }) => health),
    ['err', 'err', 'ok'],
  );
});

test('a template that fails leaves its error in its place, and the alert stands', async (context) => {
  const bench = await RuleBench.open(context);
  await bench.setRules(`groups:
  - name: a
    rules:
      - alert: A
        expr: lag
        annotations: {bad: '{{ query "sum(" | first | value }}', good: '{{ $value }}'}
`);
  await bench.put(0, { lag: 7 });
  await bench.evaluate(0);
  const [alert] = bench.rule('A').alerts;
  assert.match(alert!.annotations[0]!.value, /^<error expanding template: .*sum\(/s);
  assert.equal(alert?.annotations[1]?.value, '7');
});

test('more alerts than the limit of the group fail the rule and end its alerts, and that is told', async (context) => {
  const bench = await RuleBench.open(context);
  await bench.setRules(`groups: [{name: a, limit: 2, rules: [{alert: A, expr: lag}]}]`);
  await bench.put(0, { 'lag{n="1"}': 1, 'lag{n="2"}': 1 });
  await bench.evaluate(0);
  await bench.put(1, { 'lag{n="3"}': 1 });
  const [evaluation] = await bench.evaluate(1);
  assert.deepEqual(evaluation?.failures, [{ rule: 'A', message: 'exceeded limit of 2 with 3 alerts' }]);
  assert.equal(evaluation.changes.filter(({ to }) => to === 'resolved').length, 3);
  assert.deepEqual(bench.alerts('A'), []);
});

test('more alerts than the engine takes leave those that are as they are', async (context) => {
  const bench = await RuleBench.open(context, { limits: { ...DEFAULT_RULE_LIMITS, maxResults: 2 } });
  await bench.setRules(`groups: [{name: a, rules: [{alert: A, expr: lag}]}]`);
  await bench.put(0, { 'lag{n="1"}': 1, 'lag{n="2"}': 1 });
  await bench.evaluate(0);
  await bench.put(1, { 'lag{n="3"}': 1 });
  const [evaluation] = await bench.evaluate(1);
  assert.match(evaluation!.failures[0]!.message, /gives 3 alerts, more than 2/);
  assert.equal(bench.alerts('A').length, 2);
});

test('a reload keeps the state of rules that stay, and ends the series of those that go', async (context) => {
  const bench = await RuleBench.open(context);
  await bench.setRules(`groups:
  - name: a
    rules:
      - {alert: Stays, expr: 'lag > 10', for: 30s}
      - {record: gone, expr: lag}
`);
  for (const second of [0, 15]) {
    await bench.put(second, { lag: 20 });
    await bench.evaluate(second);
  }
  await bench.setRules(`groups:
  - name: a
    rules:
      - {alert: Stays, expr: 'lag > 11', for: 30s}
`);
  await bench.put(30, { lag: 20 });
  await bench.evaluate(30);
  assert.deepEqual(bench.alerts('Stays'), ['alertname=Stays firing']);
  assert.deepEqual(await bench.stored('gone'), {
    '': [
      [0, 20],
      [15, 20],
      [30, 'stale'],
    ],
  });
});

test('a critical rule without `for` fires as soon as a commit brings what it looks at', async (context) => {
  const bench = await RuleBench.open(context, { onCommit: true });
  await bench.setRules(`groups:
  - name: a
    rules:
      - {alert: Unsafe, expr: 'violations{chain="main"} > 0', labels: {severity: critical}}
      - {alert: Slow, expr: 'violations > 0', labels: {severity: warning}}
`);
  const evaluated = async (count: number) => {
    while (bench.evaluations.length < count) await delay(1);
  };
  await bench.put(0, { 'violations{chain="main"}': 0, 'violations{chain="test"}': 0 });
  await evaluated(1);
  await bench.put(1, { 'violations{chain="main"}': 1, 'violations{chain="test"}': 1 });
  await evaluated(2);
  assert.deepEqual(bench.alerts('Unsafe'), ['alertname=Unsafe chain=main severity=critical firing']);
  assert.deepEqual(bench.alerts('Slow'), []);
  assert.deepEqual(
    bench.evaluations[1]?.changes.map(({ to, atMs }) => [to, atMs]),
    [['firing', START_MS + 1000]],
  );
  // Nothing that the rule looks at has changed.
  await bench.put(2, { 'violations{chain="main"}': 1, 'violations{chain="test"}': 5 });
  await delay(20);
  assert.equal(bench.evaluations.length, 2);
});
