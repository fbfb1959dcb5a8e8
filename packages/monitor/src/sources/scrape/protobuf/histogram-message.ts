// One Histogram message, classic and native in one: read into columns that are used again for the next, so that a classic
// histogram costs no object. Which of both it is, its fields tell: it is native when it has spans, a zero threshold or a
// zero count. Source: prometheus/client_model, io/prometheus/client/metrics.proto

import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from '../../../encoding/wire-types.ts';
import type { BucketSpan, NativeHistogram } from '../../../model/batch.ts';
import type { HistogramCounts } from '../../histogram-check.ts';
import type { FamilyReader } from './family-reader.ts';
import {
  BUCKET,
  BUCKET_FIELDS,
  HISTOGRAM,
  HISTOGRAM_FIELDS,
  HISTOGRAM_NUMBERS,
  SPAN,
  SPAN_FIELDS,
} from './messages.ts';

const INITIAL_BUCKETS = 32;
/** Buckets of one side of a native histogram, and its spans. */
export const NATIVE_BUCKETS_MAX = 10_000;

export class HistogramMessage {
  #countInteger = 0;
  #countFloat = 0;
  sum = 0;
  // Classic buckets, in the order in which they come; where its exemplar lies: -1 for none.
  bucketCount = 0;
  upperBounds = new Float64Array(INITIAL_BUCKETS);
  cumulativeCounts = new Float64Array(INITIAL_BUCKETS);
  exemplarStarts = new Int32Array(INITIAL_BUCKETS);
  exemplarEnds = new Int32Array(INITIAL_BUCKETS);
  /** Where the exemplars lie that belong to the native histogram: start and end in turn. */
  nativeExemplars: number[] = [];
  #schema = 0;
  #zeroThreshold = 0;
  #zeroCountInteger = 0;
  #zeroCountFloat = 0;
  readonly #positive = new Side();
  readonly #negative = new Side();

  /** The reader stands at the message's begin and its end is the message's. */
  read(reader: FamilyReader): void {
    this.#clear();
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      switch (tag) {
        case HISTOGRAM.bucket:
          this.#readBucket(reader);
          break;
        case HISTOGRAM.count:
          this.#countInteger = reader.readUint64();
          break;
        case HISTOGRAM.sum:
          this.sum = reader.readDouble();
          break;
        case HISTOGRAM.countFloat:
          this.#countFloat = reader.readDouble();
          break;
        case HISTOGRAM.schema:
          this.#schema = reader.readSint64();
          break;
        case HISTOGRAM.zeroThreshold:
          this.#zeroThreshold = reader.readDouble();
          break;
        case HISTOGRAM.zeroCount:
          this.#zeroCountInteger = reader.readUint64();
          break;
        case HISTOGRAM.zeroCountFloat:
          this.#zeroCountFloat = reader.readDouble();
          break;
        case HISTOGRAM.negativeSpan:
          this.#negative.readSpan(reader);
          break;
        case HISTOGRAM.positiveSpan:
          this.#positive.readSpan(reader);
          break;
        case HISTOGRAM.exemplar: {
          const end = reader.readLength();
          this.nativeExemplars.push(reader.position, end);
          reader.position = end;
          break;
        }
        default:
          this.#readNumbers(reader, tag);
      }
    }
  }

  /** How many observations; the float counts when it is above 0. */
  get count(): number {
    return this.#countFloat > 0 ? this.#countFloat : this.#countInteger;
  }

  get isNative(): boolean {
    return (
      this.#positive.spans.length > 0 ||
      this.#negative.spans.length > 0 ||
      this.#zeroThreshold > 0 ||
      this.#zeroCountInteger > 0 ||
      this.#zeroCountFloat > 0
    );
  }

  get counts(): HistogramCounts {
    return this.#countFloat > 0 || this.#zeroCountFloat > 0 ? 'float' : 'integer';
  }

  /** Once a message. What it holds is the caller's to keep. */
  toNative(isGauge: boolean): NativeHistogram {
    const isFloat = this.counts === 'float';
    return {
      schema: this.#schema,
      zeroThreshold: this.#zeroThreshold,
      zeroCount: isFloat ? this.#zeroCountFloat : this.#zeroCountInteger,
      count: isFloat ? this.#countFloat : this.#countInteger,
      sum: this.sum,
      positiveSpans: this.#positive.takeSpans(),
      positiveCounts: this.#positive.countsOf(isFloat),
      negativeSpans: this.#negative.takeSpans(),
      negativeCounts: this.#negative.countsOf(isFloat),
      ...(isGauge && { isGauge }),
    };
  }

  #clear(): void {
    this.#countInteger = this.#countFloat = this.sum = 0;
    this.bucketCount = 0;
    if (this.nativeExemplars.length > 0) this.nativeExemplars = [];
    this.#schema = this.#zeroThreshold = this.#zeroCountInteger = this.#zeroCountFloat = 0;
    this.#positive.clear();
    this.#negative.clear();
  }

  #readBucket(reader: FamilyReader): void {
    const bucket = this.bucketCount++;
    if (bucket === this.upperBounds.length) this.#grow();
    let count = 0;
    let countFloat = 0;
    let upperBound = 0;
    let exemplarStart = -1;
    let exemplarEnd = -1;
    const outer = reader.enter();
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === BUCKET.count) count = reader.readUint64();
      else if (tag === BUCKET.upperBound) upperBound = reader.readDouble();
      else if (tag === BUCKET.countFloat) countFloat = reader.readDouble();
      else if (tag === BUCKET.exemplar) {
        exemplarEnd = reader.readLength();
        exemplarStart = reader.position;
        reader.position = exemplarEnd;
      } else reader.skipOther(tag, BUCKET_FIELDS);
    }
    reader.leave(outer);
    this.upperBounds[bucket] = upperBound;
    this.cumulativeCounts[bucket] = countFloat > 0 ? countFloat : count;
    this.exemplarStarts[bucket] = exemplarStart;
    this.exemplarEnds[bucket] = exemplarEnd;
  }

  #readNumbers(reader: FamilyReader, tag: number): void {
    switch (tag >>> 3) {
      case HISTOGRAM_NUMBERS.positiveDelta:
        this.#positive.readDeltas(reader, tag);
        break;
      case HISTOGRAM_NUMBERS.negativeDelta:
        this.#negative.readDeltas(reader, tag);
        break;
      case HISTOGRAM_NUMBERS.positiveCount:
        this.#positive.readFloats(reader, tag);
        break;
      case HISTOGRAM_NUMBERS.negativeCount:
        this.#negative.readFloats(reader, tag);
        break;
      default:
        reader.skipOther(tag, HISTOGRAM_FIELDS);
    }
  }

  #grow(): void {
    this.upperBounds = doubled(this.upperBounds, Float64Array);
    this.cumulativeCounts = doubled(this.cumulativeCounts, Float64Array);
    this.exemplarStarts = doubled(this.exemplarStarts, Int32Array);
    this.exemplarEnds = doubled(this.exemplarEnds, Int32Array);
  }
}

