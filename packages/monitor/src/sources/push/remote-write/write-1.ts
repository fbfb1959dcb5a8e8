// Remote write 1.0 (`prometheus.WriteRequest`) into a batch. A sender writes the labels of a series in the same bytes in
// every request, so those bytes give the reference, and labels are read of series that were not seen before alone.
// Source: prometheus.io/docs/specs/prw/remote_write_spec, prometheus/remote.proto

import { isUtf8 } from 'node:buffer';
import type { Label, Labels } from '../../../model/labels.ts';
import { ByteTable } from '../byte-table.ts';
import { KnownOrigins } from '../known-origins.ts';
import type { PushLimits } from '../limits.ts';
import { OversizedPush } from '../malformed.ts';
import type { Slices } from '../pacing.ts';
import { ProtobufReader, WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from '../protobuf-reader.ts';
import type { PushBatch, SeriesOrigins } from '../push-batch.ts';
import { exemplarLabelsFrom, type NamedSeries, seriesFrom } from './labels.ts';
import { metricTypeOf } from './metric-types.ts';
import { readHistogramInto, readSampleInto } from './sample-messages.ts';

const TIMESERIES = (1 << 3) | WIRE_BYTES;
const METADATA = (3 << 3) | WIRE_BYTES;

const LABELS = (1 << 3) | WIRE_BYTES;
const SAMPLES = (2 << 3) | WIRE_BYTES;
const EXEMPLARS = (3 << 3) | WIRE_BYTES;
const HISTOGRAMS = (4 << 3) | WIRE_BYTES;

const TEXT_1 = (1 << 3) | WIRE_BYTES;
const TEXT_2 = (2 << 3) | WIRE_BYTES;
const TEXT_4 = (4 << 3) | WIRE_BYTES;
const TEXT_5 = (5 << 3) | WIRE_BYTES;
const NUMBER_1 = (1 << 3) | WIRE_VARINT;
const VALUE_2 = (2 << 3) | WIRE_FIXED64;
const TIME_3 = (3 << 3) | WIRE_VARINT;

const SERIES_BETWEEN_LOOKS_AT_THE_CLOCK = 256;
const SAMPLES_BETWEEN_LOOKS_AT_THE_CLOCK = 4096;
/** No places of a long series. */
const FROM_START = -1;
const AT_END = -2;

/** What is remembered from one request to the next. */
export class Write1Decoder {
  readonly #limits: PushLimits;
  readonly #known: ByteTable;

  constructor(limits: PushLimits) {
    this.#limits = limits;
    this.#known = new ByteTable({ maxBytes: limits.knownSeriesMaxBytes, maxEntries: limits.knownSeriesMax });
  }

  get sizeBytes(): number {
    return this.#known.sizeBytes;
  }

  /** One request: the batch needs it as its origins. */
  open(body: Uint8Array): Write1Request {
    return new Write1Request(body, this.#known, this.#limits);
  }
}

export class Write1Request implements SeriesOrigins {
  /** Series that were refused for their labels: Prometheus answers as if there had been none, and logs them. */
  refusedForLabels = 0;
  readonly #reader: ProtobufReader;
  readonly #known: ByteTable;
  readonly #limits: PushLimits;
  readonly #origins: KnownOrigins;
  #seriesCount = 0;
  // Of the series that is being read: where its labels lie, or, when they do not lie together, what they are.
  #seriesStart = 0;
  #labelsEnd = 0;
  #scattered: NamedSeries | undefined;
  #problem = '';
  /** Whether every text since this was set to true is valid. */
  #isUtf8 = true;

  constructor(body: Uint8Array, known: ByteTable, limits: PushLimits) {
    this.#reader = new ProtobufReader(body);
    this.#known = known;
    this.#origins = new KnownOrigins(known);
    this.#limits = limits;
  }

  /** @throws {MalformedPush}: what was flushed before is stored. */
  async decode(batch: PushBatch, slices: Slices): Promise<void> {
    const reader = this.#reader;
    let untilLook = SERIES_BETWEEN_LOOKS_AT_THE_CLOCK;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === TIMESERIES) {
        const outer = reader.enter();
        this.#countSeries();
        for (let from = this.#readSeries(batch, FROM_START); from !== AT_END; from = this.#readSeries(batch, from)) {
          await this.#giveWay(batch, slices);
        }
        reader.leave(outer);
      } else if (tag === METADATA) this.#readMetadata(batch);
      else reader.skip(tag & 7);
      if (--untilLook > 0) continue;
      untilLook = SERIES_BETWEEN_LOOKS_AT_THE_CLOCK;
      await this.#giveWay(batch, slices);
    }
  }

  labelsAt(origin: number): Labels {
    const named = this.#labelsIn(this.#origins.startOf(origin), this.#origins.endOf(origin));
    return 'labels' in named ? named.labels : [];
  }

  resolved(origin: number, ref: number): void {
    this.#origins.resolved(origin, ref);
  }

  async #giveWay(batch: PushBatch, slices: Slices): Promise<void> {
    if (batch.isFull) {
      await batch.flush();
      this.#origins.clear();
    }
    if (slices.isOver) await slices.rest();
  }

  #countSeries(): void {
    if (++this.#seriesCount <= this.#limits.seriesPerRequestMax) return;
    throw new OversizedPush(`the request has more than ${this.#limits.seriesPerRequestMax} series: send it in parts`);
  }

  /** Where the series goes on when it is long, to be read after a look at the clock. */
  #readSeries(batch: PushBatch, from: number): number {
    const reader = this.#reader;
    const { bytes, end } = reader;
    if (from === FROM_START) {
      this.#seriesStart = reader.position;
      while (reader.position < end && bytes[reader.position] === LABELS) {
        reader.position++;
        reader.position = reader.readLength();
      }
      from = this.#labelsEnd = reader.position;
      this.#scattered = this.#hasLabelsBehind() ? this.#scatteredSeries() : undefined;
    }
    const series = this.#addSeries(batch);
    reader.position = from;
    let samples = 0;
    while (reader.position < end && samples < SAMPLES_BETWEEN_LOOKS_AT_THE_CLOCK) {
      const tag = reader.readTag();
      if (tag === SAMPLES) {
        samples++;
        readSampleInto(reader, batch, series);
      } else if (tag === HISTOGRAMS) {
        samples++;
        readHistogramInto(reader, batch, series, this.#limits.histogramBucketsMax);
      } else if (tag === EXEMPLARS) this.#readExemplar(batch, series);
      else reader.skip(tag & 7);
    }
    if (series < 0) this.#countRefused(batch, samples);
    return reader.position < end ? reader.position : AT_END;
  }

  /** From here to the end of the series: any order of fields is allowed, and hardly any sender makes use of it. */
  #hasLabelsBehind(): boolean {
    const reader = this.#reader;
    while (reader.position < reader.end) {
      const tag = reader.readTag();
      if (tag === LABELS) return true;
      reader.skip(tag & 7);
    }
    return false;
  }

  /** The batch's number of the series, -1 when its labels are refused. */
  #addSeries(batch: PushBatch): number {
    if (this.#scattered !== undefined) {
      const named = this.#scattered;
      return 'problem' in named ? this.#noteProblem(named.problem) : batch.series(named.labels);
    }
    const reader = this.#reader;
    const known = this.#known;
    const start = this.#seriesStart;
    const end = this.#labelsEnd;
    const entry = known.entryOf(reader.bytes, reader.view, start, end - start);
    const ref = entry < 0 ? 0 : known.valueOf(entry);
    if (ref === 0) {
      const named = this.#labelsIn(start, end);
      if ('problem' in named) return this.#noteProblem(named.problem);
    }
    return batch.fromOrigin(this.#origins.add(start, end, entry), ref);
  }

  #scatteredSeries(): NamedSeries {
    return this.#labelsIn(this.#seriesStart, this.#reader.end);
  }

  #noteProblem(problem: string): -1 {
    this.#problem = problem;
    return -1;
  }

  #countRefused(batch: PushBatch, samples: number): void {
    batch.refuse('invalid', this.#problem, samples);
    this.refusedForLabels++;
  }

  #labelsIn(start: number, end: number): NamedSeries {
    const reader = this.#reader;
    const { position, end: outer } = reader;
    const pairs: Label[] = [];
    reader.position = start;
    reader.end = end;
    this.#isUtf8 = true;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === LABELS) this.#readLabel(pairs);
      else reader.skip(tag & 7);
    }
    reader.position = position;
    reader.end = outer;
    return seriesFrom(pairs, this.#isUtf8, this.#limits.labelsPerSeriesMax);
  }

  #readLabel(pairs: Label[]): void {
    const reader = this.#reader;
    const outer = reader.enter();
    let name = '';
    let value = '';
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === TEXT_1) name = this.#readText();
      else if (tag === TEXT_2) value = this.#readText();
      else reader.skip(tag & 7);
    }
    reader.leave(outer);
    // One more than is allowed tells that there are too many.
    if (pairs.length <= this.#limits.labelsPerSeriesMax) pairs.push({ name, value });
  }

  #readText(): string {
    const reader = this.#reader;
    const end = reader.readLength();
    const { bytes, position } = reader;
    reader.position = end;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + position, end - position);
    if (!isUtf8(text)) this.#isUtf8 = false;
    return text.toString('utf8');
  }

  #readExemplar(batch: PushBatch, series: number): void {
    const reader = this.#reader;
    const outer = reader.enter();
    const pairs: Label[] = [];
    let value = 0;
    let timestampMs = 0;
    this.#isUtf8 = true;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === LABELS) this.#readLabel(pairs);
      else if (tag === VALUE_2) value = reader.readDouble();
      else if (tag === TIME_3) timestampMs = reader.readInt64();
      else reader.skip(tag & 7);
    }
    reader.leave(outer);
    const labels = exemplarLabelsFrom(pairs, this.#isUtf8);
    if (series >= 0 && labels !== undefined) batch.exemplar(series, { labels, value, timestampMs });
  }

  #readMetadata(batch: PushBatch): void {
    const reader = this.#reader;
    const outer = reader.enter();
    this.#isUtf8 = true;
    let type = 0;
    let name = '';
    let help = '';
    let unit = '';
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === NUMBER_1) type = reader.readUint64();
      else if (tag === TEXT_2) name = this.#readText();
      else if (tag === TEXT_4) help = this.#readText();
      else if (tag === TEXT_5) unit = this.#readText();
      else reader.skip(tag & 7);
    }
    reader.leave(outer);
    if (this.#isUtf8 && name !== '') batch.metadata({ name, type: metricTypeOf(type), help, unit });
  }
}
