// Parses expositions of one target, each faster for the one before it. Invariant: the samples are exactly those that a
// parser without memory gives. Three ways to know a line's series, tried in this order:
//   1. it begins with the same bytes as the line that came at this place last time;
//   2. its bytes are in the map of all series seen (the order has changed, lines came or went);
//   3. its labels are read, once.
// After an exposition that was refused nothing is remembered. The work is cut in slices, so that a body of many megabytes
// holds up nobody.

import { isUtf8 } from 'node:buffer';
import type { MetricMetadata } from '../../model/batch.ts';
import { CollectionError, type GivenExemplar, type SampleSink } from '../interface.ts';
import { inSlices } from './in-slices.ts';
import { BRACE_OPEN, HASH, isBlank, LineCursor, NEWLINE } from './line-cursor.ts';
import { type KnownSeries, LineIndex } from './line-index.ts';
import { type ExpositionFormat, readMetadataLine } from './metadata-syntax.ts';
import { readNumber } from './number.ts';
import { failUtf8, readExemplar, readTimestampMs } from './sample-syntax.ts';
import { endOfSeries, readSeries } from './series-syntax.ts';

export interface ParseRequest {
  /** Kept until the next body was parsed; nobody may write to it. */
  readonly body: Buffer;
  readonly format: ExpositionFormat;
  readonly sink: SampleSink;
  /** More samples than this refuse the whole exposition, as do three times as many lines of metadata. */
  readonly sampleLimit: number;
  readonly signal?: AbortSignal;
}

export interface ParserOptions {
  /** Called between slices; default `setImmediate`. */
  readonly yieldToOthers?: () => Promise<void>;
}

const LINES_A_STEP = 128;
const LONGEST_LINE_BYTES = 32 * 1024;
const METADATA_LINES_A_SAMPLE = 3;
/** A cache is emptied when it holds more than twice what the latest exposition used, and this many more. */
const CACHE_SLACK = 1000;
const NOTHING = Buffer.alloc(0);

export class ExpositionParser {
  readonly #yieldToOthers: (() => Promise<void>) | undefined;
  #previous = new LineIndex();
  #spare = new LineIndex();
  #format: ExpositionFormat = 'text';
  /** Whose slots are remembered. */
  #sink: SampleSink | undefined;
  #firstSlot = 0;
  readonly #seriesByBytes = new Map<string, KnownSeries>();
  readonly #families = new Map<string, MetricMetadata>();

  constructor(options: ParserOptions = {}) {
    this.#yieldToOthers = options.yieldToOthers;
  }

