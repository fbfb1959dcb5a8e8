// The files under `rules/shipped/`: the shipped alerts at default settings, and their unit tests in promtool's format. Both are made
// from the tables of this folder and its parent.

import { stringify } from 'yaml';
import { formatDuration, parseDurationMs } from '../../../model/duration.ts';
import { labelsFrom, labelsFromRecord, labelsToRecord } from '../../../model/labels.ts';
import { expandTemplate, parseTemplate } from '../../template/template.ts';
import { labelsText, parseMetric } from '../../unit-test/metric-notation.ts';
import { parseSeriesValues } from '../../unit-test/series-notation.ts';
import { type AlertDefinition, COMPONENTS, type Component, SEVERITIES } from '../alert-definition.ts';
import { DEFAULT_ALERT_SETTINGS } from '../alert-settings.ts';
import { chainParametersOf } from '../chain-parameters.ts';
import { shippedRuleFiles } from '../generate.ts';
import { SHIPPED_ALERTS } from '../shipped-alerts.ts';
import { type AlertTest, type Firing, NODE_LABELS, type SeriesTable } from './alert-test.ts';
import { SHIPPED_TESTS } from './shipped-tests.ts';

/** Where a monitor listens when nothing else is said. */
const RUNBOOK_URL = 'http://127.0.0.1:8090/runbooks/';
const INTERVAL = '15s';
/** Looks at a calm node, evenly spread. */
const CALM_CHECKS = 4;
const MADE =
  'made by UPDATE_DOCS=1 node scripts/test.ts test/conformance/rules; change packages/monitor/src/rules/shipped';

/** Name and text of each file, the name relative to `rules/shipped/`. */
export async function shippedFiles(): Promise<readonly (readonly [name: string, text: string])[]> {
  const rules = shippedRuleFiles({
    settings: DEFAULT_ALERT_SETTINGS,
    chains: [{ name: '', chain: chainParametersOf({}), matchers: '' }],
    collectionMs: parseDurationMs(INTERVAL)!,
    targets: [],
    disabled: [],
    runbookUrl: RUNBOOK_URL,
  }).map(([name, text]) => [name, `# The shipped alerts at default settings: ${MADE}\n${text}`] as const);
  const tests = await Promise.all(
    COMPONENTS.map(async (component) => [`tests/${component}.test.yaml`, await testFile(component)] as const),
  );
  return [...rules, ...tests];
}

async function testFile(component: Component): Promise<string> {
  const tests = await Promise.all(SHIPPED_TESTS[component].map(writtenTests));
  const content = {
    rule_files: [`../${component}.yaml`],
    evaluation_interval: INTERVAL,
    tests: tests.flat(),
  };
  const text = stringify(content, { lineWidth: 0 }).replaceAll(/^ {2}- name:/gm, '\n  - name:');
  return `# Unit tests of the shipped alerts: ${MADE}\n${text}`;
}

async function writtenTests(test: AlertTest): Promise<readonly object[]> {
  const { alert, incident, fires, quietUntil, clearAt, calm, interval = INTERVAL } = test;
  const definition = SHIPPED_ALERTS.find(({ name }) => name === alert);
  if (definition === undefined) throw new RangeError(`there is no shipped alert ${alert}`);
  const silent = (time: string) => ({ eval_time: time, alertname: alert });
  const fired = { ...silent(fires.at), exp_alerts: [await expectedAlert(definition, fires)] };
  const checks = [
    ...(quietUntil === undefined ? [] : [silent(quietUntil)]),
    fired,
    ...(clearAt === undefined ? [] : [silent(clearAt)]),
  ];
  const title = clearAt === undefined ? 'always fires' : 'fires and clears';
  const loud = { name: `${alert} ${title}`, interval, ...inputSeries(incident), alert_rule_test: checks };
  if (calm === undefined) return [loud];
  const quiet = {
    name: `${alert} stays quiet`,
    interval,
    ...inputSeries(calm),
    alert_rule_test: calmTimes(calm, interval).map(silent),
  };
  return [loud, quiet];
}

function inputSeries(table: SeriesTable): object {
  const written = Object.entries(table).map(([series, values]) => ({ series: seriesText(series), values }));
  return written.length === 0 ? {} : { input_series: written };
}

/** With the labels of the node: `name{label="value"}`. */
function seriesText(series: string): string {
  const own = labelsToRecord(parseMetric(series.replace(/,?(\w+)=""/g, '')));
  const taken = [...series.matchAll(/(\w+)=""/g)].map(([, name = '']) => [name, ''] as const);
  const { __name__: name = '', ...labels } = { ...NODE_LABELS, ...own };
  const rest = labelsFrom([...Object.entries(labels), ...taken]);
  return name + labelsText(rest).replaceAll('", ', '",');
}

async function expectedAlert(definition: AlertDefinition, { value, labels = {}, queried }: Firing): Promise<object> {
  const { name, component, severity, summary, description } = definition;
  const series = labelsFromRecord({ ...NODE_LABELS, ...labels });
  const expand = (text: string) =>
    expandTemplate(
      parseTemplate(text, name),
      { labels: series, value, externalLabels: [], externalUrl: '' },
      { query: async () => (queried === undefined ? [] : [{ labels: series, value: queried }]), nowMs: 0 },
    );
  return {
    exp_labels: {
      ...labelsToRecord(series),
      component,
      severity,
      severity_level: String(SEVERITIES[severity]),
    },
    exp_annotations: {
      summary: await expand(summary),
      description: await expand(description),
      runbook_url: `${RUNBOOK_URL}${name}`,
    },
  };
}

function calmTimes(calm: SeriesTable, interval: string): readonly string[] {
  const counts = Object.values(calm).map((values) => parseSeriesValues(values, (one) => one).length);
  const lastMs = (Math.max(...counts) - 1) * parseDurationMs(interval)!;
  const stepMs = parseDurationMs(INTERVAL)!;
  return Array.from({ length: CALM_CHECKS }, (_, at) => {
    const atMs = Math.floor((lastMs * (at + 1)) / CALM_CHECKS / stepMs) * stepMs;
    return formatDuration(atMs);
  });
}
