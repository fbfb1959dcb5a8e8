// One page of protobuf being read: families, their metrics, and what each of these gives as samples. What becomes of every
// type is what Prometheus 3 makes of it; a metric that lacks its content is refused, where Prometheus takes it for 0.

import type { MetricMetadata } from '../../../model/batch.ts';
import { type Label, type Labels, METRIC_NAME } from '../../../model/labels.ts';
import { problemOf, withKnownSchema } from '../../histogram-check.ts';
import { CollectionError, type GivenExemplar } from '../../interface.ts';
import { labelText } from '../../label-text.ts';
import { readExemplar, timedInOrder } from './exemplars.ts';
import { type FamilyHead, readFamilyHead, scanFamily } from './family-head.ts';
import { FamilyReader } from './family-reader.ts';
import { HistogramMessage, NATIVE_BUCKETS_MAX } from './histogram-message.ts';
import type { FamilyPlace, FamilyType, KnownFamily, KnownMetric, PageIndex } from './known-metrics.ts';
import { labelNumber } from './label-number.ts';
import { labelsFirst } from './labels-first.ts';
import {
  COUNTER_FIELDS,
  FAMILY,
  METRIC,
  METRIC_FIELDS,
  QUANTILE,
  QUANTILE_FIELDS,
  SCALAR,
  SUMMARY,
  SUMMARY_FIELDS,
  VALUE_FIELDS,
} from './messages.ts';
import type { ProtobufRequest } from './protobuf-request.ts';
import { readLabel, sortedLabels } from './texts.ts';

const LONGEST_METRIC_BYTES = 1024 * 1024;
const LONGEST_LABELS_BYTES = 32 * 1024;
/** Of a page, for each sample that it may have. */
const NATIVE_BUCKETS_A_SAMPLE = 10;
const VALUE_ALONE_BYTES = 9;
/** So much is read without a look at the clock. */
const BYTES_AT_ONCE = 256 * 1024;

const CONTENT_TAGS: Readonly<Record<FamilyType, number>> = {
  counter: METRIC.counter,
  gauge: METRIC.gauge,
  summary: METRIC.summary,
  untyped: METRIC.untyped,
  histogram: METRIC.histogram,
  gaugehistogram: METRIC.histogram,
};

export class PageRun {
  readonly request: ProtobufRequest;
  /** Of the families that are not exactly what they were, by name. */
  readonly metadata = new Map<string, MetricMetadata>();
  readonly #previous: PageIndex;
  readonly #next: PageIndex;
  readonly #families: Map<string, KnownFamily>;
  readonly #reader: FamilyReader;
  readonly #histogram = new HistogramMessage();
  #samples = 0;
  #nativeBuckets = 0;
  #exemplars = 0;
  /** The metric of the previous page that is expected next. */
  #predicted = 0;
  #family: KnownFamily | undefined;
  #contentTag = 0;
  /** Where the labels of the metric lie that is being read. */
  #labelsStart = 0;
  #labelsEnd = 0;
  #timestampMs: number | undefined;

  constructor(request: ProtobufRequest, previous: PageIndex, next: PageIndex, families: Map<string, KnownFamily>) {
    this.request = request;
    this.#previous = previous;
    this.#next = next;
    this.#families = families;
    this.#reader = new FamilyReader(request.body);
  }

  /** Reads so many metrics, or fewer large ones. Whether there may be more. */
  readMetrics(most: number): boolean {
    const reader = this.#reader;
    const { length } = this.request.body;
    const farthest = reader.position + BYTES_AT_ONCE;
    for (let steps = 0; steps < most && reader.position < farthest; steps++) {
      if (this.#family !== undefined && reader.isAtEnd) {
        this.#family = undefined;
        reader.end = length;
        reader.metric = '';
      }
      if (this.#family === undefined) {
        if (reader.isAtEnd) return false;
        this.#openFamily();
        continue;
      }
      const tag = reader.readTag();
      if (tag === FAMILY.metric) this.#readMetric(this.#family);
      else reader.skip(tag & 7);
    }
    return true;
  }

