import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { dashboardRules } from './dashboard-rules.ts';
import { readDashboard } from './read-dashboard.ts';

type Steps = readonly (readonly [color: string, value: number | null])[];
interface Made {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
}

const UP: Steps = [
  ['green', null],
  ['orange', 70],
  ['red', 90],
];

function panel(steps: Steps, more: object = {}): object {
  const thresholds = { mode: 'absolute', steps: steps.map(([color, value]) => ({ color, value })) };
  return {
    id: 1,
    title: 'Disk use',
    type: 'gauge',
    targets: [{ refId: 'A', expr: 'disk' }],
    fieldConfig: { defaults: { unit: 'percent', thresholds } },
    ...more,
  };
}

function made(panels: readonly object[], variables: readonly object[] = []) {
  const text = JSON.stringify({ title: 'Node', uid: 'u', panels, templating: { list: variables } });
  const result = dashboardRules(readDashboard(text, 'node.json'), { forMs: 300_000 });
  const rules: Made[] = result.text === undefined ? [] : parse(result.text).groups[0].rules;
  return { ...result, rules, lines: rules.map(({ alert, expr, labels }) => `${alert} ${labels.severity}: ${expr}`) };
}

test('colours that get worse upwards', () => {
  const { lines, rules, text } = made([panel(UP)]);
  assert.deepEqual(lines, ['DiskUse warning: disk >= 70', 'DiskUse critical: disk >= 90']);
  assert.equal(rules[0]?.for, '5m');
  assert.match(text ?? '', /# "Disk use" \(panel 1\), query A: orange from 70 on; percent, 0 to 100/);
});

test('colours that get worse downwards', () => {
  const { lines } = made([
    panel([
      ['#F2495C', null],
      ['#FADE2A', 3],
      ['rgb(115, 191, 105)', 8],
    ]),
  ]);
  assert.deepEqual(lines, ['DiskUse critical: disk < 3', 'DiskUse warning: disk < 8']);
});

test('both sides are bad, and each has its name', () => {
  const { lines } = made([
    panel([
      ['dark-red', null],
      ['green', 10],
      ['red', 60],
    ]),
  ]);
  assert.deepEqual(lines, ['DiskUseLow critical: disk < 10', 'DiskUseHigh critical: disk >= 60']);
});

test('what is computed is put in brackets', () => {
  assert.deepEqual(
    made([panel(UP, { targets: [{ refId: 'A', expr: 'a / b' }] })]).lines[0],
    'DiskUse warning: (a / b) >= 70',
  );
});

test('variables: what has one value is put in, what is picked becomes all', () => {
  const targets = [
    { refId: 'A', expr: 'sum(rate(x{i="$node",c=~"[[chain:regex]]"}[$w])) + rate(y[$__rate_interval])' },
  ];
  const variables = [
    { name: 'node', type: 'query', current: { value: 'a' } },
    { name: 'chain', type: 'query' },
    { name: 'w', type: 'constant', query: '10m' },
  ];
  assert.equal(
    made([panel(UP, { targets })], variables).lines[0],
    'DiskUse warning: (sum(rate(x{i=~".*",c=~".*"}[10m])) + rate(y[5m])) >= 70',
  );
});

test('an override is for the query that it names', () => {
  const base = panel(UP, {
    targets: [
      { refId: 'A', expr: 'a' },
      { refId: 'B', expr: 'b' },
    ],
  }) as { fieldConfig: object };
  const steps = [
    { color: 'green', value: null },
    { color: 'red', value: 5 },
  ];
  const override = (id: string, options: string) => ({
    matcher: { id, options },
    properties: [{ id: 'thresholds', value: { mode: 'absolute', steps } }],
  });
  const overrides = [override('byFrameRefID', 'B'), override('byRegexp', '/x/')];
  const { lines, refused } = made([{ ...base, fieldConfig: { ...base.fieldConfig, overrides } }]);
  assert.deepEqual(lines, ['DiskUseA warning: a >= 70', 'DiskUseA critical: a >= 90', 'DiskUseB critical: b >= 5']);
  assert.match(refused[0] ?? '', /override for "\/x\/"/);
});

test('panels in rows, and two of one title', () => {
  const { lines } = made([{ type: 'row', title: 'Disks', panels: [panel(UP), panel(UP)] }]);
  assert.deepEqual([...new Set(lines.map((line) => line.split(' ')[0]))], ['DiskUse', 'DiskUse2']);
});

const BY_PERCENTAGE = {
  defaults: {
    thresholds: {
      mode: 'percentage',
      steps: [
        { color: 'green', value: null },
        { color: 'red', value: 80 },
      ],
    },
  },
};
const alternating: Steps = [
  ['green', null],
  ['red', 1],
  ['green', 2],
];
const good: Steps = [
  ['green', null],
  ['blue', 5],
];
const bad: Steps = [
  ['red', null],
  ['orange', 5],
];
const unchanged: Steps = [
  ['green', null],
  ['red', 80],
];
const query = (expr: string) => ({ targets: [{ refId: 'A', expr }] });

for (const [what, refusedPanel, reason] of [
  ['percentages of a range', panel(UP, { fieldConfig: BY_PERCENTAGE }), /percentages of a range/],
  ['colours that alternate', panel(alternating), /alternate/],
  ['colours that are all good', panel(good), /none of its thresholds is red/],
  ['colours that are all bad', panel(bad), /which values are normal/],
  ['a variable that depends on the reader', panel(UP, query('rate(x[$__range])')), /\$__range is no variable/],
  ['an expression that is none', panel(UP, query('x +')), /query A/],
  ['a range', panel(UP, query('x[5m]')), /gives a range vector/],
  ['thresholds that nobody has set', panel(unchanged, { type: 'timeseries' }), /gives every panel/],
] as const) {
  test(`no rule from ${what}`, () => {
    const { rules, refused } = made([refusedPanel]);
    assert.match(refused[0] ?? '', reason);
    assert.deepEqual(rules, []);
  });
}

for (const [what, text] of [
  ['no JSON', '{'],
  ['no dashboard', '{"panels": 3}'],
  ['no panels', '{"title": "x"}'],
] as const) {
  test(`${what} is refused`, () => {
    assert.throws(() => readDashboard(text, 'x.json'), { code: 'dashboard_invalid' });
  });
}
