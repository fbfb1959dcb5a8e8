// Remote write 2.0 (`io.prometheus.write.v2.Request`) into a batch. Texts stand once in a table of symbols, series name
// them by their places. The table differs from request to request, so each symbol is given a number that stays
// (`request-symbols.ts`); the numbers of a series' symbols are the bytes that give its reference. Labels are read of new series alone.
// Source: prometheus.io/docs/specs/prw/remote_write_spec_2_0, prometheus/io/prometheus/write/v2/types.proto

import { knownFields } from '../../../encoding/protobuf-reader.ts';
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from '../../../encoding/wire-types.ts';
import { type Label, type Labels, labelValue, METRIC_NAME } from '../../../model/labels.ts';
import { labelText } from '../../label-text.ts';
import { ByteTable } from '../byte-table.ts';
import { IdleOrigins } from '../idle-origins.ts';
import type { PushLimits } from '../limits.ts';
import type { PushBatch } from '../push-batch.ts';
import { exemplarLabelsFrom, type NamedSeries, seriesFrom } from './labels.ts';
import { familyOf, metricTypeOf } from './metric-types.ts';
import { REQUEST_FIELDS, RequestSymbols, TIMESERIES } from './request-symbols.ts';
import {
  isPlainSample,
  PLAIN_SAMPLE_BYTES,
  readHistogramInto,
  readSampleInto,
  SAMPLES,
  takePlainSample,
} from './sample-messages.ts';
import { ToldMetadata } from './told-metadata.ts';
import {
  AT_END,
  FROM_START,
  MORE,
  SAMPLES_BETWEEN_LOOKS_AT_THE_CLOCK,
  TWO_BYTES_END,
  type WriteParts,
  WriteRequest,
} from './write-request.ts';

const LABEL_REFS = 1;
const PACKED_LABEL_REFS = (LABEL_REFS << 3) | WIRE_BYTES;
const HISTOGRAMS = (3 << 3) | WIRE_BYTES;
const EXEMPLARS = (4 << 3) | WIRE_BYTES;
const METADATA = (5 << 3) | WIRE_BYTES;

const VALUE_2 = (2 << 3) | WIRE_FIXED64;
const TIME_3 = (3 << 3) | WIRE_VARINT;
const TYPE_1 = (1 << 3) | WIRE_VARINT;
const HELP_3 = (3 << 3) | WIRE_VARINT;
const UNIT_4 = (4 << 3) | WIRE_VARINT;

const ONE_LABEL_REF = (LABEL_REFS << 3) | WIRE_VARINT;
const SERIES_FIELDS = knownFields(ONE_LABEL_REF, PACKED_LABEL_REFS, SAMPLES, HISTOGRAMS, EXEMPLARS, METADATA);
const EXEMPLAR_FIELDS = knownFields(ONE_LABEL_REF, PACKED_LABEL_REFS, VALUE_2, TIME_3);
const METADATA_FIELDS = knownFields(TYPE_1, HELP_3, UNIT_4);

const WORD_BYTES = 4;

/** What is remembered from one request to the next. */
interface Memory {
  readonly symbols: ByteTable;
  readonly series: ByteTable;
  readonly metadata: ToldMetadata;
  /** The generation of the symbols whose numbers stand in the other two. */
  symbolGeneration: number;
  /** The generation of the series whose entries stand in the metadata. */
  seriesGeneration: number;
}

export class Write2Decoder {
  readonly #limits: PushLimits;
  readonly #memory: Memory;
  readonly #origins: IdleOrigins;

