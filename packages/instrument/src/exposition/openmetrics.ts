// OpenMetrics 1.0 as text. The names of samples are the same as in every other format, and three of its rules give way to
// that: a counter whose name does not end in `_total` is `unknown`, state sets are gauges (OpenMetrics would name their label
// after the metric), and a histogram with negative buckets keeps its sum, as Prometheus's own do.
// Exponential histograms get classic buckets. Exemplars with too many characters are left out.
// Source: OpenMetrics 1.0 (prometheus/OpenMetrics, specification/OpenMetrics.md)

import type {
  Exemplar,
  FamilySnapshot,
  HistogramFamilySnapshot,
  ScalarFamilySnapshot,
  Snapshot,
  SummaryFamilySnapshot,
} from '../snapshot/snapshot.ts';
import { ByteWriter, encodeText } from './byte-writer.ts';
import { classicHistogram } from './classic-buckets.ts';
import { isExposableExemplar } from './exemplars.ts';
import { canonicalNumber } from './format-number.ts';
import {
  BucketLabels,
  escapeQuoted,
  writeBeginning,
  writeBucketBeginning,
  writeQuantileBeginning,
} from './sample-lines.ts';
import { endsInUnit } from './units.ts';

/** The `Content-Type` of what `renderOpenMetrics` gives. */
export const OPENMETRICS_CONTENT_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

type OpenMetricsType = 'counter' | 'gauge' | 'info' | 'unknown' | 'histogram' | 'summary';

const MILLISECONDS_A_SECOND = 1000;

const BUCKET_LABELS = new BucketLabels(canonicalNumber);

/** As UTF-8, `# EOF` at its end. The bytes are the caller's. */
export function renderOpenMetrics(snapshot: Snapshot): Uint8Array {
  const writer = new ByteWriter(0);
  for (const family of snapshot.families) writeFamily(writer, family);
  writer.text('# EOF\n');
  return writer.finish();
}

function writeFamily(writer: ByteWriter, family: FamilySnapshot): void {
  const type = typeOf(family);
  const name = familyName(family.name, type);
  writeHead(writer, name, type, family);
  switch (family.type) {
    case 'histogram':
      writeHistogram(writer, family);
      break;
    case 'exponential':
      writeHistogram(writer, classicHistogram(family));
      break;
    case 'summary':
      writeSummary(writer, family);
      break;
    default:
      writeScalars(writer, family, type === 'counter' ? `${name}_created` : undefined);
  }
}

function typeOf({ name, type }: FamilySnapshot): OpenMetricsType {
  switch (type) {
    case 'counter':
      return name.endsWith('_total') ? 'counter' : 'unknown';
    case 'info':
      return name.endsWith('_info') ? 'info' : 'gauge';
    case 'stateset':
      return 'gauge';
    case 'exponential':
      return 'histogram';
    default:
      return type;
  }
}

/** Without what only the samples' names have. */
function familyName(name: string, type: OpenMetricsType): string {
  if (type === 'counter') return name.slice(0, -'_total'.length);
  if (type === 'info') return name.slice(0, -'_info'.length);
  return name;
}

function writeHead(writer: ByteWriter, name: string, type: OpenMetricsType, { help, unit }: FamilySnapshot): void {
  writer.text(`# TYPE ${name} ${type}\n`);
  if (type !== 'info' && endsInUnit(name, unit)) writer.text(`# UNIT ${name} ${unit}\n`);
  writer.text(`# HELP ${name} ${escapeQuoted(help)}\n`);
}

function writeScalars(writer: ByteWriter, { name, points }: ScalarFamilySnapshot, createdName?: string): void {
  const nameBytes = encodeText(name);
  const createdBytes = createdName === undefined ? undefined : encodeText(createdName);
  for (const { labels, value, exemplar, createdMs } of points) {
    writeBeginning(writer, nameBytes, labels);
    writer.number(value);
    // Only counters and buckets may have exemplars and a time of creation.
    if (createdBytes === undefined) {
      writer.lineFeed();
      continue;
    }
    writeExemplar(writer, exemplar);
    writer.lineFeed();
    if (createdMs !== undefined) {
      writeBeginning(writer, createdBytes, labels);
      writeSeconds(writer, createdMs);
    }
  }
}

function writeHistogram(writer: ByteWriter, { name, bounds, points }: HistogramFamilySnapshot): void {
  const bucketName = encodeText(`${name}_bucket`);
  const countName = encodeText(`${name}_count`);
  const sumName = encodeText(`${name}_sum`);
  const createdName = encodeText(`${name}_created`);
  const les = BUCKET_LABELS.of(bounds);
  for (const { labels, counts, sum, exemplars, createdMs } of points) {
    let count = 0;
    for (let bucket = 0; bucket < les.length; bucket++) {
      count += counts[bucket]!;
      writeBucketBeginning(writer, bucketName, labels, les[bucket]!);
      writer.number(count);
      writeExemplar(writer, exemplars?.[bucket]);
      writer.lineFeed();
    }
    writeBeginning(writer, countName, labels);
    writer.number(count);
    writer.lineFeed();
    writeBeginning(writer, sumName, labels);
    writer.number(sum);
    writer.lineFeed();
    if (createdMs !== undefined) {
      writeBeginning(writer, createdName, labels);
      writeSeconds(writer, createdMs);
    }
  }
}

function writeSummary(writer: ByteWriter, { name, points }: SummaryFamilySnapshot): void {
  const quantileName = encodeText(name);
  const countName = encodeText(`${name}_count`);
  const sumName = encodeText(`${name}_sum`);
  const createdName = encodeText(`${name}_created`);
  for (const { labels, quantiles, sum, count, createdMs } of points) {
    for (const { quantile, value } of quantiles) {
      writeQuantileBeginning(writer, quantileName, labels, canonicalNumber(quantile));
      writer.number(value);
      writer.lineFeed();
    }
    writeBeginning(writer, countName, labels);
    writer.number(count);
    writer.lineFeed();
    writeBeginning(writer, sumName, labels);
    writer.number(sum);
    writer.lineFeed();
    if (createdMs !== undefined) {
      writeBeginning(writer, createdName, labels);
      writeSeconds(writer, createdMs);
    }
  }
}

function writeExemplar(writer: ByteWriter, exemplar: Exemplar | undefined): void {
  if (!isExposableExemplar(exemplar)) return;
  const pairs = exemplar.labels.map(({ name, value }) => `${name}="${escapeQuoted(value)}"`);
  writer.text(` # {${pairs.join(',')}} `);
  writer.number(exemplar.value);
  // Prometheus refuses the page for a time that is none; without any it takes that of the scrape.
  if (!Number.isFinite(exemplar.timestampMs)) return;
  writer.text(' ');
  writer.number(exemplar.timestampMs / MILLISECONDS_A_SECOND);
}

function writeSeconds(writer: ByteWriter, timeMs: number): void {
  writer.number(timeMs / MILLISECONDS_A_SECOND);
  writer.lineFeed();
}
