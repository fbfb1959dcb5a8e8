// One data point of any kind, read into the same fields again and again. Numbers are doubles: counts past 2^53 are the
// nearest. Its attributes go into the key that names its series. Field numbers are those of
// opentelemetry/proto/metrics/v1/metrics.proto; fields that are not known are passed over.

import { knownFields, type ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import { MalformedPush } from '../malformed.ts';
import type { KeyBuffer } from './key-buffer.ts';
import type { OtlpLimits } from './limits.ts';
import { Nanoseconds } from './nanoseconds.ts';
import { NumberColumn } from './number-column.ts';

const WORD = 2 ** 32;
const NO_RECORDED_VALUE = 1;

const START = (2 << 3) | 1;
const TIME = (3 << 3) | 1;

/** The tags that numbers and summaries share. */
const NUMBER_DOUBLE = (4 << 3) | 1;
const NUMBER_EXEMPLAR = (5 << 3) | 2;
const NUMBER_INT = (6 << 3) | 1;
const NUMBER_ATTRIBUTE = (7 << 3) | 2;
const NUMBER_FLAGS = 8 << 3;

const COUNT = (4 << 3) | 1;
const SUM = (5 << 3) | 1;

const HISTOGRAM_COUNT = (6 << 3) | 1;
const HISTOGRAM_COUNTS = (6 << 3) | 2;
const HISTOGRAM_BOUND = (7 << 3) | 1;
const HISTOGRAM_BOUNDS = (7 << 3) | 2;
const HISTOGRAM_EXEMPLAR = (8 << 3) | 2;
const HISTOGRAM_ATTRIBUTE = (9 << 3) | 2;
const HISTOGRAM_MIN = (11 << 3) | 1;
const HISTOGRAM_MAX = (12 << 3) | 1;
const FLAGS = 10 << 3;

const EXPONENTIAL_ATTRIBUTE = (1 << 3) | 2;
const EXPONENTIAL_SCALE = 6 << 3;
const EXPONENTIAL_ZERO_COUNT = (7 << 3) | 1;
const EXPONENTIAL_POSITIVE = (8 << 3) | 2;
const EXPONENTIAL_NEGATIVE = (9 << 3) | 2;
const EXPONENTIAL_EXEMPLAR = (11 << 3) | 2;
const EXPONENTIAL_MIN = (12 << 3) | 1;
const EXPONENTIAL_MAX = (13 << 3) | 1;
const EXPONENTIAL_ZERO_THRESHOLD = (14 << 3) | 1;
const BUCKETS_OFFSET = 1 << 3;
const BUCKETS_COUNT = 2 << 3;
const BUCKETS_COUNTS = (2 << 3) | 2;

const SUMMARY_QUANTILE = (6 << 3) | 2;
const QUANTILE = (1 << 3) | 1;
const QUANTILE_VALUE = (2 << 3) | 1;

const NUMBER_FIELDS = knownFields(
  START,
  TIME,
  NUMBER_DOUBLE,
  NUMBER_EXEMPLAR,
  NUMBER_INT,
  NUMBER_ATTRIBUTE,
  NUMBER_FLAGS,
);
const HISTOGRAM_FIELDS = knownFields(
  START,
  TIME,
  COUNT,
  SUM,
  HISTOGRAM_COUNT,
  HISTOGRAM_COUNTS,
  HISTOGRAM_BOUND,
  HISTOGRAM_BOUNDS,
  HISTOGRAM_EXEMPLAR,
  HISTOGRAM_ATTRIBUTE,
  HISTOGRAM_MIN,
  HISTOGRAM_MAX,
  FLAGS,
);
const EXPONENTIAL_FIELDS = knownFields(
  EXPONENTIAL_ATTRIBUTE,
  START,
  TIME,
  COUNT,
  SUM,
  EXPONENTIAL_SCALE,
  EXPONENTIAL_ZERO_COUNT,
  EXPONENTIAL_POSITIVE,
  EXPONENTIAL_NEGATIVE,
  EXPONENTIAL_EXEMPLAR,
  EXPONENTIAL_MIN,
  EXPONENTIAL_MAX,
  EXPONENTIAL_ZERO_THRESHOLD,
  FLAGS,
);
const SIDE_FIELDS = knownFields(BUCKETS_OFFSET, BUCKETS_COUNT, BUCKETS_COUNTS);
const SUMMARY_FIELDS = knownFields(START, TIME, COUNT, SUM, SUMMARY_QUANTILE, NUMBER_ATTRIBUTE, NUMBER_FLAGS);
const QUANTILE_FIELDS = knownFields(QUANTILE, QUANTILE_VALUE);

/** One side of an exponential histogram. */
export class ExponentialSide {
  offset = 0;
  readonly counts: NumberColumn;

  constructor(bucketsMax: number) {
    this.counts = new NumberColumn(bucketsMax);
  }

  clear(): void {
    this.offset = 0;
    this.counts.clear();
  }
}

export class DataPoint {
  readonly start = new Nanoseconds();
  readonly time = new Nanoseconds();
  /** The sender says that there is no value: the series ends here. */
  hasNoValue = false;
  /** Of a number: whether it has one. */
  hasNumber = false;
  value = 0;
  count = 0;
  sum = 0;
  hasSum = false;
  /** Of an explicit histogram, as they stand there: not cumulative. */
  readonly counts: NumberColumn;
  readonly bounds: NumberColumn;
  scale = 0;
  zeroCount = 0;
  zeroThreshold = 0;
  readonly positive: ExponentialSide;
  readonly negative: ExponentialSide;
  readonly quantiles: NumberColumn;
  readonly quantileValues: NumberColumn;
  /** Where exemplars begin and end in the bytes, in pairs. */
  readonly exemplars: number[] = [];
  readonly #exemplarsMax: number;

  constructor({ bucketsAPoint, exemplarsAPoint }: Pick<OtlpLimits, 'bucketsAPoint' | 'exemplarsAPoint'>) {
    this.counts = new NumberColumn(bucketsAPoint);
    this.bounds = new NumberColumn(bucketsAPoint);
    this.positive = new ExponentialSide(bucketsAPoint);
    this.negative = new ExponentialSide(bucketsAPoint);
    this.quantiles = new NumberColumn(bucketsAPoint);
    this.quantileValues = new NumberColumn(bucketsAPoint);
    this.#exemplarsMax = exemplarsAPoint;
  }

  /** Whether it has more buckets, bounds or quantiles than are read. */
  get hasTooMany(): boolean {
    return (
      this.counts.isOverfull ||
      this.bounds.isOverfull ||
      this.positive.counts.isOverfull ||
      this.negative.counts.isOverfull ||
      this.quantiles.isOverfull
    );
  }

  /** All of these read the message that the reader is in, to its end, and append the attributes to `key`. */
  readNumber(reader: ProtobufReader, key: KeyBuffer): void {
    this.#clear();
    while (!reader.isAtEnd) {
      const from = reader.position;
      const tag = reader.readTag();
      if (tag === NUMBER_ATTRIBUTE) {
        appendField(reader, from, key);
      } else if (tag === TIME) {
        this.time.read(reader);
      } else if (tag === START) {
        this.start.read(reader);
      } else if (tag === NUMBER_DOUBLE) {
        this.value = reader.readDouble();
        this.hasNumber = true;
      } else if (tag === NUMBER_INT) {
        this.value = readSigned(reader);
        this.hasNumber = true;
      } else if (tag === NUMBER_EXEMPLAR) {
        this.#noteExemplar(reader);
      } else if (tag === NUMBER_FLAGS) {
        this.#readFlags(reader);
      } else {
        reader.skipOther(tag, NUMBER_FIELDS);
      }
    }
  }

  readHistogram(reader: ProtobufReader, key: KeyBuffer): void {
    this.#clear();
    while (!reader.isAtEnd) {
      const from = reader.position;
      const tag = reader.readTag();
      if (tag === HISTOGRAM_ATTRIBUTE) appendField(reader, from, key);
      else if (tag === TIME) this.time.read(reader);
      else if (tag === START) this.start.read(reader);
      else if (tag === COUNT) this.count = readUnsigned(reader);
      else if (tag === SUM) this.#readSum(reader);
      else if (tag === HISTOGRAM_COUNTS) readPackedFixed(reader, this.counts);
      else if (tag === HISTOGRAM_COUNT) this.counts.push(readUnsigned(reader));
      else if (tag === HISTOGRAM_BOUNDS) readPackedDoubles(reader, this.bounds);
      else if (tag === HISTOGRAM_BOUND) this.bounds.push(reader.readDouble());
      else if (tag === HISTOGRAM_EXEMPLAR) this.#noteExemplar(reader);
      else if (tag === FLAGS) this.#readFlags(reader);
      else reader.skipOther(tag, HISTOGRAM_FIELDS);
    }
  }

  readExponential(reader: ProtobufReader, key: KeyBuffer): void {
    this.#clear();
    while (!reader.isAtEnd) {
      const from = reader.position;
      const tag = reader.readTag();
      if (tag === EXPONENTIAL_ATTRIBUTE) appendField(reader, from, key);
      else if (tag === TIME) this.time.read(reader);
      else if (tag === START) this.start.read(reader);
      else if (tag === COUNT) this.count = readUnsigned(reader);
      else if (tag === SUM) this.#readSum(reader);
      else if (tag === EXPONENTIAL_SCALE) this.scale = reader.readSint64() | 0;
      else if (tag === EXPONENTIAL_ZERO_COUNT) this.zeroCount = readUnsigned(reader);
      else if (tag === EXPONENTIAL_POSITIVE) readSide(reader, this.positive);
      else if (tag === EXPONENTIAL_NEGATIVE) readSide(reader, this.negative);
      else if (tag === EXPONENTIAL_EXEMPLAR) this.#noteExemplar(reader);
      else if (tag === EXPONENTIAL_ZERO_THRESHOLD) this.zeroThreshold = reader.readDouble();
      else if (tag === FLAGS) this.#readFlags(reader);
      else reader.skipOther(tag, EXPONENTIAL_FIELDS);
    }
  }

  readSummary(reader: ProtobufReader, key: KeyBuffer): void {
    this.#clear();
    while (!reader.isAtEnd) {
      const from = reader.position;
      const tag = reader.readTag();
      if (tag === NUMBER_ATTRIBUTE) appendField(reader, from, key);
      else if (tag === TIME) this.time.read(reader);
      else if (tag === START) this.start.read(reader);
      else if (tag === COUNT) this.count = readUnsigned(reader);
      else if (tag === SUM) this.#readSum(reader);
      else if (tag === SUMMARY_QUANTILE) this.#readQuantile(reader);
      else if (tag === NUMBER_FLAGS) this.#readFlags(reader);
      else reader.skipOther(tag, SUMMARY_FIELDS);
    }
  }

  #clear(): void {
    this.start.clear();
    this.time.clear();
    this.hasNoValue = false;
    this.hasNumber = false;
    this.value = 0;
    this.count = 0;
    this.sum = 0;
    this.hasSum = false;
    this.counts.clear();
    this.bounds.clear();
    this.scale = 0;
    this.zeroCount = 0;
    this.zeroThreshold = 0;
    this.positive.clear();
    this.negative.clear();
    this.quantiles.clear();
    this.quantileValues.clear();
    if (this.exemplars.length > 0) this.exemplars.length = 0;
  }

  #readSum(reader: ProtobufReader): void {
    this.sum = reader.readDouble();
    this.hasSum = true;
  }

  #readFlags(reader: ProtobufReader): void {
    // The lowest bit of a number of any size.
    this.hasNoValue = reader.readUint64() % 2 === NO_RECORDED_VALUE;
  }

  #noteExemplar(reader: ProtobufReader): void {
    const end = reader.readLength();
    if (this.exemplars.length < 2 * this.#exemplarsMax) this.exemplars.push(reader.position, end);
    reader.position = end;
  }

  #readQuantile(reader: ProtobufReader): void {
    let quantile = 0;
    let value = 0;
    const outer = reader.enter();
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === QUANTILE) quantile = reader.readDouble();
      else if (tag === QUANTILE_VALUE) value = reader.readDouble();
      else reader.skipOther(tag, QUANTILE_FIELDS);
    }
    reader.leave(outer);
    this.quantiles.push(quantile);
    this.quantileValues.push(value);
  }
}

