// An answer of kind `STREAMED_XOR_CHUNKS`: a stream of frames, each with its length, its checksum and some chunks of one series;
// the series of a question stand in the order of their labels. The store gives them in any order, so their chunks, which are small,
// wait in memory within a bound until all are there. Source: prometheus.io/docs/prometheus/latest/querying/remote_read_api

import { ProtobufWriter } from '../../../encoding/protobuf-writer.ts';
import { WIRE_BYTES, WIRE_VARINT } from '../../../encoding/wire-types.ts';
import { compareLabels } from '../../../model/label-order.ts';
import type { Labels } from '../../../model/labels.ts';
import type { SeriesSamples } from '../../../storage/interface.ts';
import { BitWriter } from './bit-writer.ts';
import { crc32c } from './crc32c.ts';
import { encodeHistogramChunk } from './histogram-chunk.ts';
import type { ReadBudget } from './read-budget.ts';
import { writeLabels } from './read-message.ts';
import { Slices } from './slices.ts';
import { encodeXorChunk } from './xor-chunk.ts';

/** As in Prometheus' own store. */
const SAMPLES_A_CHUNK = 120;
/** A frame ends with the chunk that brings it to so many bytes; Prometheus, which is not alone in its thread, takes up to eight times as many. */
const FRAME_BYTES = 131_072;
/** What a chunk weighs in memory beside its data. */
const CHUNK_OVERHEAD_BYTES = 64;
const ENCODINGS = { xor: 1, integer: 2, float: 3 } as const;

interface Chunk {
  readonly encoding: number;
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
  readonly data: Uint8Array;
}

interface ChunkedSeries {
  readonly labels: Labels;
  readonly chunks: readonly Chunk[];
}

/** The series of one question. */
export class ChunkedResult {
  readonly #series: ChunkedSeries[] = [];
  readonly #budget: ReadBudget;
  readonly #slices = new Slices();
  readonly #writer = new BitWriter();

  constructor(budget: ReadBudget) {
    this.#budget = budget;
  }

  /** Floats and histograms of a series come in chunks of their own, which follow one another in time. */
  async add({ labels, timestampsMs, values, histograms = [] }: SeriesSamples): Promise<void> {
    this.#budget.addSamples(values.length + histograms.length);
    const bits = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
    const chunks: Chunk[] = [];
    let float = 0;
    let histogram = 0;
    while (float < values.length || histogram < histograms.length) {
      const nextFloatMs = timestampsMs[float] ?? Infinity;
      const nextHistogramMs = histograms[histogram]?.timestampMs ?? Infinity;
      if (nextFloatMs <= nextHistogramMs) {
        let end = float + 1;
        while (end < values.length && end - float < SAMPLES_A_CHUNK && timestampsMs[end]! < nextHistogramMs) end++;
        const data = encodeXorChunk(this.#writer, timestampsMs, bits, float, end);
        this.#push(chunks, ENCODINGS.xor, nextFloatMs, timestampsMs[end - 1]!, data);
        float = end;
      } else {
        let most = 1;
        while (most < SAMPLES_A_CHUNK && (histograms[histogram + most]?.timestampMs ?? Infinity) < nextFloatMs) most++;
        const { counts, data, end } = encodeHistogramChunk(this.#writer, histograms, histogram, most);
        this.#push(chunks, ENCODINGS[counts], nextHistogramMs, histograms[end - 1]!.timestampMs, data);
        histogram = end;
      }
      if (this.#slices.isOver()) await this.#slices.pause();
    }
    this.#series.push({ labels, chunks });
  }

  async *frames(queryIndex: number): AsyncGenerator<Buffer> {
    this.#series.sort((a, b) => compareLabels(a.labels, b.labels));
    const slices = new Slices();
    for (const { labels, chunks } of this.#series) {
      let from = 0;
      while (from < chunks.length) {
        let end = from;
        for (let bytes = 0; end < chunks.length && bytes < FRAME_BYTES; end++) bytes += chunks[end]!.data.length;
        yield frameOf(messageOf(labels, chunks.slice(from, end), queryIndex));
        from = end;
        if (slices.isOver()) await slices.pause();
      }
    }
  }

  #push(chunks: Chunk[], encoding: number, minTimeMs: number, maxTimeMs: number, data: Uint8Array): void {
    this.#budget.addBytes(data.length + CHUNK_OVERHEAD_BYTES);
    chunks.push({ encoding, minTimeMs, maxTimeMs, data });
  }
}

function messageOf(labels: Labels, chunks: readonly Chunk[], queryIndex: number): Uint8Array {
  const series = new ProtobufWriter();
  writeLabels(series, labels);
  const one = new ProtobufWriter();
  for (const { encoding, minTimeMs, maxTimeMs, data } of chunks) {
    one.clear();
    one.tag(1, WIRE_VARINT);
    one.int64(minTimeMs);
    one.tag(2, WIRE_VARINT);
    one.int64(maxTimeMs);
    one.tag(3, WIRE_VARINT);
    one.varint(encoding);
    one.tag(4, WIRE_BYTES);
    one.varint(data.length);
    one.bytes(data);
    nest(series, 2, one);
  }
  const message = new ProtobufWriter();
  nest(message, 1, series);
  message.tag(2, WIRE_VARINT);
  message.varint(queryIndex);
  return message.written();
}

function nest(writer: ProtobufWriter, field: number, message: ProtobufWriter): void {
  writer.tag(field, WIRE_BYTES);
  writer.varint(message.length);
  writer.bytes(message.written());
}

/** Length, checksum (big-endian), message. */
function frameOf(message: Uint8Array): Buffer {
  const head = new ProtobufWriter();
  head.varint(message.length);
  const frame = Buffer.allocUnsafe(head.length + 4 + message.length);
  frame.set(head.written());
  frame.writeUInt32BE(crc32c(message), head.length);
  frame.set(message, head.length + 4);
  return frame;
}
