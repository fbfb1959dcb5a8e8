// Pages that the tests of the parser read, and a parser without memory that reads them.

import { CollectingSink } from '../../testing/collecting-sink.ts';
import { ProtobufParser } from '../protobuf-parser.ts';
import type { ProtobufRequest } from '../protobuf-request.ts';
import { encodeFamilies, TYPE } from './encode-families.ts';

export const REQUEST = { sampleLimit: 100_000, nativeHistograms: true, classicHistograms: true } as const;
export const NATIVE = {
  sampleCount: 6,
  sampleSum: 10,
  schema: 0,
  zeroThreshold: 0.01,
  zeroCount: 1,
  positiveSpan: [{ offset: 0, length: 2 }],
  positiveDelta: [2, 1],
};
export const BUCKETS = [
  { cumulativeCount: 2, upperBound: 1 },
  { cumulativeCount: 5, upperBound: 2.5 },
];
export const CLASSIC_SAMPLES = [
  ['h_count{}', 6],
  ['h_sum{}', 10],
  ['h_bucket{le="1.0"}', 2],
  ['h_bucket{le="2.5"}', 5],
  ['h_bucket{le="+Inf"}', 6],
];
export const BOTH = { ...NATIVE, bucket: BUCKETS };

export async function parse(body: Uint8Array, options: Partial<ProtobufRequest> = {}): Promise<CollectingSink> {
  const sink = new CollectingSink();
  await new ProtobufParser().parse({ ...REQUEST, body: Buffer.from(body), sink, ...options });
  return sink;
}

export function gauges(...names: readonly string[]): Buffer {
  return encodeFamilies(...names.map((name, at) => ({ name, type: TYPE.gauge, metric: [{ gauge: { value: at } }] })));
}
