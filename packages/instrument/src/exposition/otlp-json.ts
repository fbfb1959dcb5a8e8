// OTLP metrics as JSON: an ExportMetricsServiceRequest in the JSON of protobuf with OTLP's own rules: 64-bit whole numbers
// are strings, enums are numbers, trace and span ids are hexadecimal, doubles that JSON lacks are strings. The attributes of
// a series are made once and kept by its labels. Source: opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

import type { Label } from '../labels.ts';
import type {
  Exemplar,
  ExponentialBuckets,
  ExponentialPoint,
  FamilySnapshot,
  HistogramPoint,
  ScalarPoint,
  Snapshot,
  SummaryPoint,
} from '../snapshot/snapshot.ts';
import { wholeCount } from './native-buckets.ts';
import {
  CUMULATIVE,
  isTimedExemplar,
  type OtlpOptions,
  otlpExemplar,
  otlpLostType,
  otlpResource,
  otlpScope,
  otlpUnit,
  TYPE_METADATA_KEY,
  totalOf,
  wholeCounts,
} from './otlp-model.ts';
import { isKnownTime } from './times.ts';

/** The `Content-Type` of what {@link renderOtlpJson} gives. */
export const OTLP_JSON_CONTENT_TYPE = 'application/json';

const attributeTexts = new WeakMap<readonly Label[], string>();

/** The whole snapshot; families without points are left out. */
export function renderOtlpJson(snapshot: Snapshot, options: OtlpOptions = {}): string {
  const { name, version } = otlpScope(options);
  const scope = `{"name":${text(name)}${version === undefined ? '' : `,"version":${text(version)}`}}`;
  const metrics = snapshot.families
    .filter((family) => family.points.length > 0)
    .map((family) => metricText(family, nanoseconds(snapshot.takenAtMs)));
  const resource = `{"attributes":${attributesText(otlpResource(options))}}`;
  const scopeMetrics = `[{"scope":${scope},"metrics":[${metrics.join(',')}]}]`;
  return `{"resourceMetrics":[{"resource":${resource},"scopeMetrics":${scopeMetrics}}]}`;
}

function metricText(family: FamilySnapshot, time: string): string {
  const unit = otlpUnit(family);
  const lostType = otlpLostType(family);
  const metadata =
    lostType === undefined ? '' : `,"metadata":${attributesText([{ name: TYPE_METADATA_KEY, value: lostType }])}`;
  const head = `"name":${text(family.name)},"description":${text(family.help)}${unit === '' ? '' : `,"unit":${text(unit)}`}`;
  return `{${head},${dataText(family, time)}${metadata}}`;
}

function dataText(family: FamilySnapshot, time: string): string {
  const temporality = `"aggregationTemporality":${CUMULATIVE}`;
  switch (family.type) {
    case 'counter':
      return `"sum":{${pointsText(family.points, time, numberText)},${temporality},"isMonotonic":true}`;
    case 'gauge':
    case 'info':
    case 'stateset':
    case 'unknown':
      return `"gauge":{${pointsText(family.points, time, numberText)}}`;
    case 'histogram': {
      const bounds = `"explicitBounds":[${family.bounds.map(double).join(',')}]`;
      return `"histogram":{${pointsText(family.points, time, (point) => histogramText(point, bounds))},${temporality}}`;
    }
    case 'exponential':
      return `"exponentialHistogram":{${pointsText(family.points, time, exponentialText)},${temporality}}`;
    case 'summary':
      return `"summary":{${pointsText(family.points, time, summaryText)}}`;
  }
}

interface Point {
  readonly labels: readonly Label[];
  readonly createdMs?: number;
}

function pointsText<P extends Point>(points: readonly P[], time: string, rest: (point: P) => string): string {
  const texts = points.map((point) => {
    const start = isKnownTime(point.createdMs) ? `"startTimeUnixNano":${nanoseconds(point.createdMs)},` : '';
    return `{"attributes":${knownAttributesText(point.labels)},${start}"timeUnixNano":${time},${rest(point)}}`;
  });
  return `"dataPoints":[${texts.join(',')}]`;
}

function numberText({ value, exemplar }: ScalarPoint): string {
  return `"asDouble":${double(value)}${exemplarsText(exemplar === undefined ? [] : [exemplar])}`;
}

function histogramText(point: HistogramPoint, bounds: string): string {
  const counts = wholeCounts(point.counts);
  const head = `"count":"${totalOf(counts)}","sum":${double(point.sum)},${bucketCountsText(counts)}`;
  return `${head},${bounds}${exemplarsText(point.exemplars)}`;
}

function exponentialText(point: ExponentialPoint): string {
  const zeroCount = wholeCount(point.zeroCount);
  const positive = wholeCounts(point.positive.counts);
  const negative = wholeCounts(point.negative.counts);
  const count = zeroCount + totalOf(positive) + totalOf(negative);
  return (
    `"count":"${count}","sum":${double(point.sum)},"scale":${point.scale},"zeroCount":"${zeroCount}"` +
    bucketsText('positive', { offset: point.positive.offset, counts: positive }) +
    bucketsText('negative', { offset: point.negative.offset, counts: negative }) +
    `,"zeroThreshold":${double(point.zeroThreshold)}${exemplarsText(point.exemplars)}`
  );
}

function bucketsText(side: string, { offset, counts }: ExponentialBuckets): string {
  return counts.length === 0 ? '' : `,"${side}":{"offset":${offset},${bucketCountsText(counts)}}`;
}

function bucketCountsText(counts: readonly number[]): string {
  return `"bucketCounts":[${counts.map((count) => `"${count}"`).join(',')}]`;
}

function summaryText({ count, sum, quantiles }: SummaryPoint): string {
  const pairs = quantiles.map(({ quantile, value }) => `{"quantile":${double(quantile)},"value":${double(value)}}`);
  return `"count":"${wholeCount(count)}","sum":${double(sum)},"quantileValues":[${pairs.join(',')}]`;
}

function exemplarsText(exemplars: readonly (Exemplar | undefined)[] = []): string {
  const texts = exemplars.filter(isTimedExemplar).map(exemplarText);
  return texts.length === 0 ? '' : `,"exemplars":[${texts.join(',')}]`;
}

function exemplarText(exemplar: Exemplar): string {
  const { traceId, spanId, attributes, value, timestampMs } = otlpExemplar(exemplar);
  const span = spanId === undefined ? '' : `,"spanId":"${spanId}"`;
  const trace = traceId === undefined ? '' : `,"traceId":"${traceId}"`;
  const filtered = `"filteredAttributes":${attributesText(attributes)}`;
  return `{${filtered},"timeUnixNano":${nanoseconds(timestampMs)},"asDouble":${double(value)}${span}${trace}}`;
}

function knownAttributesText(labels: readonly Label[]): string {
  const known = attributeTexts.get(labels);
  if (known !== undefined) return known;
  const made = attributesText(labels);
  attributeTexts.set(labels, made);
  return made;
}

function attributesText(labels: readonly Label[]): string {
  const pairs = labels.map(({ name, value }) => `{"key":${text(name)},"value":{"stringValue":${text(value)}}}`);
  return `[${pairs.join(',')}]`;
}

/** To the microsecond, which is as fine as a Unix time in milliseconds can be told as a double. */
function nanoseconds(timeMs: number): string {
  const microseconds = Math.round(timeMs * 1000);
  return microseconds === 0 ? '"0"' : `"${microseconds}000"`;
}

function double(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return `"${value}"`;
}

function text(value: string): string {
  return JSON.stringify(value.toWellFormed());
}
