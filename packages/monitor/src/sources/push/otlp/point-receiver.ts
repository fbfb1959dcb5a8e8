// Takes the data points of a metric one after another: reads a point, finds its series, and writes it to the batch or
// refuses it.

import type { ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import type { Exemplar } from '../../../model/batch.ts';
import type { PushRejectReason } from '../interface.ts';
import type { PushBatch } from '../push-batch.ts';
import { UnusableValue } from './any-value.ts';
import { readAttributes } from './attributes.ts';
import { DataPoint } from './data-point.ts';
import type { DeltaKind } from './delta/delta-stream.ts';
import type { DeltaStreams } from './delta/delta-streams.ts';
import { readExemplars } from './exemplars.ts';
import { KeyBuffer } from './key-buffer.ts';
import { KnownPoint } from './known-point.ts';
import type { OtlpLimits } from './limits.ts';
import type { OtlpMemory } from './memory.ts';
import type { KnownMetric, MetricParts } from './metric.ts';
import { COARSEST_SCHEMA } from './native-histogram.ts';
import type { KnownOrigin } from './origin.ts';
import { type LabelRules, seriesLabels } from './series-labels.ts';
import type { OtlpSettings } from './settings.ts';
import type { Warnings } from './warnings.ts';
import {
  histogramLayout,
  summaryLayout,
  writeCustomBoundsHistogram,
  writeExponentialHistogram,
  writeHistogram,
  writeNumber,
  writeSummary,
} from './write-point.ts';

/** No exponential histogram is finer; what OpenTelemetry's libraries write is at most 20. */
const FINEST_SCALE = 100;
const NO_EXEMPLARS: readonly Exemplar[] = [];

export interface PointReceiverParts {
  readonly batch: PushBatch;
  readonly memory: OtlpMemory;
  readonly deltas: DeltaStreams;
  readonly settings: OtlpSettings;
  readonly limits: OtlpLimits;
  readonly rules: LabelRules;
  readonly warnings: Warnings;
}

export class PointReceiver {
  /** The data point that was received last. */
  readonly point: DataPoint;
  received = 0;
  refused = 0;
  /** Those that were refused because their metric is. */
  passedOver = 0;
  readonly #parts: PointReceiverParts;
  readonly #key = new KeyBuffer();
  readonly #layoutKey = new KeyBuffer();

  constructor(parts: PointReceiverParts) {
    this.#parts = parts;
    this.point = new DataPoint(parts.limits);
  }

  /** Reads a data point, the message that the reader is in, for its time alone. */
  passOver(reader: ProtobufReader, { kind }: MetricParts): void {
    this.#key.begin(0);
    this.#read(reader, kind);
    this.received++;
    this.refused++;
    this.passedOver++;
  }

  /** The message that the reader is in, to its end. */
  receive(reader: ProtobufReader, metric: KnownMetric, parts: MetricParts, origin: KnownOrigin): void {
    this.#key.begin(metric.id);
    this.#read(reader, parts.kind);
    this.received++;
    const known = this.#parts.memory.points.get(this.#key, () => this.#newPoint(metric, origin));
    if (known.problem !== undefined) this.#refuse(metric, 'invalid', known.problem);
    else if (this.point.hasTooMany) this.#refuse(metric, 'invalid', this.#tooManyBuckets());
    else if (parts.kind === 'exponential') this.#exponential(reader, metric, parts, known);
    else if (parts.kind === 'histogram') this.#histogram(reader, metric, parts, known);
    else if (parts.kind === 'summary') this.#summary(known);
    else this.#number(reader, metric, parts, known);
  }

  #read(reader: ProtobufReader, kind: MetricParts['kind']): void {
    if (kind === 'histogram') this.point.readHistogram(reader, this.#key);
    else if (kind === 'exponential') this.point.readExponential(reader, this.#key);
    else if (kind === 'summary') this.point.readSummary(reader, this.#key);
    else this.point.readNumber(reader, this.#key);
  }

  #newPoint(metric: KnownMetric, { common }: KnownOrigin): KnownPoint {
    const { memory, limits, rules } = this.#parts;
    const id = memory.newId();
    const range = { start: this.#key.fieldsStart, end: this.#key.length };
    try {
      const attributes = readAttributes(this.#key.bytes, range, limits);
      return new KnownPoint(id, metric.name, seriesLabels(metric.name, attributes, common, rules), memory.labels);
    } catch (error) {
      if (!(error instanceof UnusableValue)) throw error;
      return new KnownPoint(id, metric.name, [], memory.labels, error.message);
    }
  }

  #number(reader: ProtobufReader, metric: KnownMetric, parts: MetricParts, known: KnownPoint): void {
    const { point } = this;
    if (!point.hasNumber && !point.hasNoValue) {
      this.#refuse(metric, 'invalid', 'it has no value: set one, or the flag that there is none');
      return;
    }
    if (parts.isDelta && !this.#addUp(metric, known, 'number')) return;
    // Prometheus keeps exemplars of sums and histograms.
    const exemplars = parts.kind === 'sum' ? this.#exemplars(reader, metric) : NO_EXEMPLARS;
    writeNumber(this.#parts.batch, known, point, exemplars);
  }

  #histogram(reader: ProtobufReader, metric: KnownMetric, parts: MetricParts, known: KnownPoint): void {
    const { batch, settings, memory } = this.#parts;
    const { point } = this;
    if (parts.isDelta && !this.#addUp(metric, known, 'histogram')) return;
    const exemplars = this.#exemplars(reader, metric);
    if (settings.convertHistogramsToNhcb) {
      if (!writeCustomBoundsHistogram(batch, known, point, exemplars)) this.refused++;
      return;
    }
    const key = this.#layoutKey;
    key.begin(known.id);
    for (let at = 0; at < point.bounds.length && at < point.counts.length; at++) key.appendDouble(point.bounds.at(at));
    writeHistogram(
      batch,
      known,
      point,
      memory.layouts.get(key, () => histogramLayout(known, point)),
      exemplars,
    );
  }

  #exponential(reader: ProtobufReader, metric: KnownMetric, parts: MetricParts, known: KnownPoint): void {
    const { point } = this;
    if (!this.#hasKnownScale(metric)) return;
    if (parts.isDelta && !(this.#addUp(metric, known, 'exponential') && this.#hasKnownScale(metric))) return;
    const exemplars = this.#exemplars(reader, metric);
    if (!writeExponentialHistogram(this.#parts.batch, known, point, exemplars)) this.refused++;
  }

  #summary(known: KnownPoint): void {
    const { batch, memory } = this.#parts;
    const { point } = this;
    const key = this.#layoutKey;
    key.begin(known.id);
    for (let at = 0; at < point.quantiles.length; at++) key.appendDouble(point.quantiles.at(at));
    writeSummary(
      batch,
      known,
      point,
      memory.layouts.get(key, () => summaryLayout(known, point)),
    );
  }

  #hasKnownScale(metric: KnownMetric): boolean {
    const { scale } = this.point;
    if (scale >= COARSEST_SCHEMA && scale <= FINEST_SCALE) return true;
    this.#refuse(
      metric,
      'invalid',
      `its scale is ${scale}: native histograms are made of scales from ${COARSEST_SCHEMA} on`,
    );
    return false;
  }

  /** Makes a delta the sum until now; false when it was refused. */
  #addUp(metric: KnownMetric, known: KnownPoint, kind: DeltaKind): boolean {
    const stream = this.#parts.deltas.streamOf(known, kind);
    if (stream === undefined) {
      const { deltaSeries } = this.#parts.limits;
      this.#refuse(
        metric,
        'series_limit',
        `${deltaSeries} series of delta temporality are added up, and no more: send cumulative sums`,
      );
      return false;
    }
    const refusal = stream.add(this.point);
    if (refusal === undefined) return true;
    this.#refuse(metric, 'out_of_order', DELTA_REFUSALS[refusal]);
    return false;
  }

  #exemplars(reader: ProtobufReader, metric: KnownMetric): readonly Exemplar[] {
    const { exemplars } = this.point;
    if (exemplars.length === 0) return NO_EXEMPLARS;
    try {
      return readExemplars(reader, exemplars, this.#parts.limits);
    } catch (error) {
      if (!(error instanceof UnusableValue)) throw error;
      this.#parts.warnings.add(`metric ${metric.shownName}: exemplars of a data point are left out: ${error.message}`);
      return NO_EXEMPLARS;
    }
  }

  #tooManyBuckets(): string {
    return `it has more than ${this.#parts.limits.bucketsAPoint} buckets, bounds or quantiles: send fewer`;
  }

  #refuse(metric: KnownMetric, reason: PushRejectReason, problem: string): void {
    this.refused++;
    this.#parts.batch.refuse(reason, `metric ${metric.shownName}: a data point is refused: ${problem}`);
  }
}

const DELTA_REFUSALS = {
  older_start: 'it begins before the first one of its series: see that no two processes send the same series as deltas',
  out_of_order: 'it is not younger than the one before it: send deltas in the order of time',
} as const;
