// A snapshot as CSV by RFC 4180, one sample a row, for spreadsheets and data frames: histograms and summaries are the same
// samples as in Prometheus's text format. The labels are one cell with a JSON object, so that every metric has the same
// columns. Nothing is changed to guard against formulas: what may come from outside, the values of labels, is in a cell that
// begins with {, so no spreadsheet takes it for one.
// The columns are described in docs/formats/csv.md.

import type { Label } from '../labels.ts';
import type {
  HistogramFamilySnapshot,
  ScalarFamilySnapshot,
  Snapshot,
  SummaryFamilySnapshot,
} from '../snapshot/snapshot.ts';
import { ByteWriter, encodeText } from './byte-writer.ts';
import { classicHistogram } from './classic-buckets.ts';
import { LabelBytes, type LabelFormat, type SplitLabels } from './label-bytes.ts';

/** The `Content-Type` of what `renderCsv` gives. */
export const CSV_CONTENT_TYPE = 'text/csv; charset=utf-8; header=present';

/** The beginning of a row, up to the labels, for the family's name with a suffix. */
type CommonCells = (suffix: string) => Uint8Array;

const HEADER = 'timestamp,name,type,unit,labels,value\r\n';

const FORMAT: LabelFormat = {
  open: '"{',
  close: '}",',
  empty: '{},',
  pair: (name, value) => `${JSON.stringify(name)}:${JSON.stringify(value)}`.replaceAll('"', '""'),
};

const PLAIN = new LabelBytes(FORMAT);
const WITH_LE = new LabelBytes(FORMAT, 'le');
const WITH_QUANTILE = new LabelBytes(FORMAT, 'quantile');

const LINE_END = encodeText('\r\n');

const NEEDS_QUOTES = /[",\r\n]/;

/** As UTF-8, with a header. The bytes are the caller's. */
export function renderCsv(snapshot: Snapshot): Uint8Array {
  const writer = new ByteWriter(0);
  writer.text(HEADER);
  const time = new Date(snapshot.takenAtMs).toISOString();
  for (const family of snapshot.families) {
    const cells: CommonCells = (suffix) =>
      encodeText(`${time},${quoted(family.name + suffix)},${family.type},${quoted(family.unit)},`);
    switch (family.type) {
      case 'histogram':
        writeHistogram(writer, family, cells);
        break;
      case 'exponential':
        writeHistogram(writer, classicHistogram(family), cells);
        break;
      case 'summary':
        writeSummary(writer, family, cells);
        break;
      default:
        writeScalars(writer, family, cells);
    }
  }
  return writer.finish();
}

function writeScalars(writer: ByteWriter, { points }: ScalarFamilySnapshot, cells: CommonCells): void {
  const common = cells('');
  for (const { labels, value } of points) writeRow(writer, common, labels, value);
}

function writeHistogram(writer: ByteWriter, { bounds, points }: HistogramFamilySnapshot, cells: CommonCells): void {
  const bucketCells = cells('_bucket');
  const sumCells = cells('_sum');
  const countCells = cells('_count');
  const les = [...bounds, '+Inf'].map((bound) => encodeText(FORMAT.pair('le', String(bound))));
  for (const { labels, counts, sum } of points) {
    let count = 0;
    for (let bucket = 0; bucket < les.length; bucket++) {
      count += counts[bucket]!;
      writeSplitRow(writer, bucketCells, WITH_LE.of(labels), les[bucket]!, count);
    }
    writeRow(writer, sumCells, labels, sum);
    writeRow(writer, countCells, labels, count);
  }
}

function writeSummary(writer: ByteWriter, { points }: SummaryFamilySnapshot, cells: CommonCells): void {
  const quantileCells = cells('');
  const sumCells = cells('_sum');
  const countCells = cells('_count');
  for (const { labels, quantiles, sum, count } of points) {
    for (const { quantile, value } of quantiles) {
      const pair = encodeText(FORMAT.pair('quantile', String(quantile)));
      writeSplitRow(writer, quantileCells, WITH_QUANTILE.of(labels), pair, value);
    }
    writeRow(writer, sumCells, labels, sum);
    writeRow(writer, countCells, labels, count);
  }
}

function writeRow(writer: ByteWriter, common: Uint8Array, labels: readonly Label[], value: number): void {
  writer.piece(common);
  writer.piece(PLAIN.of(labels).before);
  writer.number(value);
  writer.piece(LINE_END);
}

function writeSplitRow(
  writer: ByteWriter,
  common: Uint8Array,
  { before, after }: SplitLabels,
  pair: Uint8Array,
  value: number,
): void {
  writer.piece(common);
  writer.piece(before);
  writer.piece(pair);
  writer.piece(after);
  writer.number(value);
  writer.piece(LINE_END);
}

function quoted(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
