// The same rules over the same page, evaluated by the real binary and by Prometheus 3: `rules` and `alerts` of both are the same but
// for the times, pages and filters included; and a reload changes them as it does there.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MonitorProcess, until } from '../../apptest/monitor-process.ts';
import { ask, differenceOf } from '../api/both-sides.ts';
import { withoutOurHeaders } from '../api/our-headers.ts';
import { SKIP_WITHOUT_PROMETHEUS_3, startPrometheus3 } from '../api/prometheus-3.ts';
import { servePage } from '../api/scraping-prometheus.ts';

const PAGE = `# TYPE node_lag gauge
node_lag{peer="a"} 20
node_lag{peer="b<&>"} 1
# TYPE node_done gauge
node_done 1
# EOF
`;
const RULES = `groups:
  - name: lag
    interval: 1s
    limit: 5
    labels: {team: core}
    rules:
      - record: job:lag:max
        expr: max   by (job) (node_lag)
        labels: {kind: worst}
      - alert: Lags
        expr: |
          node_lag{job="scrape"}
            > 10
        labels: {severity: critical, where: '{{ $labels.peer }}'}
        annotations:
          summary: '{{ $labels.peer }} lags {{ $value | humanize }} <of> {{ query "node_done" | first | value }}'
          broken: '{{ query "sum(" | first | value }}'
      - alert: Waits
        expr: node_lag > 10
        for: 1h
        keep_firing_for: 5m
  - name: broken
    interval: 1s
    rules:
      - record: two:into:one
        expr: node_lag + on () group_left () node_lag
      - alert: Quiet
        expr: node_lag > 1e9
`;
const REQUESTS: readonly string[] = [
  'rules',
  'alerts',
  'rules?type=alert',
  'rules?type=record',
  'rules?type=Alert&rule_name[]=Waits',
  'rules?rule_group[]=broken',
  'rules?rule_group[]=none',
  'rules?file[]=none',
  'rules?exclude_alerts=true&rule_name[]=Lags',
  'rules?match[]={severity="critical"}',
  'rules?match[]={severity="critical"}&match[]={kind="worst"}',
  'rules?group_limit=1',
  'rules?group_limit=2',
  'rules?group_limit=0',
  'rules?group_limit=x',
  'rules?group_limit=1&group_next_token=nonsense',
  'rules?group_next_token=nonsense',
  'rules?type=other',
  'rules?match[]={}',
];

test('rules and alerts are told as Prometheus 3 tells them', { skip: SKIP_WITHOUT_PROMETHEUS_3 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-rules-api-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, RULES);
  const target = await servePage(t, PAGE);
  const scrape = `[{job_name: scrape, scrape_interval: 1s, scrape_timeout: 1s, static_configs: [{targets: ["${target}"]}]}]`;
  const prometheus = await startPrometheus3(scrape, `rule_files: [${JSON.stringify(file)}]\n`);
  t.after(() => prometheus.stop());
  const config = join(folder, 'chainpulse.yaml');
  writeFileSync(
    config,
    `machine: false
collection: { interval: 1s, timeout: 1s }
rules: { files: [${JSON.stringify(file)}], shipped: false }
targets: [{ url: "http://${target}/metrics", adapter: none }]
`,
  );
  await using monitor = await MonitorProcess.start(['watch', '--config', config, '--data', join(folder, 'data')]);
  for (const address of [prometheus.address, monitor.url]) {
    const isEvaluated = ({ body }: { body: string }) => body.includes('"firing"') && body.includes('"pending"');
    await until(() => ask(address, 'alerts'), isEvaluated);
    await until(
      () => ask(address, 'rules?rule_group[]=broken'),
      ({ body }) => body.includes('"lastError"'),
    );
  }
  const mismatches: string[] = [];
  for (const path of REQUESTS) {
    const request = { path: encodeURI(path) };
    const [theirs, ours] = await Promise.all([
      ask(prometheus.address, request),
      ask(monitor.url, request).then(withoutOurHeaders),
    ]);
    const [expected, actual] = [theirs, ours].map((answer) => ({ ...answer, body: timeless(answer.body) }));
    if (JSON.stringify(expected) !== JSON.stringify(actual)) {
      mismatches.push(differenceOf(path, expected!, actual!));
    }
  }
  assert.deepEqual(mismatches, []);

  const next = await Promise.all(
    [prometheus.address, monitor.url].map(async (address) => {
      const first = JSON.parse((await ask(address, 'rules?group_limit=1')).body);
      return ask(address, `rules?group_limit=1&group_next_token=${first.data.groupNextToken}`);
    }),
  );
  const [theirNext, ourNext] = next.map(({ body }) => timeless(body));
  assert.equal(ourNext, theirNext);
});

function timeless(body: string): string {
  return body
    .replaceAll(/"(lastEvaluation|activeAt)":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"/g, '"$1":"TIME"')
    .replaceAll(/"evaluationTime":\d+(\.\d+)?(e-\d+)?/g, '"evaluationTime":SECONDS');
}
