// Pages of protobuf as the official definition has them, made with protobufjs: what targets are, independent of our reader.

import { join } from 'node:path';
import protobuf from 'protobufjs';

const DEFINITION = join(import.meta.dirname, '../../../../../../instrument/src/exposition/testdata/metrics.proto');

const family = new protobuf.Root().loadSync(DEFINITION).lookupType('io.prometheus.client.MetricFamily');

export const TYPE = { counter: 0, gauge: 1, summary: 2, untyped: 3, histogram: 4, gaugeHistogram: 5 } as const;

/** Families in camel case, each after its length. */
export function encodeFamilies(...families: readonly Readonly<Record<string, unknown>>[]): Buffer {
  return Buffer.concat(families.map((each) => family.encodeDelimited(family.fromObject(each)).finish()));
}

export function pairs(labels: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(labels).map(([name, value]) => ({ name, value }));
}
