// Files of tests that pass and files that fail, a property of the format each.

export interface PromtoolCase {
  readonly name: string;
  readonly passes: boolean;
  /** What Prometheus 2.42 does not have, or does otherwise. */
  readonly isNew?: true;
  /** Default: {@link RULES}. */
  readonly rules?: string;
  readonly text: string;
}

export const RULES = `
groups:
  - name: first
    rules:
      - record: job:up:sum
        expr: sum by (job) (up)
      - alert: Down
        expr: up == 0
        for: 2m
        labels: { severity: page, where: "{{ $labels.instance }}" }
        annotations: { summary: "{{ $labels.instance }} is {{ $value }}", link: "{{ $externalURL }}/{{ $externalLabels.zone }}" }
  - name: second
    rules:
      - alert: NobodyUp
        expr: job:up:sum == 0
`;

const HEAD = 'rule_files: [rules.yaml]\nevaluation_interval: 1m\n';
const EXPRESSIONS = 'evaluation_interval: 1m\ntests:\n';

/** One expression over one series. */
function expression(values: string, expr: string, time: string, samples: string, series = 'm'): string {
  return `${EXPRESSIONS}  - interval: 1m
    input_series: [{ series: '${series}', values: '${values}' }]
    promql_expr_test:
      - expr: '${expr}'
        eval_time: ${time}
        exp_samples: ${samples}
`;
}

const value = (number: number | string, labels = 'm') => `[{ labels: '${labels}', value: ${number} }]`;

function alert(time: string, expected: string, more = ''): string {
  return `${HEAD}tests:
  - interval: 1m
${more}    input_series:
      - series: up{job="a",instance="x"}
        values: 1 0x20
    alert_rule_test:
      - eval_time: ${time}
        alertname: Down
        exp_alerts: ${expected}
`;
}

const DOWN_LABELS = '{ severity: page, where: x, job: a, instance: x }';
const DOWN = `[{ exp_labels: ${DOWN_LABELS}, exp_annotations: { summary: x is 0, link: / } }]`;

