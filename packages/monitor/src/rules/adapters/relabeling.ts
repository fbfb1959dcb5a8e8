// Relabel rules, compiled: a function from labels to labels, or to nothing where a rule drops the series. Invariant: the same as
// Prometheus' `metric_relabel_configs` on the same labels. Most rules are about one metric, and most series are none of it, so a rule
// is refused by the first characters of what it looks at before its expression is asked.
// https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config

import { createHash } from 'node:crypto';
import { RE2JS } from 're2js';
import { type Labels, labelsFrom, labelValue, METRIC_NAME } from '../../model/labels.ts';
import { RELABEL_DEFAULTS, type RelabelRule } from './adapter.ts';
import { type Expansion, expansionOf, isFixed } from './expansion.ts';

/** Undefined where the series is dropped. */
export type Relabeling = (labels: Labels) => Labels | undefined;

/** Characters of an expression times those of a value. Beyond it the rule does not match: a match takes that much, uninterrupted. */
const MATCH_WORK_MAX = 4_000_000;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const SPECIAL = '\\.+*?()|[]{}^$';

/** @throws {Error} where an expression is none; `readAdapter` has asked before. */
export function compileRelabeling(rules: readonly RelabelRule[]): Relabeling {
  const steps = rules.map((rule) => ({ nameStart: startOfName(rule), step: compiledRule(rule) }));
  return (labels) => {
    const draft = new LabelDraft(labels);
    for (const { nameStart, step } of steps) {
      const { metric } = draft;
      if (nameStart !== '' && !metric.startsWith(nameStart) && !nameStart.startsWith(metric)) continue;
      if (!step(draft)) return undefined;
    }
    return draft.labels();
  };
}

/** Compiles what is written as RE2. @throws {Error} with what is wrong */
export function compiledRegex(regex: string): RE2JS {
  return RE2JS.compile(regex, RE2JS.DOTALL);
}

/** False where the series is dropped. */
type Step = (draft: LabelDraft) => boolean;

/** Labels that are copied when the first of them changes. */
class LabelDraft {
  /** The name of the metric. */
  metric: string;
  readonly #given: Labels;
  #changed: Map<string, string> | undefined;

  constructor(given: Labels) {
    this.#given = given;
    this.metric = labelValue(given, METRIC_NAME);
  }

  get(name: string): string {
    return this.#changed === undefined ? labelValue(this.#given, name) : (this.#changed.get(name) ?? '');
  }

  set(name: string, value: string): void {
    if (this.get(name) === value) return;
    this.#changed ??= new Map(this.#given.map((label) => [label.name, label.value]));
    if (value === '') this.#changed.delete(name);
    else this.#changed.set(name, value);
    if (name === METRIC_NAME) this.metric = value;
  }

  pairs(): readonly (readonly [name: string, value: string])[] {
    return this.#changed === undefined ? this.#given.map(({ name, value }) => [name, value]) : [...this.#changed];
  }

  labels(): Labels {
    return this.#changed === undefined ? this.#given : labelsFrom(this.#changed);
  }
}

function compiledRule(rule: RelabelRule): Step {
  const { action, targetLabel } = rule;
  const text = sourceText(rule);
  switch (action) {
    case 'replace':
      return replacing(rule);
    case 'keep': {
      const matches = tester(rule.regex);
      return (draft) => matches(text(draft));
    }
    case 'drop': {
      const matches = tester(rule.regex);
      return (draft) => !matches(text(draft));
    }
    case 'keepequal':
      return (draft) => draft.get(targetLabel) === text(draft);
    case 'dropequal':
      return (draft) => draft.get(targetLabel) !== text(draft);
    case 'lowercase':
      return setting(targetLabel, (draft) => text(draft).toLowerCase());
    case 'uppercase':
      return setting(targetLabel, (draft) => text(draft).toUpperCase());
    case 'hashmod':
      return setting(targetLabel, (draft) => hashed(text(draft), rule.modulus));
    case 'labelmap':
      return mapping(rule);
    case 'labeldrop': {
      const matches = tester(rule.regex);
      return removing((name) => matches(name));
    }
    case 'labelkeep': {
      const matches = tester(rule.regex);
      return removing((name) => !matches(name));
    }
  }
}