  constructor(limits: PushLimits) {
    this.#limits = limits;
    const tableLimits = { maxBytes: limits.knownSeriesMaxBytes, maxEntries: limits.knownSeriesMax };
    this.#memory = {
      symbols: new ByteTable(tableLimits),
      series: new ByteTable(tableLimits),
      metadata: new ToldMetadata(),
      symbolGeneration: 0,
      seriesGeneration: 0,
    };
    this.#origins = new IdleOrigins(this.#memory.series);
  }

  get sizeBytes(): number {
    const { symbols, series, metadata } = this.#memory;
    return symbols.sizeBytes + series.sizeBytes + metadata.sizeBytes;
  }

  /** What was said of metrics is told to the store again when it comes again. */
  forgetMetadata(): void {
    this.#memory.metadata.clear();
  }

  /** One request: the batch needs it as its origins. */
  open(body: Uint8Array): Write2Request {
    const parts = { known: this.#memory.series, origins: this.#origins.take(), limits: this.#limits };
    return new Write2Request(body, this.#memory, parts);
  }

  /** The request is stored and answered: its memory is used again. */
  done(request: Write2Request): void {
    this.#origins.giveBack(request.origins);
  }
}

export class Write2Request extends WriteRequest {
  readonly #memory: Memory;
  readonly #symbols: RequestSymbols;
  /** The references of labels of the series, or of the exemplar, that is being read. */
  #refs = new Uint32Array(64);
  #refCount = 0;
  /** The same as numbers that stay. */
  #key = new Uint32Array(64);
  #keyBytes = new Uint8Array(this.#key.buffer);
  #keyView = new DataView(this.#key.buffer);
  #seriesStart = 0;
  // Its metadata: the type and two symbols.
  #type = 0;
  #help = 0;
  #unit = 0;
  #problem = '';

  constructor(body: Uint8Array, memory: Memory, parts: WriteParts) {
    super(body, TIMESERIES, parts);
    this.#memory = memory;
    this.#symbols = new RequestSymbols(this.reader, memory.symbols);
  }

  override labelsAt(origin: number): Labels {
    const { reader } = this;
    const { position, end } = reader;
    reader.position = this.origins.startOf(origin);
    reader.end = this.origins.endOf(origin);
    this.#gatherRefs();
    reader.position = position;
    reader.end = end;
    const named = this.#namedSeries();
    return 'labels' in named ? named.labels : [];
  }

  protected override prepare(): void {
    const memory = this.#memory;
    this.#symbols.prepare(this.limits.seriesPerRequestMax);
    if (memory.symbolGeneration === memory.symbols.generation) return;
    memory.symbolGeneration = memory.symbols.generation;
    memory.series.clear();
    memory.metadata.clear();
  }

  protected override takeKnown(batch: PushBatch, start: number, end: number): boolean {
    if (!this.#symbols.hasIds || start + 2 > end) return false;
    const { reader, known } = this;
    const { bytes, view, end: outer } = reader;
    const refsLength = bytes[start + 1]!;
    const sampleAt = start + 2 + refsLength;
    const metadataAt = sampleAt + PLAIN_SAMPLE_BYTES;
    if (bytes[start] !== PACKED_LABEL_REFS || refsLength >= MORE || metadataAt > end) return false;
    if (!isPlainSample(bytes, view, sampleAt)) return false;
    if (metadataAt < end && !isMetadataAlone(bytes, metadataAt, end)) return false;
    const entry = this.#expectedEntry(start + 2, sampleAt);
    const ref = entry < 0 ? 0 : known.valueOf(entry);
    if (ref === 0) return false;
    if (metadataAt < end) {
      const { position } = reader;
      reader.position = metadataAt + 1;
      reader.end = end;
      this.#clearMetadata();
      this.#gatherMetadata();
      reader.end = outer;
      reader.position = position;
      if (this.#isMetadataWrong) return false;
    }
    known.confirm(entry);
    this.#seriesStart = start;
    takePlainSample(view, sampleAt, batch, batch.fromOrigin(this.origins.add(start, end, entry), ref));
    if (metadataAt < end) this.#tellMetadata(batch);
    return true;
  }

  protected override readOther(_batch: PushBatch, tag: number): void {
    this.reader.skipOther(tag, REQUEST_FIELDS);
  }

  /** The entry that is expected, when these packed references of one or two bytes are its symbols; -1 when they are not. */
  #expectedEntry(start: number, end: number): number {
    const { reader, known } = this;
    const { bytes } = reader;
    const ids = this.#symbols.ids;
    const key = this.#key;
    let count = 0;
    for (let at = start; at < end; count++) {
      let ref = bytes[at++]!;
      if (ref >= MORE && at < end) ref += (bytes[at++]! - 1) * MORE;
      else if (ref >= MORE) return -1;
      if (ref >= ids.length || ref >= TWO_BYTES_END || count === key.length) return -1;
      key[count] = ids[ref]!;
    }
    const entry = known.predictedAt(this.#keyBytes, this.#keyView, 0);
    return entry >= 0 && known.lengthOf(entry) === WORD_BYTES * count ? entry : -1;
  }

  protected override readSeries(batch: PushBatch, from: number): number {
    const { reader } = this;
    const { end } = reader;
    if (from === FROM_START) from = this.#seriesStart = reader.position;
    const isBegin = from === this.#seriesStart;
    const series = this.#addSeries(batch);
    reader.position = from;
    let samples = 0;
    let exemplars = 0;
    while (reader.position < end && samples < SAMPLES_BETWEEN_LOOKS_AT_THE_CLOCK) {
      const tag = reader.readTag();
      switch (tag) {
        case SAMPLES:
          samples++;
          readSampleInto(reader, batch, series);
          break;
        case HISTOGRAMS:
          samples++;
          readHistogramInto(reader, batch, series, this.limits.histogramBucketsMax);
          break;
        case EXEMPLARS:
          exemplars++;
          this.#readExemplar(batch, series);
          break;
        default:
          reader.skipOther(tag, SERIES_FIELDS);
      }
    }
    if (series < 0) batch.refuse('invalid', this.#problem, samples);
    else if (isBegin) this.#tellMetadata(batch);
    // Prometheus refuses a series of exemplars alone too, and yet sends such ones.
    if (series >= 0 && isBegin && samples + exemplars === 0 && reader.position >= end) {
      const text = labelText(this.#labelsOfThis(reader.position));
      batch.refuse('invalid', `series ${text}: it has no sample and no histogram: send at least one`, 0);
    }
    return reader.position < end ? reader.position : AT_END;
  }

  /** The batch's number of the series, -1 when its labels are refused. */
  #addSeries(batch: PushBatch): number {
    const { reader } = this;
    const { known } = this;
    reader.position = this.#seriesStart;
    this.#gatherRefs();
    const entry = this.#symbols.hasIds && this.#makeKey() ? this.#entryOfKey() : -1;
    const ref = entry < 0 ? 0 : known.valueOf(entry);
    if (ref === 0) {
      const named = this.#namedSeries();
      if ('problem' in named) {
        this.#problem = named.problem;
        return -1;
      }
    }
    if (this.#isMetadataWrong) {
      const text = labelText(this.#labelsOfThis(reader.position));
      this.#problem = `metadata of series ${text}: a reference is outside of the symbols, of which there are ${this.#symbols.count}`;
      return -1;
    }
    return batch.fromOrigin(this.origins.add(this.#seriesStart, reader.end, entry), ref);
  }

  #entryOfKey(): number {
    return this.known.entryOf(this.#keyBytes, this.#keyView, 0, this.#refCount * WORD_BYTES);
  }

  /** All label references of the series that begins here, to its end, wherever in it they stand, and its metadata. */
  #gatherRefs(): void {
    const { reader } = this;
    this.#refCount = 0;
    this.#clearMetadata();
    while (reader.position < reader.end) {
      const tag = reader.readTag();
      if (tag >>> 3 === LABEL_REFS) this.#readRefs(tag);
      else if (tag === METADATA) this.#gatherMetadata();
      else reader.skipOther(tag, SERIES_FIELDS);
    }
  }

  /** Packed or one by one. */
  #readRefs(tag: number): void {
    const { reader } = this;
    if ((tag & 7) === WIRE_VARINT) {
      this.#pushRef(reader.readUint64());
      return;
    }
    reader.expect(tag, WIRE_BYTES);
    const end = reader.readLength();
    while (reader.position < end) this.#pushRef(reader.readUint64());
    if (reader.position > end) reader.fail('the references of labels lead out of their list');
  }

  #pushRef(ref: number): void {
    // More than these are too many labels, and are refused for that.
    if (this.#refCount >= 2 * this.limits.labelsPerSeriesMax + 2) return;
    if (this.#refCount === this.#refs.length) this.#growRefs();
    this.#refs[this.#refCount++] = Math.min(ref, 0xffffffff);
  }

  #growRefs(): void {
    const refs = new Uint32Array(2 * this.#refs.length);
    refs.set(this.#refs);
    this.#refs = refs;
    this.#key = new Uint32Array(refs.length);
    this.#keyBytes = new Uint8Array(this.#key.buffer);
    this.#keyView = new DataView(this.#key.buffer);
  }

  /** False when a reference leads out of the table of symbols. */
  #makeKey(): boolean {
    const ids = this.#symbols.ids;
    const refs = this.#refs;
    const key = this.#key;
    for (let at = 0; at < this.#refCount; at++) {
      const ref = refs[at]!;
      if (ref >= ids.length) return false;
      key[at] = ids[ref]!;
    }
    return true;
  }

  #namedSeries(): NamedSeries {
    const pairs = this.#pairs();
    if (typeof pairs === 'string') return { problem: pairs };
    return seriesFrom(pairs.labels, pairs.isUtf8, this.limits.labelsPerSeriesMax);
  }

  /** Leaves the reader at `position`. */
  #labelsOfThis(position: number): Labels {
    this.reader.position = this.#seriesStart;
    this.#gatherRefs();
    this.reader.position = position;
    const named = this.#namedSeries();
    return 'labels' in named ? named.labels : [];
  }

  /** The labels that the gathered references name, or what is wrong with them. */
  #pairs(): { labels: Label[]; isUtf8: boolean } | string {
    const count = this.#refCount;
    const shown = [...this.#refs.subarray(0, Math.min(count, 10))].join(' ');
    if (count % 2 !== 0) return `series with label references [${shown}]: they are ${count}, and a label needs two`;
    const labels: Label[] = [];
    let isValid = true;
    for (let at = 0; at < count; at += 2) {
      const name = this.#symbols.at(this.#refs[at]!);
      const value = this.#symbols.at(this.#refs[at + 1]!);
      if (name === undefined || value === undefined) {
        return `series with label references [${shown}]: a reference is outside of the symbols, of which there are ${this.#symbols.count}`;
      }
      isValid = isValid && name.isUtf8 && value.isUtf8;
      labels.push({ name: name.text, value: value.text });
    }
    return { labels, isUtf8: isValid };
  }

  #readExemplar(batch: PushBatch, series: number): void {
    const { reader } = this;
    const outer = reader.enter();
    let value = 0;
    let timestampMs = 0;
    this.#refCount = 0;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag >>> 3 === LABEL_REFS) this.#readRefs(tag);
      else if (tag === VALUE_2) value = reader.readDouble();
      else if (tag === TIME_3) timestampMs = reader.readInt64();
      else reader.skipOther(tag, EXEMPLAR_FIELDS);
    }
    reader.leave(outer);
    if (series < 0) return;
    const pairs = this.#pairs();
    if (typeof pairs === 'string') {
      batch.refuse('invalid', `exemplar of a ${pairs}`, 0);
      return;
    }
    const labels = exemplarLabelsFrom(pairs.labels, pairs.isUtf8);
    if (labels !== undefined) batch.exemplar(series, { labels, value, timestampMs });
  }

  #clearMetadata(): void {
    this.#type = 0;
    this.#help = 0;
    this.#unit = 0;
  }

  /** A message that stands there more than once is its pieces, as protobuf has it. */
  #gatherMetadata(): void {
    const { reader } = this;
    const outer = reader.enter();
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === TYPE_1) this.#type = reader.readUint64();
      else if (tag === HELP_3) this.#help = reader.readUint64();
      else if (tag === UNIT_4) this.#unit = reader.readUint64();
      else reader.skipOther(tag, METADATA_FIELDS);
    }
    reader.leave(outer);
  }

  /** Whether what was gathered leads out of the table of symbols; 0 is no reference. */
  get #isMetadataWrong(): boolean {
    const count = this.#symbols.count;
    return (this.#help >= count && this.#help > 0) || (this.#unit >= count && this.#unit > 0);
  }

  #tellMetadata(batch: PushBatch): void {
    const type = this.#type;
    const help = this.#help;
    const unit = this.#unit;
    if (type === 0 && help === 0 && unit === 0) return;
    if (this.#isNews(type, help, unit)) this.#tell(batch, type, help, unit);
  }

  /** The same metadata comes with every series of every request: what was told already is known by its numbers. */
  #isNews(type: number, help: number, unit: number): boolean {
    const memory = this.#memory;
    const entry = this.origins.lastEntry;
    if (entry < 0) return true;
    if (memory.seriesGeneration !== memory.series.generation) {
      memory.seriesGeneration = memory.series.generation;
      memory.metadata.clear();
    }
    return memory.metadata.isNews(entry, type, this.#symbols.ids[help]!, this.#symbols.ids[unit]!);
  }

  #tell(batch: PushBatch, type: number, help: number, unit: number): void {
    const name = labelValue(this.#labelsOfThis(this.reader.position), METRIC_NAME);
    const helpText = this.#symbols.at(help)!;
    const unitText = this.#symbols.at(unit)!;
    if (!helpText.isUtf8 || !unitText.isUtf8) return;
    const metricType = metricTypeOf(type);
    batch.metadata({ name: familyOf(name, metricType), type: metricType, help: helpText.text, unit: unitText.text });
  }
}

/** Whether metadata of less than 128 bytes stand there to the end. */
function isMetadataAlone(bytes: Uint8Array, at: number, end: number): boolean {
  return bytes[at] === METADATA && at + 2 <= end && bytes[at + 1]! < MORE && at + 2 + bytes[at + 1]! === end;
}
