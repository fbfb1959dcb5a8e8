// Remote write as its official definitions have it, made with protobufjs: what senders are, independent of our decoder.

import { join } from 'node:path';
import protobuf from 'protobufjs';

const FOLDER = join(import.meta.dirname, '../../../../../instrument/src/push/testdata/proto');

type Encode = (message: Readonly<Record<string, unknown>>) => Uint8Array;

/** `prometheus.WriteRequest`, in camel case. */
export const encodeWrite1 = encoderOf('prometheus/remote.proto', 'prometheus.WriteRequest');

const encodeRequest2 = encoderOf('prometheus/io/prometheus/write/v2/types.proto', 'io.prometheus.write.v2.Request');

/** A request as its definition has it, symbols and all. */
export const encodeWrite2Raw: Encode = encodeRequest2;

export type Pairs = readonly (readonly [name: string, value: string])[];

export interface Series2 {
  readonly labels: Pairs;
  readonly samples?: readonly object[];
  readonly histograms?: readonly object[];
  readonly exemplars?: readonly { readonly labels?: Pairs; readonly value: number; readonly timestamp: number }[];
  readonly metadata?: { readonly type: number; readonly help: string; readonly unit: string };
}

/** A request of 2.0 from series with their texts: the symbols are made here. */
export function encodeWrite2(series: readonly Series2[]): Uint8Array {
  const places = new Map([['', 0]]);
  const place = (text: string): number => {
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, places.size);
    return places.size - 1;
  };
  const refs = (pairs: Pairs = []) => pairs.flatMap(([name, value]) => [place(name), place(value)]);
  const timeseries = series.map(({ labels, samples = [], histograms = [], exemplars = [], metadata }) => ({
    labelsRefs: refs(labels),
    samples,
    histograms,
    exemplars: exemplars.map(({ labels: own, value, timestamp }) => ({ labelsRefs: refs(own), value, timestamp })),
    ...(metadata && {
      metadata: { type: metadata.type, helpRef: place(metadata.help), unitRef: place(metadata.unit) },
    }),
  }));
  return encodeRequest2({ symbols: [...places.keys()], timeseries });
}

export function labelMessages(labels: Pairs): { name: string; value: string }[] {
  return labels.map(([name, value]) => ({ name, value }));
}

function encoderOf(file: string, typeName: string): Encode {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => {
    // Only the options for Go come from there.
    if (target.startsWith('gogoproto/')) return null;
    return target.startsWith(FOLDER) ? target : join(FOLDER, 'prometheus', target);
  };
  const type = root.loadSync(join(FOLDER, file)).lookupType(typeName);
  return (message) => type.encode(type.fromObject(message)).finish();
}
