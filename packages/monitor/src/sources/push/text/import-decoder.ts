// Expositions with timestamps (Prometheus text, OpenMetrics) into a batch, a piece of whole lines at a time. As history it
// holds the same series over and over, so the reference is found by the bytes of a line up to its labels' end; labels are
// read of series that were not seen before alone. Numbers, names and errors are read as of a scraped page.
// Invariant: what stands before a malformed line is in the batch when the error is thrown.

import { isUtf8 } from 'node:buffer';
import type { MetricMetadata } from '../../../model/batch.ts';
import type { Labels } from '../../../model/labels.ts';
import type { GivenExemplar } from '../../interface.ts';
import { BRACE_OPEN, ExpositionError, HASH, isBlank, LineCursor, NEWLINE } from '../../scrape/line-cursor.ts';
import { type ExpositionFormat, readMetadataLine } from '../../scrape/metadata-syntax.ts';
import { readNumber } from '../../scrape/number.ts';
import { failUtf8, readExemplar, readTimestampMs } from '../../scrape/sample-syntax.ts';
import { endOfSeries, readSeries } from '../../scrape/series-syntax.ts';
import { ByteTable } from '../byte-table.ts';
import type { TextPiece } from '../interface.ts';
import { KnownOrigins } from '../known-origins.ts';
import type { PushLimits } from '../limits.ts';
import type { Slices } from '../pacing.ts';
import type { PushBatch, SeriesOrigins } from '../push-batch.ts';

const LINES_BETWEEN_LOOKS_AT_THE_CLOCK = 128;
const LONGEST_LINE_BYTES = 32 * 1024;
/** Families whose metadata is put together from lines that may stand in different pieces; forgotten at the bound. */
const FAMILIES_MAX = 10_000;

export class ImportDecoder {
  readonly #known: Readonly<Record<ExpositionFormat, ByteTable>>;
  readonly #families = new Map<string, MetricMetadata>();

  constructor({ knownSeriesMaxBytes, knownSeriesMax }: PushLimits) {
    const limits = { maxBytes: knownSeriesMaxBytes, maxEntries: knownSeriesMax };
    // Apart: the same bytes may be written in another order of lines.
    this.#known = { text: new ByteTable(limits), openmetrics: new ByteTable(limits) };
  }

  /** What was said of metrics is told to the store again when it comes again. */
  forgetMetadata(): void {
    this.#families.clear();
  }

  /** One piece: the batch needs it as its origins. */
  open(piece: OpenedPiece): ImportPiece {
    return new ImportPiece(piece, this.#known[piece.format], this.#families);
  }
}

export interface OpenedPiece extends TextPiece {
  readonly body: Uint8Array;
  readonly format: ExpositionFormat;
  /** The time of samples that carry none. */
  readonly receivedMs: number;
  /** Told of a line that cannot be read, which is passed over then. Without it such a line ends the reading. */
  readonly onBadLine?: ((error: ExpositionError) => void) | undefined;
  /** Of a piece that is done, its batch flushed. */
  readonly origins?: KnownOrigins | undefined;
}

export class ImportPiece implements SeriesOrigins {
  /** Lines that were read. */
  lines = 0;
  hasEnded: boolean;
  readonly #piece: OpenedPiece;
  readonly #isOpenMetrics: boolean;
  readonly #cursor: LineCursor;
  readonly #view: DataView;
  readonly #known: ByteTable;
  readonly #families: Map<string, MetricMetadata>;
  readonly #origins: KnownOrigins;
  /** The series of the line before, which this one is often of. */
  #lastEntry = -1;
  #lastSeries = -1;

  constructor(piece: OpenedPiece, known: ByteTable, families: Map<string, MetricMetadata>) {
    this.#piece = piece;
    this.#isOpenMetrics = piece.format === 'openmetrics';
    this.hasEnded = piece.hasEnded;
    const { body } = piece;
    const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.#cursor = new LineCursor(buffer);
    this.#cursor.line = piece.linesBefore;
    this.#view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    this.#known = known;
    this.#origins = piece.origins ?? new KnownOrigins(known);
    this.#families = families;
  }

  /** @throws {ExpositionError} with line and column. */
  async decode(batch: PushBatch, slices: Slices): Promise<void> {
    const cursor = this.#cursor;
    const { length } = cursor.body;
    while (cursor.position < length) {
      for (let lines = 0; lines < LINES_BETWEEN_LOOKS_AT_THE_CLOCK && cursor.position < length; lines++) {
        cursor.line++;
        cursor.lineStart = cursor.position;
        try {
          if (!this.#readPredictedLine(batch)) this.#readLine(batch);
        } catch (error) {
          const { onBadLine } = this.#piece;
          if (onBadLine === undefined || !(error instanceof ExpositionError)) throw error;
          onBadLine(error);
        }
        cursor.position = cursor.end + 1;
        this.lines++;
      }
      if (batch.isFull) await this.#flush(batch);
      if (!slices.isOver) continue;
      await slices.rest();
      this.#lastEntry = -1;
    }
    if (this.#piece.isLast && this.#isOpenMetrics && !this.hasEnded) {
      cursor.line++;
      cursor.lineStart = cursor.position = cursor.end = length;
      cursor.fail('"# EOF" is missing: the text was cut off');
    }
  }

  labelsAt(origin: number): Labels {
    const cursor = this.#cursor;
    const { position, end } = cursor;
    cursor.position = this.#origins.startOf(origin);
    cursor.end = this.#origins.endOf(origin);
    const labels = readSeries(cursor);
    cursor.position = position;
    cursor.end = end;
    return labels;
  }

  resolved(origin: number, ref: number): void {
    this.#origins.resolved(origin, ref);
  }

  /** To be used again, by another piece: nothing is asked of this one any more. */
  releaseOrigins(): KnownOrigins {
    this.#origins.clear();
    return this.#origins;
  }

  async #flush(batch: PushBatch): Promise<void> {
    await batch.flush();
    this.#origins.clear();
    this.#lastEntry = -1;
  }

