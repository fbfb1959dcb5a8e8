// The few bytes of protobuf that remote write 1.0 needs: WriteRequest { repeated TimeSeries timeseries = 1 },
// TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; repeated Histogram histograms = 4 },
// Label { string name = 1, value = 2 }, Sample { double value = 1; int64 timestamp = 2 }.
// https://prometheus.io/docs/specs/prw/remote_write_spec/

import { encodeHistogram } from '../../../packages/monitor/src/encoding/native-histogram.ts';
import type { Labels } from '../../../packages/monitor/src/model/labels.ts';
import { bitsOf } from '../../../packages/monitor/src/model/staleness.ts';
import type { HistogramSample } from '../../../packages/monitor/src/storage/interface.ts';

export interface RawSeries {
  readonly labels: Labels;
  readonly timestampsMs: Float64Array;
  /** Copied as bits, so that stale markers arrive as they are. */
  readonly values: Float64Array;
  readonly histograms?: readonly HistogramSample[];
}

export function encodeWriteRequest(series: readonly RawSeries[]): Buffer {
  return Buffer.concat(series.map(encodeSeries));
}

/**
 * One message, or several of the same labels where floats and histograms follow each other: of one message the receiver
 * takes all floats first, and what is in order here would not be there.
 */
function encodeSeries({ labels, timestampsMs, values, histograms = [] }: RawSeries): Buffer {
  const head = Buffer.concat(
    labels.map(({ name, value }) =>
      lengthDelimited(1, lengthDelimited(1, Buffer.from(name)), lengthDelimited(2, Buffer.from(value))),
    ),
  );
  const bits = bitsOf(values);
  const floats = Array.from(timestampsMs, (timeMs, index) => ({
    timeMs,
    field: 2,
    body: encodeFloat(bits, index, timeMs),
  }));
  const others = histograms.map(({ timestampMs, histogram }) => ({
    timeMs: timestampMs,
    field: 4,
    body: Buffer.from(encodeHistogram(histogram, timestampMs)),
  }));
  const samples = others.length === 0 ? floats : [...floats, ...others].sort((a, b) => a.timeMs - b.timeMs);
  const messages: Buffer[] = [];
  for (let start = 0; start < samples.length; ) {
    const { field } = samples[start]!;
    const change = samples.findIndex((sample, index) => index > start && sample.field !== field);
    const end = change === -1 ? samples.length : change;
    const body = samples.slice(start, end).map((sample) => lengthDelimited(field, sample.body));
    messages.push(lengthDelimited(1, head, ...body));
    start = end;
  }
  return Buffer.concat(messages);
}

function encodeFloat(bits: Uint32Array, index: number, timeMs: number): Buffer {
  const double = Buffer.alloc(9);
  double[0] = (1 << 3) | 1;
  double.writeUInt32LE(bits[2 * index]!, 1);
  double.writeUInt32LE(bits[2 * index + 1]!, 5);
  return Buffer.concat([double, Buffer.from([2 << 3]), varint(BigInt.asUintN(64, BigInt(timeMs)))]);
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
