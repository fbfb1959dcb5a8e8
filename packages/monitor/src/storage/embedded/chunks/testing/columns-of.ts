// Samples as lists of pairs, which tests can read and compare, and the columns that the store takes and gives.

import { type EncodedChunk, encodeChunk } from '../../codec/chunk.ts';
import type { Columns } from '../../columns.ts';

export type Sample = readonly [timeMs: number, value: number];

export function columnsOf(samples: readonly Sample[]): { timesMs: Float64Array; bits: Uint32Array } {
  const values = Float64Array.from(samples, ([, value]) => value);
  return { timesMs: Float64Array.from(samples, ([timeMs]) => timeMs), bits: new Uint32Array(values.buffer) };
}

export function samplesOf(columns: Columns): readonly Sample[] {
  const values = new Float64Array(columns.copyBits().buffer);
  return [...columns.copyTimes()].map((timeMs, at) => [timeMs, values[at]!] as const);
}

/** A chunk of series with float samples, by ascending reference. */
export function chunkOf(series: readonly (readonly [ref: number, samples: readonly Sample[]])[]): EncodedChunk {
  const columns = series.map(([ref, samples]) => ({ ref, ...columnsOf(samples), histograms: [], exemplars: [] }));
  return encodeChunk(columns, 'fast');
}
