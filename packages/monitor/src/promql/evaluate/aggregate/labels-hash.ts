// Where a label set lies between 0 and 1, which decides whether `limit_ratio` takes it: XXH64 of the labels, as Prometheus holds
// them in memory, by 2^64. https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md

import type { Labels } from '../../../model/labels.ts';
import { xxh64 } from './xxh64.ts';

/** From here on a length takes three bytes more. */
const LONG_TEXT = 255;
const TWO_TO_64 = 2 ** 64;

export function labelsHashFraction(labels: Labels): number {
  const bytes: number[] = [];
  for (const { name, value } of labels) {
    appendText(bytes, name);
    appendText(bytes, value);
  }
  return Number(xxh64(Uint8Array.from(bytes))) / TWO_TO_64;
}

function appendText(bytes: number[], text: string): void {
  const encoded = new TextEncoder().encode(text);
  const { length } = encoded;
  if (length < LONG_TEXT) bytes.push(length);
  else bytes.push(LONG_TEXT, length & 0xff, (length >>> 8) & 0xff, (length >>> 16) & 0xff);
  for (const byte of encoded) bytes.push(byte);
}
