// Reads an adapter file: all that is wrong in it at once, each with line and column. What is wrong in a group costs that group; what is
// wrong elsewhere costs the adapter, since a part of a renaming would give a part of the names another meaning.

import { basename } from 'node:path';
import { LineCounter, type Node, parseDocument } from 'yaml';
import { type RuleLanguages, readRuleFile } from '../definition/read-rule-file.ts';
import { entriesOf, type Field, fieldsOf, placeOf, scalarText, type YamlSource } from '../definition/yaml-fields.ts';
import type { RuleGroup, RuleProblem } from '../interface.ts';
import { CHAIN_PRESETS, type ChainPreset } from '../shipped/chain-parameters.ts';
import {
  ADAPTER_LIMITS,
  type Adapter,
  type Gap,
  RELABEL_ACTIONS,
  RELABEL_DEFAULTS,
  type RelabelAction,
  type RelabelRule,
  type ScaleRule,
} from './adapter.ts';
import { compiledRegex } from './relabeling.ts';

export interface AdapterFile {
  /** Undefined where it cannot be used. */
  readonly adapter: Adapter | undefined;
  readonly problems: readonly RuleProblem[];
}

const FIELDS = ['title', 'versions', 'sources', 'detect', 'library', 'preset', 'rename', 'scale', 'groups', 'gaps'];
const RELABEL_FIELDS = [
  'action',
  'source_labels',
  'separator',
  'regex',
  'target_label',
  'replacement',
  'modulus',
] as const;
const SCALE_FIELDS = ['metric', 'multiply', 'divide'];
const GAP_FIELDS = ['metric', 'reason'];
const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
/** What Prometheus takes for the name of a label that may have `$1` in it. */
const TARGET_LABEL = /^(?:(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))+\w*)+$/;
const SETS_A_LABEL: readonly RelabelAction[] = [
  'replace',
  'lowercase',
  'uppercase',
  'hashmod',
  'keepequal',
  'dropequal',
];
const MAX_MODULUS = Number.MAX_SAFE_INTEGER;

/** Never throws: what is wrong is among the problems. */
export function readAdapter(text: string, path: string, languages: RuleLanguages): AdapterFile {
  return new AdapterReader(text, path, languages).read();
}

class AdapterReader {
  readonly #path: string;
  readonly #languages: RuleLanguages;
  readonly #source: YamlSource;
  readonly #problems: RuleProblem[] = [];

  constructor(text: string, path: string, languages: RuleLanguages) {
    this.#path = path;
    this.#languages = languages;
    const lines = new LineCounter();
    const isReadable = Buffer.byteLength(text) <= ADAPTER_LIMITS.maxFileBytes;
    const document = parseDocument(isReadable ? text : '', { lineCounter: lines, prettyErrors: false });
    this.#source = { text, document, lines };
    if (!isReadable) this.#refuse(undefined, 'is larger than 1 MiB: an adapter names the metrics of one client');
  }

  read(): AdapterFile {
    const { document, lines } = this.#source;
    for (const { message, pos } of document.errors) {
      const { line, col } = lines.linePos(pos[0]);
      this.#problems.push({ path: this.#path, line, column: col, message: `this is no YAML: ${message}` });
    }
    const adapter = this.#problems.length === 0 ? this.#adapter(document.contents as Node | undefined) : undefined;
    const isWhole = !this.#problems.some(({ group }) => group === undefined);
    const inOrder = this.#problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const problems = inOrder.slice(0, ADAPTER_LIMITS.maxProblems);
    return { adapter: isWhole ? adapter : undefined, problems };
  }