  #openFamily(): void {
    const reader = this.#reader;
    reader.enter();
    const start = reader.position;
    const scan = scanFamily(reader, this.request.sampleLimit);
    reader.position = start;
    const index = this.#next.families.length;
    if (index >= this.request.sampleLimit) {
      throw new CollectionError('too_large', `The page has more than ${this.request.sampleLimit} metric families.`);
    }
    const known = this.#previous.families[index];
    const family =
      scan.isTogether && known !== undefined && this.#isSaidAlike(known, scan)
        ? known.family
        : this.#familyOf(readFamilyHead(reader));
    reader.position = start;
    reader.metric = family.metadata.name;
    this.#next.families.push({ family, ...scan });
    this.#family = family;
    this.#contentTag = CONTENT_TAGS[family.type];
  }

  #isSaidAlike(known: FamilyPlace, scan: Omit<FamilyPlace, 'family'>): boolean {
    const headLength = scan.headEnd - scan.headStart;
    const tailLength = scan.tailEnd - scan.tailStart;
    return (
      known.headEnd - known.headStart === headLength &&
      known.tailEnd - known.tailStart === tailLength &&
      this.#isAsBefore(scan.headStart, known.headStart, headLength) &&
      this.#isAsBefore(scan.tailStart, known.tailStart, tailLength)
    );
  }

  #familyOf({ metadata, type }: FamilyHead): KnownFamily {
    this.metadata.set(metadata.name, metadata);
    const key = `${type} ${metadata.name}`;
    let family = this.#families.get(key);
    if (family === undefined) this.#families.set(key, (family = { metadata, type, metrics: new Map() }));
    return family;
  }

  #readMetric(family: KnownFamily): void {
    const reader = this.#reader;
    const outer = reader.enter();
    const start = reader.position;
    if (reader.end - start > LONGEST_METRIC_BYTES) reader.fail(`a metric is longer than ${LONGEST_METRIC_BYTES} bytes`);
    if (!this.#readFields(family)) {
      labelsFirst(reader, start);
      reader.position = start;
      // Twice in vain: the tag is written in more bytes than it needs.
      if (!this.#readFields(family)) reader.fail('the tag of a label is written in an unusual way');
    }
    reader.leave(outer);
  }

  /** False, and nothing given, when there are labels behind other fields. */
  #readFields(family: KnownFamily): boolean {
    const reader = this.#reader;
    const known = this.#predictedMetric(family);
    if (known === undefined) this.#skipLabels();
    let contentStart = -1;
    let contentEnd = -1;
    this.#timestampMs = undefined;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === this.#contentTag) {
        if (contentStart >= 0) reader.fail(`its ${family.type} is given twice`);
        contentEnd = reader.readLength();
        contentStart = reader.position;
        reader.position = contentEnd;
      } else if (tag === METRIC.timestampMs) this.#readTimestamp();
      else if (tag === METRIC.label) return false;
      else reader.skipOther(tag, METRIC_FIELDS);
    }
    if (contentStart < 0) reader.fail(`it is a ${family.type} and a metric of it has none`);
    const metric = known ?? this.#metricOf(family);
    this.#next.push(this.#labelsStart, this.#labelsEnd - this.#labelsStart, metric);
    this.#giveContent(metric, contentStart, contentEnd);
    return true;
  }

  /** The metric that came here last time, when it has the same labels; the reader is behind them then. */
  #predictedMetric(family: KnownFamily): KnownMetric | undefined {
    const previous = this.#previous;
    const place = this.#predicted;
    const metric = place < previous.count ? previous.metrics[place]! : undefined;
    if (metric?.family !== family) return undefined;
    const reader = this.#reader;
    const start = reader.position;
    const length = previous.lengths[place]!;
    const end = start + length;
    if (end > reader.end || (end < reader.end && reader.bytes[end] === METRIC.label)) return undefined;
    if (!this.#isAsBefore(start, previous.starts[place]!, length)) return undefined;
    this.#labelsStart = start;
    this.#labelsEnd = reader.position = end;
    this.#predicted = place + 1;
    return metric;
  }

  #skipLabels(): void {
    const reader = this.#reader;
    this.#labelsStart = reader.position;
    while (!reader.isAtEnd && reader.bytes[reader.position] === METRIC.label) {
      reader.position++;
      reader.position = reader.readLength();
    }
    this.#labelsEnd = reader.position;
    if (this.#labelsEnd - this.#labelsStart > LONGEST_LABELS_BYTES) {
      reader.fail(`the labels of a metric are longer than ${LONGEST_LABELS_BYTES} bytes`);
    }
  }

  #metricOf(family: KnownFamily): KnownMetric {
    const key = this.request.body.toString('latin1', this.#labelsStart, this.#labelsEnd);
    const known = family.metrics.get(key);
    if (known !== undefined) {
      this.#predicted = known.place + 1;
      return known;
    }
    const metric = { family, place: 0, slot: -1, countSlot: -1, sumSlot: -1, parts: [], partSlots: [] };
    family.metrics.set(key, metric);
    return metric;
  }

  #readTimestamp(): void {
    const reader = this.#reader;
    const timestampMs = reader.readInt64();
    if (!Number.isSafeInteger(timestampMs)) reader.fail('its timestamp is no time in milliseconds');
    // Writers of proto3 leave out what is 0, so 0 says that there is none.
    this.#timestampMs = timestampMs === 0 ? undefined : timestampMs;
  }

  /** The reader is left at the content's end or behind it. */
  #giveContent(metric: KnownMetric, start: number, end: number): void {
    const reader = this.#reader;
    const outer = reader.end;
    reader.position = start;
    reader.end = end;
    switch (metric.family.type) {
      case 'counter':
      case 'gauge':
      case 'untyped':
        this.#giveScalar(metric);
        break;
      case 'summary':
        this.#giveSummary(metric);
        break;
      case 'histogram':
      case 'gaugehistogram':
        this.#histogram.read(reader);
        this.#giveHistogram(metric);
    }
    reader.end = outer;
  }

  #giveScalar(metric: KnownMetric): void {
    const reader = this.#reader;
    const start = reader.position;
    if (metric.slot < 0) metric.slot = this.#newSlot('');
    if (reader.end - start === VALUE_ALONE_BYTES && reader.bytes[start] === SCALAR.value) {
      this.#give(metric.slot, reader.view.getFloat64(start + 1, true));
      return;
    }
    let value = 0;
    let exemplarStart = -1;
    let exemplarEnd = -1;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === SCALAR.value) value = reader.readDouble();
      else if (tag === SCALAR.exemplar && metric.family.type === 'counter') {
        exemplarEnd = reader.readLength();
        exemplarStart = reader.position;
        reader.position = exemplarEnd;
      } else reader.skipOther(tag, metric.family.type === 'counter' ? COUNTER_FIELDS : VALUE_FIELDS);
    }
    this.#give(metric.slot, value);
    if (exemplarStart >= 0) this.#giveExemplar(metric.slot, exemplarStart, exemplarEnd);
  }

  #giveSummary(metric: KnownMetric): void {
    const reader = this.#reader;
    const start = reader.position;
    let count = 0;
    let sum = 0;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === SUMMARY.count) count = reader.readUint64();
      else if (tag === SUMMARY.sum) sum = reader.readDouble();
      else reader.skipOther(tag, SUMMARY_FIELDS);
    }
    this.#giveCountAndSum(metric, count, sum);
    let part = 0;
    reader.position = start;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === SUMMARY.quantile) this.#giveQuantile(metric, part++);
      else reader.skip(tag & 7);
    }
    metric.parts.length = metric.partSlots.length = part;
  }

  #giveQuantile(metric: KnownMetric, part: number): void {
    const reader = this.#reader;
    const outer = reader.enter();
    let quantile = 0;
    let value = 0;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === QUANTILE.quantile) quantile = reader.readDouble();
      else if (tag === QUANTILE.value) value = reader.readDouble();
      else reader.skipOther(tag, QUANTILE_FIELDS);
    }
    reader.leave(outer);
    this.#give(this.#partSlot(metric, part, quantile, '', 'quantile'), value);
  }

  #giveHistogram(metric: KnownMetric): void {
    const message = this.#histogram;
    const { nativeHistograms, classicHistograms, sampleLimit } = this.request;
    if (message.bucketCount > sampleLimit) this.#failSamples();
    const isNative = nativeHistograms && message.isNative;
    if (isNative) this.#giveNative(metric);
    if (!isNative || (classicHistograms && message.bucketCount > 0)) this.#giveClassic(metric);
  }

  #giveNative(metric: KnownMetric): void {
    const message = this.#histogram;
    const reader = this.#reader;
    const histogram = message.toNative(metric.family.type === 'gaugehistogram');
    const problem = problemOf(histogram, message.counts, NATIVE_BUCKETS_MAX);
    if (problem !== undefined) reader.fail(`the native histogram ${labelText(this.#labels(''))} is none: ${problem}`);
    const bucketsMax = NATIVE_BUCKETS_A_SAMPLE * this.request.sampleLimit;
    this.#nativeBuckets += histogram.positiveCounts.length + histogram.negativeCounts.length;
    if (this.#nativeBuckets > bucketsMax) {
      throw new CollectionError('too_large', `The page has more than ${bucketsMax} buckets of native histograms.`);
    }
    if (metric.slot < 0) metric.slot = this.#newSlot('');
    this.#countSample();
    this.request.sink.histogram?.(metric.slot, withKnownSchema(histogram), this.#timestampMs);
    for (const exemplar of this.#nativeExemplars()) this.request.sink.exemplar?.(metric.slot, exemplar);
  }

  /** Its own, or those of its classic buckets where it has none. */
  #nativeExemplars(): readonly GivenExemplar[] {
    const { nativeExemplars: places, bucketCount, exemplarStarts, exemplarEnds } = this.#histogram;
    const exemplars: GivenExemplar[] = [];
    for (let at = 0; at < places.length; at += 2) {
      exemplars.push(this.#readExemplar(places[at]!, places[at + 1]!));
    }
    for (let bucket = 0; places.length === 0 && bucket < bucketCount; bucket++) {
      if (exemplarStarts[bucket]! < 0) continue;
      exemplars.push(this.#readExemplar(exemplarStarts[bucket]!, exemplarEnds[bucket]!));
    }
    return timedInOrder(exemplars);
  }

  #giveClassic(metric: KnownMetric): void {
    const { bucketCount, upperBounds, cumulativeCounts, exemplarStarts, exemplarEnds, count, sum } = this.#histogram;
    this.#giveCountAndSum(metric, count, sum);
    let isInfiniteThere = false;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      const upperBound = upperBounds[bucket]!;
      if (upperBound === Number.POSITIVE_INFINITY) isInfiniteThere = true;
      const slot = this.#partSlot(metric, bucket, upperBound, '_bucket', 'le');
      this.#give(slot, cumulativeCounts[bucket]!);
      const exemplarStart = exemplarStarts[bucket]!;
      if (exemplarStart >= 0) this.#giveExemplar(slot, exemplarStart, exemplarEnds[bucket]!);
    }
    let parts = bucketCount;
    if (!isInfiniteThere) {
      this.#give(this.#partSlot(metric, parts++, Number.POSITIVE_INFINITY, '_bucket', 'le'), count);
    }
    metric.parts.length = metric.partSlots.length = parts;
  }

  #giveCountAndSum(metric: KnownMetric, count: number, sum: number): void {
    if (metric.countSlot < 0) metric.countSlot = this.#newSlot('_count');
    if (metric.sumSlot < 0) metric.sumSlot = this.#newSlot('_sum');
    this.#give(metric.countSlot, count);
    this.#give(metric.sumSlot, sum);
  }

  #give(slot: number, value: number): void {
    this.#countSample();
    this.request.sink.add(slot, value, this.#timestampMs);
  }

  #giveExemplar(slot: number, start: number, end: number): void {
    this.request.sink.exemplar?.(slot, this.#readExemplar(start, end));
  }

  #readExemplar(start: number, end: number): GivenExemplar {
    const { sampleLimit } = this.request;
    if (++this.#exemplars > sampleLimit) {
      throw new CollectionError('too_large', `The page has more than ${sampleLimit} exemplars.`);
    }
    return readExemplar(this.#reader, start, end);
  }

  #countSample(): void {
    if (++this.#samples > this.request.sampleLimit) this.#failSamples();
  }

  #failSamples(): never {
    throw new CollectionError(
      'too_large',
      `The page has more than ${this.request.sampleLimit} samples: raise the target's sampleLimit or let the target expose less.`,
    );
  }

  /** Of the bucket or the quantile that comes as the so-manieth. */
  #partSlot(metric: KnownMetric, part: number, value: number, suffix: string, name: string): number {
    if (Object.is(metric.parts[part], value)) return metric.partSlots[part]!;
    const slot = this.#newSlot(suffix, { name, value: labelNumber(value) });
    metric.parts[part] = value;
    metric.partSlots[part] = slot;
    return slot;
  }

  #newSlot(suffix: string, label?: Label): number {
    return this.request.sink.slotOf(this.#labels(suffix, label));
  }

  /** Of a series of the metric that is being read. */
  #labels(suffix: string, label?: Label): Labels {
    const reader = this.#reader;
    const { position, end } = reader;
    reader.position = this.#labelsStart;
    reader.end = this.#labelsEnd;
    const labels: Label[] = [{ name: METRIC_NAME, value: `${this.#family!.metadata.name}${suffix}` }];
    if (label !== undefined) labels.push(label);
    while (!reader.isAtEnd) {
      reader.readTag();
      labels.push(readLabel(reader));
    }
    const sorted = sortedLabels(reader, labels);
    reader.position = position;
    reader.end = end;
    return sorted;
  }

  #isAsBefore(start: number, startBefore: number, length: number): boolean {
    const { body } = this.request;
    const before = this.#previous.body;
    for (let at = 0; at < length; at++) if (body[start + at] !== before[startBefore + at]) return false;
    return true;
  }
}
