import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { labelsFromRecord } from '../../model/labels.ts';
import type { ActiveAlert, AlertingRuleStatus, GroupStatus, ResolvedAlert, RuleStatus } from '../../rules/interface.ts';
import { NOW_MS, scriptedEngine, startTestServer } from '../testing/test-server.ts';
import type { WireAlerts, WireError } from '../wire.ts';

const MINUTE_MS = 60_000;

function active(labels: Readonly<Record<string, string>>, changes: Partial<ActiveAlert> = {}): ActiveAlert {
  return {
    labels: labelsFromRecord(labels),
    annotations: labelsFromRecord({ summary: `${labels['instance'] ?? 'a node'} is down` }),
    state: 'firing',
    value: 0,
    activeAtMs: NOW_MS - 5 * MINUTE_MS,
    firedAtMs: NOW_MS - 3 * MINUTE_MS,
    keepFiringSinceMs: undefined,
    ...changes,
  };
}

function resolved(labels: Readonly<Record<string, string>>): ResolvedAlert {
  const { annotations, value, activeAtMs } = active(labels);
  return {
    labels: labelsFromRecord(labels),
    annotations,
    value,
    activeAtMs,
    firedAtMs: activeAtMs + MINUTE_MS,
    resolvedAtMs: NOW_MS - MINUTE_MS,
  };
}

function alerting(name: string, changes: Partial<AlertingRuleStatus> = {}): AlertingRuleStatus {
  return {
    kind: 'alerting',
    rule: {
      kind: 'alerting',
      alert: name,
      expression: 'up==0',
      printed: 'up == 0',
      labels: labelsFromRecord({ severity: 'warning' }),
      annotations: [],
      forMs: 2 * MINUTE_MS,
      keepFiringForMs: 0,
      place: { line: 7, column: 5 },
      expressionPlace: { line: 8, column: 11 },
    },
    state: 'inactive',
    health: 'ok',
    lastError: '',
    lastEvaluationMs: NOW_MS - 1000,
    lastDurationMs: 1.5,
    alerts: [],
    resolved: [],
    ...changes,
  };
}

function group(rules: readonly RuleStatus[], name = 'nodes'): GroupStatus {
  return {
    name,
    file: 'rules.yaml',
    intervalMs: 15_000,
    limit: 0,
    queryOffsetMs: 0,
    lastEvaluationMs: NOW_MS - 1000,
    lastDurationMs: 2,
    missedTotal: 0,
    rules,
  };
}

async function start(t: TestContext, groups: () => readonly GroupStatus[]) {
  const { url } = await startTestServer(t, { engine: scriptedEngine({ ruleGroups: async () => groups() }) });
  const ask = async (search = '') => fetch(`${url}/api/chain/v1/alerts${search}`);
  return { ask, alerts: async (search = '') => (await (await ask(search)).json()) as WireAlerts };
}

const EVERYTHING = [
  group([
    alerting('Calm', { lastEvaluationMs: NOW_MS - 1000 }),
    alerting('Mixed', {
      alerts: [
        active({ instance: 'a', severity: 'warning', component: 'node' }),
        active({ instance: 'b', severity: 'critical' }, { firedAtMs: NOW_MS - MINUTE_MS }),
        active({ instance: 'c', severity: 'critical' }, { state: 'pending', firedAtMs: undefined }),
        active({ instance: 'd', severity: 'page me' }),
      ],
      resolved: [resolved({ instance: 'e', severity: 'critical' })],
    }),
  ]),
];

test('alerts come by severity and then the latest first, with their counts', async (t) => {
  const { alerts } = await start(t, () => EVERYTHING);
  const answer = await alerts();
  assert.deepEqual(
    answer.alerts.map(({ labels, state, severityLevel }) => [labels['instance'], state, severityLevel]),
    [
      ['b', 'firing', 5],
      ['e', 'resolved', 5],
      ['c', 'pending', 5],
      ['a', 'firing', 3],
      ['d', 'firing', 0],
    ],
  );
  assert.deepEqual(answer.counts, { firing: 3, pending: 1, resolved: 1 });
  assert.deepEqual(answer.rules, {
    groups: 1,
    alerting: 2,
    recording: 0,
    failing: 0,
    lastEvaluationMs: NOW_MS - 1000,
  });
  assert.equal(answer.timeMs, NOW_MS);
});

test('an alert has its sentence, its times, its runbook and its rule', async (t) => {
  const annotations = labelsFromRecord({
    summary: 'rpc-1 is down',
    description: 'It does not answer.',
    runbook_url: 'http://127.0.0.1:8090/runbooks/NodeDown',
  });
  const labels = { alertname: 'NodeDown', instance: 'rpc-1', severity: 'high', component: 'node' };
  const { alerts } = await start(t, () => [
    group([alerting('NodeDown', { state: 'firing', alerts: [active(labels, { annotations })] })]),
  ]);
  const [alert] = (await alerts()).alerts;
  assert.ok(alert !== undefined);
  const { id, rule, ...rest } = alert;
  assert.match(id, /^[\da-f]{12}-\d+$/);
  assert.deepEqual(rest, {
    name: 'NodeDown',
    state: 'firing',
    severity: 'high',
    severityLevel: 4,
    component: 'node',
    summary: 'rpc-1 is down',
    labels,
    annotations: Object.fromEntries(annotations.map(({ name, value }) => [name, value])),
    value: '0',
    activeAtMs: NOW_MS - 5 * MINUTE_MS,
    firedAtMs: NOW_MS - 3 * MINUTE_MS,
    resolvedAtMs: null,
    keepFiringSinceMs: null,
    runbookUrl: 'http://127.0.0.1:8090/runbooks/NodeDown',
    runbookName: 'NodeDown',
  });
  assert.deepEqual(rule, {
    group: 'nodes',
    file: 'rules.yaml',
    line: 7,
    expression: 'up == 0',
    chartExpression: 'up',
    threshold: { value: 0, operator: '==' },
    labels: { severity: 'warning' },
    state: 'firing',
    forMs: 2 * MINUTE_MS,
    keepFiringForMs: 0,
    intervalMs: 15_000,
    health: 'ok',
    lastError: '',
    lastEvaluationMs: NOW_MS - 1000,
    lastDurationMs: 1.5,
  });
});

