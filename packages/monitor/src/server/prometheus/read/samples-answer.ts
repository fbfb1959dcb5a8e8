// An answer of kind `SAMPLES`: one message with everything, packed with Snappy's block format. The message begins with lengths of
// what follows, so it is made whole, within a bound, and packed block by block while it is sent.

import { compressSnappy } from '../../../encoding/compress-snappy.ts';
import { encodeHistogram } from '../../../encoding/native-histogram.ts';
import { int64Size, ProtobufWriter } from '../../../encoding/protobuf-writer.ts';
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from '../../../encoding/wire-types.ts';
import type { SeriesSamples } from '../../../storage/interface.ts';
import type { ReadBudget } from './read-budget.ts';
import { varintSize, writeLabels } from './read-message.ts';
import { Slices } from './slices.ts';

const RESULTS = 1;
const TIMESERIES = 1;
const SAMPLES = 2;
const HISTOGRAMS = 4;
/** What is compressed alone in Snappy's blocks, so that what was made one by one can stand one behind the other. */
const BLOCK_BYTES = 65_536;
const SAMPLES_A_LOOK = 1024;

/** The series of one question, in the pieces that they were made in. */
export class ResultMessage {
  readonly #pieces: Uint8Array[] = [];
  readonly #budget: ReadBudget;
  readonly #slices = new Slices();
  readonly #series = new ProtobufWriter();
  readonly #head = new ProtobufWriter();
  #bytes = 0;

  constructor(budget: ReadBudget) {
    this.#budget = budget;
  }

  async add({ labels, timestampsMs, values, histograms = [] }: SeriesSamples): Promise<void> {
    const writer = this.#series;
    writer.clear();
    writeLabels(writer, labels);
    const bits = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
    for (let at = 0; at < values.length; at++) {
      const timeMs = timestampsMs[at]!;
      writer.tag(SAMPLES, WIRE_BYTES);
      writer.varint(10 + int64Size(timeMs));
      writer.tag(1, WIRE_FIXED64);
      writer.words(bits[2 * at]!, bits[2 * at + 1]!);
      writer.tag(2, WIRE_VARINT);
      writer.int64(timeMs);
      if (at % SAMPLES_A_LOOK === 0 && this.#slices.isOver()) await this.#slices.pause();
    }
    for (const { timestampMs, histogram } of histograms) {
      const bytes = encodeHistogram(histogram, timestampMs);
      writer.tag(HISTOGRAMS, WIRE_BYTES);
      writer.varint(bytes.length);
      writer.bytes(bytes);
      if (this.#slices.isOver()) await this.#slices.pause();
    }
    this.#budget.addSamples(values.length + histograms.length);
    this.#head.clear();
    this.#head.tag(TIMESERIES, WIRE_BYTES);
    this.#head.varint(writer.length);
    this.#push(this.#head.written().slice());
    this.#push(writer.written().slice());
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  pieces(): readonly Uint8Array[] {
    return this.#pieces;
  }

  #push(piece: Uint8Array): void {
    this.#budget.addBytes(piece.length);
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }
}

/** The whole answer as it is sent. */
export async function* packedAnswer(results: readonly ResultMessage[]): AsyncGenerator<Buffer> {
  const sizeBytes = results.reduce((sum, one) => sum + 1 + varintSize(one.sizeBytes) + one.sizeBytes, 0);
  const preamble = new ProtobufWriter();
  preamble.varint(sizeBytes);
  yield Buffer.from(preamble.written());
  const slices = new Slices();
  let block = new Uint8Array(BLOCK_BYTES);
  let filled = 0;
  for (const piece of piecesOf(results)) {
    for (let from = 0; from < piece.length; ) {
      const taken = Math.min(BLOCK_BYTES - filled, piece.length - from);
      block.set(piece.subarray(from, from + taken), filled);
      filled += taken;
      from += taken;
      if (filled < BLOCK_BYTES) continue;
      yield withoutLength(compressSnappy(block), BLOCK_BYTES);
      block = new Uint8Array(BLOCK_BYTES);
      filled = 0;
      if (slices.isOver()) await slices.pause();
    }
  }
  if (filled > 0) yield withoutLength(compressSnappy(block.subarray(0, filled)), filled);
}

function* piecesOf(results: readonly ResultMessage[]): Generator<Uint8Array> {
  const head = new ProtobufWriter();
  for (const result of results) {
    head.clear();
    head.tag(RESULTS, WIRE_BYTES);
    head.varint(result.sizeBytes);
    yield head.written();
    yield* result.pieces();
  }
}

/** A block by itself begins with the length of its content; within another it does not. */
function withoutLength(packed: Uint8Array, contentBytes: number): Buffer {
  return Buffer.from(packed.subarray(varintSize(contentBytes)));
}