  #adapter(root: Node | undefined): Adapter | undefined {
    const fields = fieldsOf(this.#source, root);
    if (fields === undefined) {
      this.#refuse(root, 'write an adapter: "title", "rename", "groups" and what else docs/guide/adapters.md tells');
      return undefined;
    }
    this.#refuseUnknown(fields, FIELDS, `an adapter has ${FIELDS.join(', ')}`);
    const preset = this.#preset(fields);
    return {
      name: basename(this.#path).replace(/\.ya?ml$/, ''),
      path: this.#path,
      title: this.#text(fields, 'title'),
      versions: this.#text(fields, 'versions'),
      sources: this.#texts(fields, 'sources'),
      detect: this.#names(fields, 'detect'),
      isLibrary: this.#flag(fields, 'library'),
      ...(preset === undefined ? {} : { preset }),
      rename: this.#entries(fields, 'rename', (entry) => this.#relabelRule(entry)),
      scale: this.#scales(fields),
      groups: this.#groups(fields),
      gaps: this.#entries(fields, 'gaps', (entry) => this.#gap(entry)),
    };
  }

  #relabelRule(entry: Node | undefined): RelabelRule | undefined {
    const fields = fieldsOf(this.#source, entry);
    if (fields === undefined) {
      this.#refuse(entry, 'write a rule of metric_relabel_configs, such as "regex: …" and "replacement: …"');
      return undefined;
    }
    this.#refuseUnknown(fields, RELABEL_FIELDS, `a rule has ${RELABEL_FIELDS.join(', ')}`);
    const given = (key: (typeof RELABEL_FIELDS)[number]): string | undefined =>
      fields.some((field) => field.key === key) ? this.#text(fields, key) : undefined;
    const action = (given('action') ?? RELABEL_DEFAULTS.action).toLowerCase();
    if (!isAction(action)) {
      this.#refuse(nodeOf(fields, 'action'), `"${action}" is no action: write one of ${RELABEL_ACTIONS.join(', ')}`);
      return undefined;
    }
    const rule: RelabelRule = {
      action,
      sourceLabels: this.#texts(fields, 'source_labels'),
      separator: given('separator') ?? RELABEL_DEFAULTS.separator,
      regex: given('regex') ?? RELABEL_DEFAULTS.regex,
      targetLabel: given('target_label') ?? RELABEL_DEFAULTS.targetLabel,
      replacement: given('replacement') ?? RELABEL_DEFAULTS.replacement,
      modulus: given('modulus') === undefined ? 0 : Number(given('modulus')),
      place: placeOf(this.#source, entry),
    };
    this.#check(rule, fields, entry);
    return rule;
  }

  /** What Prometheus checks when it reads its configuration. */
  #check(rule: RelabelRule, fields: readonly Field[], entry: Node | undefined): void {
    const { action, targetLabel, regex, modulus } = rule;
    const at = (key: string): Node | undefined => nodeOf(fields, key) ?? entry;
    const others = (allowed: readonly string[]): boolean => fields.some(({ key }) => !allowed.includes(key));
    this.#checkRegex(regex, nodeOf(fields, 'regex'));
    if (SETS_A_LABEL.includes(action) && targetLabel === '') {
      this.#refuse(entry, `the action ${action} needs "target_label"`);
    } else if (SETS_A_LABEL.includes(action) && !TARGET_LABEL.test(targetLabel)) {
      this.#refuse(at('target_label'), `"${targetLabel}" is no name of a label`);
    }
    if (action === 'labelmap' && !TARGET_LABEL.test(rule.replacement)) {
      this.#refuse(at('replacement'), `"${rule.replacement}" is no name of a label, nor one with $1 in it`);
    }
    if (action === 'hashmod' && !(Number.isSafeInteger(modulus) && modulus > 0 && modulus <= MAX_MODULUS)) {
      this.#refuse(at('modulus'), 'hashmod needs "modulus", a whole number above 0');
    }
    if ((action === 'labeldrop' || action === 'labelkeep') && others(['action', 'regex'])) {
      this.#refuse(entry, `${action} has "regex" alone`);
    }
    if ((action === 'keepequal' || action === 'dropequal') && others(['action', 'source_labels', 'target_label'])) {
      this.#refuse(entry, `${action} has "source_labels" and "target_label" alone`);
    }
  }

  #checkRegex(regex: string, node: Node | undefined): void {
    if (regex.length > ADAPTER_LIMITS.maxExpressionCharacters) {
      const { maxExpressionCharacters } = ADAPTER_LIMITS;
      this.#refuse(node, `the expression has more than ${maxExpressionCharacters} characters: part the rule`);
      return;
    }
    try {
      compiledRegex(regex);
    } catch (error) {
      this.#refuse(node, `"${regex}" is no regular expression: ${(error as Error).message}`);
    }
  }

  #scales(fields: readonly Field[]): readonly ScaleRule[] {
    const metrics = new Set<string>();
    return this.#entries(fields, 'scale', (entry) => {
      const own = fieldsOf(this.#source, entry);
      if (own === undefined) {
        this.#refuse(entry, 'write "metric: …" and "multiply: …" or "divide: …"');
        return undefined;
      }
      this.#refuseUnknown(own, SCALE_FIELDS, `a scale has ${SCALE_FIELDS.join(', ')}`);
      const metric = this.#metric(own, entry);
      if (metrics.has(metric)) this.#refuse(entry, `${metric} has a scale already`);
      metrics.add(metric);
      const [multiplier, divisor] = [this.#factor(own, 'multiply'), this.#factor(own, 'divide')];
      if ((multiplier === undefined) === (divisor === undefined)) {
        this.#refuse(entry, 'a scale has either "multiply" or "divide"');
      }
      return {
        metric,
        multiplier: multiplier ?? 1,
        divisor: divisor ?? 1,
        place: placeOf(this.#source, entry),
      };
    });
  }

