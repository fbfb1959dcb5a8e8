// Reads a rule file as Prometheus does: what is refused there is refused here, all of it at once and each with line and
// column. But only the groups that are wrong are refused; the others of the file are good.
// https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/

import { LineCounter, type Node, parseDocument } from 'yaml';
import { parseDurationMs } from '../../model/duration.ts';
import { type Label, type Labels, labelsFrom, METRIC_NAME } from '../../model/labels.ts';
import { QueryError } from '../../promql/interface.ts';
import type { AlertingRule, Place, RecordingRule, Rule, RuleFile, RuleGroup, RuleProblem } from '../interface.ts';
import { entriesOf, type Field, fieldsOf, placeInside, placeOf, scalarText, type YamlSource } from './yaml-fields.ts';

const RULE_FILE_LIMITS = {
  maxFileBytes: 8 * 1024 * 1024,
  maxGroups: 1000,
  maxRules: 10_000,
  maxProblems: 200,
} as const;

/** The languages inside of a rule file. */
export interface RuleLanguages {
  /** The expression on one line. @throws {QueryError} with the position where there is one */
  readExpression(expression: string): string;
  /** @throws {Error} whose message says what is wrong with the template. */
  checkTemplate(template: string, name: string): void;
}

const GROUP_FIELDS = ['name', 'interval', 'query_offset', 'limit', 'rules', 'labels'];
const RULE_FIELDS = ['record', 'alert', 'expr', 'for', 'keep_firing_for', 'labels', 'annotations'];
const FOR_ALERTS_ONLY = ['annotations', 'for', 'keep_firing_for'] as const;

/** Never throws: what is wrong is among the file's problems. */
export function readRuleFile(text: string, path: string, languages: RuleLanguages): RuleFile {
  return new RuleFileReader(text, path, languages).read();
}

class RuleFileReader {
  readonly #path: string;
  readonly #languages: RuleLanguages;
  readonly #source: YamlSource;
  readonly #problems: RuleProblem[] = [];
  /** The group that is read. */
  #group: string | undefined;
  #isGroupSound = true;
  #rules = 0;

  constructor(text: string, path: string, languages: RuleLanguages) {
    this.#path = path;
    this.#languages = languages;
    const lines = new LineCounter();
    const isReadable = Buffer.byteLength(text) <= RULE_FILE_LIMITS.maxFileBytes;
    const document = parseDocument(isReadable ? text : '', { lineCounter: lines, prettyErrors: false });
    this.#source = { text, document, lines };
    if (!isReadable) this.#refuse(undefined, 'is larger than 8 MiB: part it into several files');
  }

