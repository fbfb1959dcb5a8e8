// Floats as a chunk of encoding `XOR`: how many there are, then each time as the change of the distance to the time before it, and
// each value as what changed in its bits. Source: github.com/prometheus/prometheus, tsdb/docs/format/chunks.md

import { type BitWriter, fits } from './bit-writer.ts';
import { XorValue } from './xor-value.ts';

/** Prefix, its bits, and the bits of what follows, for changes that are small enough. */
const TIME_SIZES = [
  [0b10, 2, 14],
  [0b110, 3, 17],
  [0b1110, 4, 20],
] as const;
const LONG_TIME = 0b1111;

const value = new XorValue();

/** Of the samples from `from` to before `to`, at most 65,535; `bits` are those of the values, the low word first. */
export function encodeXorChunk(
  writer: BitWriter,
  timestampsMs: Float64Array,
  bits: Uint32Array,
  from: number,
  to: number,
): Uint8Array {
  writer.clear();
  writer.bits(to - from, 16);
  let distance = 0;
  for (let at = from; at < to; at++) {
    const timeMs = timestampsMs[at]!;
    const low = bits[2 * at]!;
    const high = bits[2 * at + 1]!;
    if (at === from) {
      writer.varint(timeMs);
      value.begin(writer, low, high);
      continue;
    }
    const next = timeMs - timestampsMs[at - 1]!;
    if (at === from + 1) writer.uvarint(next);
    else writeTime(writer, next - distance);
    distance = next;
    value.append(writer, low, high);
  }
  return writer.take();
}

function writeTime(writer: BitWriter, change: number): void {
  if (change === 0) {
    writer.bits(0, 1);
    return;
  }
  for (const [prefix, prefixBits, size] of TIME_SIZES) {
    if (!fits(change, size)) continue;
    writer.bits(prefix, prefixBits);
    writer.bits(change, size);
    return;
  }
  writer.bits(LONG_TIME, 4);
  writer.wide(Math.floor(change / 2 ** 32) | 0, change >>> 0, 64);
}
