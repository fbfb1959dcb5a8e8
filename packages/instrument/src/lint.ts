// Names, units, labels and buckets that are legal and that somebody will regret: what Prometheus's conventions and promtool
// say, and what turns into unbounded series. A finding names the rule, the place and the mend.
// Source: prometheus.io/docs/practices/naming

import type { LabelSchema } from './labels.ts';
import type { InstrumentType } from './names.ts';

export interface LintFinding {
  /** Stable, fit for programs. */
  readonly rule: LintRule;
  readonly metric: string;
  /** What is wrong and how to mend it. */
  readonly message: string;
}

export type LintRule =
  | 'name_case'
  | 'name_type'
  | 'name_unit'
  | 'name_suffix'
  | 'unit_base'
  | 'label_case'
  | 'label_unbounded'
  | 'label_bound'
  | 'help_text'
  | 'buckets_count';

export interface LintedInstrument {
  readonly name: string;
  readonly help: string;
  readonly unit?: string | undefined;
  readonly type: InstrumentType;
  readonly labels?: LabelSchema | undefined;
  readonly bounds?: Float64Array | undefined;
}

/** Not base units, and what to use instead. */
const UNIT_MENDS: Readonly<Record<string, string>> = {
  ms: 'seconds',
  milliseconds: 'seconds',
  us: 'seconds',
  microseconds: 'seconds',
  ns: 'seconds',
  nanoseconds: 'seconds',
  minutes: 'seconds',
  hours: 'seconds',
  days: 'seconds',
  kb: 'bytes',
  kib: 'bytes',
  kilobytes: 'bytes',
  mb: 'bytes',
  mib: 'bytes',
  megabytes: 'bytes',
  gb: 'bytes',
  gib: 'bytes',
  gigabytes: 'bytes',
  bits: 'bytes',
  percent: 'ratio',
  pct: 'ratio',
  fahrenheit: 'celsius',
};

/** Units that belong at the end of a name. */
const NAMED_UNITS = new Set([
  'seconds',
  'bytes',
  'ratio',
  'celsius',
  'hertz',
  'volts',
  'amperes',
  'joules',
  'grams',
  'meters',
]);
const TYPE_WORDS = new Set(['counter', 'gauge', 'histogram', 'summary', 'metric']);
/** Suffixes that the formats give to parts of a metric. */
const PART_SUFFIX = /_(bucket|sum|count|created)$/;
const SNAKE_CASE = /^[a-z_][a-z0-9_]*$/;
/** Labels with a value for each thing that ever happened. */
const UNBOUNDED_LABELS =
  /^(hash|.*_hash|tx|txid|tx_id|transaction|transaction_id|block|block_number|height|view|round|nonce|timestamp|time|request_id|session|session_id|trace_id|span_id|uuid|address|account|signature|url|query|error|message)$/;
/** Values of one label past which it is no dimension to aggregate by. */
const MANY_VALUES = 1000;
/** Bounds past which every series of a histogram is a burden. */
const MANY_BUCKETS = 30;

export function lintInstrument(instrument: LintedInstrument): LintFinding[] {
  const { name: metric } = instrument;
  return [...lintName(instrument), ...lintUnit(instrument), ...lintLabels(instrument), ...lintRest(instrument)].map(
    ([rule, message]) => ({ rule, metric, message: `${metric}: ${message}` }),
  );
}

type Found = readonly [rule: LintRule, message: string];

function lintName({ name, type }: LintedInstrument): Found[] {
  const found: Found[] = [];
  if (!SNAKE_CASE.test(name))
    found.push(['name_case', 'names are written in snake_case, colons are for recording rules.']);
  const word = name.split('_').find((part) => TYPE_WORDS.has(part));
  if (word !== undefined)
    found.push(['name_type', `leave "${word}" out of the name: the type is told with the metric.`]);
  if (PART_SUFFIX.test(name)) {
    found.push([
      'name_suffix',
      'the ends _bucket, _sum, _count and _created are given to parts of other metrics: rename it.',
    ]);
  }
  if (type !== 'info' && name.endsWith('_info')) found.push(['name_suffix', 'the end _info is for infos: rename it.']);
  return found;
}

function lintUnit({ name, unit, type }: LintedInstrument): Found[] {
  const found: Found[] = [];
  const words = name.replace(/_total$/, '').split('_');
  const oddWord = words.find((word) => Object.hasOwn(UNIT_MENDS, word));
  if (oddWord !== undefined) {
    found.push(['unit_base', `"${oddWord}" is no base unit: record in ${UNIT_MENDS[oddWord]} and name it so.`]);
  }
  if (unit !== undefined && Object.hasOwn(UNIT_MENDS, unit) && unit !== oddWord) {
    found.push(['unit_base', `the unit "${unit}" is no base unit: record in ${UNIT_MENDS[unit]}.`]);
  }
  if (unit !== undefined && NAMED_UNITS.has(unit) && !words.includes(unit)) {
    const end = type === 'counter' ? `_${unit}_total` : `_${unit}`;
    found.push(['name_unit', `its unit is ${unit}, so let the name end in ${end}.`]);
  }
  return found;
}

function lintLabels({ labels = {} }: LintedInstrument): Found[] {
  const found: Found[] = [];
  for (const [label, values] of Object.entries(labels)) {
    if (!SNAKE_CASE.test(label)) found.push(['label_case', `write the label "${label}" in snake_case.`]);
    if (!('limit' in values)) continue;
    if (UNBOUNDED_LABELS.test(label)) {
      found.push([
        'label_unbounded',
        `"${label}" has a value for each thing that ever happens: put it into an event or a log line.`,
      ]);
    }
    if (values.limit > MANY_VALUES) {
      found.push([
        'label_bound',
        `bounded(${values.limit}) of "${label}" is more than anybody looks at: group the values.`,
      ]);
    }
  }
  return found;
}

function lintRest({ help, name, bounds }: LintedInstrument): Found[] {
  const found: Found[] = [];
  if (help.trim() === name || help.trim().length < 5) {
    found.push(['help_text', 'say in the help what is measured, in one sentence.']);
  }
  if (bounds !== undefined && bounds.length > MANY_BUCKETS) {
    found.push([
      'buckets_count',
      `${bounds.length} buckets are series each: use an exponential histogram, or at most ${MANY_BUCKETS}.`,
    ]);
  }
  return found;
}
