// One request, walked once: resources, their scopes, metrics and data points. A message is looked through twice, first for
// what its parts have in common, which may stand behind them, then for the parts. Between two data points it can stop, so
// that the batch is stored and others get their turn.

import { knownFields, type ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import type { PushBatch } from '../push-batch.ts';
import type { DeltaStreams } from './delta/delta-streams.ts';
import { KeyBuffer } from './key-buffer.ts';
import type { OtlpLimits } from './limits.ts';
import type { OtlpMemory } from './memory.ts';
import { DATA_POINT, type KnownMetric, knownMetric, MetricParts } from './metric.ts';
import { Nanoseconds } from './nanoseconds.ts';
import { type KnownOrigin, TARGET_INFO, type TargetInfo } from './origin.ts';
import { OriginReader } from './origin-reader.ts';
import type { OtlpOutcome } from './outcome.ts';
import { PointReceiver } from './point-receiver.ts';
import { escapesNames, type OtlpSettings } from './settings.ts';
import { targetTimes } from './target-times.ts';
import { Warnings } from './warnings.ts';

const RESOURCE_METRICS = (1 << 3) | 2;
const SCOPE_METRICS = (2 << 3) | 2;
const METRIC = (2 << 3) | 2;

const REQUEST_FIELDS = knownFields(RESOURCE_METRICS);
/** The resource, or of the scopes' messages the scope, and the address of the schema. */
const ORIGIN = (1 << 3) | 2;
const SCHEMA_URL = (3 << 3) | 2;
const RESOURCE_FIELDS = knownFields(ORIGIN, SCOPE_METRICS, SCHEMA_URL);
const SCOPE_FIELDS = knownFields(ORIGIN, METRIC, SCHEMA_URL);

/** Stops after so many data points at the latest. */
const POINTS_BETWEEN_STOPS = 64;

export interface RequestWalkParts {
  readonly reader: ProtobufReader;
  readonly batch: PushBatch;
  readonly memory: OtlpMemory;
  readonly deltas: DeltaStreams;
  readonly settings: OtlpSettings;
  readonly limits: OtlpLimits;
}

export class RequestWalk {
  readonly #reader: ProtobufReader;
  readonly #batch: PushBatch;
  readonly #memory: OtlpMemory;
  readonly #settings: OtlpSettings;
  readonly #limits: OtlpLimits;
  readonly #warnings: Warnings;
  readonly #origins: OriginReader;
  readonly #points: PointReceiver;
  readonly #metric = new MetricParts();
  readonly #metricKey = new KeyBuffer();
  /** Names whose metadata the batch has been told. */
  readonly #toldNames = new Set<string>();
  /** When `target_info` was written, by its labels: two resources may have the same. */
  readonly #targetTimes = new Map<string, Set<number>>();
  // Of the resource that is being walked.
  #hasTimes = false;
  readonly #earliest = new Nanoseconds();
  readonly #latest = new Nanoseconds();
  #pointsUntilStop = POINTS_BETWEEN_STOPS;

  constructor(parts: RequestWalkParts) {
    const { settings, limits } = parts;
    this.#reader = parts.reader;
    this.#batch = parts.batch;
    this.#memory = parts.memory;
    this.#settings = settings;
    this.#limits = limits;
    const warnings = new Warnings(limits.warningsListed);
    const rules = {
      isEscaped: escapesNames(settings.translationStrategy),
      labelsMax: limits.labelsASeries,
      onCollision: (label: string, attributes: readonly string[]) => {
        const names = attributes.map((name) => JSON.stringify(name)).join(', ');
        warnings.add(
          `the attributes ${names} are one label, ${JSON.stringify(label)}: their values are joined with ";"`,
        );
      },
    };
    this.#warnings = warnings;
    this.#origins = new OriginReader({ ...parts, rules, warnings });
    this.#points = new PointReceiver({ ...parts, rules, warnings });
  }

  /** Walks on from one stop to the next. @throws {MalformedBytes} {MalformedPush} */
  *steps(): Generator<void> {
    const reader = this.#reader;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag !== RESOURCE_METRICS) {
        reader.skipOther(tag, REQUEST_FIELDS);
        continue;
      }
      const outer = reader.enter();
      yield* this.#resourceSteps();
      reader.leave(outer);
    }
  }

  outcome(): OtlpOutcome {
    return {
      dataPoints: this.#points.received,
      passedOverDataPoints: this.#points.passedOver,
      warnings: this.#warnings.texts,
      warningsLeftOut: this.#warnings.leftOut,
    };
  }

  *#resourceSteps(): Generator<void> {
    const reader = this.#reader;
    const start = reader.position;
    const resource = this.#origins.readResource(reader);
    reader.position = start;
    this.#hasTimes = false;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag !== SCOPE_METRICS) {
        reader.skipOther(tag, RESOURCE_FIELDS);
        continue;
      }
      const outer = reader.enter();
      const scopeStart = reader.position;
      const origin = this.#origins.readScope(reader, resource);
      reader.position = scopeStart;
      yield* this.#scopeSteps(origin);
      reader.leave(outer);
    }
    if (this.#hasTimes && resource.targetInfo !== undefined) this.#writeTargetInfo(resource.targetInfo);
  }

  *#scopeSteps(origin: KnownOrigin): Generator<void> {
    const reader = this.#reader;
    const parts = this.#metric;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag !== METRIC) {
        reader.skipOther(tag, SCOPE_FIELDS);
        continue;
      }
      const outer = reader.enter();
      const start = reader.position;
      parts.read(reader, this.#metricKey, origin.id);
      const metric = this.#memory.metrics.get(this.#metricKey, () => this.#newMetric());
      const problem = origin.problem ?? metric.problem ?? this.#temporalityProblem();
      const [receivedBefore, refusedBefore] = [this.#points.received, this.#points.refused];
      reader.position = start;
      while (!reader.isAtEnd) {
        const field = reader.readTag();
        if (field !== parts.dataTag) {
          reader.skip(field & 7);
          continue;
        }
        const data = reader.enter();
        while (!reader.isAtEnd) {
          if (!this.#dataField(metric, origin, problem)) continue;
          this.#pointsUntilStop = POINTS_BETWEEN_STOPS;
          yield;
        }
        reader.leave(data);
      }
      reader.leave(outer);
      const received = this.#points.received - receivedBefore;
      this.#finishMetric(metric, problem, received, this.#points.refused - refusedBefore);
    }
  }

  #newMetric(): KnownMetric {
    return knownMetric(this.#memory.newId(), this.#metricKey, this.#metric, this.#settings.translationStrategy);
  }

  #temporalityProblem(): string | undefined {
    const metric = this.#metric;
    if (!metric.hasTemporality || metric.isCumulative) return undefined;
    if (!metric.isDelta) return 'it says neither that it is cumulative nor that it is delta: set its temporality';
    if (this.#settings.delta === 'cumulative') return undefined;
    return "it is of delta temporality: set the sender to cumulative, or the monitor's otlp.delta to cumulative";
  }

  /** One field of the message that holds the data points; true when it is time to stop. */
  #dataField(metric: KnownMetric, origin: KnownOrigin, problem: string | undefined): boolean {
    const reader = this.#reader;
    const tag = reader.readTag();
    if (tag !== DATA_POINT) {
      reader.skip(tag & 7);
      return false;
    }
    const outer = reader.enter();
    if (problem === undefined) {
      this.#batch.beginUnit();
      this.#points.receive(reader, metric, this.#metric, origin);
      this.#batch.endUnit();
    } else this.#points.passOver(reader, this.#metric);
    reader.leave(outer);
    this.#noteTime();
    return --this.#pointsUntilStop === 0 || this.#batch.isFull;
  }

  #noteTime(): void {
    const { time } = this.#points.point;
    if (!this.#hasTimes || time.isBefore(this.#earliest)) this.#earliest.copy(time);
    if (!this.#hasTimes || this.#latest.isBefore(time)) this.#latest.copy(time);
    this.#hasTimes = true;
  }

  #finishMetric(metric: KnownMetric, problem: string | undefined, received: number, refused: number): void {
    if (this.#metric.kind === 'none') {
      this.#warnings.add(`metric ${metric.shownName}: it is of no kind that is known here, and is passed over`);
      return;
    }
    if (received === 0) return;
    if (problem !== undefined) {
      const points = received === 1 ? 'a data point is' : `${received} data points are`;
      this.#batch.refuse('invalid', `metric ${metric.shownName}: ${points} refused: ${problem}`, received);
      return;
    }
    if (refused === received || this.#toldNames.has(metric.name)) return;
    this.#toldNames.add(metric.name);
    this.#batch.metadata(metric.metadata);
  }

  #writeTargetInfo({ series, key }: TargetInfo): void {
    const times = targetTimes(
      this.#earliest.toMs(),
      this.#latest.toMs(),
      this.#settings.lookbackMs / 2,
      this.#limits.targetInfoSamples,
    );
    let written = this.#targetTimes.get(key);
    if (written === undefined) this.#targetTimes.set(key, (written = new Set()));
    const target = this.#batch.known(series);
    for (const timeMs of times) {
      if (written.has(timeMs)) continue;
      written.add(timeMs);
      this.#batch.sample(target, timeMs, 1);
    }
    if (this.#toldNames.has(TARGET_INFO.name)) return;
    this.#toldNames.add(TARGET_INFO.name);
    this.#batch.metadata(TARGET_INFO);
  }
}
