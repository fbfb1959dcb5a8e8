// The native histograms of one series as columns: times, counts, sums, and one for each bucket that any of them has, coded
// as columns of values are. Shapes are stored once each, and which samples have which as runs. Where a histogram has no
// bucket of a column, the column repeats itself. What cannot be laid out so (spans that contradict the counts, or far too
// many buckets) is stored sample after sample. Format page: docs/formats/store.md.

import type { NativeHistogram } from '../../../model/batch.ts';
import type { HistogramSample } from '../../interface.ts';
import { ByteReader, ByteWriter } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { decodeHistogram, encodeHistogram } from '../../sqlite/histogram-codec.ts';
import { HISTOGRAM_CELLS_MAX } from './bounds.ts';
import { bucketsOf, readShape, type Shape, shapeKey, shapeOf, writeShape } from './histogram-shape.ts';
import { readPacked, writePacked } from './packed-block.ts';
import type { Effort } from './series-columns.ts';
import { StoredColumns } from './stored-columns.ts';
import { StreamCursor, StreamReader, StreamWriter } from './stream-frames.ts';
import { decodeTimes, readTimeColumn, TimeColumns } from './time-columns.ts';
import { ValueEncoder } from './value-encoder.ts';
import { readParameters } from './value-parameters.ts';

const ROWS = 0;
const COLUMNS = 1;
/** Histograms that are laid out together; a longer column is cut into parts. */
const PART_ROWS = 4096;
/** Bytes that a histogram takes at least, stored sample after sample. */
const ROW_MIN_BYTES = 40;
/** `count`, `zeroCount` and `sum` come before the buckets. */
const SCALARS = 3;

const encoder = new ValueEncoder();
const streams = new StreamWriter();

/** At least one, at strictly ascending times. */
export function writeHistograms(writer: ByteWriter, samples: readonly HistogramSample[], effort: Effort): void {
  writer.varint(Math.ceil(samples.length / PART_ROWS));
  for (let start = 0; start < samples.length; start += PART_ROWS) {
    const part = samples.slice(start, start + PART_ROWS);
    const table = tableOf(part);
    if (table === undefined) writeRows(writer, part, effort);
    else writeTable(writer, part, table, effort);
  }
}

/** @throws {DamagedBytes} */
export function readHistograms(bytes: Uint8Array): readonly HistogramSample[] {
  const reader = new ByteReader(bytes);
  const samples: HistogramSample[] = [];
  for (let left = reader.count(3); left > 0; left--) {
    const layout = reader.byte();
    if (layout > COLUMNS) throw new DamagedBytes(`histograms have the unknown layout ${layout}`);
    for (const sample of layout === ROWS ? readRows(reader) : readTable(reader)) samples.push(sample);
  }
  reader.expectEnd();
  return samples;
}

function writeRows(writer: ByteWriter, samples: readonly HistogramSample[], effort: Effort): void {
  const rows = new ByteWriter();
  rows.varint(samples.length);
  for (const { timestampMs, histogram } of samples) {
    rows.signedVarint(timestampMs);
    rows.bytes(encodeHistogram(histogram));
  }
  writer.byte(ROWS);
  writePacked(writer, rows.written(), effort);
}

function readRows(reader: ByteReader): readonly HistogramSample[] {
  const rows = new ByteReader(readPacked(reader));
  const samples: HistogramSample[] = [];
  for (let left = rows.count(ROW_MIN_BYTES); left > 0; left--) {
    samples.push({ timestampMs: rows.signedVarint(), histogram: decodeHistogram(rows) });
  }
  rows.expectEnd();
  return samples;
}

/** A shape and where its buckets are. */
interface PlacedShape {
  readonly shape: Shape;
  readonly positive: readonly number[];
  readonly negative: readonly number[];
}

interface Table {
  readonly placed: readonly PlacedShape[];
  /** Of each sample. */
  readonly shapes: Uint32Array;
  readonly columns: number;
}