  #factor(fields: readonly Field[], key: string): number | undefined {
    const node = nodeOf(fields, key);
    if (node === undefined) return undefined;
    const text = this.#text(fields, key);
    const factor = text === '' ? Number.NaN : Number(text);
    if (!(factor > 0 && factor < Number.POSITIVE_INFINITY)) this.#refuse(node, `"${text}" is no number above 0`);
    return factor;
  }

  #gap(entry: Node | undefined): Gap | undefined {
    const fields = fieldsOf(this.#source, entry);
    if (fields === undefined) {
      this.#refuse(entry, 'write "metric: …" and "reason: …"');
      return undefined;
    }
    this.#refuseUnknown(fields, GAP_FIELDS, `a gap has ${GAP_FIELDS.join(', ')}`);
    const reason = this.#text(fields, 'reason');
    if (reason === '') this.#refuse(entry, 'say why the client does not give it: "reason: …"');
    return { metric: this.#metric(fields, entry), reason };
  }

  #metric(fields: readonly Field[], entry: Node | undefined): string {
    const metric = this.#text(fields, 'metric');
    if (!METRIC.test(metric)) this.#refuse(nodeOf(fields, 'metric') ?? entry, `"${metric}" is no name of a metric`);
    return metric;
  }

  /** The groups are read as a rule file that has nothing else, at the same places. */
  #groups(fields: readonly Field[]): readonly RuleGroup[] {
    const field = fields.find(({ key }) => key === 'groups');
    if (field?.node === undefined) return [];
    const { text } = this.#source;
    const start = field.keyNode.range?.[0] ?? 0;
    const end = field.node.range?.[2] ?? text.length;
    const before = text.slice(0, start).replaceAll(/[^\n]/g, '');
    const { groups, problems } = readRuleFile(before + text.slice(start, end), this.#path, this.#languages);
    this.#problems.push(...problems);
    for (const { name, rules, place } of groups) {
      for (const rule of rules) {
        if (rule.kind === 'recording') continue;
        const message = `${rule.alert}: an adapter records and alerts of nothing: put the alert into a rule file`;
        this.#problems.push({ path: this.#path, ...place, group: name, message });
      }
    }
    return groups.filter(({ rules }) => rules.every(({ kind }) => kind === 'recording'));
  }

  #preset(fields: readonly Field[]): ChainPreset | undefined {
    const preset = this.#text(fields, 'preset');
    if (preset === '') return undefined;
    if (Object.hasOwn(CHAIN_PRESETS, preset)) return preset as ChainPreset;
    const known = Object.keys(CHAIN_PRESETS).join(', ');
    this.#refuse(nodeOf(fields, 'preset'), `there is no preset "${preset}": the presets are ${known}`);
    return undefined;
  }

  #names(fields: readonly Field[], key: string): readonly string[] {
    const names = this.#texts(fields, key);
    for (const name of names) {
      if (!METRIC.test(name)) this.#refuse(nodeOf(fields, key), `"${name}" is no name of a metric`);
    }
    return names;
  }

  #texts(fields: readonly Field[], key: string): readonly string[] {
    return this.#entries(fields, key, (entry) => {
      const text = scalarText(entry);
      if (text === undefined || text === '') this.#refuse(entry, `${key}: write a list of texts`);
      return text;
    });
  }

  #flag(fields: readonly Field[], key: string): boolean {
    const text = this.#text(fields, key);
    if (!['', 'true', 'false'].includes(text)) this.#refuse(nodeOf(fields, key), `${key}: write true or false`);
    return text === 'true';
  }

  #entries<Entry>(
    fields: readonly Field[],
    key: string,
    read: (entry: Node | undefined) => Entry | undefined,
  ): readonly Entry[] {
    const list = nodeOf(fields, key);
    const entries = entriesOf(this.#source, list);
    if (entries === undefined) {
      this.#refuse(list, `${key}: write a list`);
      return [];
    }
    if (entries.length > ADAPTER_LIMITS.maxEntries) {
      this.#refuse(list, `${key} has more than ${ADAPTER_LIMITS.maxEntries} entries`);
      return [];
    }
    return entries.flatMap((entry) => read(entry) ?? []);
  }

  #text(fields: readonly Field[], key: string): string {
    const node = nodeOf(fields, key);
    const text = scalarText(node);
    if (text === undefined) this.#refuse(node, `${key}: write a text`);
    return text ?? '';
  }

  #refuseUnknown(fields: readonly Field[], known: readonly string[], help: string): void {
    for (const { key, keyNode } of fields) {
      if (!known.includes(key)) this.#refuse(keyNode, `"${key}" is unknown here: ${help}`);
    }
  }

  #refuse(node: Node | undefined, message: string): void {
    this.#problems.push({ path: this.#path, ...placeOf(this.#source, node), message });
  }
}

function isAction(text: string): text is RelabelAction {
  return (RELABEL_ACTIONS as readonly string[]).includes(text);
}

function nodeOf(fields: readonly Field[], key: string): Node | undefined {
  return fields.find((field) => field.key === key)?.node;
}
