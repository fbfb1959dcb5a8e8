// The name of a metric of OpenTelemetry in Prometheus: escaped or not, with suffixes for unit and type or without, as the
// translation strategy says. Source: opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics

import { addsSuffixes, escapesNames, type TranslationStrategy } from '../settings.ts';
import { escapedUnitWords, unitWords } from './unit-name.ts';

export type NamedKind = 'counter' | 'gauge' | 'other';

/** Characters that the escaped name of a metric may have besides underscores. */
const OTHER_CHARACTERS = /[^a-zA-Z0-9:]+/;
const OTHER_CHARACTERS_OR_UNDERSCORES = /[^a-zA-Z0-9:_]+/;

/** '' when nothing is left of the name: such a metric cannot be stored. */
export function metricName(name: string, unit: string, kind: NamedKind, strategy: TranslationStrategy): string {
  if (!escapesNames(strategy)) return addsSuffixes(strategy) ? withSuffixes(name, unit, kind) : name;
  const escaped = addsSuffixes(strategy) ? escapedWithSuffixes(name, unit, kind) : escapedAlone(name);
  return escaped !== name && /^_*$/.test(escaped) ? '' : escaped;
}

function escapedAlone(name: string): string {
  return beginWithoutDigit(wordsOf(name, OTHER_CHARACTERS_OR_UNDERSCORES).join('_'));
}

function escapedWithSuffixes(name: string, unit: string, kind: NamedKind): string {
  const words = wordsOf(name, OTHER_CHARACTERS);
  const units = escapedUnitWords(unit);
  // `per_` alone is left of a unit in characters that no name has.
  const per = units.per === 'per_' ? '' : withoutLastUnderscore(units.per);
  const isPerNew = per !== '' && !words.includes(per);
  const main = isPerNew && !words.includes(units.main) ? withoutLastUnderscore(units.main) : units.main;
  const isMainNew = main !== '' && !words.includes(units.main);
  if (isMainNew) words.push(main);
  if (isPerNew) words.push(per);
  return beginWithoutDigit(endWith(words, suffixOf(unit, kind)).join('_'));
}

function endWith(words: readonly string[], suffix: string): readonly string[] {
  return suffix === '' ? words : [...words.filter((word) => word !== suffix), suffix];
}

function withSuffixes(name: string, unit: string, kind: NamedKind): string {
  const suffix = suffixOf(unit, kind);
  const { main, per } = unitWords(unit);
  let named = withoutEnd(withoutEnd(name, suffix), per);
  if (main !== '' && !named.endsWith(main)) named += `_${main}`;
  if (per !== '') named += `_${per}`;
  return suffix === '' ? named : `${named}_${suffix}`;
}

/** Only gauges: many counters carry the unit `1` for a count of things. */
function suffixOf(unit: string, kind: NamedKind): string {
  if (kind === 'counter') return 'total';
  return kind === 'gauge' && unit === '1' ? 'ratio' : '';
}

/** Without a suffix at the end and the character before it, whatever that is. */
function withoutEnd(name: string, suffix: string): string {
  const isThere = suffix !== '' && name.endsWith(suffix) && name.length > suffix.length + 1;
  return isThere ? name.slice(0, -(suffix.length + 1)) : name;
}

function wordsOf(name: string, separator: RegExp): string[] {
  return name.split(separator).filter((word) => word !== '');
}

function withoutLastUnderscore(word: string): string {
  return word.endsWith('_') ? word.slice(0, -1) : word;
}

function beginWithoutDigit(name: string): string {
  return /^[0-9]/.test(name) ? `_${name}` : name;
}
