// The streams of a chunk: pieces of bytes by kind (bitmaps, planes of small numbers, of noise …), in *frames* that zstd packs.
// Streams of one kind lie next to each other, so that zstd sees like with like; a frame is unpacked when a stream of it is
// asked for, and kept. A stream lies in one frame. Small chunks have one frame for all kinds.
// Bounds: `FRAME_BYTES` of a frame, but one with a single longer stream, which has at most `BLOCK_BYTES_MAX`.
// Format page: docs/formats/store.md.

import { type ByteReader, ByteWriter } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { BLOCK_BYTES_MAX, ChunkTooLarge } from './bounds.ts';
import { pack, unpack } from './packed-block.ts';
import type { Effort } from './series-columns.ts';

/** Kinds of streams, in the order in which they lie in the frames. */
export const STREAM = {
  times: 0,
  /** Bitmaps of places. */
  places: 1,
  /** Numbers that fit into a byte. */
  small: 2,
  /** The highest bytes of longer numbers and of doubles. */
  top: 3,
  /** What is below them: noise. */
  low: 4,
  /** Varints of what does not fit. */
  long: 5,
} as const;
const KINDS = 6;

/** Where a column's streams begin, of each kind. */
export type StreamPlaces = readonly number[];

const FRAME_BYTES = 64 * 1024;
/** A frame that has so much is not filled up with another kind. */
const FRAME_MIN_BYTES = 4 * 1024;

export class StreamWriter {
  readonly #kinds = Array.from({ length: KINDS }, () => new ByteWriter());
  readonly #lengths: number[][] = Array.from({ length: KINDS }, () => []);

  clear(): void {
    for (const [kind, writer] of this.#kinds.entries()) {
      writer.clear();
      this.#lengths[kind]!.length = 0;
    }
  }

  /** Room for a stream; the caller fills all of it before the next one. */
  stream(kind: number, sizeBytes: number): Uint8Array {
    this.#lengths[kind]!.push(sizeBytes);
    return this.#kinds[kind]!.reserve(sizeBytes);
  }

  /**
   * Appends the directory of the frames to the header, and the frames to the body.
   * @throws {ChunkTooLarge}
   */
  write(header: ByteWriter, body: ByteWriter, effort: Effort): void {
    const frames = this.#frames();
    header.varint(frames.length);
    for (const plain of frames) {
      if (plain.length > BLOCK_BYTES_MAX) throw new ChunkTooLarge(`a stream of ${plain.length} bytes`);
      const packed = pack(plain, effort);
      header.varint(plain.length);
      header.varint(packed === undefined ? 0 : packed.length);
      body.bytes(packed ?? plain);
    }
  }

  #frames(): Uint8Array[] {
    const frames: Uint8Array[] = [];
    const mixed = new ByteWriter();
    for (const [kind, writer] of this.#kinds.entries()) {
      const bytes = writer.written();
      if (mixed.written().length >= FRAME_MIN_BYTES) takeFrame(mixed, frames);
      let at = 0;
      for (const length of this.#lengths[kind]!) {
        if (mixed.written().length > 0 && mixed.written().length + length > FRAME_BYTES) takeFrame(mixed, frames);
        mixed.bytes(bytes.subarray(at, at + length));
        at += length;
      }
    }
    if (mixed.written().length > 0) takeFrame(mixed, frames);
    return frames;
  }
}

function takeFrame(writer: ByteWriter, frames: Uint8Array[]): void {
  frames.push(writer.written().slice());
  writer.clear();
}

interface Frame {
  /** Among the bytes of all streams. */
  readonly start: number;
  readonly end: number;
  /** Packed until the frame is asked for. */
  bytes: Uint8Array;
  isPacked: boolean;
}

/** Adds up where streams are while a header is read. */
export class StreamCursor {
  readonly #sizes: number[] = Array.from({ length: KINDS }, () => 0);

  places(): StreamPlaces {
    return this.#sizes.slice();
  }

  skip(kind: number, sizeBytes: number): void {
    this.#sizes[kind]! += sizeBytes;
  }
}

export class StreamReader {
  readonly #frames: Frame[] = [];
  /** Where each kind begins among the bytes of all streams. */
  readonly #bases: readonly number[];
  /** What its frames take now. */
  sizeBytes = 0;

  /** `ends` has the sizes of all kinds. @throws {DamagedBytes} */
  constructor(header: ByteReader, body: ByteReader, ends: StreamPlaces) {
    let total = 0;
    this.#bases = ends.map((sizeBytes) => {
      total += sizeBytes;
      return total - sizeBytes;
    });
    let start = 0;
    for (let left = header.count(2); left > 0; left--) {
      const length = header.varint();
      const packedLength = header.varint();
      if (length > BLOCK_BYTES_MAX) throw new DamagedBytes(`a frame claims ${length} bytes`);
      const isPacked = packedLength > 0;
      // Copies: the packed bytes of a frame that is unpacked are not to be kept by those of the others.
      const bytes = copyOf(body.bytes(isPacked ? packedLength : length));
      this.#frames.push({ start, end: start + length, bytes, isPacked });
      this.sizeBytes += bytes.length;
      start += length;
    }
    if (start !== total) throw new DamagedBytes(`frames have ${start} bytes instead of ${total}`);
  }

  /** @throws {DamagedBytes} */
  bytes(kind: number, at: number, sizeBytes: number): Uint8Array {
    const start = this.#bases[kind]! + at;
    const frame = this.#frameAt(start);
    if (frame === undefined || start + sizeBytes > frame.end) throw new DamagedBytes('a stream is cut by a frame');
    if (frame.isPacked) {
      this.sizeBytes += frame.end - frame.start - frame.bytes.length;
      frame.bytes = unpack(frame.bytes, frame.end - frame.start);
      frame.isPacked = false;
    }
    return frame.bytes.subarray(start - frame.start, start - frame.start + sizeBytes);
  }

  #frameAt(start: number): Frame | undefined {
    let low = 0;
    let high = this.#frames.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#frames[middle]!.end <= start) low = middle + 1;
      else high = middle;
    }
    return this.#frames[low];
  }
}

/** Not a Buffer, so that all loops over bytes see one kind of array. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

const NO_BYTES = new Uint8Array(0);

/** Takes the streams of one column, in the order in which they were written. */
export class ColumnStreams {
  readonly #reader: StreamReader;
  readonly #at: number[];

  constructor(reader: StreamReader, places: StreamPlaces) {
    this.#reader = reader;
    this.#at = places.slice();
  }

  /** @throws {DamagedBytes} */
  take(kind: number, sizeBytes: number): Uint8Array {
    if (sizeBytes === 0) return NO_BYTES;
    const bytes = this.#reader.bytes(kind, this.#at[kind]!, sizeBytes);
    this.#at[kind]! += sizeBytes;
    return bytes;
  }
}
