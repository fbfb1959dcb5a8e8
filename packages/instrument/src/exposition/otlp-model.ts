// What the two encodings of OTLP metrics decide alike: which kind of OTLP metric a family becomes, its unit, whose metrics
// they are, and how an exemplar names its trace. Names stay as they are, `_total` included, and the unit is given in UCUM
// only where the name ends in it: so a receiver that adds suffixes for type and unit (as Prometheus does unless told
// otherwise) and one that adds none both arrive at the name that a scrape shows.
// Left over are names that break Prometheus's conventions: its default adds `_total` to a counter without it, takes a second
// `total` out of a counter's name, makes one underscore of several and takes those at the ends away.
// Sources: opentelemetry.io/docs/specs/otlp, …/specs/otel/compatibility/prometheus_and_openmetrics, ucum.org/ucum

import type { Label } from '../labels.ts';
import type { Exemplar, FamilySnapshot } from '../snapshot/snapshot.ts';
import { wholeCount } from './native-buckets.ts';
import { isKnownTime } from './times.ts';
import { endsInUnit } from './units.ts';

export interface OtlpOptions {
  /**
   * Attributes of whose metrics these are. Prometheus makes `job` of `service.name` and `instance` of `service.instance.id`.
   * Without `service.name` it is `unknown_service`, as OpenTelemetry prescribes.
   */
  readonly resource?: Readonly<Record<string, string>>;
  /** What measured; this library by default. */
  readonly scope?: OtlpScope;
}

export interface OtlpScope {
  readonly name: string;
  readonly version?: string;
}

/** `AGGREGATION_TEMPORALITY_CUMULATIVE` */
export const CUMULATIVE = 2;

/** The key of a metric's metadata that keeps a type that OTLP has not. */
export const TYPE_METADATA_KEY = 'prometheus.type';

const DEFAULT_SERVICE_NAME = 'unknown_service';
const DEFAULT_SCOPE: OtlpScope = { name: '@chainpulse/instrument' };

const TRACE_ID = /^(?!0+$)[0-9a-f]{32}$/i;
const SPAN_ID = /^(?!0+$)[0-9a-f]{16}$/i;

/** The words at the end of a name that receivers add for a unit, and that unit in UCUM. */
const UCUM_UNITS: Readonly<Record<string, string>> = {
  days: 'd',
  hours: 'h',
  minutes: 'min',
  seconds: 's',
  milliseconds: 'ms',
  microseconds: 'us',
  nanoseconds: 'ns',
  bytes: 'By',
  kibibytes: 'KiBy',
  mebibytes: 'MiBy',
  gibibytes: 'GiBy',
  tebibytes: 'TiBy',
  meters: 'm',
  volts: 'V',
  amperes: 'A',
  joules: 'J',
  watts: 'W',
  grams: 'g',
  celsius: 'Cel',
  hertz: 'Hz',
  ratio: '1',
  percent: '%',
};

/** The type of a family that OTLP shows as a gauge without being one; it goes into the metric's metadata. */
export function otlpLostType({ type }: FamilySnapshot): string | undefined {
  return type === 'info' || type === 'stateset' || type === 'unknown' ? type : undefined;
}

/** UCUM where the name ends in the unit; else the unit as an annotation in braces, which no receiver puts into a name. */
export function otlpUnit({ name, unit }: FamilySnapshot): string {
  if (unit === '') return '';
  const ucum = Object.hasOwn(UCUM_UNITS, unit) ? UCUM_UNITS[unit] : undefined;
  const base = name.endsWith('_total') ? name.slice(0, -'_total'.length) : name;
  return ucum !== undefined && endsInUnit(base, unit) ? ucum : `{${unit}}`;
}

export function otlpResource({ resource = {} }: OtlpOptions): readonly Label[] {
  return Object.entries({ 'service.name': DEFAULT_SERVICE_NAME, ...resource }).map(([name, value]) => ({
    name,
    value,
  }));
}

export function otlpScope({ scope = DEFAULT_SCOPE }: OtlpOptions): OtlpScope {
  return scope;
}

export interface OtlpExemplar {
  /** 32 hexadecimal digits, lower case. */
  readonly traceId?: string;
  /** 16 hexadecimal digits, lower case. */
  readonly spanId?: string;
  readonly attributes: readonly Label[];
  readonly value: number;
  readonly timestampMs: number;
}

/** Without a time an exemplar leads nowhere. */
export function isTimedExemplar(exemplar: Exemplar | undefined): exemplar is Exemplar {
  return exemplar !== undefined && isKnownTime(exemplar.timestampMs);
}

/** The labels `trace_id` and `span_id` become the fields for them where they are such ids, and else stay attributes. */
export function otlpExemplar({ labels, value, timestampMs }: Exemplar): OtlpExemplar {
  const traceId = labels.find((label) => label.name === 'trace_id' && TRACE_ID.test(label.value))?.value.toLowerCase();
  const spanId = labels.find((label) => label.name === 'span_id' && SPAN_ID.test(label.value))?.value.toLowerCase();
  const attributes = labels.filter(
    ({ name }) => !(name === 'trace_id' && traceId !== undefined) && !(name === 'span_id' && spanId !== undefined),
  );
  return {
    ...(traceId === undefined ? {} : { traceId }),
    ...(spanId === undefined ? {} : { spanId }),
    attributes,
    value,
    timestampMs,
  };
}

/** Counts as OTLP knows them: whole and not negative. */
export function wholeCounts(counts: readonly number[]): readonly number[] {
  return counts.every((count) => count >= 0 && Number.isSafeInteger(count)) ? counts : counts.map(wholeCount);
}

export function totalOf(counts: readonly number[]): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
