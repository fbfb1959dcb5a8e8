// The unit of a metric as its name's end says it: UCUM's `By/s` becomes `bytes` and `per_second`. What is in braces is an
// annotation and no unit. Source: opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics

const UNITS: ReadonlyMap<string, string> = new Map([
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
  // Prometheus's spelling, which names of series have to keep.
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
  ['1', ''],
  ['%', 'percent'],
]);

const UNITS_AFTER_PER: ReadonlyMap<string, string> = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['mo', 'month'],
  ['y', 'year'],
]);

export interface UnitWords {
  /** '' when the unit says nothing. */
  readonly main: string;
  /** `per_second`, or ''. */
  readonly per: string;
}

/** In any characters. */
export function unitWords(unit: string): UnitWords {
  const slash = unit.indexOf('/');
  const main = wordOf(slash < 0 ? unit : unit.slice(0, slash), UNITS);
  const per = slash < 0 ? '' : wordOf(unit.slice(slash + 1), UNITS_AFTER_PER);
  return { main, per: per === '' ? '' : `per_${per}` };
}

/** In letters, digits and underscores. */
export function escapedUnitWords(unit: string): UnitWords {
  const { main, per } = unitWords(unit);
  return { main: escaped(main), per: escaped(per) };
}

/** The unit that the metadata of a metric tells. */
export function metadataUnit(unit: string): string {
  const { main, per } = escapedUnitWords(unit);
  const whole = main !== '' && per !== '' ? `${main}_${per}` : main + per;
  return whole.replace(/^_/, '').replace(/_$/, '');
}

function wordOf(unit: string, words: ReadonlyMap<string, string>): string {
  const trimmed = unit.trim();
  return /[{}]/.test(trimmed) ? '' : (words.get(trimmed) ?? trimmed);
}

function escaped(word: string): string {
  return word.replace(/[^a-zA-Z0-9:]+/g, '_').replace(/^_/, '');
}
