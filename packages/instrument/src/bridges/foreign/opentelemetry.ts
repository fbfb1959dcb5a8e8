// An OpenTelemetry MeterProvider shown by our registry. The source is at once a metric reader, which the provider takes as
// it is (`new MeterProvider({ readers: [source] })`), and a source of snapshots: `refresh` collects, `families` gives what
// was collected. It asks for cumulative values of everything; a reader of the user's own may be read instead.

import type { FamilySnapshot, SnapshotSource } from '../../snapshot/snapshot.ts';
import { LabelKeeper } from './label-keeper.ts';
import { CUMULATIVE, type OtelCollection, type OtelCollector } from './opentelemetry-data.ts';
import { familiesOf } from './opentelemetry-families.ts';

const DEFAULT_MAX_SERIES = 10_000;
const DEFAULT_TIMEOUT_MS = 5000;
/** Series of one instrument, as the SDK has it by default. */
const INSTRUMENT_SERIES = 2000;

export interface OpenTelemetrySourceOptions {
  /** Read this reader, which the provider has, instead of being one. It must select cumulative temporality. */
  readonly reader?: OtelCollector;
  /** Label sets over all metrics that are shown (default 10,000). */
  readonly maxSeries?: number;
  /** For the callbacks of observable instruments; default 5,000. */
  readonly timeoutMs?: number;
  /** Whether `otel_scope_name` and its kin are shown; default true. */
  readonly scopeLabels?: boolean;
  /** Whether the resource is shown as `target_info`; default true. */
  readonly targetInfo?: boolean;
}

export interface OpenTelemetrySource extends SnapshotSource {
  refresh(): Promise<void>;
  /** What the last collection could not show and why (such as delta temporality), at most 100. */
  problems(): readonly string[];

  // What the SDK asks of a metric reader.
  setMetricProducer(producer: OtelCollector): void;
  selectAggregation(instrumentType: unknown): { type: 0 };
  selectAggregationTemporality(instrumentType: unknown): 1;
  selectCardinalityLimit(instrumentType: unknown): number;
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's own type, which cannot be imported.
  collect(options?: { timeoutMillis?: number }): Promise<any>;
  shutdown(): Promise<void>;
  forceFlush(): Promise<void>;
}

/**
 * Makes the source: give it to a MeterProvider among its `readers`, or give it a `reader`; then `registry.attach` it.
 *
 * Names follow OpenTelemetry's compatibility specification (`http.server.duration` in `s` is `http_server_duration_seconds`,
 * counters end in `_total`). Where two instruments give the same name with different types, the first is shown.
 */
export function openTelemetrySource(options: OpenTelemetrySourceOptions = {}): OpenTelemetrySource {
  return new MetricReaderSource(options);
}

class MetricReaderSource implements OpenTelemetrySource {
  readonly #options: OpenTelemetrySourceOptions;
  readonly #keeper = new LabelKeeper();
  #collector: OtelCollector | undefined;
  #families: readonly FamilySnapshot[] = [];
  #problems: readonly string[] = [];
  #isReading = false;
  #isShutDown = false;

  constructor(options: OpenTelemetrySourceOptions) {
    this.#options = options;
    this.#collector = options.reader;
  }

  families(): readonly FamilySnapshot[] {
    return this.#families;
  }

  problems(): readonly string[] {
    return this.#problems;
  }

  /**
   * Rejects, and then shows nothing, when nothing could be collected. What was read last stays until this reading has ended;
   * one that has not ended when the next begins is given up.
   */
  async refresh(): Promise<void> {
    if (this.#isReading) this.#families = [];
    this.#isReading = true;
    try {
      await this.#read();
    } catch (error) {
      this.#families = [];
      this.#problems = [];
      throw error;
    } finally {
      this.#isReading = false;
    }
  }

  async #read(): Promise<void> {
    const { maxSeries = DEFAULT_MAX_SERIES, timeoutMs, scopeLabels = true, targetInfo = true } = this.#options;
    const collection = await this.collect({ timeoutMillis: timeoutMs ?? DEFAULT_TIMEOUT_MS });
    const { resource } = collection.resourceMetrics;
    if (resource.asyncAttributesPending === true) await resource.waitForAsyncAttributes?.();
    const conversion = { maxSeries, hasScopeLabels: scopeLabels, hasTargetInfo: targetInfo };
    const { families, problems } = familiesOf(collection, this.#keeper, conversion);
    this.#families = families;
    this.#problems = problems;
  }

  /** @throws {Error} when there is a provider or a reader already */
  setMetricProducer(producer: OtelCollector): void {
    if (this.#collector !== undefined) {
      throw new Error('This source reads another MeterProvider or reader already: make one for each.');
    }
    this.#collector = producer;
  }

  /** The SDK's default for the instrument. */
  selectAggregation(): { type: 0 } {
    return { type: 0 };
  }

  selectAggregationTemporality(): typeof CUMULATIVE {
    return CUMULATIVE;
  }

  selectCardinalityLimit(): number {
    return INSTRUMENT_SERIES;
  }

  async collect(options?: { timeoutMillis?: number }): Promise<OtelCollection> {
    if (this.#isShutDown) throw new Error('The MeterProvider was shut down.');
    if (this.#collector === undefined) throw new Error('Give this source to a MeterProvider, in `readers`, first.');
    return this.#collector.collect(options);
  }

  /** From then on nothing is shown. */
  async shutdown(): Promise<void> {
    this.#isShutDown = true;
    this.#families = [];
  }

  async forceFlush(): Promise<void> {}
}
