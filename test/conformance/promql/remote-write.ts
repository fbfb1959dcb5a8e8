// The few bytes of protobuf that remote write 1.0 needs: WriteRequest { repeated TimeSeries timeseries = 1 },
// TimeSeries { repeated Label labels = 1; repeated Sample samples = 2 }, Label { string name = 1, value = 2 },
// Sample { double value = 1; int64 timestamp = 2 }. https://prometheus.io/docs/specs/prw/remote_write_spec/

import type { Labels } from '../../../packages/monitor/src/model/labels.ts';
import { bitsOf } from '../../../packages/monitor/src/model/staleness.ts';

export interface RawSeries {
  readonly labels: Labels;
  readonly timestampsMs: Float64Array;
  /** Copied as bits, so that stale markers arrive as they are. */
  readonly values: Float64Array;
}

export function encodeWriteRequest(series: readonly RawSeries[]): Buffer {
  return Buffer.concat(series.map((one) => lengthDelimited(1, encodeSeries(one))));
}

function encodeSeries({ labels, timestampsMs, values }: RawSeries): Buffer {
  const parts = labels.map(({ name, value }) =>
    lengthDelimited(1, lengthDelimited(1, Buffer.from(name)), lengthDelimited(2, Buffer.from(value))),
  );
  const bits = bitsOf(values);
  for (let index = 0; index < values.length; index++) {
    const double = Buffer.alloc(9);
    double[0] = (1 << 3) | 1;
    double.writeUInt32LE(bits[2 * index]!, 1);
    double.writeUInt32LE(bits[2 * index + 1]!, 5);
    parts.push(lengthDelimited(2, double, Buffer.from([2 << 3]), varint(BigInt(timestampsMs[index]!))));
  }
  return Buffer.concat(parts);
}

function lengthDelimited(field: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([(field << 3) | 2]), varint(BigInt(body.length)), body]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