  read(): RuleFile {
    const { document, lines } = this.#source;
    for (const { message, pos } of document.errors) {
      const { line, col } = lines.linePos(pos[0]);
      this.#problems.push({ path: this.#path, line, column: col, message: `this is no YAML: ${message}` });
    }
    const groups = this.#problems.length === 0 ? this.#groups(document.contents as Node | undefined) : [];
    return { path: this.#path, groups, problems: this.#problems.slice(0, RULE_FILE_LIMITS.maxProblems) };
  }

  #groups(root: Node | undefined): readonly RuleGroup[] {
    if (root === undefined || root === null || scalarText(root) === '') return [];
    const fields = fieldsOf(this.#source, root);
    if (fields === undefined) {
      this.#refuse(root, 'write "groups:" and under it a list of groups');
      return [];
    }
    this.#refuseUnknown(fields, ['groups'], 'a rule file has "groups" alone');
    const list = fields.find(({ key }) => key === 'groups');
    const entries = entriesOf(this.#source, list?.node);
    if (entries === undefined) {
      this.#refuse(list?.node, 'groups: write a list, each group as "- name: …"');
      return [];
    }
    if (entries.length > RULE_FILE_LIMITS.maxGroups) {
      this.#refuse(list?.node, `has more than ${RULE_FILE_LIMITS.maxGroups} groups: part the file`);
      return [];
    }
    const names = new Set<string>();
    return entries.flatMap((entry) => this.#soundGroup(entry, names) ?? []);
  }

  #soundGroup(node: Node | undefined, names: Set<string>): RuleGroup | undefined {
    this.#isGroupSound = true;
    const fields = fieldsOf(this.#source, node);
    if (fields === undefined) {
      this.#refuse(node, 'a group is written as "name: …" and "rules: …"');
      return undefined;
    }
    const name = this.#text(fields, 'name');
    this.#group = name;
    if (name === '') this.#refuse(node, 'a group needs a name');
    else if (names.has(name)) this.#refuse(node, 'there is a group of this name in the file already: rename one');
    names.add(name);
    this.#refuseUnknown(fields, GROUP_FIELDS, `a group has ${GROUP_FIELDS.join(', ')}`);
    const group = this.#groupOf(node, name, fields);
    this.#group = undefined;
    return this.#isGroupSound ? group : undefined;
  }

  #groupOf(node: Node | undefined, name: string, fields: readonly Field[]): RuleGroup {
    const intervalMs = this.#duration(fields, 'interval');
    const queryOffsetMs = this.#duration(fields, 'query_offset');
    const labels = this.#labels(fields, 'labels', 'label');
    const limit = this.#limit(fields);
    const list = fields.find(({ key }) => key === 'rules');
    const entries = entriesOf(this.#source, list?.node);
    if (entries === undefined)
      this.#refuse(list?.node, 'rules: write a list, each rule as "- alert: …" or "- record: …"');
    const rules: Rule[] = [];
    for (const entry of entries ?? []) {
      if (++this.#rules > RULE_FILE_LIMITS.maxRules) {
        this.#refuse(entry, `the file has more than ${RULE_FILE_LIMITS.maxRules} rules: part it`);
        break;
      }
      const rule = this.#rule(entry, labels);
      if (rule !== undefined) rules.push(rule);
    }
    return {
      name,
      file: this.#path,
      place: placeOf(this.#source, node),
      ...(intervalMs === undefined || intervalMs === 0 ? {} : { intervalMs }),
      ...(queryOffsetMs === undefined ? {} : { queryOffsetMs }),
      limit,
      rules,
    };
  }

  #rule(node: Node | undefined, groupLabels: Labels): Rule | undefined {
    const fields = fieldsOf(this.#source, node);
    if (fields === undefined) {
      this.#refuse(node, 'a rule is written as "alert: …" or "record: …", and "expr: …"');
      return undefined;
    }
    this.#refuseUnknown(fields, RULE_FIELDS, `a rule has ${RULE_FIELDS.join(', ')}`);
    const record = this.#text(fields, 'record');
    const alert = this.#text(fields, 'alert');
    if ((record === '') === (alert === '')) {
      this.#refuse(node, record === '' ? 'a rule needs "alert" or "record"' : 'a rule has either "alert" or "record"');
      return undefined;
    }
    const name = record === '' ? alert : record;
    const own = this.#labels(fields, 'labels', 'label', name);
    const expression = this.#text(fields, 'expr');
    const expressionNode = fields.find(({ key }) => key === 'expr')?.node;
    const common = {
      expression,
      printed: this.#printed(expression, expressionNode, node, name),
      labels: labelsFrom([...pairs(groupLabels), ...pairs(own)]),
      place: placeOf(this.#source, node),
      expressionPlace: placeInside(this.#source, expressionNode, { line: 1, column: 1 }),
    };
    if (record !== '') return this.#recording(fields, record, common);
    return this.#alerting(fields, alert, common, own);
  }

  #recording(fields: readonly Field[], record: string, common: Omit<RecordingRule, 'kind' | 'record'>): RecordingRule {
    for (const key of FOR_ALERTS_ONLY) {
      const field = fields.find((each) => each.key === key);
      if (field !== undefined && !this.#isNothing(field)) {
        this.#refuse(field.keyNode, `${record}: "${key}" belongs to an alert, this rule records`);
      }
    }
    const at = fields.find(({ key }) => key === 'record')?.node;
    if (!record.isWellFormed()) this.#refuse(at, `${JSON.stringify(record)} is no name of a metric`);
    if (/[{}]/.test(record)) this.#refuse(at, `${record}: a name has no braces; write the selector under "expr"`);
    return { kind: 'recording', record, ...common };
  }

  #alerting(
    fields: readonly Field[],
    alert: string,
    common: Omit<RecordingRule, 'kind' | 'record'>,
    labels: Labels,
  ): AlertingRule {
    const annotations = this.#labels(fields, 'annotations', 'annotation', alert);
    for (const label of labels) this.#checkTemplate(fields, 'labels', label, alert);
    for (const annotation of annotations) this.#checkTemplate(fields, 'annotations', annotation, alert);
    const forMs = this.#duration(fields, 'for', alert) ?? 0;
    const keepFiringForMs = this.#duration(fields, 'keep_firing_for', alert) ?? 0;
    return { kind: 'alerting', alert, ...common, forMs, keepFiringForMs, annotations };
  }

  #printed(expression: string, node: Node | undefined, rule: Node | undefined, name: string): string {
    if (expression === '') {
      this.#refuse(node ?? rule, `${name}: "expr" is missing`);
      return '';
    }
    try {
      return this.#languages.readExpression(expression);
    } catch (error) {
      const position = error instanceof QueryError ? error.position : undefined;
      const place = position === undefined ? placeOf(this.#source, node) : placeInside(this.#source, node, position);
      this.#refuseAt(place, `${name}: the expression is wrong: ${(error as Error).message}`);
      return '';
    }
  }

  #checkTemplate(fields: readonly Field[], key: string, { name, value }: Label, alert: string): void {
    try {
      this.#languages.checkTemplate(value, `__alert_${alert}`);
    } catch (error) {
      const values = fieldsOf(this.#source, fields.find((field) => field.key === key)?.node) ?? [];
      const at = values.find((field) => field.key === name)?.node;
      this.#refuse(at, `${alert}: ${key.slice(0, -1)} "${name}": ${(error as Error).message}`);
    }
  }

  /** In the order of names. Empty values of labels are as good as none. */
  #labels(fields: readonly Field[], key: 'labels' | 'annotations', what: 'label' | 'annotation', rule = ''): Labels {
    const refuse = (node: Node | undefined, message: string) =>
      this.#refuse(node, rule === '' ? message : `${rule}: ${message}`);
    const field = fields.find((each) => each.key === key);
    if (field === undefined || this.#isNothing(field)) return [];
    const values = fieldsOf(this.#source, field.node);
    if (values === undefined) {
      refuse(field.node, `${key}: write each as "name: value"`);
      return [];
    }
    const read: Label[] = [];
    for (const { key: name, keyNode, node } of values) {
      const value = scalarText(node);
      if (value === undefined) refuse(node, `${what} "${name}": write text`);
      if (name === '' || !name.isWellFormed() || (what === 'label' && name === METRIC_NAME)) {
        refuse(keyNode, `${JSON.stringify(name)} is no name of a ${what}`);
      }
      read.push({ name, value: value ?? '' });
    }
    return read.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  #duration(fields: readonly Field[], key: string, rule = ''): number | undefined {
    const field = fields.find((each) => each.key === key);
    if (field?.node === undefined) return undefined;
    const text = scalarText(field.node);
    // A null counts as left out.
    if (text === '' && this.#isNothing(field)) return undefined;
    const durationMs = text === undefined ? undefined : parseDurationMs(text);
    if (durationMs === undefined) {
      const named = rule === '' ? key : `${rule}: ${key}`;
      this.#refuse(field.node, `${named}: write a duration such as 30s, 5m or 1h30m`);
    }
    return durationMs;
  }

  #limit(fields: readonly Field[]): number {
    const field = fields.find(({ key }) => key === 'limit');
    if (field === undefined || this.#isNothing(field)) return 0;
    const text = scalarText(field.node) ?? '';
    if (!/^[+-]?[0-9]{1,9}$/.test(text)) this.#refuse(field.node, 'limit: write a whole number; 0 is no limit');
    return Math.max(0, Number(text) || 0);
  }

  #text(fields: readonly Field[], key: string): string {
    const field = fields.find((each) => each.key === key);
    const text = scalarText(field?.node);
    if (text === undefined) this.#refuse(field?.node, `${key}: write text`);
    return text ?? '';
  }

  #isNothing({ node }: Field): boolean {
    return node === undefined || ('value' in node && node.value === null);
  }

  #refuseUnknown(fields: readonly Field[], known: readonly string[], what: string): void {
    for (const { key, keyNode } of fields) {
      if (!known.includes(key)) this.#refuse(keyNode, `"${key}" is not known: ${what}`);
    }
  }

  #refuse(node: Node | undefined, message: string): void {
    this.#refuseAt(placeOf(this.#source, node), message);
  }

  #refuseAt({ line, column }: Place, message: string): void {
    this.#isGroupSound = false;
    const group = this.#group === undefined ? {} : { group: this.#group };
    this.#problems.push({ path: this.#path, line, column, ...group, message });
  }
}

function pairs(labels: Labels): readonly (readonly [string, string])[] {
  return labels.map(({ name, value }) => [name, value]);
}
