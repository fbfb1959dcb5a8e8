// XXH64 with seed 0, for short inputs: a label set. https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md

const PRIME_1 = 0x9e3779b185ebca87n;
const PRIME_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME_3 = 0x165667b19e3779f9n;
const PRIME_4 = 0x85ebca77c2b2ae63n;
const PRIME_5 = 0x27d4eb2f165667c5n;
const STRIPE_BYTES = 32;

export function xxh64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let hash = PRIME_5;
  if (bytes.length >= STRIPE_BYTES) {
    const lanes = [wrapped(PRIME_1 + PRIME_2), PRIME_2, 0n, wrapped(-PRIME_1)];
    for (; at + STRIPE_BYTES <= bytes.length; at += STRIPE_BYTES) {
      for (const [index, lane] of lanes.entries()) lanes[index] = round(lane, view.getBigUint64(at + 8 * index, true));
    }
    hash = lanes.reduce((sum, lane, index) => wrapped(sum + rotated(lane, LANE_ROTATIONS[index]!)), 0n);
    for (const lane of lanes) hash = wrapped((hash ^ round(0n, lane)) * PRIME_1 + PRIME_4);
  }
  hash = wrapped(hash + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8) {
    hash = wrapped(rotated(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * PRIME_1 + PRIME_4);
  }
  if (at + 4 <= bytes.length) {
    hash = wrapped(rotated(hash ^ wrapped(BigInt(view.getUint32(at, true)) * PRIME_1), 23n) * PRIME_2 + PRIME_3);
    at += 4;
  }
  for (; at < bytes.length; at++) {
    hash = wrapped(rotated(hash ^ wrapped(BigInt(bytes[at]!) * PRIME_5), 11n) * PRIME_1);
  }
  hash = wrapped((hash ^ (hash >> 33n)) * PRIME_2);
  hash = wrapped((hash ^ (hash >> 29n)) * PRIME_3);
  return hash ^ (hash >> 32n);
}

const LANE_ROTATIONS = [1n, 7n, 12n, 18n];

function round(lane: bigint, input: bigint): bigint {
  return wrapped(rotated(wrapped(lane + input * PRIME_2), 31n) * PRIME_1);
}

function rotated(value: bigint, bits: bigint): bigint {
  return wrapped((value << bits) | (value >> (64n - bits)));
}

function wrapped(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