test('the runbook of another system is linked, and none is told as none', async (t) => {
  const elsewhere = labelsFromRecord({ runbook_url: 'https://wiki.example/node-down' });
  const { alerts } = await start(t, () => [
    group([
      alerting('Down', {
        alerts: [
          active({ instance: 'a' }, { annotations: elsewhere }),
          active({ instance: 'b' }, { annotations: [], value: Number.POSITIVE_INFINITY }),
        ],
      }),
    ]),
  ]);
  const told = (await alerts()).alerts.map((alert) => [
    alert.runbookUrl,
    alert.runbookName,
    alert.summary,
    alert.value,
  ]);
  assert.deepEqual(told, [
    ['https://wiki.example/node-down', null, 'Down', '0'],
    [null, null, 'Down', '+Inf'],
  ]);
});

test('an alert keeps its id from pending to resolved and over a restart; the next time it is another', async (t) => {
  let now: Partial<AlertingRuleStatus> = {};
  const { alerts } = await start(t, () => [group([alerting('Down', now)])]);
  const idOf = async (changes: Partial<AlertingRuleStatus>) => {
    now = changes;
    return (await alerts()).alerts[0]?.id;
  };
  const pending = await idOf({ alerts: [active({ instance: 'a' }, { state: 'pending', firedAtMs: undefined })] });
  const wholeSecondMs = Math.floor((NOW_MS - 5 * MINUTE_MS) / 1000) * 1000;
  assert.equal(await idOf({ alerts: [active({ instance: 'a' }, { activeAtMs: wholeSecondMs })] }), pending);
  assert.equal(await idOf({ resolved: [resolved({ instance: 'a' })] }), pending);
  assert.notEqual(await idOf({ alerts: [active({ instance: 'a' }, { activeAtMs: NOW_MS })] }), pending);
  assert.notEqual(await idOf({ alerts: [active({ instance: 'b' })] }), pending);
});

test('what always fires, to say that alerting works, is listed and not counted', async (t) => {
  const { alerts } = await start(t, () => [group([alerting('Watchdog', { alerts: [active({ severity: 'none' })] })])]);
  const answer = await alerts();
  assert.deepEqual(answer.counts, { firing: 0, pending: 0, resolved: 0 });
  assert.equal(answer.matched, 1);
  assert.equal(answer.alerts[0]?.state, 'firing');
});

test('filters choose by state, severity and component, and the limit drops what is over first', async (t) => {
  const { alerts } = await start(t, () => EVERYTHING);
  const instances = async (search: string) => (await alerts(search)).alerts.map(({ labels }) => labels['instance']);
  assert.deepEqual(await instances('?state=pending'), ['c']);
  assert.deepEqual(await instances('?state=pending&state=resolved'), ['e', 'c']);
  assert.deepEqual(await instances('?severity=warning'), ['a']);
  assert.deepEqual(await instances('?component=node&severity=critical'), []);
  assert.deepEqual(await instances('?limit=4'), ['b', 'c', 'a', 'd']);
  assert.deepEqual(await instances('?limit=0'), []);
  const { counts, matched } = await alerts('?severity=critical&limit=1');
  assert.deepEqual(counts, { firing: 3, pending: 1, resolved: 1 });
  assert.equal(matched, 3);
});

for (const [search, word] of [
  ['?state=broken', 'firing, pending, resolved'],
  ['?limit=10001', '10000'],
  ['?limit=-1', '10000'],
  ['?limit=1&limit=2', '10000'],
  ['?nodes=a', 'component'],
] as const) {
  test(`parameters that are wrong are refused: ${search}`, async (t) => {
    const { ask } = await start(t, () => EVERYTHING);
    const response = await ask(search);
    assert.equal(response.status, 400);
    const { code, message } = (await response.json()) as WireError;
    assert.equal(code, 'alerts_parameter_invalid');
    assert.ok(message.includes(word), message);
  });
}

test('rules that fail are told with their error, and a monitor without rules has none', async (t) => {
  let groups: readonly GroupStatus[] = [
    group([alerting('Broken', { health: 'err', lastError: 'query timed out' }), alerting('Sound')]),
  ];
  const { alerts } = await start(t, () => groups);
  const answer = await alerts();
  assert.deepEqual(answer.failures, [
    { name: 'Broken', kind: 'alerting', group: 'nodes', file: 'rules.yaml', line: 7, error: 'query timed out' },
  ]);
  assert.equal(answer.rules.failing, 1);
  groups = [];
  assert.deepEqual(await alerts(), {
    timeMs: NOW_MS,
    counts: { firing: 0, pending: 0, resolved: 0 },
    matched: 0,
    rules: { groups: 0, alerting: 0, recording: 0, failing: 0, lastEvaluationMs: null },
    alerts: [],
    failures: [],
  });
});
