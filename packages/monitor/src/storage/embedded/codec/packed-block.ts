// Bytes packed with zstd where that makes them smaller. A block is its length, the packed length or 0, and the bytes.
// Bound: `BLOCK_BYTES_MAX` unpacked, however much damaged bytes claim. Format page: docs/formats/store.md.

import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { ByteReader, ByteWriter } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { BLOCK_BYTES_MAX, ChunkTooLarge } from './bounds.ts';
import type { Effort } from './series-columns.ts';

const LEVELS: Readonly<Record<Effort, number>> = { fast: 3, best: 12 };
/** Fewer bytes hardly get smaller. */
const PACKED_MIN_BYTES = 24;

/** `undefined` when the bytes would not get smaller. */
export function pack(plain: Uint8Array, effort: Effort): Uint8Array | undefined {
  if (plain.length < PACKED_MIN_BYTES) return undefined;
  const params = { [constants.ZSTD_c_compressionLevel]: LEVELS[effort] };
  const packed = zstdCompressSync(plain, { params, pledgedSrcSize: plain.length });
  return packed.length < plain.length ? packed : undefined;
}

/** @throws {DamagedBytes} */
export function unpack(packed: Uint8Array, length: number): Uint8Array {
  let plain: Buffer;
  try {
    plain = zstdDecompressSync(packed, { maxOutputLength: Math.max(1, length), chunkSize: Math.max(64, length) });
  } catch (error) {
    throw new DamagedBytes(`a block cannot be unpacked: ${String(error)}`);
  }
  if (plain.length !== length) throw new DamagedBytes(`a block has ${plain.length} bytes instead of ${length}`);
  // Not a Buffer: its methods and what loops see of it are those of a plain array.
  return new Uint8Array(plain.buffer, plain.byteOffset, plain.length);
}

/** @throws {ChunkTooLarge} */
export function writePacked(writer: ByteWriter, plain: Uint8Array, effort: Effort): void {
  if (plain.length > BLOCK_BYTES_MAX) throw new ChunkTooLarge(`a block of ${plain.length} bytes`);
  const packed = pack(plain, effort);
  writer.varint(plain.length);
  writer.varint(packed === undefined ? 0 : packed.length);
  writer.bytes(packed ?? plain);
}

/** @throws {DamagedBytes} */
export function readPacked(reader: ByteReader): Uint8Array {
  const length = reader.varint();
  const packedLength = reader.varint();
  if (length > BLOCK_BYTES_MAX) throw new DamagedBytes(`a block claims ${length} bytes`);
  return packedLength === 0 ? reader.bytes(length) : unpack(reader.bytes(packedLength), length);
}
