// A workload as remote write 1.0: requests of at most so many samples, compressed with Snappy. Every contender is given the same
// bytes. With one sample a series it is what Prometheus and most agents send; with more, labels cost less and a day is soon told.
// Source: prometheus.io/docs/specs/prw/remote_write_spec

import { compressSnappy } from '../../packages/instrument/src/encoding/snappy.ts';
import type { Labels } from '../../packages/monitor/src/model/labels.ts';
import { bitsOf } from '../../packages/monitor/src/model/staleness.ts';
import type { Workload } from './workload.ts';

export interface RequestOptions {
  readonly samplesARequest: number;
  /** At most so many samples of a series wait to be sent together. */
  readonly samplesASeries: number;
}

export interface WriteRequest {
  readonly body: Uint8Array;
  readonly samples: number;
  /** Of its latest sample. */
  readonly newestMs: number;
}

/** WriteRequest.timeseries, TimeSeries.labels and Label.name: field 1, with a length. */
const FIELD_1 = 0x0a;
/** TimeSeries.samples and Label.value: field 2, with a length. */
const FIELD_2 = 0x12;
/** Sample.value: field 1, eight bytes. */
const SAMPLE_VALUE = 0x09;
/** Sample.timestamp: field 2, a varint. */
const SAMPLE_TIMESTAMP = 0x10;
/** Tag, length, value and a timestamp of at most ten bytes with its tag. */
const SAMPLE_BYTES_MAX = 2 + 9 + 11;
const SERIES_HEAD_BYTES_MAX = 6;
const WORD = 2 ** 32;

export function* writeRequests(workload: Workload, options: RequestOptions): Generator<WriteRequest, void, void> {
  const { samplesASeries } = options;
  const waiting = new WaitingSamples(workload.series, samplesASeries);
  for (const { count, series, values, timestampMs } of workload.scrapes()) {
    const bits = bitsOf(values);
    for (let row = 0; row < count; row++) {
      if (waiting.counts[series[row]!] === samplesASeries) yield* waiting.flush(options.samplesARequest);
      waiting.add(series[row]!, timestampMs, bits, row);
    }
  }
  yield* waiting.flush(options.samplesARequest);
}

class WaitingSamples {
  readonly counts: Uint32Array;
  readonly #perSeries: number;
  readonly #labels: readonly Uint8Array[];
  readonly #timesMs: Float64Array;
  readonly #bits: Uint32Array;
  /** Series with samples, in the order in which they came. */
  #order: number[] = [];
  #output = Buffer.alloc(1 << 20);
  #length = 0;

  constructor(series: readonly Labels[], perSeries: number) {
    this.#perSeries = perSeries;
    this.#labels = series.map(encodeLabels);
    this.counts = new Uint32Array(series.length);
    this.#timesMs = new Float64Array(series.length * perSeries);
    this.#bits = new Uint32Array(2 * series.length * perSeries);
  }

  add(series: number, timestampMs: number, bits: Uint32Array, row: number): void {
    const count = this.counts[series]!++;
    if (count === 0) this.#order.push(series);
    const at = series * this.#perSeries + count;
    this.#timesMs[at] = timestampMs;
    this.#bits[2 * at] = bits[2 * row]!;
    this.#bits[2 * at + 1] = bits[2 * row + 1]!;
  }

  *flush(samplesARequest: number): Generator<WriteRequest, void, void> {
    let samples = 0;
    let newestMs = 0;
    for (const series of this.#order) {
      const count = this.counts[series]!;
      if (samples > 0 && samples + count > samplesARequest) {
        yield this.#take(samples, newestMs);
        samples = 0;
        newestMs = 0;
      }
      newestMs = Math.max(newestMs, this.#timesMs[series * this.#perSeries + count - 1]!);
      this.#writeSeries(series, count);
      samples += count;
      this.counts[series] = 0;
    }
    this.#order = [];
    if (samples > 0) yield this.#take(samples, newestMs);
  }

  #take(samples: number, newestMs: number): WriteRequest {
    const body = compressSnappy(this.#output.subarray(0, this.#length));
    this.#length = 0;
    return { body, samples, newestMs };
  }

  #writeSeries(series: number, count: number): void {
    const labels = this.#labels[series]!;
    this.#reserve(SERIES_HEAD_BYTES_MAX + labels.length + count * SAMPLE_BYTES_MAX);
    const first = series * this.#perSeries;
    let size = labels.length;
    for (let at = first; at < first + count; at++) size += 2 + sampleSize(this.#timesMs[at]!);
    const output = this.#output;
    let at = this.#length;
    output[at++] = FIELD_1;
    at = writeVarint(output, at, size);
    output.set(labels, at);
    at += labels.length;
    for (let sample = first; sample < first + count; sample++) {
      const timeMs = this.#timesMs[sample]!;
      output[at++] = FIELD_2;
      output[at++] = sampleSize(timeMs);
      output[at++] = SAMPLE_VALUE;
      at = writeWord(output, at, this.#bits[2 * sample]!);
      at = writeWord(output, at, this.#bits[2 * sample + 1]!);
      output[at++] = SAMPLE_TIMESTAMP;
      at = writeVarint(output, at, timeMs);
    }
    this.#length = at;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#output.length) return;
    const grown = Buffer.alloc(2 * this.#output.length + bytes);
    this.#output.copy(grown, 0, 0, this.#length);
    this.#output = grown;
  }
}

function encodeLabels(labels: Labels): Uint8Array {
  const parts = labels.map(({ name, value }) => {
    const label = Buffer.concat([lengthDelimited(FIELD_1, name), lengthDelimited(FIELD_2, value)]);
    return Buffer.concat([head(FIELD_1, label.length), label]);
  });
  return Buffer.concat(parts);
}

function lengthDelimited(tag: number, text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([head(tag, bytes.length), bytes]);
}

function head(tag: number, length: number): Buffer {
  const bytes = Buffer.alloc(SERIES_HEAD_BYTES_MAX);
  bytes[0] = tag;
  return bytes.subarray(0, writeVarint(bytes, 1, length));
}

function sampleSize(timeMs: number): number {
  return 10 + varintSize(timeMs);
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

function writeVarint(output: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest >= WORD / 2; rest = Math.floor(rest / 0x80)) output[at++] = (rest % 0x80) | 0x80;
  for (; rest >= 0x80; rest >>>= 7) output[at++] = (rest & 0x7f) | 0x80;
  output[at++] = rest;
  return at;
}

function writeWord(output: Uint8Array, at: number, word: number): number {
  output[at] = word;
  output[at + 1] = word >>> 8;
  output[at + 2] = word >>> 16;
  output[at + 3] = word >>> 24;
  return at + 4;
}
