// Prometheus's text format 0.0.4 from a snapshot: byte for byte what `text.ts` makes of a registry with the same content, for
// everything that has no registry (merged threads, other names, other libraries). The format has counters, gauges,
// histograms, summaries and untyped metrics: infos and state sets are gauges, exponential histograms get classic buckets.
// Source: prometheus.io/docs/instrumenting/exposition_formats

import type {
  FamilySnapshot,
  HistogramFamilySnapshot,
  ScalarFamilySnapshot,
  Snapshot,
  SnapshotType,
  SummaryFamilySnapshot,
} from '../snapshot/snapshot.ts';
import { ByteWriter, encodeText } from './byte-writer.ts';
import { classicHistogram } from './classic-buckets.ts';
import { BucketLabels, writeBeginning, writeBucketBeginning, writeQuantileBeginning } from './sample-lines.ts';

const TYPES: Readonly<Record<SnapshotType, string>> = {
  counter: 'counter',
  gauge: 'gauge',
  info: 'gauge',
  stateset: 'gauge',
  unknown: 'untyped',
  histogram: 'histogram',
  exponential: 'histogram',
  summary: 'summary',
};

const BUCKET_LABELS = new BucketLabels(String);

/** As UTF-8, with the `Content-Type` `TEXT_CONTENT_TYPE`. The bytes are the caller's. */
export function renderSnapshotText(snapshot: Snapshot): Uint8Array {
  const writer = new ByteWriter(0);
  for (const family of snapshot.families) writeFamilySnapshot(writer, family);
  return writer.finish();
}

/** One metric, as a part of a page. */
export function writeFamilySnapshot(writer: ByteWriter, family: FamilySnapshot): void {
  writeHead(writer, family);
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
      writeScalars(writer, family);
  }
}

/** The lines before a metric's samples. */
export function writeHead(
  writer: ByteWriter,
  { name, type, help }: Pick<FamilySnapshot, 'name' | 'type' | 'help'>,
): void {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  writer.text(`# HELP ${name} ${escaped}\n# TYPE ${name} ${TYPES[type]}\n`);
}

function writeScalars(writer: ByteWriter, { name, points }: ScalarFamilySnapshot): void {
  const nameBytes = encodeText(name);
  for (const { labels, value } of points) {
    writeBeginning(writer, nameBytes, labels);
    writer.number(value);
    writer.lineFeed();
  }
}

function writeHistogram(writer: ByteWriter, { name, bounds, points }: HistogramFamilySnapshot): void {
  const bucketName = encodeText(`${name}_bucket`);
  const sumName = encodeText(`${name}_sum`);
  const countName = encodeText(`${name}_count`);
  const les = BUCKET_LABELS.of(bounds);
  for (const { labels, counts, sum } of points) {
    let count = 0;
    for (let bucket = 0; bucket < les.length; bucket++) {
      count += counts[bucket]!;
      writeBucketBeginning(writer, bucketName, labels, les[bucket]!);
      writer.number(count);
      writer.lineFeed();
    }
    writeBeginning(writer, sumName, labels);
    writer.number(sum);
    writer.lineFeed();
    writeBeginning(writer, countName, labels);
    writer.number(count);
    writer.lineFeed();
  }
}

function writeSummary(writer: ByteWriter, { name, points }: SummaryFamilySnapshot): void {
  const quantileName = encodeText(name);
  const sumName = encodeText(`${name}_sum`);
  const countName = encodeText(`${name}_count`);
  for (const { labels, quantiles, sum, count } of points) {
    for (const { quantile, value } of quantiles) {
      writeQuantileBeginning(writer, quantileName, labels, String(quantile));
      writer.number(value);
      writer.lineFeed();
    }
    writeBeginning(writer, sumName, labels);
    writer.number(sum);
    writer.lineFeed();
    writeBeginning(writer, countName, labels);
    writer.number(count);
    writer.lineFeed();
  }
}
