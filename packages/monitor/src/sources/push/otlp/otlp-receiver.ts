// Receives OTLP metrics, in protobuf or JSON, as Prometheus 3 does: walks an ExportMetricsServiceRequest and puts the samples
// of its data points into a push batch. What was made of a resource, a metric and a set of attributes is remembered by its
// bytes, so that a sender's next request costs no labels. A data point that cannot be stored is refused by itself, and the
// rest of the request is kept, where Prometheus refuses the whole. Start times are passed over, as Prometheus does by default.
// Source: opentelemetry.io/docs/specs/otlp, opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics

import { ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import type { Slices } from '../pacing.ts';
import type { PushBatch } from '../push-batch.ts';
import { DeltaStreams } from './delta/delta-streams.ts';
import { protobufOfJson } from './json/otlp-json.ts';
import { DEFAULT_OTLP_LIMITS, type OtlpLimits } from './limits.ts';
import { OtlpMemory } from './memory.ts';
import type { OtlpOutcome } from './outcome.ts';
import { RequestWalk } from './request-walk.ts';
import { DEFAULT_OTLP_SETTINGS, type OtlpSettings } from './settings.ts';

export interface OtlpPush {
  /** Unpacked. */
  readonly body: Uint8Array;
  readonly format: 'protobuf' | 'json';
  /** When it came, Unix milliseconds. */
  readonly receivedMs: number;
}

export class OtlpReceiver {
  readonly #settings: OtlpSettings;
  readonly #limits: OtlpLimits;
  readonly #memory: OtlpMemory;
  readonly #deltas: DeltaStreams;

  constructor(settings: Partial<OtlpSettings> = {}, limits: Partial<OtlpLimits> = {}) {
    this.#settings = { ...DEFAULT_OTLP_SETTINGS, ...settings };
    this.#limits = { ...DEFAULT_OTLP_LIMITS, ...limits };
    this.#memory = new OtlpMemory(this.#limits);
    this.#deltas = new DeltaStreams(this.#limits);
  }

  /**
   * Adds a request to the batch, which is flushed whenever it is full; the last flush is the caller's. Several requests may
   * be under way, each with a batch of its own.
   * @throws {MalformedBytes} {MalformedPush} {OversizedPush} What was added until then is in the batch. {ChainpulseError} of the store.
   */
  async receive({ body, format, receivedMs }: OtlpPush, batch: PushBatch, slices: Slices): Promise<OtlpOutcome> {
    const bytes = format === 'json' ? await protobufOfJson(body, this.#limits, slices) : body;
    this.#deltas.begin(receivedMs);
    const walk = new RequestWalk({
      reader: new ProtobufReader(bytes),
      batch,
      memory: this.#memory,
      deltas: this.#deltas,
      settings: this.#settings,
      limits: this.#limits,
    });
    for (const _ of walk.steps()) {
      if (batch.isFull) await batch.flush();
      if (slices.isOver) await slices.rest();
    }
    return walk.outcome();
  }
}