  /** Reads the line when it begins with the series that is expected next; else leaves everything as it was. */
  #readPredictedLine(batch: PushBatch): boolean {
    const known = this.#known;
    const cursor = this.#cursor;
    const { body } = cursor;
    const start = cursor.position;
    const entry = known.predictedAt(body, this.#view, start);
    if (entry < 0 || this.hasEnded || (known.valueOf(entry) === 0 && entry !== this.#lastEntry)) return false;
    const seriesEnd = start + known.lengthOf(entry);
    let at = seriesEnd;
    if (at >= body.length || !isBlank(body[at]!)) return false;
    while (at < body.length && isBlank(body[at]!)) at++;
    // `name {label="x"}`: what is the whole series there is only its beginning here.
    if (body[at] === BRACE_OPEN) return false;
    let end = at;
    while (end < body.length && body[end] !== NEWLINE) end++;
    known.confirm(entry);
    cursor.position = at;
    cursor.end = end;
    this.#readSample(batch, this.#seriesOf(batch, entry, start, seriesEnd));
    return true;
  }

  #readLine(batch: PushBatch): void {
    const cursor = this.#cursor;
    const newline = cursor.body.indexOf(NEWLINE, cursor.position);
    cursor.end = newline === -1 ? cursor.body.length : newline;
    if (this.hasEnded) cursor.fail('expected nothing after "# EOF"');
    if (cursor.end - cursor.lineStart > LONGEST_LINE_BYTES) {
      cursor.fail(`the line is longer than ${LONGEST_LINE_BYTES} bytes`);
    }
    if (!this.#isOpenMetrics) cursor.skipBlanks();
    const first = cursor.peek();
    if (first === -1 && !this.#isOpenMetrics) return;
    if (!isUtf8(cursor.body.subarray(cursor.lineStart, cursor.end))) failUtf8(cursor);
    if (first === HASH) this.#readMetadata(batch);
    else if (first === -1) cursor.fail('OpenMetrics has no empty lines');
    else this.#readSeriesAndSample(batch);
  }

  #readMetadata(batch: PushBatch): void {
    const line = readMetadataLine(this.#cursor, this.#piece.format);
    if (line.kind === 'end') this.hasEnded = true;
    if (line.kind !== 'family') return;
    const families = this.#families;
    const known = families.get(line.name);
    const metadata = { ...(known ?? { name: line.name, type: 'unknown', help: '', unit: '' }), ...line.change };
    if (known !== undefined && isSame(known, metadata)) return;
    if (families.size >= FAMILIES_MAX) families.clear();
    families.set(line.name, metadata);
    batch.metadata(metadata);
  }

  #readSeriesAndSample(batch: PushBatch): void {
    const cursor = this.#cursor;
    const start = cursor.position;
    const { body } = cursor;
    let end = endOfSeries(body, start, cursor.end);
    let entry = this.#known.entryOf(body, this.#view, start, end - start);
    if (entry < 0 || this.#known.valueOf(entry) === 0) {
      // Not seen before: whether it is a series, and where it ends, only reading it tells.
      readSeries(cursor);
      if (cursor.position !== end) {
        end = cursor.position;
        entry = this.#known.entryOf(body, this.#view, start, end - start);
      }
    }
    cursor.position = end;
    if (end < cursor.end && !isBlank(body[end]!)) {
      cursor.fail(`expected a blank and the value after the series, found ${cursor.found()}`);
    }
    cursor.skipBlanks();
    this.#readSample(batch, this.#seriesOf(batch, entry, start, end));
  }

  #seriesOf(batch: PushBatch, entry: number, start: number, end: number): number {
    if (entry >= 0 && entry === this.#lastEntry) return this.#lastSeries;
    const known = this.#known;
    const origin = this.#origins.add(start, end, entry);
    this.#lastEntry = entry;
    this.#lastSeries = batch.fromOrigin(origin, entry < 0 ? 0 : known.valueOf(entry));
    return this.#lastSeries;
  }

  /** The cursor stands on the value. */
  #readSample(batch: PushBatch, series: number): void {
    const cursor = this.#cursor;
    const value = readNumber(cursor, 'the value');
    const { format, receivedMs } = this.#piece;
    let timeMs = receivedMs;
    let exemplar: GivenExemplar | undefined;
    cursor.skipBlanks();
    if (cursor.position < cursor.end) {
      if (!this.#isOpenMetrics || cursor.peek() !== HASH) timeMs = readTimestampMs(cursor, format, 'the timestamp');
      if (this.#isOpenMetrics && cursor.peek() === HASH) exemplar = readExemplar(cursor, format);
      if (cursor.position < cursor.end) cursor.fail(`expected the end of the line, found ${cursor.found()}`);
    }
    batch.sample(series, timeMs, value);
    if (exemplar !== undefined) batch.exemplar(series, { ...exemplar, timestampMs: exemplar.timestampMs ?? timeMs });
  }
}

function isSame(a: MetricMetadata, b: MetricMetadata): boolean {
  return a.type === b.type && a.help === b.help && a.unit === b.unit;
}
