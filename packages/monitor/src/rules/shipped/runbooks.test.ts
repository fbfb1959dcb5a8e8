// The runbooks in docs/runbooks: every shipped alert has one and every one has its alert, their form, their queries, and that what
// `Try it` says is true: its shell runs here as it stands, with a clock and a curl of the test's own, and what it would push makes
// the shipped rule fire and clear within the time that the page says.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { METRIC_TABLE, type MetricDefinition } from '@chainpulse/instrument';
import { inspectExpression, partsOf, type SelectorSyntax, type Syntax } from '../../promql/inspect.ts';
import { MONITOR_TABLE } from '../../self/monitor-table.ts';
import { RuleBench, START_MS } from '../testing/rule-bench.ts';
import { type AlertDefinition, COMPONENTS } from './alert-definition.ts';
import { DEFAULT_ALERT_SETTINGS } from './alert-settings.ts';
import { chainParametersOf } from './chain-parameters.ts';
import { shippedRuleFiles } from './generate.ts';
import { SHIPPED_ALERTS } from './shipped-alerts.ts';

const FOLDER = fileURLToPath(new URL('../../../../../docs/runbooks/', import.meta.url));
const INDEX = 'README.md';
const SECTIONS = ['Impact', 'First three queries', 'Causes', 'Mend', 'When to escalate', 'Try it'];
/** Tried with a node, a file or the monitor itself, so there is nothing to push. */
const TRIED_OTHERWISE = ['NodeDown', 'Watchdog', 'RuleEvaluationFailing'];
const STEP_SECONDS = 15;
/** What a target gives all of its series, and the `le` of buckets. */
const COMMON_LABELS = ['job', 'instance', 'chain', 'node', 'le'];

const pages = new Map(SHIPPED_ALERTS.map((alert) => [alert.name, pageOf(alert.name)]));

