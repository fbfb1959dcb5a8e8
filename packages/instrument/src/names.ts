// What a name, a label set and a list of buckets must be, by the rules of Prometheus and its text format. All of it is
// checked once, where an instrument is made, and every refusal says how to mend it.

import { InstrumentError } from './errors.ts';
import { type Bounded, type LabelSchema, MAX_BOUNDED_VALUES, MAX_LABEL_VALUE_LENGTH } from './labels.ts';
import type { MergeMode } from './snapshot/snapshot.ts';

export type InstrumentType = 'counter' | 'gauge' | 'histogram' | 'exponential' | 'info' | 'stateset';

/** Labels of one instrument. */
const MAX_LABELS = 16;
/** Upper bounds of one histogram, `+Inf` not included. */
const MAX_BUCKETS = 256;

export const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
export const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const UNIT = /^[a-zA-Z0-9_:]+$/;

const MERGE_MODES: ReadonlySet<unknown> = new Set<MergeMode>(['sum', 'last', 'max', 'min']);

/** Given by whoever collects a target; an instrument that sets one would be renamed to `exported_…` on the way. */
const TARGET_LABELS = new Set(['job', 'instance', 'chain', 'node']);

export function checkName(name: string, type: InstrumentType): void {
  if (typeof name !== 'string' || !METRIC_NAME.test(name)) {
    fail('name_invalid', `The name ${quote(name)} is no metric name: use letters, digits and _, no digit first.`);
  }
  if (name.startsWith('__')) {
    fail('name_reserved', `The name ${quote(name)} starts with __, which Prometheus keeps for itself: rename it.`);
  }
  if (type === 'counter' && !name.endsWith('_total')) {
    fail('name_invalid', `The counter ${quote(name)} must end in _total: call it ${quote(`${name}_total`)}.`);
  }
  if (type !== 'counter' && name.endsWith('_total')) {
    fail('name_invalid', `The ${type} ${quote(name)} ends in _total, which is for counters: rename it.`);
  }
  if (type === 'info' && !name.endsWith('_info')) {
    fail('name_invalid', `The info ${quote(name)} must end in _info: call it ${quote(`${name}_info`)}.`);
  }
}

/** What callers without types give and no instrument takes, and what it is called here. */
const OTHER_OPTIONS: Readonly<Record<string, string>> = {
  labelNames: 'name the labels with their values: labels: { peer: bounded(64) }',
  registers: 'an instrument is in the registry that made it',
  collect: 'use registry.onCollect',
  aggregator: 'a gauge has merge: sum, last, max or min',
};

/** An option that is silently left out would be missed much later. */
export function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    fail('option_invalid', `An instrument is made from options, and ${String(options)} is none: give name and help.`);
  }
  for (const [option, mend] of Object.entries(OTHER_OPTIONS)) {
    if (option in options) fail('option_invalid', `${quote(option)} is no option here: ${mend}.`);
  }
}

export function checkHelp(name: string, help: string, unit: string | undefined): void {
  if (typeof help !== 'string' || help.trim() === '') {
    fail('help_missing', `${name} has no help: say in one sentence what it measures.`);
  }
  if (unit !== undefined && (typeof unit !== 'string' || !UNIT.test(unit))) {
    fail(
      'unit_invalid',
      `The unit ${quote(unit)} of ${name} is no word: use a base unit such as seconds, bytes or ratio.`,
    );
  }
}

export function checkLabels(name: string, type: InstrumentType, schema: LabelSchema): void {
  checkIsObject(name, schema);
  const entries = Object.entries(schema);
  if (entries.length > MAX_LABELS) {
    fail(
      'labels_too_many',
      `${name} has ${entries.length} labels, more than ${MAX_LABELS}: split it into several metrics.`,
    );
  }
  for (const [label, values] of entries) {
    checkLabelName(name, type, label);
    if (isBounded(values)) checkBound(name, label, values);
    else checkClosedValues(name, label, values);
  }
}