function appendField(reader: ProtobufReader, from: number, key: KeyBuffer): void {
  const end = reader.readLength();
  key.append(reader.bytes, reader.view, from, end);
  reader.position = end;
}

function readSide(reader: ProtobufReader, side: ExponentialSide): void {
  const outer = reader.enter();
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === BUCKETS_OFFSET) side.offset = reader.readSint64() | 0;
    else if (tag === BUCKETS_COUNTS) readPackedNumbers(reader, side.counts);
    else if (tag === BUCKETS_COUNT) side.counts.push(reader.readUint64());
    else reader.skipOther(tag, SIDE_FIELDS);
  }
  reader.leave(outer);
}

function readPackedNumbers(reader: ProtobufReader, into: NumberColumn): void {
  const outer = reader.enter();
  while (!reader.isAtEnd) into.push(reader.readUint64());
  reader.leave(outer);
}

function readPackedFixed(reader: ProtobufReader, into: NumberColumn): void {
  const outer = enterPacked(reader);
  while (!reader.isAtEnd) into.push(readUnsigned(reader));
  reader.leave(outer);
}

function readPackedDoubles(reader: ProtobufReader, into: NumberColumn): void {
  const outer = enterPacked(reader);
  while (!reader.isAtEnd) into.push(reader.readDouble());
  reader.leave(outer);
}

function enterPacked(reader: ProtobufReader): number {
  const outer = reader.enter();
  const sizeBytes = reader.end - reader.position;
  if (sizeBytes % 8 !== 0)
    throw new MalformedPush(`${sizeBytes} bytes at byte ${reader.position} hold no whole number of 8-byte numbers`);
  return outer;
}

function readUnsigned(reader: ProtobufReader): number {
  const at = reader.readFixed64();
  return reader.view.getUint32(at + 4, true) * WORD + reader.view.getUint32(at, true);
}

function readSigned(reader: ProtobufReader): number {
  const at = reader.readFixed64();
  return reader.view.getInt32(at + 4, true) * WORD + reader.view.getUint32(at, true);
}
