// Reads the payload of one row of the log of format 1: rows of reference, timestamp and value, then what hangs on them.
// Values are copied as bytes and never become numbers. Format page: docs/formats/store.md.

import { ByteReader } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { type HangingRows, readHanging } from '../log/hanging-rows.ts';

const SHARED_TIMESTAMP = 0;
const OWN_TIMESTAMPS = 1;

export interface Format1Batch extends HangingRows {
  readonly count: number;
  readonly refs: Uint32Array;
  readonly timestampsMs: Float64Array;
  /** Two 32-bit words a row, as in the memory of a Float64Array. */
  readonly valueBits: Uint32Array;
}

/** @throws {DamagedBytes} */
export function decodeFormat1Batch(payload: Uint8Array): Format1Batch {
  const reader = new ByteReader(payload);
  const count = reader.count(9);
  const timestampsMs = readTimestamps(reader, count);
  const refs = new Uint32Array(count);
  let ref = 0;
  for (let row = 0; row < count; row++) refs[row] = ref += reader.signedVarint();
  const valueBits = new Uint32Array(2 * count);
  new Uint8Array(valueBits.buffer).set(reader.bytes(8 * count));
  const hanging = readHanging(reader, count);
  reader.expectEnd();
  return { count, refs, timestampsMs, valueBits, ...hanging };
}

function readTimestamps(reader: ByteReader, count: number): Float64Array {
  const timestampsMs = new Float64Array(count);
  const kind = reader.byte();
  if (kind > OWN_TIMESTAMPS) throw new DamagedBytes(`timestamps of unknown kind ${kind}`);
  if (count === 0) return timestampsMs;
  if (kind === SHARED_TIMESTAMP) return timestampsMs.fill(reader.signedVarint());
  let timestampMs = 0;
  for (let row = 0; row < count; row++) timestampsMs[row] = timestampMs += reader.signedVarint();
  return timestampsMs;
}
