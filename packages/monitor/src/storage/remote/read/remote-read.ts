// Samples by remote read: one protobuf message with all of them, compressed with Snappy. Every bit arrives, stale markers and
// native histograms too, but for the sign of zero: a protobuf field that equals zero is left out. Source: prometheus.io/docs/prometheus/latest/querying/remote_read_api

import { compressSnappy } from '../../../encoding/compress-snappy.ts';
import { MalformedBytes, OversizedBytes } from '../../../encoding/malformed-bytes.ts';
import { readHistogram } from '../../../encoding/native-histogram.ts';
import { knownFields, ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import { ProtobufWriter } from '../../../encoding/protobuf-writer.ts';
import { uncompressSnappy } from '../../../encoding/uncompress-snappy.ts';
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from '../../../encoding/wire-types.ts';
import { ChainpulseError } from '../../../model/errors.ts';
import { type Labels, labelsFrom } from '../../../model/labels.ts';
import type { Matcher, MatchOperator } from '../../../model/matcher.ts';
import type { HistogramSample, SeriesSamples, TimeRange } from '../../interface.ts';
import { LABEL, readLabel } from '../wire/label-bytes.ts';
import { type ApiClient, TooLarge } from './api-client.ts';
import type { RawRequest, RawSource } from './raw-source.ts';

const REMOTE_READ_PATH = '/api/v1/read';
const HEADERS = {
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
  accept: 'application/x-protobuf',
  'x-prometheus-remote-read-version': '0.1.0',
};
/** A server that has nothing of a series in the range does not name it. */
const WITHOUT_HISTOGRAMS =
  'the server named series without their samples: Prometheus before 2.44 leaves native histograms out of remote read';
/** Buckets of one side of a histogram in an answer; more is refused. Prometheus itself keeps to some hundreds. */
const BUCKETS_MAX = 100_000;

const RESULTS = (1 << 3) | WIRE_BYTES;
const TIMESERIES = (1 << 3) | WIRE_BYTES;
const SAMPLES = (2 << 3) | WIRE_BYTES;
const HISTOGRAMS = (4 << 3) | WIRE_BYTES;
const VALUE = (1 << 3) | WIRE_FIXED64;
const TIMESTAMP = (2 << 3) | WIRE_VARINT;
const RESPONSE_FIELDS = knownFields(RESULTS);
const RESULT_FIELDS = knownFields(TIMESERIES);
const SERIES_FIELDS = knownFields(LABEL, SAMPLES, HISTOGRAMS);
const SAMPLE_FIELDS = knownFields(VALUE, TIMESTAMP);
const OPERATORS: Readonly<Record<MatchOperator, number>> = { '=': 0, '!=': 1, '=~': 2, '!~': 3 };

export class RemoteReadSource implements RawSource {
  readonly kind = 'remote_read';
  readonly #api: ApiClient;
  readonly #answerMaxBytes: number;

  constructor(api: ApiClient, answerMaxBytes: number) {
    this.#api = api;
    this.#answerMaxBytes = answerMaxBytes;
  }

  async *fetch({ matchers, warn }: RawRequest, range: TimeRange): AsyncGenerator<SeriesSamples> {
    const body = compressSnappy(encodeRequest([{ matchers, range }]));
    const packed = await this.#api.bytes(REMOTE_READ_PATH, HEADERS, body);
    try {
      for (const series of readResponse(uncompressSnappy(packed, this.#answerMaxBytes), range)) {
        if (series === 'empty') warn(WITHOUT_HISTOGRAMS);
        else yield series;
      }
    } catch (error) {
      if (error instanceof OversizedBytes) throw new TooLarge(`an answer of ${REMOTE_READ_PATH} ${error.message}`);
      if (!(error instanceof MalformedBytes)) throw error;
      throw new ChainpulseError('remote_malformed', `an answer of ${REMOTE_READ_PATH} ${error.message}`);
    }
  }
}

/** Whether the server knows remote read, by a request without a question. */
export async function knowsRemoteRead(api: ApiClient, answerMaxBytes: number): Promise<boolean> {
  const packed = await api.bytes(REMOTE_READ_PATH, HEADERS, compressSnappy(encodeRequest([])));
  // A server may answer anything with 200: only what is compressed as it should be counts.
  try {
    uncompressSnappy(packed, answerMaxBytes);
    return packed.length > 0;
  } catch {
    return false;
  }
}

function encodeRequest(
  queries: readonly { readonly matchers: readonly Matcher[]; readonly range: TimeRange }[],
): Uint8Array {
  const request = new ProtobufWriter();
  for (const { matchers, range } of queries) {
    const query = new ProtobufWriter();
    query.tag(1, WIRE_VARINT);
    query.int64(range.minTimeMs);
    query.tag(2, WIRE_VARINT);
    query.int64(range.maxTimeMs);
    for (const { name, operator, value } of matchers) {
      const matcher = new ProtobufWriter();
      matcher.tag(1, WIRE_VARINT);
      matcher.varint(OPERATORS[operator]);
      matcher.tag(2, WIRE_BYTES);
      matcher.text(name);
      matcher.tag(3, WIRE_BYTES);
      matcher.text(value);
      nest(query, 3, matcher);
    }
    nest(request, 1, query);
  }
  return request.written();
}

function nest(writer: ProtobufWriter, field: number, message: ProtobufWriter): void {
  writer.tag(field, WIRE_BYTES);
  writer.varint(message.length);
  writer.bytes(message.written());
}

/** `empty` stands for a series without any sample at all. */
type Found = SeriesSamples | 'empty';

function* readResponse(bytes: Uint8Array, range: TimeRange): Generator<Found> {
  const reader = new ProtobufReader(bytes);
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === RESULTS) yield* readResult(reader, range);
    else reader.skipOther(tag, RESPONSE_FIELDS);
  }
}

function* readResult(reader: ProtobufReader, range: TimeRange): Generator<Found> {
  const outer = reader.enter();
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === TIMESERIES) yield* readSeries(reader, range);
    else reader.skipOther(tag, RESULT_FIELDS);
  }
  reader.leave(outer);
}

