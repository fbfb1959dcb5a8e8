// A request of remote write, 1.0 (`prometheus.WriteRequest`) or 2.0 (`io.prometheus.write.v2.Request`), not yet compressed.
// Sources: prometheus.io/docs/specs/prw/remote_write_spec, …/remote_write_spec_2_0

import { encodeHistogram } from '../../../encoding/native-histogram.ts';
import { int64Size, ProtobufWriter } from '../../../encoding/protobuf-writer.ts';
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from '../../../encoding/wire-types.ts';
import type { Exemplar, MetricMetadata, MetricType } from '../../../model/batch.ts';
import { type Labels, labelValue, METRIC_NAME } from '../../../model/labels.ts';
import type { Outgoing, Shipment } from '../send/outgoing.ts';
import { readLabels, writeLabels } from './label-bytes.ts';

const METADATA_TYPES: Readonly<Record<MetricType, number>> = {
  unknown: 0,
  counter: 1,
  gauge: 2,
  histogram: 3,
  gaugehistogram: 4,
  summary: 5,
  info: 6,
  stateset: 7,
};

/** Where the two versions put the parts of a series and of a request. */
const FIELDS = {
  1: { series: 1, samples: 2, exemplars: 3, histograms: 4 },
  2: { series: 5, samples: 2, exemplars: 4, histograms: 3 },
} as const;
const METADATA_1 = 3;
const SYMBOLS_2 = 4;

export class RemoteWriteEncoder {
  readonly #metadataOfSeries: (name: string) => MetricMetadata | undefined;
  readonly #request = new ProtobufWriter();
  readonly #allSeries = new ProtobufWriter();
  readonly #series = new ProtobufWriter();
  readonly #part = new ProtobufWriter();

  /** `metadataOfSeries` gives what is known of the family that a series of this name belongs to. */
  constructor(metadataOfSeries: (name: string) => MetricMetadata | undefined) {
    this.#metadataOfSeries = metadataOfSeries;
  }

  /** Valid until the next call. */
  encode(version: 1 | 2, outgoing: Outgoing, { rows, metadata }: Shipment): Uint8Array {
    const symbols = version === 2 ? new Symbols() : undefined;
    this.#allSeries.clear();
    for (let start = 0; start < rows.length; ) {
      const slot = outgoing.slots[rows[start]!]!;
      let end = start + 1;
      while (end < rows.length && outgoing.slots[rows[end]!] === slot) end++;
      this.#encodeSeries(outgoing, rows.subarray(start, end), symbols);
      this.#allSeries.tag(FIELDS[version].series, WIRE_BYTES);
      this.#allSeries.varint(this.#series.length);
      this.#allSeries.bytes(this.#series.written());
      start = end;
    }
    this.#request.clear();
    // A receiver that decodes while it reads has to know the symbols before the series that refer to them.
    if (symbols !== undefined) this.#writeSymbols(symbols);
    this.#request.bytes(this.#allSeries.written());
    if (symbols === undefined) for (const entry of metadata) this.#writeMetadata(entry);
    return this.#request.written();
  }