function replacing(rule: RelabelRule): Step {
  const { regex, replacement, targetLabel } = rule;
  const text = sourceText(rule);
  const find = matcher(regex);
  const value = expansionOf(replacement);
  const target: Expansion = isFixed(targetLabel) ? () => targetLabel : expansionOf(targetLabel);
  // An empty text and the expression that takes all: what is set is the replacement, unless it asks for a group.
  const isDefault = regex === RELABEL_DEFAULTS.regex && isFixed(replacement) && isFixed(targetLabel);
  return (draft) => {
    const source = text(draft);
    if (isDefault && source === '') {
      draft.set(targetLabel, replacement);
      return true;
    }
    const match = find(source);
    if (match === undefined) return true;
    const name = target(match);
    if (LABEL_NAME.test(name)) draft.set(name, value(match));
    return true;
  };
}

function mapping({ regex, replacement }: RelabelRule): Step {
  const find = matcher(regex);
  const name = expansionOf(replacement);
  return (draft) => {
    for (const [old, value] of draft.pairs()) {
      const match = find(old);
      if (match !== undefined) draft.set(name(match), value);
    }
    return true;
  };
}

function removing(isRemoved: (name: string) => boolean): Step {
  return (draft) => {
    for (const [name] of draft.pairs()) if (isRemoved(name)) draft.set(name, '');
    return true;
  };
}

function setting(name: string, value: (draft: LabelDraft) => string): Step {
  return (draft) => {
    draft.set(name, value(draft));
    return true;
  };
}

function sourceText({ sourceLabels, separator }: RelabelRule): (draft: LabelDraft) => string {
  const [only] = sourceLabels;
  if (only !== undefined && sourceLabels.length === 1) return (draft) => draft.get(only);
  return (draft) => sourceLabels.map((name) => draft.get(name)).join(separator);
}

function tester(regex: string): (text: string) => boolean {
  const find = matcher(regex);
  return (text) => find(text) !== undefined;
}

/** The match of the whole text. */
function matcher(regex: string): (text: string) => ReturnType<RE2JS['matcher']> | undefined {
  const pattern = compiledRegex(regex);
  const start = fixedStart(regex);
  return (text) => {
    if (!text.startsWith(start) || regex.length * text.length > MATCH_WORK_MAX) return undefined;
    const match = pattern.matcher(text);
    return match.matches() ? match : undefined;
  };
}

/** With what the name of a metric begins, or the other way round, that a rule has an effect on; '' where it may be any. */
function startOfName({ action, sourceLabels, separator, regex }: RelabelRule): string {
  const isSkipped = action === 'replace' || action === 'drop';
  const start = isSkipped && sourceLabels[0] === METRIC_NAME ? fixedStart(regex) : '';
  const end = separator === '' ? -1 : start.indexOf(separator);
  return sourceLabels.length > 1 && separator === '' ? '' : start.slice(0, end === -1 ? undefined : end);
}

/** Characters with which every text begins that the expression matches; '' where that is not plain to see. */
export function fixedStart(regex: string): string {
  let end = 0;
  while (end < regex.length && !SPECIAL.includes(regex[end]!)) end++;
  // Of an alternative each has its own beginning, and what a quantifier follows may be missing.
  if (hasBareAlternative(regex)) return '';
  const isQuantified = end < regex.length && '*?{'.includes(regex[end]!);
  const start = regex.slice(0, isQuantified ? Math.max(0, end - 1) : end);
  return start.isWellFormed() ? start : '';
}

/** A `|` that is in no parentheses. Escapes and classes make the answer yes, which costs time alone. */
function hasBareAlternative(regex: string): boolean {
  if (!regex.includes('|')) return false;
  if (/[\\[]/.test(regex)) return true;
  let depth = 0;
  for (const character of regex) {
    if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === '|' && depth === 0) return true;
  }
  return false;
}

/** As Prometheus: the last eight bytes of the MD5 sum, modulo. */
function hashed(text: string, modulus: number): string {
  const sum = createHash('md5').update(text).digest().readBigUInt64BE(8);
  return (sum % BigInt(modulus)).toString();
}
