// The envelope of every blob in the store: 1 byte version, 1 byte packing (0 plain, 1 zstd), 4 bytes length of the plain
// payload, 4 bytes CRC-32, then the payload. The checksum covers the name of the place where the blob belongs and
// everything else in it, so that a blob that was altered, cut or put elsewhere is told from one that was written there.
// Format page: docs/formats/store.md.

import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { DamagedBytes } from './failures.ts';

const VERSION = 1;
/** Bytes before the payload. */
export const ENVELOPE_BYTES = 10;
const LENGTH_AT = 2;
const CHECKSUM_AT = 6;
const PLAIN = 0;
const ZSTD = 1;
const PACK_MIN_BYTES = 128;
const LEVEL_1 = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Wraps a payload for the place named, packed with zstd when that makes it at least a tenth smaller. */
export function wrap(place: string, payload: Uint8Array): Uint8Array {
  const packed = payload.length >= PACK_MIN_BYTES ? zstdCompressSync(payload, LEVEL_1) : undefined;
  const pays = packed !== undefined && packed.length < 0.9 * payload.length;
  return pays ? envelope(place, payload, packed, ZSTD) : wrapPlain(place, payload);
}

/** Wraps a payload that packing would not make smaller. */
export function wrapPlain(place: string, payload: Uint8Array): Uint8Array {
  return envelope(place, payload, payload, PLAIN);
}

/** Makes the first bytes of `blob` the envelope of the plain payload that is the rest of it. */
export function sealPlain(place: string, blob: Uint8Array): void {
  seal(place, blob, blob.length - ENVELOPE_BYTES, PLAIN);
}

function envelope(place: string, payload: Uint8Array, body: Uint8Array, packing: number): Uint8Array {
  const blob = new Uint8Array(ENVELOPE_BYTES + body.length);
  blob.set(body, ENVELOPE_BYTES);
  seal(place, blob, payload.length, packing);
  return blob;
}

function seal(place: string, blob: Uint8Array, payloadLength: number, packing: number): void {
  blob[0] = VERSION;
  blob[1] = packing;
  const view = new DataView(blob.buffer, blob.byteOffset);
  view.setUint32(LENGTH_AT, payloadLength, true);
  view.setUint32(CHECKSUM_AT, checksum(place, blob), true);
}

/**
 * Verifies the blob and gives its payload.
 * @throws {DamagedBytes}
 */
export function unwrap(place: string, blob: Uint8Array): Uint8Array {
  verify(place, blob);
  const body = blob.subarray(ENVELOPE_BYTES);
  const length = new DataView(blob.buffer, blob.byteOffset).getUint32(LENGTH_AT, true);
  const payload = blob[1] === PLAIN ? body : unpack(place, body, length);
  if (payload.length !== length) throw new DamagedBytes(`${place} has ${payload.length} bytes instead of ${length}`);
  return payload;
}

/** @throws {DamagedBytes} */
export function verify(place: string, blob: Uint8Array): void {
  if (blob.length < ENVELOPE_BYTES) throw new DamagedBytes(`${place} is cut off`);
  const expected = new DataView(blob.buffer, blob.byteOffset).getUint32(CHECKSUM_AT, true);
  if (checksum(place, blob) !== expected) throw new DamagedBytes(`the checksum of ${place} is wrong`);
  if (blob[0] !== VERSION || blob[1]! > ZSTD) throw new DamagedBytes(`${place} has an unknown packing`);
}

function unpack(place: string, body: Uint8Array, length: number): Uint8Array {
  try {
    return zstdDecompressSync(body, { maxOutputLength: Math.max(1, length) });
  } catch (error) {
    throw new DamagedBytes(`${place} cannot be unpacked: ${String(error)}`);
  }
}

function checksum(place: string, blob: Uint8Array): number {
  return crc32(blob.subarray(ENVELOPE_BYTES), crc32(blob.subarray(0, CHECKSUM_AT), crc32(place)));
}