  #encodeSeries(outgoing: Outgoing, rows: Uint32Array, symbols: Symbols | undefined): void {
    const labelBytes = outgoing.labelBytes(outgoing.slots[rows[0]!]!);
    const fields = FIELDS[symbols === undefined ? 1 : 2];
    const writer = this.#series;
    writer.clear();
    let labels: Labels = [];
    if (symbols === undefined) writer.bytes(labelBytes);
    else {
      labels = readLabels(labelBytes);
      this.#writeReferences(writer, labels, symbols);
    }
    for (const row of rows) this.#writeRow(writer, outgoing, row, fields);
    if (outgoing.exemplars.size > 0) {
      for (const row of rows) {
        for (const exemplar of outgoing.exemplars.get(row) ?? []) this.#writeExemplar(writer, exemplar, symbols);
      }
    }
    if (symbols !== undefined) this.#writeSeriesMetadata(writer, labels, symbols);
  }

  #writeRow(writer: ProtobufWriter, outgoing: Outgoing, row: number, fields: (typeof FIELDS)[1 | 2]): void {
    const histogram = outgoing.histograms.get(row);
    const timeMs = outgoing.timestampsMs[row]!;
    if (histogram !== undefined) {
      const bytes = encodeHistogram(histogram, timeMs);
      writer.tag(fields.histograms, WIRE_BYTES);
      writer.varint(bytes.length);
      writer.bytes(bytes);
      return;
    }
    writer.tag(fields.samples, WIRE_BYTES);
    writer.varint(10 + int64Size(timeMs));
    writer.tag(1, WIRE_FIXED64);
    writer.words(outgoing.valueBits[2 * row]!, outgoing.valueBits[2 * row + 1]!);
    writer.tag(2, WIRE_VARINT);
    writer.int64(timeMs);
  }

  #writeExemplar(writer: ProtobufWriter, exemplar: Exemplar, symbols: Symbols | undefined): void {
    const part = this.#part;
    part.clear();
    if (symbols === undefined) writeLabels(part, exemplar.labels);
    else this.#writeReferences(part, exemplar.labels, symbols);
    part.tag(2, WIRE_FIXED64);
    part.doubles(Float64Array.of(exemplar.value));
    part.tag(3, WIRE_VARINT);
    part.int64(exemplar.timestampMs);
    writer.tag(FIELDS[symbols === undefined ? 1 : 2].exemplars, WIRE_BYTES);
    writer.varint(part.length);
    writer.bytes(part.written());
  }

  /** The packed field 1 of a series and of an exemplar of 2.0. */
  #writeReferences(writer: ProtobufWriter, labels: Labels, symbols: Symbols): void {
    const references = labels.flatMap(({ name, value }) => [symbols.placeOf(name), symbols.placeOf(value)]);
    writer.tag(1, WIRE_BYTES);
    writer.varint(references.reduce((size, place) => size + int64Size(place), 0));
    for (const place of references) writer.varint(place);
  }

  #writeSeriesMetadata(writer: ProtobufWriter, labels: Labels, symbols: Symbols): void {
    const metadata = this.#metadataOfSeries(labelValue(labels, METRIC_NAME));
    if (metadata === undefined) return;
    const part = this.#part;
    part.clear();
    part.tag(1, WIRE_VARINT);
    part.varint(METADATA_TYPES[metadata.type]);
    part.tag(3, WIRE_VARINT);
    part.varint(symbols.placeOf(metadata.help));
    part.tag(4, WIRE_VARINT);
    part.varint(symbols.placeOf(metadata.unit));
    writer.tag(5, WIRE_BYTES);
    writer.varint(part.length);
    writer.bytes(part.written());
  }

  #writeSymbols(symbols: Symbols): void {
    for (const text of symbols.texts()) {
      this.#request.tag(SYMBOLS_2, WIRE_BYTES);
      this.#request.text(text);
    }
  }

  #writeMetadata({ name, type, help, unit }: MetricMetadata): void {
    const part = this.#part;
    part.clear();
    part.tag(1, WIRE_VARINT);
    part.varint(METADATA_TYPES[type]);
    for (const [field, text] of [
      [2, name],
      [4, help],
      [5, unit],
    ] as const) {
      part.tag(field, WIRE_BYTES);
      part.text(text);
    }
    this.#request.tag(METADATA_1, WIRE_BYTES);
    this.#request.varint(part.length);
    this.#request.bytes(part.written());
  }
}

/** Every string of a request of 2.0 once; the empty one has place 0. */
class Symbols {
  readonly #places = new Map<string, number>([['', 0]]);

  placeOf(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    const place = this.#places.size;
    this.#places.set(text, place);
    return place;
  }

  texts(): Iterable<string> {
    return this.#places.keys();
  }
}