describe('runbooks', () => {
  it('are one an alert, and an index', () => {
    const expected = [...SHIPPED_ALERTS.map(({ name }) => `${name}.md`), INDEX];
    assert.deepEqual(readdirSync(FOLDER).toSorted(), expected.toSorted());
  });

  it('are listed in the index by component, each with its first sentence', () => {
    const listed = readFileSync(FOLDER + INDEX, 'utf8')
      .split('\n')
      .filter((line) => /^(### |- \[)/.test(line));
    const expected = COMPONENTS.flatMap((component) => [
      `### ${component}`,
      ...SHIPPED_ALERTS.filter((alert) => alert.component === component).map(
        ({ name }) => `- [${name}](${name}.md): ${firstParagraphs(name)[0]}`,
      ),
    ]);
    assert.deepEqual(listed, expected);
  });

  it('link to pages that exist', () => {
    for (const [name, text] of [...pages, [INDEX, pageOf('README')] as const]) {
      for (const [, target = ''] of text.matchAll(/\]\(([^)#]+\.md)[^)]*\)/g)) {
        assert.doesNotThrow(() => readFileSync(FOLDER + target), `${name} links to ${target}`);
      }
    }
  });

  for (const alert of SHIPPED_ALERTS) {
    describe(alert.name, () => {
      it('has all sections in their order, and none that is empty', () => {
        const text = pages.get(alert.name)!;
        const outside = text.replaceAll(/^```.*?^```$/gms, '');
        const headings = [...outside.matchAll(/^#+ .*$/gm)].map(([heading]) => heading);
        assert.deepEqual(headings, [`# ${alert.name}`, ...SECTIONS.map((section) => `## ${section}`)]);
        for (const section of SECTIONS) assert.notEqual(sectionOf(alert.name, section).trim(), '', section);
      });

      it('says severity, wait and settings as they are', () => {
        assert.equal(firstParagraphs(alert.name)[1], factsOf(alert));
      });

      it('has three queries of metrics that exist, each with the shape to expect', () => {
        const section = sectionOf(alert.name, 'First three queries');
        const queries = [...section.matchAll(/^```promql\n(.*?)\n```\n\n(\S[^\n]*)$/gms)].map(
          ([, query = '']) => query,
        );
        assert.equal(queries.length, 3);
        for (const query of queries) checkExpression(inspectExpression(query).syntax, query);
      });
    });
  }
});

describe('what runbooks say under "Try it"', () => {
  for (const alert of SHIPPED_ALERTS) {
    if (TRIED_OTHERWISE.includes(alert.name)) continue;
    it(`makes ${alert.name} fire and clear`, async (context) => {
      const section = sectionOf(alert.name, 'Try it');
      const said = /^Fires within (\d+) min; clears within (\d+) min of Ctrl-C\.$/m.exec(section);
      const [, fires = '', clears = ''] = said ?? assert.fail('"Fires within … min; clears within … min of Ctrl-C."');
      const bench = await benchOf(context, alert);
      const endSeconds = Number(fires) * 60;
      const samples = Map.groupBy(pushedBy(shellOf(section), endSeconds), ({ second }) => second);
      for (const { series } of [...samples.values()].flat()) checkExpression(inspectExpression(series).syntax, series);
      const early = [...samples.keys()].filter((second) => second < 0).toSorted((one, other) => one - other);
      for (const second of early) await bench.put(second, valuesOf(samples.get(second)!));
      const states: boolean[] = [];
      for (let second = 0; second <= endSeconds + Number(clears) * 60; second += STEP_SECONDS) {
        const now = samples.get(second);
        if (now !== undefined) await bench.put(second, valuesOf(now));
        await bench.evaluate(second);
        states.push(bench.alerts(alert.name).some((state) => state.endsWith(' firing')));
      }
      assert.equal(states[endSeconds / STEP_SECONDS], true, 'fires by then');
      assert.equal(states.at(-1), false, 'has cleared by then');
    });
  }
});

function pageOf(name: string): string {
  try {
    return readFileSync(`${FOLDER}${name}.md`, 'utf8');
  } catch {
    return '';
  }
}

/** What it means, and the facts of the rule. */
function firstParagraphs(name: string): readonly string[] {
  return pageOf(name).split('\n\n').slice(1, 3);
}

function sectionOf(name: string, section: string): string {
  const [, rest = ''] = pageOf(name).split(`\n## ${section}\n`);
  return rest.split(/^## /m)[0] ?? '';
}

function shellOf(section: string): string {
  return /^```sh\n(.*?)^```$/ms.exec(section)?.[1] ?? assert.fail('no shell');
}

/** Severity, wait and what the rule is made from, in the words of the page. */
function factsOf(alert: AlertDefinition): string {
  const read = new Set<string>();
  const noting = <T extends object>(values: T, path: string): T =>
    new Proxy(values, {
      get: (of, name) => {
        read.add(`\`${path}.${String(name)}\``);
        return Reflect.get(of, name) as unknown;
      },
    });
  const context = {
    settings: noting(DEFAULT_ALERT_SETTINGS, 'rules.alerts'),
    chain: noting(chainParametersOf({}), 'rules.chain'),
    targets: [],
    collectionMs: 15_000,
    select: (metric: string) => metric,
  };
  const forMs = alert.forMs?.(context) ?? 0;
  const wait = forMs === 0 ? 'fires at once' : `fires after ${forMs / 60_000} min`;
  const blocks = read.size === 0 ? '' : ' (later where blocks are slower)';
  alert.applies?.(context);
  alert.expression(context);
  const settings = read.size === 0 ? '' : ` Set by ${[...read].toSorted().join(', ')}.`;
  return `Severity \`${alert.severity}\`, ${wait}${blocks}.${settings}`;
}

function rulesOf(alert: AlertDefinition): string {
  const others = SHIPPED_ALERTS.filter(({ name }) => name !== alert.name).map(({ name }) => name);
  const chains = [{ name: '', chain: chainParametersOf({}), matchers: '' }];
  const options = { settings: DEFAULT_ALERT_SETTINGS, chains, targets: [], disabled: others, runbookUrl: '' };
  return shippedRuleFiles(options)[0]?.[1] ?? assert.fail(alert.name);
}

async function benchOf(context: TestContext, alert: AlertDefinition): Promise<RuleBench> {
  const bench = await RuleBench.open(context);
  await bench.setRules(rulesOf(alert));
  return bench;
}

interface PushedSample {
  readonly second: number;
  readonly series: string;
  readonly value: number;
}

/** What a shell script would push until it is ended. */
function pushedBy(script: string, endSeconds: number): readonly PushedSample[] {
  const startSeconds = START_MS / 1000;
  const world = `
set -eu
now=${startSeconds}
sleep() { now=$((now + $1)); [ "$now" -le ${startSeconds + endSeconds} ]; }
date() { [ "$*" = +%s ]; echo "$now"; }
curl() { [ "$*" = '-s --data-binary @- http://127.0.0.1:8090/api/v1/import' ]; while read -r line; do echo "$now $line"; done; }
`;
  const output = execFileSync('bash', ['-c', `${world}${script}`], { encoding: 'utf8' });
  return output
    .trim()
    .split('\n')
    .map((line) => {
      const [, now, series = '', value, timeMs] =
        /^(\d+) (\S+\{.*\}) (\S+)(?: (\d+))?$/.exec(line) ?? assert.fail(line);
      const second = timeMs === undefined ? Number(now) : Number(timeMs) / 1000;
      return { second: second - startSeconds, series, value: Number(value) };
    });
}

function valuesOf(samples: readonly PushedSample[]): Readonly<Record<string, number>> {
  return Object.fromEntries(samples.map(({ series, value }) => [series, value]));
}

const TABLE: ReadonlyMap<string, MetricDefinition> = new Map(
  [...Object.values(METRIC_TABLE), ...Object.values(MONITOR_TABLE)].flatMap((rows) =>
    Object.values(rows as Readonly<Record<string, MetricDefinition>>).flatMap((row) =>
      seriesNames(row).map((name) => [name, row] as const),
    ),
  ),
);

function seriesNames({ name, type }: MetricDefinition): readonly string[] {
  return type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

/** Every metric that it names is one, and every label and listed value that it asks for is the metric's. */
function checkExpression(syntax: Syntax, query: string): readonly string[] {
  const labels = partsOf(syntax).flatMap((part) => checkExpression(part, query));
  if (syntax.kind === 'selector' && syntax.name !== '') return [...labels, ...checkSelector(syntax, query)];
  if (syntax.kind === 'aggregate') {
    for (const label of syntax.grouping.labels) {
      assert.ok([...COMMON_LABELS, '__name__', ...labels].includes(label), `nothing has the label ${label}: ${query}`);
    }
  }
  return labels;
}

/** The labels of the metric. */
function checkSelector({ name, matchers }: SelectorSyntax, query: string): readonly string[] {
  if (/^(up|scrape_\w+|ALERTS)$/.test(name)) return [];
  const row = TABLE.get(name) ?? assert.fail(`${name} is no metric: ${query}`);
  const state = row.type === 'stateset' ? { [row.stateLabel ?? 'state']: undefined } : {};
  const labels: Readonly<Record<string, unknown>> = { ...state, ...row.labels };
  for (const { name: label, operator, value } of matchers) {
    if (label === '__name__' || COMMON_LABELS.includes(label)) continue;
    assert.ok(label in labels, `${name} has no label ${label}: ${query}`);
    const values = labels[label];
    const isListed = !Array.isArray(values) || operator !== '=' || values.includes(value);
    assert.ok(isListed, `${label}="${value}" never comes: ${query}`);
  }
  return Object.keys(labels);
}