/** `undefined` when the samples cannot be laid out as columns. */
function tableOf(samples: readonly HistogramSample[]): Table | undefined {
  const places = new Map<string, number>();
  const distinct: Shape[] = [];
  const shapes = new Uint32Array(samples.length);
  const bucketsMax = Math.floor(HISTOGRAM_CELLS_MAX / samples.length) - SCALARS;
  for (const [index, { histogram }] of samples.entries()) {
    const key = shapeKey(histogram);
    let place = places.get(key);
    if (place === undefined) {
      place = distinct.push(shapeOf(histogram)) - 1;
      places.set(key, place);
    }
    const { positiveSpans, negativeSpans } = distinct[place]!;
    if (histogram.positiveCounts.length !== bucketCount(positiveSpans)) return undefined;
    if (histogram.negativeCounts.length !== bucketCount(negativeSpans)) return undefined;
    shapes[index] = place;
  }
  return placeBuckets(distinct, shapes, bucketsMax);
}

/** Gives each bucket its column: first the positive ones, by their index, then the negative ones. */
function placeBuckets(distinct: readonly Shape[], shapes: Uint32Array, bucketsMax: number): Table | undefined {
  const positive = distinct.map(({ positiveSpans }) => bucketsOf(positiveSpans, bucketsMax));
  const negative = distinct.map(({ negativeSpans }) => bucketsOf(negativeSpans, bucketsMax));
  if (positive.includes(undefined) || negative.includes(undefined)) return undefined;
  const positiveColumns = columnsOf(positive, SCALARS);
  const negativeColumns = columnsOf(negative, SCALARS + positiveColumns.size);
  const columns = SCALARS + positiveColumns.size + negativeColumns.size;
  if (columns - SCALARS > bucketsMax) return undefined;
  const placed = distinct.map((shape, place) => ({
    shape,
    positive: positive[place]!.map((bucket) => positiveColumns.get(bucket)!),
    negative: negative[place]!.map((bucket) => negativeColumns.get(bucket)!),
  }));
  return { placed, shapes, columns };
}

function columnsOf(buckets: readonly (readonly number[] | undefined)[], start: number): Map<number, number> {
  const sorted = [...new Set(buckets.flatMap((list) => list ?? []))].sort((one, other) => one - other);
  return new Map(sorted.map((bucket, place) => [bucket, start + place]));
}

function bucketCount(spans: Shape['positiveSpans']): number {
  let count = 0;
  for (const { length } of spans) count += length;
  return count;
}

function writeTable(writer: ByteWriter, samples: readonly HistogramSample[], table: Table, effort: Effort): void {
  const header = new ByteWriter();
  const frames = new ByteWriter();
  streams.clear();
  const times = new TimeColumns();
  times.place(Float64Array.from(samples, ({ timestampMs }) => timestampMs));
  times.write(header, streams);
  header.varint(table.placed.length);
  for (const { shape } of table.placed) writeShape(header, shape);
  writeShapeRuns(header, table.shapes);
  const cells = cellsOf(samples, table);
  encoder.start(effort);
  for (let column = 0; column < table.columns; column++) {
    const bits = new Uint32Array(cells.buffer, 8 * column * samples.length, 2 * samples.length);
    const formAt = header.written().length;
    header.byte(0);
    const form = encoder.encode(header, streams, bits, samples.length, 0, column);
    header.written()[formAt] = form;
  }
  encoder.end();
  streams.write(header, frames, effort);
  writer.byte(COLUMNS);
  writePacked(writer, header.written(), effort);
  writer.bytes(frames.written());
}

