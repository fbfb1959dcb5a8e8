// Remote write 1.0 (`prometheus.WriteRequest`) into a batch. A sender writes the labels of a series in the same bytes in
// every request, so those bytes give the reference, and labels are read of series that were not seen before alone.
// Source: prometheus.io/docs/specs/prw/remote_write_spec, prometheus/remote.proto

import { isUtf8 } from 'node:buffer';
import { knownFields } from '../../../encoding/protobuf-reader.ts';
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from '../../../encoding/wire-types.ts';
import type { Label, Labels } from '../../../model/labels.ts';
import { ByteTable } from '../byte-table.ts';
import { IdleOrigins } from '../idle-origins.ts';
import type { PushLimits } from '../limits.ts';
import type { PushBatch } from '../push-batch.ts';
import { exemplarLabelsFrom, type NamedSeries, seriesFrom } from './labels.ts';
import { metricTypeOf } from './metric-types.ts';
import {
  isPlainSample,
  PLAIN_SAMPLE_BYTES,
  readHistogramInto,
  readSampleInto,
  SAMPLES,
  takePlainSample,
} from './sample-messages.ts';
import {
  AT_END,
  FROM_START,
  SAMPLES_BETWEEN_LOOKS_AT_THE_CLOCK,
  type WriteParts,
  WriteRequest,
} from './write-request.ts';

const TIMESERIES = (1 << 3) | WIRE_BYTES;
const METADATA = (3 << 3) | WIRE_BYTES;

const LABELS = (1 << 3) | WIRE_BYTES;
const EXEMPLARS = (3 << 3) | WIRE_BYTES;
const HISTOGRAMS = (4 << 3) | WIRE_BYTES;

const TEXT_1 = (1 << 3) | WIRE_BYTES;
const TEXT_2 = (2 << 3) | WIRE_BYTES;
const TEXT_4 = (4 << 3) | WIRE_BYTES;
const TEXT_5 = (5 << 3) | WIRE_BYTES;
const NUMBER_1 = (1 << 3) | WIRE_VARINT;
const VALUE_2 = (2 << 3) | WIRE_FIXED64;
const TIME_3 = (3 << 3) | WIRE_VARINT;

const REQUEST_FIELDS = knownFields(TIMESERIES, METADATA);
const SERIES_FIELDS = knownFields(LABELS, SAMPLES, EXEMPLARS, HISTOGRAMS);
const LABEL_FIELDS = knownFields(TEXT_1, TEXT_2);
const EXEMPLAR_FIELDS = knownFields(LABELS, VALUE_2, TIME_3);
const METADATA_FIELDS = knownFields(NUMBER_1, TEXT_2, TEXT_4, TEXT_5);

/** What is remembered from one request to the next. */
export class Write1Decoder {
  readonly #limits: PushLimits;
  readonly #known: ByteTable;
  readonly #origins: IdleOrigins;

  constructor(limits: PushLimits) {
    this.#limits = limits;
    this.#known = new ByteTable({ maxBytes: limits.knownSeriesMaxBytes, maxEntries: limits.knownSeriesMax });
    this.#origins = new IdleOrigins(this.#known);
  }

  get sizeBytes(): number {
    return this.#known.sizeBytes;
  }

