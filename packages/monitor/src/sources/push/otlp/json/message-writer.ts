// Protobuf, written in one go: lengths of messages get five bytes each, as many as the largest needs, so that nothing is
// moved when a message ends.

import { OversizedPush } from '../../malformed.ts';

const INITIAL_BYTES = 4096;
const LENGTH_BYTES = 5;
const VARINT_BYTES = 10;

export class MessageWriter {
  readonly #maxBytes: number;
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What was written; the writer is not to be used after it. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  tag(field: number, wireType: number): void {
    this.varint((field << 3) | wireType);
  }

  /** A whole number from 0 to below 2^53. */
  varint(value: number): void {
    this.#makeRoom(VARINT_BYTES);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** A number of 64 bits. */
  bigVarint(value: bigint): void {
    this.#makeRoom(VARINT_BYTES);
    let rest = BigInt.asUintN(64, value);
    while (rest >= 128n) {
      this.#bytes[this.#length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  double(value: number): void {
    this.#makeRoom(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  fixed64(value: bigint): void {
    this.#makeRoom(8);
    this.#view.setBigUint64(this.#length, BigInt.asUintN(64, value), true);
    this.#length += 8;
  }

  bytes(content: Uint8Array): void {
    this.varint(content.length);
    this.#makeRoom(content.length);
    this.#bytes.set(content, this.#length);
    this.#length += content.length;
  }

  /** Begins what has a length in front; gives what `close` needs. */
  open(): number {
    this.#makeRoom(LENGTH_BYTES);
    this.#length += LENGTH_BYTES;
    return this.#length;
  }

  close(start: number): void {
    let rest = this.#length - start;
    for (let at = start - LENGTH_BYTES; at < start; at++) {
      this.#bytes[at] = at === start - 1 ? rest : (rest & 127) | 128;
      rest >>>= 7;
    }
  }

  #makeRoom(sizeBytes: number): void {
    const needed = this.#length + sizeBytes;
    if (needed <= this.#bytes.length) return;
    if (needed > this.#maxBytes) {
      throw new OversizedPush(`the body has more than ${this.#maxBytes} bytes as protobuf: send it in parts`);
    }
    const larger = new Uint8Array(Math.min(Math.max(needed, 2 * this.#bytes.length), this.#maxBytes));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
