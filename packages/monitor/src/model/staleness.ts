// The stale marker: one particular NaN (bits 0x7ff0000000000002, Prometheus' value) that says "this series ended here".
// It is a signalling NaN, which arithmetic and some copies of a number turn into an ordinary NaN. So it is written and
// tested through the bits of a typed array, never as a JavaScript number.

const STALE_LOW = 0x00000002;
const STALE_HIGH = 0x7ff00000;
const LOW = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;

/** The 32-bit words of a column of values, for `isStaleAt` and `writeStaleAt`. */
export function bitsOf(values: Float64Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
}

export function isStaleAt(bits: Uint32Array, index: number): boolean {
  return bits[2 * index + LOW] === STALE_LOW && bits[2 * index + 1 - LOW] === STALE_HIGH;
}

export function writeStaleAt(bits: Uint32Array, index: number): void {
  bits[2 * index + LOW] = STALE_LOW;
  bits[2 * index + 1 - LOW] = STALE_HIGH;
}
