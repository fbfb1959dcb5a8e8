// Places of a column as bits, the place 0 first, the lowest bit of a byte first.

export function bitmapBytes(length: number): number {
  return (length + 7) >>> 3;
}

/** `bytes` has room for all places. */
export function writeBitmap(bytes: Uint8Array, places: Int32Array, count: number): void {
  bytes.fill(0);
  for (let index = 0; index < count; index++) bytes[places[index]! >>> 3]! |= 1 << (places[index]! & 7);
}

/** Fills in the places below `length`, as many as there is room for, and returns how many there are. */
export function readBitmap(bytes: Uint8Array, length: number, places: Int32Array): number {
  const whole = length >>> 3;
  let count = 0;
  for (let at = 0; at < whole; at++) {
    let bits = bytes[at]!;
    while (bits !== 0) {
      places[count++] = 8 * at + 31 - Math.clz32(bits & -bits);
      bits &= bits - 1;
    }
  }
  if ((length & 7) === 0) return count;
  let bits = bytes[whole]! & ((1 << (length & 7)) - 1);
  while (bits !== 0) {
    places[count++] = 8 * whole + 31 - Math.clz32(bits & -bits);
    bits &= bits - 1;
  }
  return count;
}