function* readSeries(reader: ProtobufReader, { minTimeMs, maxTimeMs }: TimeRange): Generator<Found> {
  const outer = reader.enter();
  const pairs: [string, string][] = [];
  const samples = new SampleColumns();
  const histograms: HistogramSample[] = [];
  let isEmpty = true;
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === LABEL) {
      const { name, value } = readLabel(reader);
      pairs.push([name, value]);
    } else if (tag === SAMPLES) {
      isEmpty = false;
      samples.read(reader);
    } else if (tag === HISTOGRAMS) {
      isEmpty = false;
      const sample = readHistogramSample(reader);
      if (sample.timestampMs >= minTimeMs && sample.timestampMs <= maxTimeMs) histograms.push(sample);
    } else reader.skipOther(tag, SERIES_FIELDS);
  }
  reader.leave(outer);
  if (isEmpty) {
    yield 'empty';
    return;
  }
  const labels: Labels = labelsFrom(pairs);
  const columns = samples.within(minTimeMs, maxTimeMs);
  if (columns.timestampsMs.length === 0 && histograms.length === 0) return;
  yield { labels, ...columns, ...(histograms.length === 0 ? {} : { histograms }) };
}

function readHistogramSample(reader: ProtobufReader): HistogramSample {
  const outer = reader.enter();
  const { histogram, timestampMs } = readHistogram(reader, BUCKETS_MAX);
  reader.leave(outer);
  const { positiveCounts, negativeCounts } = histogram;
  if (Math.max(positiveCounts.length, negativeCounts.length) > BUCKETS_MAX) {
    throw new MalformedBytes(`has a histogram of more than ${BUCKETS_MAX} buckets`);
  }
  return { timestampMs, histogram };
}

class SampleColumns {
  #timesMs = new Float64Array(64);
  #bits = new Uint32Array(128);
  #length = 0;

  read(reader: ProtobufReader): void {
    if (this.#length === this.#timesMs.length) this.#grow();
    const index = this.#length++;
    this.#timesMs[index] = 0;
    this.#bits.fill(0, 2 * index, 2 * index + 2);
    const outer = reader.enter();
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === VALUE) {
        const at = reader.readFixed64();
        this.#bits[2 * index] = reader.view.getUint32(at, true);
        this.#bits[2 * index + 1] = reader.view.getUint32(at + 4, true);
      } else if (tag === TIMESTAMP) this.#timesMs[index] = reader.readInt64();
      else reader.skipOther(tag, SAMPLE_FIELDS);
    }
    reader.leave(outer);
  }

  /** A server may answer with more than the range. */
  within(minTimeMs: number, maxTimeMs: number): { timestampsMs: Float64Array; values: Float64Array } {
    let [from, to] = [0, this.#length];
    while (from < to && this.#timesMs[from]! < minTimeMs) from++;
    while (to > from && this.#timesMs[to - 1]! > maxTimeMs) to--;
    return {
      timestampsMs: this.#timesMs.slice(from, to),
      values: new Float64Array(this.#bits.slice(2 * from, 2 * to).buffer),
    };
  }

  #grow(): void {
    const timesMs = new Float64Array(2 * this.#timesMs.length);
    timesMs.set(this.#timesMs);
    const bits = new Uint32Array(2 * this.#bits.length);
    bits.set(this.#bits);
    this.#timesMs = timesMs;
    this.#bits = bits;
  }
}
