// The expressions of a Grafana dashboard: those of its panels, in rows and nested ones too, of its variables and annotations. The
// dashboard may stand in a wrapper, as its API and its provisioning have it. What is for other data sources is passed over.
// https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/

import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar } from 'yaml';
import type { Place } from '../../rules/interface.ts';
import type { Finding, PanelFacts } from '../interface.ts';
import { INVALID_FILE } from '../traps/reading.ts';
import { jsonOffset } from './json-text.ts';
import { expressionFinding, type ReadFile, readExpression, type UnreadSubject } from './rule-subjects.ts';
import { fillVariables } from './template-variables.ts';

/** What `$__rate_interval` is taken for: wide enough for any scrape interval that is usual. */
const WINDOW_MS = 4 * 60_000;
const MAX_DEPTH = 8;
const MAX_PANELS = 5000;
const DATASOURCE_VARIABLE = /^\$|^\[\[/;
const PROMETHEUS_TYPES: ReadonlySet<string> = new Set([
  'prometheus',
  'grafana-amazonprometheus-datasource',
  'victoriametrics-metrics-datasource',
]);
/** Of Grafana itself. */
const OWN_DATASOURCES: ReadonlySet<string> = new Set([
  '-- Grafana --',
  '-- Mixed --',
  '-- Dashboard --',
  'grafana',
  '__expr__',
]);

/** Whether it looks like a dashboard: otherwise the file is none, and no mistake. */
export function isDashboard(content: unknown): boolean {
  const dashboard = unwrapped(content);
  return isObject(dashboard) && (Array.isArray(dashboard['panels']) || Array.isArray(dashboard['rows']));
}

export function readDashboard(text: string, path: string): ReadFile & { readonly notes: readonly string[] } {
  return new DashboardReader(text, path).read();
}

class DashboardReader {
  readonly #text: string;
  readonly #path: string;
  readonly #lines = new LineCounter();
  readonly #subjects: UnreadSubject[] = [];
  readonly #findings: Finding[] = [];
  readonly #skipped = new Map<string, number>();
  #variables: ReadonlyMap<string, string> = new Map();
  #panels = 0;

  constructor(text: string, path: string) {
    this.#text = text;
    this.#path = path;
  }

  read(): ReadFile & { readonly notes: readonly string[] } {
    const document = parseDocument(this.#text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      strict: false,
      uniqueKeys: false,
    });
    const dashboard = unwrappedNode(document.contents as Node | null);
    if (!isMap(dashboard)) {
      this.#refuse({ line: 1, column: 1 }, '', 'this is no dashboard: an object with "panels" is expected');
    } else {
      const list = at(dashboard, 'templating', 'list');
      this.#variables = variableValues(list);
      for (const panel of items(at(dashboard, 'panels'))) this.#panel(panel, 0);
      for (const row of items(at(dashboard, 'rows')))
        for (const panel of items(at(row, 'panels'))) this.#panel(panel, 1);
      for (const variable of items(list)) this.#variable(variable);
      for (const annotation of items(at(dashboard, 'annotations', 'list'))) this.#annotation(annotation);
    }
    const notes = [...this.#skipped].map(
      ([type, count]) =>
        `${this.#path}: ${count} ${count === 1 ? 'query is' : 'queries are'} for the data source ${type} and not read`,
    );
    return { subjects: this.#subjects, findings: this.#findings, rules: 0, panels: this.#panels, isWhole: true, notes };
  }

  #panel(panel: Node, depth: number): void {
    if (depth > MAX_DEPTH || this.#panels >= MAX_PANELS) return;
    const nested = items(at(panel, 'panels'));
    for (const inner of nested) this.#panel(inner, depth + 1);
    const targets = items(at(panel, 'targets'));
    if (targets.length === 0) return;
    this.#panels++;
    const title = textAt(panel, 'title') ?? `panel ${textAt(panel, 'id') ?? this.#panels}`;
    for (const target of targets) this.#target(title, panel, target);
  }

  #target(title: string, panel: Node, target: Node): void {
    const source = at(target, 'datasource') ?? at(panel, 'datasource');
    if (!this.#isPrometheus(source) || textAt(target, 'hide') === 'true') return;
    const expression = at(target, 'expr');
    if (!isScalar(expression) || typeof expression.value !== 'string' || expression.value.trim() === '') return;
    const defaults = at(panel, 'fieldConfig', 'defaults');
    const axis = items(at(panel, 'yaxes'))[0];
    const unitNode = at(defaults, 'unit') ?? at(axis, 'format') ?? at(panel, 'format');
    const facts: PanelFacts = {
      written: expression.value,
      unit: isScalar(unitNode) ? scalarText(unitNode) : undefined,
      unitPlace: this.#place(unitNode ?? expression),
      datasource: datasourceKind(source),
      datasourcePlace: this.#place(source ?? panel),
    };
    this.#add('panel', title, expression as Scalar<string>, expression.value, facts);
  }

  #variable(variable: Node): void {
    if (textAt(variable, 'type') !== 'query' || !this.#isPrometheus(at(variable, 'datasource'))) return;
    const query = at(variable, 'query', 'query') ?? at(variable, 'definition') ?? at(variable, 'query');
    if (!isScalar(query) || typeof query.value !== 'string') return;
    const asked = askedOf(query.value);
    if (asked === undefined) return;
    const name = `$${textAt(variable, 'name') ?? ''}`;
    this.#add('variable', name, query as Scalar<string>, asked.expression, undefined, asked.from, asked.label);
  }

  #annotation(annotation: Node): void {
    const expression = at(annotation, 'expr') ?? at(annotation, 'target', 'expr');
    if (!isScalar(expression) || typeof expression.value !== 'string' || expression.value === '') return;
    if (!this.#isPrometheus(at(annotation, 'datasource'))) return;
    this.#add(
      'panel',
      `annotation ${textAt(annotation, 'name') ?? ''}`,
      expression as Scalar<string>,
      expression.value,
    );
  }

  #add(
    kind: 'panel' | 'variable',
    name: string,
    node: Scalar<string>,
    written: string,
    panel?: PanelFacts,
    from = 0,
    label?: string,
  ): void {
    const filled = fillVariables(written, this.#variables, WINDOW_MS);
    const start = node.range?.[0] ?? 0;
    const placeAt = (offset: number): Place =>
      this.#placeOf(jsonOffset(this.#text, start, filled.offsetOf(offset) + from));
    const read = readExpression(filled.text);
    if (!('kind' in read)) {
      // What a variable stands for may make it right.
      if (filled.text !== written) return;
      this.#findings.push({ ...expressionFinding(read), kind, path: this.#path, subject: name, ...placeAt(0) });
      return;
    }
    this.#subjects.push({
      kind,
      name,
      path: this.#path,
      text: filled.text,
      syntax: read,
      ...(panel === undefined ? {} : { panel }),
      ...(label === undefined ? {} : { asksFor: label }),
      placeAt,
      placeOf: () => placeAt(0),
    });
  }

  #isPrometheus(source: Node | undefined): boolean {
    const type = textAt(source, 'type');
    const name = isScalar(source) ? (scalarText(source) ?? '') : (textAt(source, 'uid') ?? '');
    if (type === undefined ? !OWN_DATASOURCES.has(name) : PROMETHEUS_TYPES.has(type)) return true;
    const told = type ?? name;
    if (!OWN_DATASOURCES.has(told)) this.#skipped.set(told, (this.#skipped.get(told) ?? 0) + 1);
    return false;
  }

  #place(node: Node): Place {
    return this.#placeOf(node.range?.[0] ?? 0);
  }

  #placeOf(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #refuse(place: Place, subject: string, message: string): void {
    const { code, mend } = INVALID_FILE;
    this.#findings.push({ code, kind: 'file', level: 'error', path: this.#path, ...place, subject, message, mend });
  }
}

