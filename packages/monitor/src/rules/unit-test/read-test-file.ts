// Reads a file of tests: YAML in promtool's fields. What promtool refuses is refused, all of it at once and with line and column.

import { isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { parseDurationMs } from '../../model/duration.ts';
import { type Label, type Labels, labelsFrom } from '../../model/labels.ts';
import { entriesOf, type Field, fieldsOf, placeOf, scalarText, type YamlSource } from '../definition/yaml-fields.ts';
import type {
  AlertCheck,
  ExpectedAlert,
  ExpectedSample,
  ExpressionCheck,
  InputSeries,
  TestFile,
  TestProblem,
  UnitTest,
} from './interface.ts';
import { UNIT_TEST_LIMITS } from './limits.ts';

const DEFAULT_INTERVAL_MS = 60_000;
const FILE_FIELDS = ['rule_files', 'evaluation_interval', 'group_eval_order', 'fuzzy_compare', 'tests'];
const TEST_FIELDS = [
  'name',
  'interval',
  'input_series',
  'alert_rule_test',
  'promql_expr_test',
  'external_labels',
  'external_url',
  'start_timestamp',
];
const NOTHING = { ruleFiles: [], evaluationIntervalMs: DEFAULT_INTERVAL_MS, groupOrder: [], isFuzzy: false, tests: [] };

/** Never throws: what is wrong is among the file's problems. */
export function readTestFile(text: string, path: string): TestFile {
  if (Buffer.byteLength(text) > UNIT_TEST_LIMITS.maxFileBytes) {
    const message = 'is larger than 8 MiB: part it into several files';
    return { path, ...NOTHING, problems: [{ line: 1, column: 1, message }] };
  }
  return new TestFileReader(text, path).read();
}

class TestFileReader {
  readonly #path: string;
  readonly #source: YamlSource;
  readonly #problems: TestProblem[] = [];

  constructor(text: string, path: string) {
    this.#path = path;
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    this.#source = { text, document, lines };
  }

  read(): TestFile {
    const { document, lines } = this.#source;
    for (const { message, pos } of document.errors) {
      const { line, col } = lines.linePos(pos[0]);
      this.#problems.push({ line, column: col, message: `this is no YAML: ${message}` });
    }
    const read = this.#problems.length === 0 ? this.#file(document.contents as Node | undefined) : NOTHING;
    const isSound = this.#problems.length === 0;
    return { path: this.#path, ...(isSound ? read : NOTHING), problems: this.#problems };
  }

  #file(root: Node | undefined): Omit<TestFile, 'path' | 'problems'> {
    const fields = this.#fields(root, FILE_FIELDS, 'a file of tests');
    const evaluationIntervalMs = this.#duration(fields, 'evaluation_interval') || DEFAULT_INTERVAL_MS;
    const groupOrder = this.#texts(fields, 'group_eval_order');
    const twice = groupOrder.find((name, at) => groupOrder.indexOf(name) !== at);
    if (twice !== undefined) {
      this.#refuse(nodeOf(fields, 'group_eval_order'), `group_eval_order: "${twice}" comes twice`);
    }
    const tests = this.#entries(fields, 'tests').map((node, at) => this.#test(node, at, evaluationIntervalMs));
    return {
      ruleFiles: this.#texts(fields, 'rule_files'),
      evaluationIntervalMs,
      groupOrder,
      isFuzzy: this.#boolean(fields, 'fuzzy_compare'),
      tests,
    };
  }

  #test(node: Node | undefined, at: number, defaultMs: number): UnitTest {
    const fields = this.#fields(node, TEST_FIELDS, 'a test');
    return {
      name: this.#text(fields, 'name') || `unnamed#${at}`,
      place: placeOf(this.#source, node),
      intervalMs: this.#duration(fields, 'interval') || defaultMs,
      startMs: this.#start(fields),
      series: this.#entries(fields, 'input_series').map((entry) => this.#series(entry)),
      alerts: this.#entries(fields, 'alert_rule_test').map((entry) => this.#alertCheck(entry)),
      expressions: this.#entries(fields, 'promql_expr_test').map((entry) => this.#expressionCheck(entry)),
      externalLabels: labelsFrom(this.#map(fields, 'external_labels').map(({ name, value }) => [name, value])),
      externalUrl: this.#text(fields, 'external_url'),
    };
  }

  #series(node: Node | undefined): InputSeries {
    const fields = this.#fields(node, ['series', 'values'], 'an input series');
    return {
      series: this.#text(fields, 'series'),
      values: this.#text(fields, 'values'),
      place: placeOf(this.#source, node),
    };
  }

  #alertCheck(node: Node | undefined): AlertCheck {
    const fields = this.#fields(node, ['eval_time', 'alertname', 'exp_alerts'], 'an alert test');
    const alert = this.#text(fields, 'alertname');
    if (alert === '') this.#refuse(node, 'alertname is missing: write the name of the alert that is looked at');
    return {
      timeMs: this.#duration(fields, 'eval_time') ?? 0,
      alert,
      expected: this.#entries(fields, 'exp_alerts').map((entry) => this.#expectedAlert(entry, alert)),
      place: placeOf(this.#source, node),
    };
  }

  #expectedAlert(node: Node | undefined, alert: string): ExpectedAlert {
    const fields = isNothing(node) ? [] : this.#fields(node, ['exp_labels', 'exp_annotations'], 'an expected alert');
    const labels = this.#map(fields, 'exp_labels').filter(({ name }) => name !== 'alertname');
    return {
      labels: sorted([...labels, { name: 'alertname', value: alert }]),
      annotations: sorted(this.#map(fields, 'exp_annotations')),
    };
  }

  #expressionCheck(node: Node | undefined): ExpressionCheck {
    const fields = this.#fields(node, ['expr', 'eval_time', 'exp_samples'], 'an expression test');
    return {
      expression: this.#text(fields, 'expr'),
      timeMs: this.#duration(fields, 'eval_time') ?? 0,
      expected: this.#entries(fields, 'exp_samples').map((entry) => this.#expectedSample(entry)),
      place: placeOf(this.#source, node),
    };
  }

  #expectedSample(node: Node | undefined): ExpectedSample {
    const fields = this.#fields(node, ['labels', 'value', 'histogram'], 'an expected sample');
    return {
      labels: this.#text(fields, 'labels'),
      value: this.#number(fields, 'value'),
      histogram: this.#text(fields, 'histogram'),
    };
  }

  #fields(node: Node | undefined, known: readonly string[], what: string): readonly Field[] {
    const fields = fieldsOf(this.#source, node);
    if (fields === undefined) {
      this.#refuse(node, `${what} has the fields ${known.join(', ')}`);
      return [];
    }
    for (const { key, keyNode } of fields) {
      if (!known.includes(key)) this.#refuse(keyNode, `"${key}" is not known: ${what} has ${known.join(', ')}`);
    }
    return fields;
  }

  #entries(fields: readonly Field[], key: string): readonly (Node | undefined)[] {
    const node = nodeOf(fields, key);
    const entries = entriesOf(this.#source, node);
    if (entries === undefined) this.#refuse(node, `${key}: write a list, each entry behind "- "`);
    return entries ?? [];
  }

  #texts(fields: readonly Field[], key: string): readonly string[] {
    return this.#entries(fields, key).map((node) => {
      const text = scalarText(node);
      if (text === undefined) this.#refuse(node, `${key}: write text`);
      return text ?? '';
    });
  }

  #text(fields: readonly Field[], key: string): string {
    const node = nodeOf(fields, key);
    const text = scalarText(node);
    if (text === undefined) this.#refuse(node, `${key}: write text`);
    return text ?? '';
  }

  #map(fields: readonly Field[], key: string): readonly Label[] {
    const node = nodeOf(fields, key);
    if (isNothing(node)) return [];
    const values = fieldsOf(this.#source, node);
    if (values === undefined) this.#refuse(node, `${key}: write each as "name: value"`);
    return (values ?? []).map(({ key: name, node: valueNode }) => {
      const value = scalarText(valueNode);
      if (value === undefined) this.#refuse(valueNode, `${key}: write text for "${name}"`);
      return { name, value: value ?? '' };
    });
  }

  #duration(fields: readonly Field[], key: string): number | undefined {
    const node = nodeOf(fields, key);
    if (isNothing(node)) return undefined;
    const text = scalarText(node);
    const durationMs = text === undefined ? undefined : parseDurationMs(text);
    if (durationMs === undefined) this.#refuse(node, `${key}: write a duration such as 30s, 5m or 1h30m`);
    return durationMs;
  }

  #number(fields: readonly Field[], key: string): number {
    const node = nodeOf(fields, key);
    if (isNothing(node)) return 0;
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value !== 'number')
      this.#refuse(node, `${key}: write a number, without quotes; .nan and .inf are numbers`);
    return typeof value === 'number' ? value : 0;
  }

  #boolean(fields: readonly Field[], key: string): boolean {
    const node = nodeOf(fields, key);
    if (isNothing(node)) return false;
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value !== 'boolean') this.#refuse(node, `${key}: write true or false`);
    return value === true;
  }

  #start(fields: readonly Field[]): number {
    const text = this.#text(fields, 'start_timestamp');
    if (text === '') return 0;
    const startMs = /^-?[0-9]+(?:\.[0-9]+)?$/.test(text) ? Math.round(Number(text) * 1000) : Date.parse(text);
    if (Number.isSafeInteger(startMs)) return startMs;
    this.#refuse(
      nodeOf(fields, 'start_timestamp'),
      'start_timestamp: write a time such as 2026-01-01T00:00:00Z, or Unix seconds',
    );
    return 0;
  }

  #refuse(node: Node | undefined, message: string): void {
    this.#problems.push({ ...placeOf(this.#source, node), message });
  }
}

function nodeOf(fields: readonly Field[], key: string): Node | undefined {
  return fields.find((field) => field.key === key)?.node;
}

function isNothing(node: Node | undefined): boolean {
  return node === undefined || (isScalar(node) && node.value === null);
}

function sorted(labels: readonly Label[]): Labels {
  return labels.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
