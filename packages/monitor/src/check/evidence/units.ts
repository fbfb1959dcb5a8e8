// Units as names tell them, where no metadata does: Prometheus' conventions and what is common beside them.

const UNIT_ENDINGS: readonly (readonly [ending: string, unit: string])[] = [
  ['_timestamp_seconds', 'timestamp'],
  ['_milliseconds', 'milliseconds'],
  ['_millis', 'milliseconds'],
  ['_ms', 'milliseconds'],
  ['_microseconds', 'microseconds'],
  ['_nanoseconds', 'nanoseconds'],
  ['_seconds', 'seconds'],
  ['_kilobytes', 'kibibytes'],
  ['_megabytes', 'mebibytes'],
  ['_mb', 'mebibytes'],
  ['_gigabytes', 'gibibytes'],
  ['_gb', 'gibibytes'],
  ['_bytes', 'bytes'],
  ['_percent', 'percent'],
  ['_percentage', 'percent'],
  ['_ratio', 'ratio'],
  ['_celsius', 'celsius'],
];

const PARTS = /_(?:total|bucket|sum|count|created)$/;

/** Undefined where the name says nothing. */
export function unitOfName(name: string): string | undefined {
  const plain = name.replace(PARTS, '');
  return UNIT_ENDINGS.find(([ending]) => plain.endsWith(ending))?.[1];
}

/** The unit that metadata gives, with moments told from durations. */
export function unitOf(name: string, unit: string): string | undefined {
  if (unit === '') return unitOfName(name);
  return unit === 'seconds' && /_timestamp_seconds$|_start_time_seconds$/.test(name) ? 'timestamp' : unit;
}