function scalarText({ value }: Scalar): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** What a query of a variable asks: `label_values(metric, label)`, `query_result(…)`. */
function askedOf(query: string): { expression: string; from: number; label?: string } | undefined {
  const values = /^\s*label_values\(\s*(.+)\s*,\s*([\w$[\]{}]+)\s*\)\s*$/s.exec(query);
  if (values !== null) {
    const [, expression = '', label = ''] = values;
    return { expression, from: query.indexOf(expression), label };
  }
  const result = /^\s*query_result\((.+)\)\s*$/s.exec(query);
  return result?.[1] === undefined ? undefined : { expression: result[1], from: query.indexOf(result[1]) };
}

function datasourceKind(source: Node | undefined): PanelFacts['datasource'] {
  if (source === undefined || (isScalar(source) && source.value === null)) return 'default';
  const uid = isScalar(source) ? scalarText(source) : textAt(source, 'uid');
  if (uid === undefined || uid === '') return 'missing';
  if (uid === 'default' || uid === '-- Mixed --') return 'default';
  return DATASOURCE_VARIABLE.test(uid) ? 'variable' : 'fixed';
}

function variableValues(list: Node | undefined): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const variable of items(list)) {
    const name = textAt(variable, 'name');
    const value = textAt(variable, 'current', 'value') ?? textAt(variable, 'query');
    if (name !== undefined && value !== undefined) values.set(name, value);
  }
  return values;
}

function unwrapped(content: unknown): unknown {
  return isObject(content) && isObject(content['dashboard'])
    ? content['dashboard']
    : isObject(content) && isObject(content['spec'])
      ? content['spec']
      : content;
}

function unwrappedNode(root: Node | null): Node | undefined {
  if (root === null) return undefined;
  const inner = at(root, 'dashboard') ?? at(root, 'spec');
  return isMap(inner) ? inner : root;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function at(node: Node | undefined, ...path: readonly string[]): Node | undefined {
  let found: unknown = node;
  for (const key of path) found = isMap(found) ? found.get(key, true) : undefined;
  return (found ?? undefined) as Node | undefined;
}

function items(node: Node | undefined): readonly Node[] {
  return isSeq(node) ? (node.items as Node[]) : [];
}

function textAt(node: Node | undefined, ...path: readonly string[]): string | undefined {
  const found = at(node, ...path);
  return isScalar(found) ? scalarText(found) : undefined;
}