  /**
   * Hands every sample to the sink, and what has changed of the metadata.
   * @throws {ExpositionError} with line and column; @throws {CollectionError} `too_large`.
   */
  async parse(request: ParseRequest): Promise<void> {
    if (request.format !== this.#format || !this.#holdsSlotsOf(request.sink)) this.#forget();
    this.#format = request.format;
    this.#sink = request.sink;
    this.#firstSlot = request.sink.firstSlot;
    this.#spare.reset(request.body);
    const run = new ParseRun(request, this.#previous, this.#spare, this.#seriesByBytes, this.#families);
    try {
      await inSlices(() => run.readLines(LINES_A_STEP), { yieldToOthers: this.#yieldToOthers, signal: request.signal });
      run.finish();
    } catch (error) {
      this.#forget();
      throw error;
    }
    this.#remember(run);
  }

  #remember(run: ParseRun): void {
    for (const metadata of run.changedFamilies()) {
      this.#families.set(metadata.name, metadata);
      run.request.sink.describe(metadata);
    }
    [this.#previous, this.#spare] = [this.#spare, this.#previous];
    this.#spare.reset(NOTHING);
    if (this.#families.size > 2 * run.metadataLines + CACHE_SLACK) this.#forget();
    if (this.#seriesByBytes.size > 2 * run.samples + CACHE_SLACK) this.#seriesByBytes.clear();
  }

  #holdsSlotsOf(sink: SampleSink): boolean {
    return sink === this.#sink && sink.firstSlot === this.#firstSlot;
  }

  #forget(): void {
    this.#previous.reset(NOTHING);
    this.#spare.reset(NOTHING);
    this.#seriesByBytes.clear();
    this.#families.clear();
  }
}

/** One exposition being read. */
class ParseRun {
  readonly request: ParseRequest;
  samples = 0;
  metadataLines = 0;
  readonly #previous: LineIndex;
  readonly #next: LineIndex;
  readonly #seriesByBytes: Map<string, KnownSeries>;
  readonly #knownFamilies: ReadonlyMap<string, MetricMetadata>;
  readonly #families = new Map<string, MetricMetadata>();
  readonly #cursor: LineCursor;
  /** The line of the previous exposition that this one is expected to begin like. */
  #predicted = 0;
  #ended = false;
  /** Of the line that is being read. */
  #exemplar: GivenExemplar | undefined;

  constructor(
    request: ParseRequest,
    previous: LineIndex,
    next: LineIndex,
    seriesByBytes: Map<string, KnownSeries>,
    knownFamilies: ReadonlyMap<string, MetricMetadata>,
  ) {
    this.request = request;
    this.#previous = previous;
    this.#next = next;
    this.#seriesByBytes = seriesByBytes;
    this.#knownFamilies = knownFamilies;
    this.#cursor = new LineCursor(request.body);
  }

  /** Whether there may be more lines. */
  readLines(maxLines: number): boolean {
    const cursor = this.#cursor;
    const { length } = cursor.body;
    for (let lines = 0; lines < maxLines; lines++) {
      if (cursor.position >= length) return false;
      cursor.line++;
      cursor.lineStart = cursor.position;
      if (!this.#readPredictedLine()) this.#readLine();
      cursor.position = cursor.end + 1;
    }
    return true;
  }

  /** @throws {ExpositionError} when an OpenMetrics exposition was cut off. */
  finish(): void {
    if (this.request.format === 'text' || this.#ended) return;
    const cursor = this.#cursor;
    cursor.line++;
    cursor.lineStart = cursor.position = cursor.body.length;
    cursor.fail('"# EOF" is missing: the exposition was cut off');
  }

  *changedFamilies(): Iterable<MetricMetadata> {
    for (const metadata of this.#families.values()) {
      const known = this.#knownFamilies.get(metadata.name);
      const { type, help, unit } = metadata;
      if (known === undefined || known.type !== type || known.help !== help || known.unit !== unit) yield metadata;
    }
  }

  /** Reads the line when it begins as predicted; else leaves everything as it was. */
  #readPredictedLine(): boolean {
    const previous = this.#previous;
    const line = this.#predicted;
    if (line >= previous.count) return false;
    const cursor = this.#cursor;
    const { body } = cursor;
    const start = cursor.position;
    const nameLength = previous.lengths[line]!;
    let at = start + nameLength;
    if (at >= body.length || !sameBytes(body, start, previous.body, previous.starts[line]!, nameLength)) return false;
    const series = previous.series[line];
    if (series === undefined) {
      if (body[at] !== NEWLINE || this.#ended) return false;
      cursor.end = at;
      this.#countMetadata(start);
      this.#predicted = line + 1;
      return true;
    }
    if (!isBlank(body[at]!) || this.#ended) return false;
    while (at < body.length && isBlank(body[at]!)) at++;
    // `name {label="x"}`: what is the whole series there was only its beginning here.
    if (body[at] === BRACE_OPEN) return false;
    let end = at;
    while (end < body.length && body[end] !== NEWLINE) end++;
    cursor.position = at;
    cursor.end = end;
    this.#readSample(series, start, nameLength);
    this.#predicted = line + 1;
    return true;
  }

  #readLine(): void {
    const cursor = this.#cursor;
    const isText = this.request.format === 'text';
    const newline = cursor.body.indexOf(NEWLINE, cursor.position);
    cursor.end = newline === -1 ? cursor.body.length : newline;
    if (this.#ended) cursor.fail('expected nothing after "# EOF"');
    if (cursor.end - cursor.lineStart > LONGEST_LINE_BYTES) {
      cursor.fail(`the line is longer than ${LONGEST_LINE_BYTES} bytes`);
    }
    if (isText) cursor.skipBlanks();
    const first = cursor.peek();
    if (first === -1 && isText) return;
    if (!isUtf8(cursor.body.subarray(cursor.lineStart, cursor.end))) failUtf8(cursor);
    if (first === HASH) this.#readMetadata();
    else if (first === -1) cursor.fail('OpenMetrics has no empty lines');
    else this.#readSeriesAndSample();
  }

  #readMetadata(): void {
    const cursor = this.#cursor;
    const start = cursor.position;
    const line = readMetadataLine(cursor, this.request.format);
    if (line.kind === 'end') this.#ended = true;
    if (line.kind !== 'family') return;
    this.#countMetadata(start);
    const known = this.#families.get(line.name) ?? this.#knownFamilies.get(line.name);
    const before = known ?? { name: line.name, type: 'unknown', help: '', unit: '' };
    this.#families.set(line.name, { ...before, ...line.change });
  }

  #countMetadata(start: number): void {
    if (++this.metadataLines > METADATA_LINES_A_SAMPLE * this.request.sampleLimit) {
      throw new CollectionError(
        'too_large',
        `The exposition has more than ${METADATA_LINES_A_SAMPLE * this.request.sampleLimit} lines of HELP, TYPE and UNIT.`,
      );
    }
    this.#next.push(start, this.#cursor.end - start, undefined);
  }

  #readSeriesAndSample(): void {
    const cursor = this.#cursor;
    const start = cursor.position;
    const { body } = cursor;
    let end = endOfSeries(body, start, cursor.end);
    const bytes = body.toString('latin1', start, end);
    let series = this.#seriesByBytes.get(bytes);
    if (series === undefined) {
      const labels = readSeries(cursor);
      series = { slot: this.request.sink.slotOf(labels), line: 0 };
      this.#seriesByBytes.set(
        cursor.position === end ? bytes : body.toString('latin1', start, cursor.position),
        series,
      );
      end = cursor.position;
    } else this.#predicted = series.line + 1;
    cursor.position = end;
    if (end < cursor.end && !isBlank(body[end]!)) {
      cursor.fail(`expected a blank and the value after the series, found ${cursor.found()}`);
    }
    cursor.skipBlanks();
    this.#readSample(series, start, end - start);
  }

  /** The cursor stands on the value. */
  #readSample(series: KnownSeries, start: number, nameLength: number): void {
    const cursor = this.#cursor;
    const value = readNumber(cursor, 'the value');
    this.#exemplar = undefined;
    const timestampMs = cursor.position < cursor.end ? this.#readTail() : undefined;
    if (++this.samples > this.request.sampleLimit) {
      throw new CollectionError(
        'too_large',
        `The exposition has more than ${this.request.sampleLimit} samples: raise the target's sampleLimit or let the target expose less.`,
      );
    }
    this.request.sink.add(series.slot, value, timestampMs);
    if (this.#exemplar !== undefined) this.request.sink.exemplar?.(series.slot, this.#exemplar);
    this.#next.push(start, nameLength, series);
  }

  /** What may follow a value: a timestamp, in OpenMetrics an exemplar too. */
  #readTail(): number | undefined {
    const cursor = this.#cursor;
    cursor.skipBlanks();
    if (cursor.position === cursor.end) return undefined;
    const isOpenMetrics = this.request.format === 'openmetrics';
    let timestampMs: number | undefined;
    if (!isOpenMetrics || cursor.peek() !== HASH)
      timestampMs = readTimestampMs(cursor, this.request.format, 'the timestamp');
    if (isOpenMetrics && cursor.peek() === HASH) this.#exemplar = readExemplar(cursor, this.request.format);
    if (cursor.position < cursor.end) cursor.fail(`expected the end of the line, found ${cursor.found()}`);
    return timestampMs;
  }
}

function sameBytes(a: Buffer, aStart: number, b: Buffer, bStart: number, length: number): boolean {
  for (let at = 0; at < length; at++) {
    if (a[aStart + at] !== b[bStart + at]) return false;
  }
  return true;
}