/** The positive or the negative buckets. */
class Side {
  spans: BucketSpan[] = [];
  #deltas: number[] = [];
  #floats: number[] = [];

  clear(): void {
    if (this.spans.length > 0) this.spans = [];
    if (this.#deltas.length > 0) this.#deltas = [];
    if (this.#floats.length > 0) this.#floats = [];
  }

  readSpan(reader: FamilyReader): void {
    const outer = reader.enter();
    let offset = 0;
    let length = 0;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === SPAN.offset) offset = reader.readSint64();
      else if (tag === SPAN.length) length = reader.readUint64();
      else reader.skipOther(tag, SPAN_FIELDS);
    }
    reader.leave(outer);
    if (this.spans.length >= NATIVE_BUCKETS_MAX) {
      reader.fail(`a native histogram has more than ${NATIVE_BUCKETS_MAX} spans`);
    }
    this.spans.push({ offset, length });
  }

  /** The caller's: what is read next goes elsewhere. */
  takeSpans(): readonly BucketSpan[] {
    const { spans } = this;
    this.spans = [];
    return spans;
  }

  /** Packed or one by one. */
  readDeltas(reader: FamilyReader, tag: number): void {
    if ((tag & 7) === WIRE_VARINT) {
      push(reader, this.#deltas, reader.readSint64());
      return;
    }
    reader.expect(tag, WIRE_BYTES);
    const outer = reader.enter();
    while (!reader.isAtEnd) push(reader, this.#deltas, reader.readSint64());
    reader.leave(outer);
  }

  readFloats(reader: FamilyReader, tag: number): void {
    if ((tag & 7) === WIRE_FIXED64) {
      push(reader, this.#floats, reader.readDouble());
      return;
    }
    reader.expect(tag, WIRE_BYTES);
    const outer = reader.enter();
    while (!reader.isAtEnd) push(reader, this.#floats, reader.readDouble());
    reader.leave(outer);
  }

  /** Whole counts come as differences, each to the one before. */
  countsOf(isFloat: boolean): Float64Array {
    if (isFloat) return Float64Array.from(this.#floats);
    const counts = new Float64Array(this.#deltas.length);
    let count = 0;
    for (let at = 0; at < counts.length; at++) counts[at] = count += this.#deltas[at]!;
    return counts;
  }
}

function push(reader: FamilyReader, values: number[], value: number): void {
  if (values.length >= NATIVE_BUCKETS_MAX) {
    reader.fail(`a native histogram has more than ${NATIVE_BUCKETS_MAX} buckets on one side`);
  }
  values.push(value);
}

function doubled<Column extends Float64Array | Int32Array>(
  column: Column,
  Type: new (length: number) => Column,
): Column {
  const larger = new Type(2 * column.length);
  larger.set(column);
  return larger;
}
