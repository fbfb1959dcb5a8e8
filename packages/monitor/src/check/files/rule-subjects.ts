// The expressions of a rule file, each with the places of all that is written around it. What is wrong with the file itself, with an
// expression or with a template is found here, since nothing else can be said of it then.

import { LineCounter, type Node, parseDocument } from 'yaml';
import { inspectExpression, positionAt, readSyntax, type Syntax } from '../../promql/inspect.ts';
import { QueryError } from '../../promql/interface.ts';
import { readRuleFile } from '../../rules/definition/read-rule-file.ts';
import {
  entriesOf,
  type Field,
  fieldsOf,
  placeInside,
  placeOf,
  type YamlSource,
} from '../../rules/definition/yaml-fields.ts';
import { type Place, type Rule, type RuleFile, type RuleGroup, ruleName } from '../../rules/interface.ts';
import { everyPart } from '../expression/analysis.ts';
import type { Finding, Subject } from '../interface.ts';
import { INVALID_EXPRESSION, INVALID_FILE, STRING_COMPARISON } from '../traps/reading.ts';
import { RUNBOOK_OUTSIDE_ANNOTATIONS } from '../traps/runbook-outside-annotations.ts';

/** Without what is known of metrics, which comes when all files are read. */
export type UnreadSubject = Omit<Subject, 'analysis'>;

export interface ReadFile {
  readonly subjects: readonly UnreadSubject[];
  readonly findings: readonly Finding[];
  readonly rules: number;
  readonly panels: number;
  /** Whether all of it could be read: what is missing may record. */
  readonly isWhole: boolean;
}

/** Annotations that people write where they do not belong. */
const ANNOTATIONS = /^"(runbook_url|runbook|summary|description|dashboard_url|message)" is not known/;

export function readRules(text: string, path: string): ReadFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const source: YamlSource = { text, document, lines };
  const file = readRuleFile(text, path, { readExpression: (expression) => expression, checkTemplate: () => undefined });
  const places = rulePlaces(source);
  const findings = file.problems.map((problem) => problemFinding(problem, path));
  const subjects: UnreadSubject[] = [];
  for (const group of file.groups) {
    for (const rule of group.rules) {
      const fields = places.get(keyOf(rule.place)) ?? [];
      const made = ruleSubject({ source, path, group, rule, fields });
      if ('code' in made) findings.push(made);
      else subjects.push(made);
    }
  }
  return {
    subjects,
    findings,
    rules: file.groups.reduce((count, { rules }) => count + rules.length, 0),
    panels: 0,
    isWhole: file.problems.length === 0 && findings.every(({ code }) => code !== INVALID_EXPRESSION.code),
  };
}

function problemFinding({ line, column, message }: RuleFile['problems'][number], path: string): Finding {
  const annotation = ANNOTATIONS.exec(message)?.[1];
  if (annotation !== undefined) {
    const { code, mend } = RUNBOOK_OUTSIDE_ANNOTATIONS;
    return {
      code,
      kind: 'alert',
      level: 'error',
      path,
      line,
      column,
      subject: '',
      message: `"${annotation}" stands beside the rule's fields: Prometheus refuses the file, and none of its rules is evaluated`,
      mend,
    };
  }
  return {
    code: INVALID_FILE.code,
    kind: 'file',
    level: 'error',
    path,
    line,
    column,
    subject: '',
    message,
    mend: INVALID_FILE.mend,
  };
}

interface RuleParts {
  readonly source: YamlSource;
  readonly path: string;
  readonly group: RuleGroup;
  readonly rule: Rule;
  readonly fields: readonly Field[];
}

function ruleSubject({ source, path, group, rule, fields }: RuleParts): UnreadSubject | Finding {
  const expression = fields.find(({ key }) => key === 'expr')?.node;
  const text = rule.expression;
  const placeAt = (offset: number): Place => placeInside(source, expression, positionAt(text, offset));
  const name = ruleName(rule);
  const subject = { path, name, kind: rule.kind === 'alerting' ? ('alert' as const) : ('recording' as const) };
  const read = readExpression(text);
  if (!('kind' in read)) {
    const at = placeInside(source, expression, read.position ?? { line: 1, column: 1 });
    return { ...expressionFinding(read), kind: subject.kind, path, subject: name, ...at };
  }
  return {
    ...subject,
    text,
    syntax: read,
    rule,
    group,
    placeAt,
    placeOf: (field, inner, inside) => fieldPlace(source, fields, rule.place, [field, inner], inside),
  };
}

interface Refusal {
  readonly message: string;
  readonly position: Place | undefined;
  readonly isString: boolean;
}

/** The syntax, or what is wrong. */
export function readExpression(text: string): Syntax | Refusal {
  try {
    return inspectExpression(text).syntax;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const isString = comparesString(text);
    return { message: error.message, position: error.position, isString };
  }
}

export function expressionFinding({
  message,
  isString,
}: Refusal): Pick<Finding, 'code' | 'level' | 'message' | 'mend'> {
  if (isString) {
    const { code, mend, why } = STRING_COMPARISON;
    return { code, level: 'error', message: `a series is compared with text: ${why}`, mend };
  }
  const { code, mend } = INVALID_EXPRESSION;
  return { code, level: 'error', message: `the expression is wrong: ${message}`, mend };
}

function comparesString(text: string): boolean {
  try {
    for (const part of everyPart(readSyntax(text))) {
      if (part.kind === 'binary' && (part.left.kind === 'string' || part.right.kind === 'string')) return true;
    }
    return false;
  } catch {
    return false;
  }
}

/** Where a field stands, or a name within it; the rule when it has no such field. */
function fieldPlace(
  source: YamlSource,
  fields: readonly Field[],
  otherwise: Place,
  [field, name]: readonly (string | undefined)[],
  inside?: Place,
): Place {
  const found = fields.find(({ key }) => key === field);
  if (found === undefined) return otherwise;
  if (name === undefined) return placeOf(source, found.keyNode);
  const inner = fieldsOf(source, found.node)?.find(({ key }) => key === name);
  if (inner === undefined) return placeOf(source, found.keyNode);
  return inside === undefined ? placeOf(source, inner.keyNode) : placeInside(source, inner.node, inside);
}

/** The fields of each rule, by its place. */
function rulePlaces(source: YamlSource): ReadonlyMap<string, readonly Field[]> {
  const places = new Map<string, readonly Field[]>();
  const within = (node: Node | undefined, key: string): readonly (Node | undefined)[] =>
    entriesOf(source, fieldsOf(source, node)?.find((field) => field.key === key)?.node) ?? [];
  for (const group of within((source.document.contents as Node | null) ?? undefined, 'groups')) {
    for (const rule of within(group, 'rules')) {
      places.set(keyOf(placeOf(source, rule)), fieldsOf(source, rule) ?? []);
    }
  }
  return places;
}

function keyOf({ line, column }: Place): string {
  return `${line}:${column}`;
}