  /** One request: the batch needs it as its origins. */
  open(body: Uint8Array): Write1Request {
    return new Write1Request(body, { known: this.#known, origins: this.#origins.take(), limits: this.#limits });
  }

  /** The request is stored and answered: its memory is used again. */
  done(request: Write1Request): void {
    this.#origins.giveBack(request.origins);
  }
}

export class Write1Request extends WriteRequest {
  /** Series that were refused for their labels: Prometheus answers as if there had been none, and logs them. */
  refusedForLabels = 0;
  // Of the series that is being read: where its labels lie, or, when they do not lie together, what they are.
  #seriesStart = 0;
  #labelsEnd = 0;
  #scattered: NamedSeries | undefined;
  #problem = '';
  /** Whether every text since this was set to true is valid. */
  #isUtf8 = true;

  constructor(body: Uint8Array, parts: WriteParts) {
    super(body, TIMESERIES, parts);
  }

  override labelsAt(origin: number): Labels {
    const named = this.#labelsIn(this.origins.startOf(origin), this.origins.endOf(origin));
    return 'labels' in named ? named.labels : [];
  }

  protected override prepare(): void {}

  protected override takeKnown(batch: PushBatch, start: number, end: number): boolean {
    const { bytes, view } = this.reader;
    const { known } = this;
    const sampleAt = end - PLAIN_SAMPLE_BYTES;
    if (sampleAt < start) return false;
    const entry = known.predictedAt(bytes, view, start);
    if (entry < 0 || known.lengthOf(entry) !== sampleAt - start || !isPlainSample(bytes, view, sampleAt)) return false;
    const ref = known.valueOf(entry);
    if (ref === 0) return false;
    known.confirm(entry);
    takePlainSample(view, sampleAt, batch, batch.fromOrigin(this.origins.add(start, sampleAt, entry), ref));
    return true;
  }

  protected override readOther(batch: PushBatch, tag: number): void {
    if (tag === METADATA) this.#readMetadata(batch);
    else this.reader.skipOther(tag, REQUEST_FIELDS);
  }

  protected override readSeries(batch: PushBatch, from: number): number {
    const { reader } = this;
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
        readHistogramInto(reader, batch, series, this.limits.histogramBucketsMax);
      } else if (tag === EXEMPLARS) this.#readExemplar(batch, series);
      else reader.skipOther(tag, SERIES_FIELDS);
    }
    if (series < 0) this.#countRefused(batch, samples);
    return reader.position < end ? reader.position : AT_END;
  }

  /** From here to the end of the series: any order of fields is allowed, and hardly any sender makes use of it. */
  #hasLabelsBehind(): boolean {
    const { reader } = this;
    while (reader.position < reader.end) {
      const tag = reader.readTag();
      if (tag === LABELS) return true;
      reader.skipOther(tag, SERIES_FIELDS);
    }
    return false;
  }

  /** The batch's number of the series, -1 when its labels are refused. */
  #addSeries(batch: PushBatch): number {
    if (this.#scattered !== undefined) {
      const named = this.#scattered;
      return 'problem' in named ? this.#noteProblem(named.problem) : batch.series(named.labels);
    }
    const { reader } = this;
    const { known } = this;
    const start = this.#seriesStart;
    const end = this.#labelsEnd;
    const entry = known.entryOf(reader.bytes, reader.view, start, end - start);
    const ref = entry < 0 ? 0 : known.valueOf(entry);
    if (ref === 0) {
      const named = this.#labelsIn(start, end);
      if ('problem' in named) return this.#noteProblem(named.problem);
    }
    return batch.fromOrigin(this.origins.add(start, end, entry), ref);
  }

  #scatteredSeries(): NamedSeries {
    return this.#labelsIn(this.#seriesStart, this.reader.end);
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
    const { reader } = this;
    const { position, end: outer } = reader;
    const pairs: Label[] = [];
    reader.position = start;
    reader.end = end;
    this.#isUtf8 = true;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === LABELS) this.#readLabel(pairs);
      else reader.skipOther(tag, SERIES_FIELDS);
    }
    reader.position = position;
    reader.end = outer;
    return seriesFrom(pairs, this.#isUtf8, this.limits.labelsPerSeriesMax);
  }

  #readLabel(pairs: Label[]): void {
    const { reader } = this;
    const outer = reader.enter();
    let name = '';
    let value = '';
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === TEXT_1) name = this.#readText();
      else if (tag === TEXT_2) value = this.#readText();
      else reader.skipOther(tag, LABEL_FIELDS);
    }
    reader.leave(outer);
    // One more than is allowed tells that there are too many.
    if (pairs.length <= this.limits.labelsPerSeriesMax) pairs.push({ name, value });
  }

  #readText(): string {
    const { reader } = this;
    const end = reader.readLength();
    const { bytes, position } = reader;
    reader.position = end;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + position, end - position);
    if (!isUtf8(text)) this.#isUtf8 = false;
    return text.toString('utf8');
  }

  #readExemplar(batch: PushBatch, series: number): void {
    const { reader } = this;
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
      else reader.skipOther(tag, EXEMPLAR_FIELDS);
    }
    reader.leave(outer);
    const labels = exemplarLabelsFrom(pairs, this.#isUtf8);
    if (series >= 0 && labels !== undefined) batch.exemplar(series, { labels, value, timestampMs });
  }

  #readMetadata(batch: PushBatch): void {
    const { reader } = this;
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
      else reader.skipOther(tag, METADATA_FIELDS);
    }
    reader.leave(outer);
    if (this.#isUtf8 && name !== '') batch.metadata({ name, type: metricTypeOf(type), help, unit });
  }
}