/** The bounds as the histogram keeps them. */
export function checkBuckets(name: string, buckets: readonly number[]): Float64Array {
  if (!Array.isArray(buckets) || buckets.length === 0) {
    fail('buckets_invalid', `${name} has no buckets: give at least one upper bound.`);
  }
  if (buckets.length > MAX_BUCKETS) {
    fail('buckets_invalid', `${name} has ${buckets.length} buckets, more than ${MAX_BUCKETS}: leave some out.`);
  }
  for (const [i, bound] of buckets.entries()) {
    if (!Number.isFinite(bound)) {
      const mend = bound === Number.POSITIVE_INFINITY ? 'leave it out, +Inf is always there' : 'give a finite number';
      fail('buckets_invalid', `Bucket ${i} of ${name} is ${String(bound)}: ${mend}.`);
    }
    const before = buckets[i - 1];
    if (before !== undefined && bound <= before) {
      fail(
        'buckets_invalid',
        `Bucket ${i} of ${name}, ${bound}, is not above the one before, ${before}: sort them, each once.`,
      );
    }
  }
  return Float64Array.from(buckets);
}

/** Of an info: the labels that tell its series apart are some of its own. */
export function checkInfoBy(name: string, labels: LabelSchema, by: readonly string[]): void {
  checkIsObject(name, labels);
  if (!Array.isArray(by)) fail('option_invalid', `by of ${name} is ${quote(by)}: give a list of its labels.`);
  for (const label of by) {
    if (!Object.hasOwn(labels, label)) {
      fail('label_name_invalid', `${name} is to be shown by ${quote(label)}, which is none of its labels.`);
    }
  }
}

export function checkMerge(name: string, merge: MergeMode): void {
  if (!MERGE_MODES.has(merge)) {
    fail('option_invalid', `merge of ${name} is ${quote(merge)}: give sum, last, max or min.`);
  }
}

export function checkPositive(name: string, option: string, value: number): void {
  if (typeof value !== 'number' || !(value > 0) || value === Number.POSITIVE_INFINITY) {
    fail('option_invalid', `${option} of ${name} is ${String(value)}: give a number above 0.`);
  }
}

/** Callers without a compiler may give anything. */
export function checkIsObject(name: string, labels: unknown): void {
  if (typeof labels === 'object' && labels !== null) return;
  fail(
    'label_values_invalid',
    `labels of ${name} is ${quote(labels)}: give an object of label names and their values.`,
  );
}

function checkLabelName(name: string, type: InstrumentType, label: string): void {
  if (!LABEL_NAME.test(label)) {
    fail(
      'label_name_invalid',
      `${quote(label)} of ${name} is no label name: use letters, digits and _, no digit first.`,
    );
  }
  if (label.startsWith('__')) {
    fail(
      'label_name_reserved',
      `The label ${quote(label)} of ${name} starts with __, which Prometheus keeps for itself.`,
    );
  }
  if (TARGET_LABELS.has(label)) {
    fail('label_name_reserved', `The label ${quote(label)} of ${name} is set by whoever collects: use another name.`);
  }
  if ((type === 'histogram' || type === 'exponential') && label === 'le') {
    fail('label_name_reserved', `The label "le" of ${name} is the histogram's own: use another name.`);
  }
}

function checkBound(name: string, label: string, { limit }: Bounded): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_BOUNDED_VALUES) {
    fail(
      'label_bound_invalid',
      `bounded(${String(limit)}) of ${name}{${label}}: give a whole number from 1 to ${MAX_BOUNDED_VALUES}.`,
    );
  }
}

function checkClosedValues(name: string, label: string, values: readonly string[]): void {
  const where = `${name}{${label}}`;
  if (!Array.isArray(values) || values.length === 0) {
    fail('label_values_invalid', `${where} has no values: list them, or use bounded(N) when they are not known.`);
  }
  const seen = new Set<string>();
  for (const value of values as readonly string[]) {
    if (typeof value !== 'string' || value === '') {
      fail('label_values_invalid', `${where} has the value ${quote(value)}: values are non-empty strings.`);
    }
    if (value.length > MAX_LABEL_VALUE_LENGTH || !value.isWellFormed()) {
      fail(
        'label_values_invalid',
        `${where} has a value that is too long or no valid Unicode: ${quote(value.slice(0, 40))}.`,
      );
    }
    if (seen.has(value)) fail('label_values_invalid', `${where} has ${quote(value)} twice: leave one out.`);
    seen.add(value);
  }
}

function isBounded(values: readonly string[] | Bounded): values is Bounded {
  return typeof values === 'object' && values !== null && 'limit' in values;
}

function quote(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

function fail(code: InstrumentError['code'], message: string): never {
  throw new InstrumentError(code, message);
}