export const CASES: readonly PromtoolCase[] = [
  { name: 'an alert that is pending does not fire', passes: true, text: alert('2m', '[]') },
  { name: 'an alert that is expected while it is pending', passes: false, text: alert('2m', DOWN) },
  { name: 'an alert fires when it has held for its time', passes: true, text: alert('3m', DOWN) },
  { name: 'an alert that is not expected', passes: false, text: alert('3m', '[]') },
  { name: 'a time between two evaluations is that of the one before', passes: true, text: alert('3m59s', DOWN) },
  { name: 'no expectation at all is that nothing fires', passes: false, text: alert('3m', '') },
  { name: 'a label that is missing', passes: false, text: alert('3m', DOWN.replace('severity: page, ', '')) },
  { name: 'a label too many', passes: false, text: alert('3m', DOWN.replace('job: a', 'job: a, more: b')) },
  {
    name: 'an empty label is none that an alert has',
    passes: false,
    text: alert('3m', DOWN.replace('job: a', 'job: a, more: ""')),
  },
  { name: 'an annotation with another text', passes: false, text: alert('3m', DOWN.replace('x is 0', 'x is 1')) },
  { name: 'the same alert twice', passes: false, text: alert('3m', `[${DOWN.slice(1, -1)}, ${DOWN.slice(1, -1)}]`) },
  {
    name: 'the name of the alert among its labels',
    passes: true,
    text: alert('3m', DOWN.replace('job: a', 'job: a, alertname: Else')),
  },
  {
    name: 'labels and the address of the server in templates',
    passes: true,
    text: alert(
      '3m',
      DOWN.replace('link: /', 'link: "http://here/eu"'),
      '    external_labels: { zone: eu }\n    external_url: http://here\n',
    ),
  },
  {
    name: 'an alert of another name',
    passes: true,
    text: alert('3m', '[]').replace('alertname: Down', 'alertname: None'),
  },
  {
    name: 'a test without the name of an alert',
    passes: false,
    text: alert('3m', '[]').replace('alertname: Down\n', 'alertname: ""\n'),
  },
  {
    name: 'a later group sees what an earlier one records',
    passes: true,
    text: `${HEAD}group_eval_order: [first, second]
tests:
  - input_series: [{ series: 'up{job="a"}', values: '0x5' }]
    alert_rule_test:
      - { eval_time: 0s, alertname: NobodyUp, exp_alerts: [{ exp_labels: { job: a } }] }
`,
  },
  {
    name: 'groups in the other order',
    passes: false,
    text: `${HEAD}group_eval_order: [second, first]
tests:
  - input_series: [{ series: 'up{job="a"}', values: '0x5' }]
    alert_rule_test:
      - { eval_time: 0s, alertname: NobodyUp, exp_alerts: [{ exp_labels: { job: a } }] }
`,
  },
  { name: 'a group twice in the order', passes: false, text: `${HEAD}group_eval_order: [first, first]\ntests: []\n` },
  {
    name: 'what is recorded can be asked for',
    passes: true,
    text: `${HEAD}tests:
  - input_series: [{ series: 'up{job="a"}', values: '1x5' }]
    promql_expr_test: [{ expr: 'job:up:sum', eval_time: 3m, exp_samples: [{ labels: 'job:up:sum{job="a"}', value: 1 }] }]
`,
  },
  {
    name: 'alerts as series, from the first evaluation on',
    passes: true,
    text: `${HEAD}tests:
  - input_series: [{ series: 'up{job="a",instance="x"}', values: '0x5' }]
    promql_expr_test:
      - expr: 'ALERTS{alertname="Down"}'
        eval_time: 0s
        exp_samples:
          - { labels: 'ALERTS{alertname="Down",alertstate="pending",severity="page",where="x",job="a",instance="x"}', value: 1 }
      - expr: 'count_over_time(ALERTS{alertstate="pending"}[5m])'
        eval_time: 4m
        exp_samples: [{ labels: '{alertname="Down",alertstate="pending",severity="page",where="x",job="a",instance="x"}', value: 2 }]
`,
  },
  { name: 'a series that ends is stale', passes: true, text: expression('1 2 stale', 'm', '3m', '[]') },
  { name: 'a series that stops lives on for five minutes', passes: true, text: expression('1 2', 'm', '5m', value(2)) },
  { name: 'and no longer', passes: true, text: expression('1 2', 'm', '7m', '[]') },
  { name: 'samples that are left out', passes: true, text: expression('1 _x2 4', 'm', '2m', value(1)) },
  { name: 'steps up', passes: true, text: expression('1+2x3', 'm', '3m', value(7)) },
  { name: 'steps down, past zero', passes: true, text: expression('2-1.5x4', 'm', '4m', value(-4)) },
  { name: 'one value, repeated', passes: true, text: expression('-3x2 1', 'm', '2m', value(-3)) },
  { name: 'exponents and signs', passes: true, text: expression('1e2+5e-1x2', 'm', '2m', value(101)) },
  { name: 'infinity', passes: true, text: expression('-Inf', 'm', '0s', value('-.inf')) },
  { name: 'no number is equal to none', passes: false, text: expression('NaN', 'm', '0s', value('.nan')) },
  {
    name: 'steps are added up one by one',
    passes: true,
    text: expression('0+0.1x10', 'm', '10m', value('0.9999999999999999')),
  },
  { name: 'the exact product is another number', passes: false, text: expression('0+0.1x10', 'm', '10m', value(1)) },
  {
    name: 'the nearest neighbour, where that is good enough',
    passes: true,
    isNew: true,
    text: `fuzzy_compare: true\n${expression('0+0.1x10', 'm', '10m', value(1))}`,
  },
  { name: 'the wrong value', passes: false, text: expression('1 2', 'm', '1m', value(3)) },
  { name: 'the wrong label', passes: false, text: expression('1 2', 'm', '1m', value(2, 'm{a="b"}')) },
  {
    name: 'labels in any order',
    passes: true,
    text: expression('1', 'm', '0s', value(1, 'm{a="1",b="2"}'), 'm{b="2",a="1"}'),
  },
  {
    name: 'a series without a name',
    passes: true,
    text: expression('1', '{a="1"}', '0s', value(1, '{a="1"}'), '{a="1"}'),
  },
  { name: 'a scalar', passes: true, text: expression('1', 'scalar(m) + 1', '0s', value(2, '{}')) },
  { name: 'a range is no answer', passes: false, text: expression('1', 'm[5m]', '0s', value(1)) },
  { name: 'text is no answer', passes: false, text: expression('1', '"m"', '0s', '[]') },
  { name: 'an expression that is none', passes: false, text: expression('1', 'm +', '0s', '[]') },
  { name: 'what is still to come is not stored yet', passes: true, text: expression('1 2 3 4', 'm', '90s', value(2)) },
  { name: 'values that are none', passes: false, text: expression('1 two', 'm', '0s', value(1)) },
  { name: 'hexadecimal numbers are none', passes: false, text: expression('0y10', 'm', '0s', value(0)) },
  { name: 'a series that is none', passes: false, text: expression('1', 'm', '0s', value(1), 'm{') },
  { name: 'a field that is not known', passes: false, text: `${HEAD}tests: []\nmore: 1\n` },
  { name: 'a number in quotes', passes: false, text: expression('1', 'm', '0s', value('"1"')) },
  { name: 'a duration that is none', passes: false, text: `evaluation_interval: one\ntests: []\n` },
  { name: 'no YAML', passes: false, text: 'tests: [' },
  { name: 'a file without tests', passes: true, text: HEAD },
  { name: 'a rule file that is not there is no failure', passes: true, text: 'rule_files: [none.yaml]\ntests: []\n' },
  {
    name: 'a rule file that is wrong',
    passes: false,
    rules: 'groups: [{ name: a, rules: [{ alert: A, expr: "up ==" }] }]',
    text: alert('1m', '[]'),
  },
  {
    name: 'a rule that fails at a time',
    passes: false,
    rules: 'groups: [{ name: a, rules: [{ record: r, expr: "up * on () up" }] }]',
    text: `${HEAD}tests:
  - input_series:
      - { series: 'up{job="a"}', values: '1x5' }
      - { series: 'up{job="b"}', values: '1x5' }
    promql_expr_test: [{ expr: vector(1), eval_time: 2m, exp_samples: [{ value: 1 }] }]
`,
  },
  {
    name: 'an alert that is kept',
    passes: true,
    // An interval longer there.
    isNew: true,
    rules: 'groups: [{ name: a, rules: [{ alert: Kept, expr: up == 0, keep_firing_for: 3m }] }]',
    text: `${HEAD}tests:
  - input_series: [{ series: up, values: '0x2 1x10' }]
    alert_rule_test:
      - { eval_time: 5m, alertname: Kept, exp_alerts: [{}] }
      - { eval_time: 6m, alertname: Kept }
`,
  },
  {
    name: 'subqueries without a step take the interval of the evaluation',
    passes: true,
    text: expression('0+1x20', 'count_over_time(m[10m:]) > bool 8', '15m', value(1, '{}')),
  },
  {
    name: 'a time to start at',
    passes: true,
    isNew: true,
    text: `${EXPRESSIONS}  - start_timestamp: 2026-01-01T00:00:00Z
    input_series: [{ series: m, values: '1+1x5' }]
    promql_expr_test:
      - { expr: 'timestamp(m)', eval_time: 2m, exp_samples: [{ value: 1767225720 }] }
`,
  },
  {
    name: 'a histogram',
    passes: true,
    isNew: true,
    text: expression(
      '{{schema:1 sum:4 count:5 buckets:[1 2 2]}}x5',
      'm',
      '2m',
      "[{ labels: m, histogram: '{{schema:1 sum:4 count:5 counter_reset_hint:not_reset buckets:[1 2 2]}}' }]",
    ),
  },
  {
    name: 'a histogram that grows',
    passes: true,
    isNew: true,
    text: expression(
      '{{schema:0 sum:1 count:1 buckets:[1]}}+{{schema:0 sum:2 count:2 buckets:[2]}}x5',
      'histogram_sum(m)',
      '2m',
      value(5, '{}'),
    ),
  },
  {
    name: 'a histogram with other buckets',
    passes: false,
    isNew: true,
    text: expression(
      '{{schema:0 sum:1 count:1 buckets:[1]}}',
      'm',
      '0s',
      "[{ labels: m, histogram: '{{schema:0 sum:1 count:1 offset:1 buckets:[1]}}' }]",
    ),
  },
  {
    name: 'a histogram at its first sample',
    passes: true,
    isNew: true,
    text: expression(
      '{{schema:0 sum:1 count:3 z_bucket:1 z_bucket_w:0.1 buckets:[0 1] n_buckets:[1]}}',
      'm',
      '0s',
      "[{ labels: m, histogram: '{{sum:1 count:3 n_buckets:[1] z_bucket_w:0.1 z_bucket:1 offset:1 buckets:[1 0]}}' }]",
    ),
  },
  {
    name: 'a histogram with a key that is not known',
    passes: false,
    isNew: true,
    text: expression('{{schem:0}}', 'm', '0s', '[]'),
  },
];
