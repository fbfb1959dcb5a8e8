// Names of OpenTelemetry in Prometheus's terms, as its compatibility specification says: what a name may not hold becomes
// `_`, the unit is written out at the end, counters end in `_total`.
// Source: opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics

/** UCUM's codes that have a word; others are written as they are. */
const UNIT_WORDS = new Map([
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['TiBy', 'tibibytes'],
  ['KBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['TBy', 'terabytes'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['%', 'percent'],
]);

/** After a slash. */
const PER_UNIT_WORDS = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['mo', 'month'],
  ['y', 'year'],
]);

export interface PrometheusName {
  readonly name: string;
  /** The unit at the name's end, or ''. */
  readonly unit: string;
}

export type NamedKind = 'counter' | 'gauge' | 'other';

/** The name of a metric with this name and UCUM unit. */
export function prometheusName(name: string, unit: string, kind: NamedKind): PrometheusName {
  let base = collapse(name.replaceAll(/[^a-zA-Z0-9_:]/g, '_'));
  if (/^[0-9]/.test(base) || base === '') base = `_${base}`;
  if (kind === 'counter') base = base.replace(/_total$/, '');
  const word = unitWord(unit, kind);
  if (word !== '' && base !== word && !base.endsWith(`_${word}`)) base = `${base.replace(/_+$/, '')}_${word}`;
  return { name: kind === 'counter' ? `${base}_total` : base, unit: word };
}

/** The name of a label for this attribute. */
export function prometheusLabel(attribute: string): string {
  const label = collapse(attribute.replaceAll(/[^a-zA-Z0-9_]/g, '_'));
  return /^[0-9]/.test(label) || label === '' ? `_${label}` : label;
}

function unitWord(unit: string, kind: NamedKind): string {
  const plain = unit.replaceAll(/\{[^}]*\}/g, '').trim();
  if (plain === '1') return kind === 'gauge' ? 'ratio' : '';
  const [counted = '', ...per] = plain.split('/');
  const word = cleanWord(UNIT_WORDS.get(counted) ?? counted);
  if (per.length === 0) return word;
  const perWord = cleanWord(PER_UNIT_WORDS.get(per.join('/')) ?? per.join('/'));
  if (perWord === '') return word;
  return word === '' ? `per_${perWord}` : `${word}_per_${perWord}`;
}

function cleanWord(word: string): string {
  return collapse(word.replaceAll(/[^a-zA-Z0-9]/g, '_')).replaceAll(/^_|_$/g, '');
}

function collapse(name: string): string {
  return name.replaceAll(/_{2,}/g, '_');
}
