// A Unix time in nanoseconds, which no double holds: two words of 32 bits. Read as Prometheus does: as a signed number
// when it becomes milliseconds, as an unsigned one when two are compared.

import type { ProtobufReader } from '../../../encoding/protobuf-reader.ts';

const WORD = 2 ** 32;
const NANOSECONDS_A_MILLISECOND = 1_000_000;
/** 2^32 nanoseconds are so many milliseconds, and so many nanoseconds more. */
const WORD_MILLISECONDS = 4294;
const WORD_REST = 967_296;

export class Nanoseconds {
  high = 0;
  low = 0;

  clear(): void {
    this.high = 0;
    this.low = 0;
  }

  read(reader: ProtobufReader): void {
    const at = reader.readFixed64();
    this.low = reader.view.getUint32(at, true);
    this.high = reader.view.getUint32(at + 4, true);
  }

  copy(other: Nanoseconds): void {
    this.high = other.high;
    this.low = other.low;
  }

  isBefore(other: Nanoseconds): boolean {
    return this.high === other.high ? this.low < other.low : this.high < other.high;
  }

  get isZero(): boolean {
    return this.high === 0 && this.low === 0;
  }

  /** Towards zero. */
  toMs(): number {
    if (this.high >= WORD / 2) return 0 - millisecondsOf(...negated(this.high, this.low));
    return millisecondsOf(this.high, this.low);
  }
}

/** Every step is a whole number that a double holds. */
function millisecondsOf(high: number, low: number): number {
  return high * WORD_MILLISECONDS + Math.floor((high * WORD_REST + low) / NANOSECONDS_A_MILLISECOND);
}

function negated(high: number, low: number): [high: number, low: number] {
  return low === 0 ? [WORD - high, 0] : [WORD - high - 1, WORD - low];
}