/** Column after column. */
function cellsOf(samples: readonly HistogramSample[], { placed, shapes, columns }: Table): Float64Array {
  const rows = samples.length;
  const cells = new Float64Array(columns * rows);
  for (const [row, { histogram }] of samples.entries()) {
    if (row > 0) for (let at = row; at < cells.length; at += rows) cells[at] = cells[at - 1]!;
    cells[row] = histogram.count;
    cells[rows + row] = histogram.zeroCount;
    cells[2 * rows + row] = histogram.sum;
    const { positive, negative } = placed[shapes[row]!]!;
    for (const [place, column] of positive.entries()) cells[column * rows + row] = histogram.positiveCounts[place]!;
    for (const [place, column] of negative.entries()) cells[column * rows + row] = histogram.negativeCounts[place]!;
  }
  return cells;
}

function writeShapeRuns(header: ByteWriter, shapes: Uint32Array): void {
  for (let start = 0; start < shapes.length; ) {
    let end = start;
    while (end < shapes.length && shapes[end] === shapes[start]) end++;
    header.varint(shapes[start]!);
    header.varint(end - start);
    start = end;
  }
}

function readShapeRuns(header: ByteReader, rows: number, shapes: number): Uint32Array {
  const runs = new Uint32Array(rows);
  for (let start = 0; start < rows; ) {
    const shape = header.varint();
    const length = header.varint();
    if (shape >= shapes || length === 0 || length > rows - start)
      throw new DamagedBytes('histograms have a wrong shape');
    runs.fill(shape, start, start + length);
    start += length;
  }
  return runs;
}

function readTable(reader: ByteReader): readonly HistogramSample[] {
  const header = new ByteReader(readPacked(reader));
  if (header.varint() !== 1) throw new DamagedBytes('histograms have not one column of times');
  const cursor = new StreamCursor();
  const times = readTimeColumn(header, cursor);
  const rows = times.length;
  if (times.parent !== -1 || rows > PART_ROWS) throw new DamagedBytes('histograms have no times');
  const distinct: Shape[] = [];
  for (let left = header.count(12); left > 0; left--) distinct.push(readShape(header));
  const shapes = readShapeRuns(header, rows, distinct.length);
  const table = placeBuckets(distinct, shapes, Math.floor(HISTOGRAM_CELLS_MAX / rows) - SCALARS);
  if (table === undefined) throw new DamagedBytes('histograms have impossible buckets');
  const stored = Array.from({ length: table.columns }, () => {
    return { parameters: readParameters(header, cursor, header.byte(), rows), length: rows, times: 0 };
  });
  const frames = new StreamReader(header, reader, cursor.places());
  header.expectEnd();
  const timesMs = decodeTimes(times, frames);
  const cells = cellsFrom(new StoredColumns(stored, frames), table.columns, rows);
  return Array.from(timesMs, (timestampMs, row) => ({ timestampMs, histogram: histogramAt(cells, table, row, rows) }));
}

function cellsFrom(unpacked: StoredColumns, columns: number, rows: number): Float64Array {
  const cells = new Float64Array(columns * rows);
  const words = new Uint32Array(cells.buffer);
  for (let column = 0; column < columns; column++) {
    words.set(unpacked.unpack(column, rows).bits.subarray(0, 2 * rows), 2 * column * rows);
  }
  StoredColumns.trim();
  return cells;
}

function histogramAt(cells: Float64Array, { placed, shapes }: Table, row: number, rows: number): NativeHistogram {
  const { shape, positive, negative } = placed[shapes[row]!]!;
  const { schema, zeroThreshold, positiveSpans, negativeSpans, customBounds, isGauge } = shape;
  const countsOf = (columns: readonly number[]): Float64Array =>
    Float64Array.from(columns, (column) => cells[column * rows + row]!);
  return {
    schema,
    zeroThreshold,
    count: cells[row]!,
    zeroCount: cells[rows + row]!,
    sum: cells[2 * rows + row]!,
    positiveSpans,
    positiveCounts: countsOf(positive),
    negativeSpans,
    negativeCounts: countsOf(negative),
    ...(customBounds === undefined ? {} : { customBounds }),
    ...(isGauge ? { isGauge: true } : {}),
  };
}
