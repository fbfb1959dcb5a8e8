// Reads a chunk of encoding `XOR`, for tests of what writes it. Source: github.com/prometheus/prometheus, tsdb/docs/format/chunks.md

const TIME_SIZES = [14, 17, 20, 64];

export interface DecodedChunk {
  readonly timestampsMs: number[];
  /** Two words a value, the low one first. */
  readonly bits: number[];
}

export function decodeXorChunk(chunk: Uint8Array): DecodedChunk {
  const reader = new BitReader(chunk);
  const count = Number(reader.bits(16));
  const timestampsMs: number[] = [];
  const bits: number[] = [];
  let time = 0n;
  let distance = 0n;
  let value = 0n;
  let leading = 0;
  let trailing = 0;
  for (let index = 0; index < count; index++) {
    if (index === 0) {
      time = reader.varint();
      value = reader.bits(64);
    } else {
      if (index === 1) distance = reader.uvarint();
      else distance += readChange(reader);
      time += distance;
      if (reader.bits(1) === 1n) {
        if (reader.bits(1) === 1n) {
          leading = Number(reader.bits(5));
          const significant = Number(reader.bits(6)) || 64;
          trailing = 64 - leading - significant;
        }
        value ^= reader.bits(64 - leading - trailing) << BigInt(trailing);
      }
    }
    timestampsMs.push(Number(time));
    bits.push(Number(value & 0xffff_ffffn), Number(value >> 32n));
  }
  return { timestampsMs, bits };
}

function readChange(reader: BitReader): bigint {
  let ones = 0;
  while (ones < TIME_SIZES.length && reader.bits(1) === 1n) ones++;
  if (ones === 0) return 0n;
  const size = TIME_SIZES[ones - 1]!;
  const value = reader.bits(size);
  // As in Prometheus, the largest of a size is positive.
  return value > 1n << BigInt(size - 1) ? value - (1n << BigInt(size)) : value;
}

class BitReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bits(count: number): bigint {
    let value = 0n;
    for (let read = 0; read < count; read++, this.#position++) {
      const bit = (this.#bytes[this.#position >>> 3]! >>> (7 - (this.#position & 7))) & 1;
      value = (value << 1n) | BigInt(bit);
    }
    return value;
  }

  uvarint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.bits(8);
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) return value;
    }
  }

  varint(): bigint {
    const zigzag = this.uvarint();
    return (zigzag >> 1n) ^ -(zigzag & 1n);
  }
}
