// Samples by remote read: one protobuf message with all of them, compressed with Snappy. Every bit arrives, stale markers and
// native histograms too, but for the sign of zero: a protobuf field that equals zero is left out. Source: prometheus.io/docs/prometheus/latest/querying/remote_read_api

import { ChainpulseError } from '../../../model/errors.ts';
import { type Labels, labelsFrom } from '../../../model/labels.ts';
import type { Matcher, MatchOperator } from '../../../model/matcher.ts';
import type { HistogramSample, SeriesSamples, TimeRange } from '../../interface.ts';
import { readLabel } from '../wire/label-bytes.ts';
import { decodeHistogram } from '../wire/native-histogram.ts';
import { compressSnappy, uncompressSnappy } from '../wire/snappy.ts';
import { WireError, WireReader } from '../wire/wire-reader.ts';
import { LENGTH_DELIMITED, VARINT, WireWriter } from '../wire/wire-writer.ts';
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
      if (!(error instanceof WireError)) throw error;
      if (error.message.includes('the limit is'))
        throw new TooLarge(`an answer of ${REMOTE_READ_PATH} ${error.message}`);
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
  const request = new WireWriter();
  for (const { matchers, range } of queries) {
    const query = new WireWriter();
    query.tag(1, VARINT);
    query.int64(range.minTimeMs);
    query.tag(2, VARINT);
    query.int64(range.maxTimeMs);
    for (const { name, operator, value } of matchers) {
      const matcher = new WireWriter();
      matcher.tag(1, VARINT);
      matcher.varint(OPERATORS[operator]);
      matcher.tag(2, LENGTH_DELIMITED);
      matcher.text(name);
      matcher.tag(3, LENGTH_DELIMITED);
      matcher.text(value);
      nest(query, 3, matcher);
    }
    nest(request, 1, query);
  }
  return request.written();
}

function nest(writer: WireWriter, field: number, message: WireWriter): void {
  writer.tag(field, LENGTH_DELIMITED);
  writer.varint(message.length);
  writer.bytes(message.written());
}

/** `empty` stands for a series without any sample at all. */
type Found = SeriesSamples | 'empty';

function* readResponse(bytes: Uint8Array, range: TimeRange): Generator<Found> {
  const response = new WireReader(bytes);
  while (response.next()) {
    if (response.field !== 1) {
      response.skip();
      continue;
    }
    const result = response.message();
    while (result.next()) {
      if (result.field === 1) yield* readSeries(result.message(), range);
      else result.skip();
    }
  }
}

function* readSeries(reader: WireReader, { minTimeMs, maxTimeMs }: TimeRange): Generator<Found> {
  const pairs: [string, string][] = [];
  const samples = new SampleColumns();
  const histograms: HistogramSample[] = [];
  let isEmpty = true;
  while (reader.next()) {
    if (reader.field === 1) {
      const { name, value } = readLabel(reader.message());
      pairs.push([name, value]);
    } else if (reader.field === 2) {
      isEmpty = false;
      samples.read(reader.message());
    } else if (reader.field === 4) {
      isEmpty = false;
      const sample = decodeHistogram(reader.message());
      if (sample.timestampMs >= minTimeMs && sample.timestampMs <= maxTimeMs) histograms.push(sample);
    } else reader.skip();
  }
  if (isEmpty) {
    yield 'empty';
    return;
  }
  const labels: Labels = labelsFrom(pairs);
  const columns = samples.within(minTimeMs, maxTimeMs);
  if (columns.timestampsMs.length === 0 && histograms.length === 0) return;
  yield { labels, ...columns, ...(histograms.length === 0 ? {} : { histograms }) };
}

class SampleColumns {
  #timesMs = new Float64Array(64);
  #bits = new Uint32Array(128);
  #length = 0;

  read(reader: WireReader): void {
    if (this.#length === this.#timesMs.length) this.#grow();
    const index = this.#length++;
    this.#timesMs[index] = 0;
    this.#bits.fill(0, 2 * index, 2 * index + 2);
    while (reader.next()) {
      if (reader.field === 1) reader.words(this.#bits, index);
      else if (reader.field === 2) this.#timesMs[index] = reader.int();
      else reader.skip();
    }
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
