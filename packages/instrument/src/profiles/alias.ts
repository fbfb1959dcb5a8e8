// The notation in which a row of the table says what another system calls its metric: `NAME{LABELS}:TYPE=FN*K@BOUNDS [L=V] (ORIGINAL)`,
// of which only NAME must be there, and several of them joined by ` ; `.
//
// - NAME may hold one `<label>`: the value of that label becomes part of the name.
// - LABELS are the ones that are kept, `shown=ours` where they are renamed. Other labels are added up or merged.
// - FN is computed over the window (`rate`, `avg`, `p95`, `p99`, `per(OTHER)`) or over the series (`max`, `mean`, `data`: of the
//   file system with the data, `index`: the number of the active state).
// - K turns our unit into theirs: `*K` or `/K`.
// - BOUNDS are the buckets, where the other system fixes them: some of ours, so that the counts stay exact.
// - `[L=V]` takes the series with that label value alone; ORIGINAL is the name in the other system's own text.

import { InstrumentError } from '../errors.ts';

const ALIAS_TYPES = ['counter', 'gauge', 'histogram', 'info'] as const;
export type AliasType = (typeof ALIAS_TYPES)[number];

const ALIAS_FUNCTIONS = ['rate', 'avg', 'p95', 'p99', 'per', 'max', 'mean', 'data', 'index'] as const;
export type AliasFunction = (typeof ALIAS_FUNCTIONS)[number];

export interface KeptLabel {
  /** Its name in the profile. */
  readonly shown: string;
  /** Its name in the table. */
  readonly ours: string;
}

export interface Alias {
  /** With at most one `<label>` in it. */
  readonly name: string;
  /** The label in `name`. */
  readonly nameLabel?: string;
  readonly labels: readonly KeptLabel[];
  /** Left out: that of the metric. */
  readonly type?: AliasType;
  readonly fn?: AliasFunction;
  /** Of `per`: the metric by whose growth is divided. */
  readonly divisorMetric?: string;
  /** What is shown is our value × multiplier / divisor; one of them is 1. */
  readonly multiplier: number;
  readonly divisor: number;
  /** Ascending. */
  readonly bounds?: readonly number[];
  readonly only?: { readonly label: string; readonly value: string };
  readonly original?: string;
}

const NOTATION = new RegExp(
  [
    /^(?<name>[a-zA-Z_][a-zA-Z0-9_]*(?:<(?<nameLabel>[a-z_]+)>[a-zA-Z0-9_]*)?)/,
    /(?:\{(?<labels>[^}]*)\})?/,
    /(?::(?<type>[a-z]+)(?:=(?<fn>[a-z0-9]+)(?:\((?<divisorMetric>[a-z_]+)\))?)?(?:(?<operator>[*/])(?<factor>[0-9.]+))?)?/,
    /(?:@(?<bounds>[0-9.,]+))?/,
    /(?: \[(?<onlyLabel>[a-z_]+)=(?<onlyValue>[^\]]+)\])?/,
    /(?: \((?<original>[^)]+)\))?$/,
  ]
    .map(({ source }) => source)
    .join(''),
);

const KEPT_LABEL = /^(?:([a-zA-Z_][a-zA-Z0-9_]*)=)?([a-zA-Z_][a-zA-Z0-9_]*)$/;

/**
 * The names that one cell gives to a metric.
 * @throws {InstrumentError} `option_invalid` for what is not of the notation
 */
export function parseAliases(text: string): readonly Alias[] {
  return text.split(' ; ').map(parseAlias);
}

function parseAlias(text: string): Alias {
  const parts = NOTATION.exec(text)?.groups as Readonly<Record<string, string | undefined>> | undefined;
  if (parts?.['name'] === undefined) {
    throw unreadable(text, 'it is not NAME{LABELS}:TYPE=FN*K@BOUNDS [LABEL=VALUE] (ORIGINAL)');
  }
  const { name, nameLabel, onlyLabel: label, onlyValue: value, original } = parts;
  return {
    name,
    ...(nameLabel === undefined ? {} : { nameLabel }),
    labels: readLabels(text, parts['labels']),
    ...readType(text, parts),
    ...readFactor(text, parts),
    ...readBounds(text, parts['bounds']),
    ...(label === undefined || value === undefined ? {} : { only: { label, value } }),
    ...(original === undefined ? {} : { original }),
  };
}

function readLabels(text: string, labels: string | undefined): readonly KeptLabel[] {
  if (labels === undefined) return [];
  return labels.split(',').map((label) => {
    const [, shown, ours] = KEPT_LABEL.exec(label) ?? [];
    if (ours === undefined) throw unreadable(text, `"${label}" is not label or shown=label`);
    return { shown: shown ?? ours, ours };
  });
}

function readType(
  text: string,
  { type, fn, divisorMetric }: Readonly<Record<string, string | undefined>>,
): Pick<Alias, 'type' | 'fn' | 'divisorMetric'> {
  if (type === undefined) return {};
  if (!isOneOf(ALIAS_TYPES, type)) throw unreadable(text, `the type "${type}" is none of ${ALIAS_TYPES.join(', ')}`);
  if (fn === undefined) return { type };
  if (!isOneOf(ALIAS_FUNCTIONS, fn)) throw unreadable(text, `"${fn}" is none of ${ALIAS_FUNCTIONS.join(', ')}`);
  if ((fn === 'per') !== (divisorMetric !== undefined)) {
    throw unreadable(text, 'per, and nothing else, has the name of a metric in parentheses');
  }
  return { type, fn, ...(divisorMetric === undefined ? {} : { divisorMetric }) };
}

function readFactor(
  text: string,
  { operator, factor }: Readonly<Record<string, string | undefined>>,
): Pick<Alias, 'multiplier' | 'divisor'> {
  if (factor === undefined) return { multiplier: 1, divisor: 1 };
  const number = Number(factor);
  if (!(number > 0 && number < Number.POSITIVE_INFINITY)) throw unreadable(text, `"${factor}" is no factor above 0`);
  return operator === '*' ? { multiplier: number, divisor: 1 } : { multiplier: 1, divisor: number };
}

function readBounds(text: string, list: string | undefined): Pick<Alias, 'bounds'> {
  if (list === undefined) return {};
  const bounds = list.split(',').map((bound) => (bound === '' ? Number.NaN : Number(bound)));
  const isAscending = bounds.every((bound, i) => bound > (bounds[i - 1] ?? Number.NEGATIVE_INFINITY));
  if (!isAscending) throw unreadable(text, `the bounds "${list}" are not numbers that ascend`);
  return { bounds };
}

function isOneOf<T extends string>(known: readonly T[], text: string): text is T {
  return (known as readonly string[]).includes(text);
}

function unreadable(text: string, reason: string): InstrumentError {
  return new InstrumentError('option_invalid', `The alias "${text}" cannot be read: ${reason}.`);
}
