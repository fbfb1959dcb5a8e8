// OpenMetrics 1.0 as text. The names of samples are the same as in every other format, and its rules give way to that: a
// counter whose name does not end in `_total` is `unknown`, and so is one beside a metric that has its name without the suffix
// (`openmetrics-heads.ts`); state sets are gauges (OpenMetrics would name their label after the metric), and a histogram with
// negative buckets keeps its sum, as Prometheus's own do.
// Exponential histograms get classic buckets. Exemplars with too many characters are left out.
// Source: OpenMetrics 1.0 (prometheus/OpenMetrics, specification/OpenMetrics.md)

import type { Label } from '../labels.ts';
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
import { type OpenMetricsHead, openMetricsHeads } from './openmetrics-heads.ts';
import {
  BucketLabels,
  escapeQuoted,
  writeBeginning,
  writeBucketBeginning,
  writeQuantileBeginning,
} from './sample-lines.ts';
import { isKnownTime } from './times.ts';
import { endsInUnit } from './units.ts';

/** The `Content-Type` of what `renderOpenMetrics` gives. */
export const OPENMETRICS_CONTENT_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

const MILLISECONDS_A_SECOND = 1000;

const BUCKET_LABELS = new BucketLabels(canonicalNumber);

/** As UTF-8, `# EOF` at its end. The bytes are the caller's. */
export function renderOpenMetrics(snapshot: Snapshot): Uint8Array {
  const writer = new ByteWriter(0);
  const heads = openMetricsHeads(snapshot);
  for (const [i, family] of snapshot.families.entries()) writeFamily(writer, family, heads[i]!);
  writer.text('# EOF\n');
  return writer.finish();
}

function writeFamily(writer: ByteWriter, family: FamilySnapshot, { name, type }: OpenMetricsHead): void {
  if (type !== 'parts') writeHead(writer, name, type, family);
  switch (family.type) {
    case 'histogram':
    case 'exponential': {
      const classic = family.type === 'histogram' ? family : classicHistogram(family);
      if (type === 'parts') writeHistogramParts(writer, classic);
      else writeHistogram(writer, classic);
      break;
    }
    case 'summary':
      if (type === 'parts') writeSummaryParts(writer, family);
      else writeSummary(writer, family);
      break;
    default:
      writeScalars(writer, family, type === 'counter' ? `${name}_created` : undefined);
  }
}

function writeHead(
  writer: ByteWriter,
  name: string,
  type: OpenMetricsHead['type'],
  { help, unit }: Pick<FamilySnapshot, 'help' | 'unit'>,
): void {
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
    if (isKnownTime(createdMs)) {
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
    if (isKnownTime(createdMs)) {
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
    if (isKnownTime(createdMs)) {
      writeBeginning(writer, createdName, labels);
      writeSeconds(writer, createdMs);
    }
  }
}

/** The same samples as of {@link writeHistogram}, each name a family of its own: those of a family may not be apart. */
function writeHistogramParts(writer: ByteWriter, { name, help, bounds, points }: HistogramFamilySnapshot): void {
  const les = BUCKET_LABELS.of(bounds);
  const bucketName = partName(writer, `${name}_bucket`, help);
  for (const { labels, counts } of points) {
    let count = 0;
    for (let bucket = 0; bucket < les.length; bucket++) {
      count += counts[bucket]!;
      writeBucketBeginning(writer, bucketName, labels, les[bucket]!);
      writer.number(count);
      writer.lineFeed();
    }
  }
  writePart(writer, `${name}_count`, help, points, ({ counts }) => counts.reduce((total, count) => total + count, 0));
  writePart(writer, `${name}_sum`, help, points, ({ sum }) => sum);
}

function writeSummaryParts(writer: ByteWriter, { name, help, points }: SummaryFamilySnapshot): void {
  const quantileName = partName(writer, name, help);
  for (const { labels, quantiles } of points) {
    for (const { quantile, value } of quantiles) {
      writeQuantileBeginning(writer, quantileName, labels, canonicalNumber(quantile));
      writer.number(value);
      writer.lineFeed();
    }
  }
  writePart(writer, `${name}_count`, help, points, ({ count }) => count);
  writePart(writer, `${name}_sum`, help, points, ({ sum }) => sum);
}

function writePart<P extends { readonly labels: readonly Label[] }>(
  writer: ByteWriter,
  name: string,
  help: string,
  points: readonly P[],
  valueIn: (point: P) => number,
): void {
  const nameBytes = partName(writer, name, help);
  for (const point of points) {
    writeBeginning(writer, nameBytes, point.labels);
    writer.number(valueIn(point));
    writer.lineFeed();
  }
}

function partName(writer: ByteWriter, name: string, help: string): Uint8Array {
  writeHead(writer, name, 'unknown', { help, unit: '' });
  return encodeText(name);
}

function writeExemplar(writer: ByteWriter, exemplar: Exemplar | undefined): void {
  if (!isExposableExemplar(exemplar)) return;
  const pairs = exemplar.labels.map(({ name, value }) => `${name}="${escapeQuoted(value)}"`);
  writer.text(` # {${pairs.join(',')}} `);
  writer.number(exemplar.value);
  // Prometheus refuses the page for a time that is none; without any it takes that of the scrape.
  if (!isKnownTime(exemplar.timestampMs)) return;
  writer.text(' ');
  writer.number(exemplar.timestampMs / MILLISECONDS_A_SECOND);
}

function writeSeconds(writer: ByteWriter, timeMs: number): void {
  writer.number(timeMs / MILLISECONDS_A_SECOND);
  writer.lineFeed();
}
