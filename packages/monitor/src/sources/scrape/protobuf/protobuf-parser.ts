// Parses pages of Prometheus' protobuf format of one target (MetricFamily messages, each after its length), each faster for
// the one before it. Invariant: the samples are exactly those that a parser without memory gives. A metric is known by the
// bytes of its labels: first those of the metric that came at this place last time, then by a map. After a page that was
// refused nothing is remembered. The work is cut in slices.

import type { MetricMetadata } from '../../../model/batch.ts';
import type { SampleSink } from '../../interface.ts';
import { inSlices } from '../in-slices.ts';
import { type KnownFamily, PageIndex } from './known-metrics.ts';
import { PageRun } from './page-run.ts';
import type { ProtobufRequest } from './protobuf-request.ts';

export interface ProtobufParserOptions {
  /** Called between slices; default `setImmediate`. */
  readonly yieldToOthers?: () => Promise<void>;
}

const METRICS_A_STEP = 128;
/** A cache is emptied when it holds more than twice what the latest page used, and this many more. */
const CACHE_SLACK = 1000;
const NOTHING = Buffer.alloc(0);

export class ProtobufParser {
  readonly #yieldToOthers: (() => Promise<void>) | undefined;
  #previous = new PageIndex();
  #spare = new PageIndex();
  /** Whose slots are remembered. */
  #sink: SampleSink | undefined;
  #firstSlot = 0;
  readonly #families = new Map<string, KnownFamily>();
  readonly #described = new Map<string, MetricMetadata>();

  constructor(options: ProtobufParserOptions = {}) {
    this.#yieldToOthers = options.yieldToOthers;
  }

  /**
   * Hands every sample to the sink, and what has changed of the metadata.
   * @throws {MalformedFamilies} with the byte; @throws {CollectionError} `too_large`.
   */
  async parse(request: ProtobufRequest): Promise<void> {
    const { sink } = request;
    if (sink !== this.#sink || sink.firstSlot !== this.#firstSlot) this.#forget();
    this.#sink = sink;
    this.#firstSlot = sink.firstSlot;
    this.#spare.reset(request.body);
    const run = new PageRun(request, this.#previous, this.#spare, this.#families);
    try {
      const { signal } = request;
      await inSlices(() => run.readMetrics(METRICS_A_STEP), { yieldToOthers: this.#yieldToOthers, signal });
    } catch (error) {
      this.#forget();
      throw error;
    }
    this.#remember(run);
  }

  #remember(run: PageRun): void {
    for (const [name, metadata] of run.metadata) {
      const known = this.#described.get(name);
      if (known !== undefined && isSame(known, metadata)) continue;
      this.#described.set(name, metadata);
      run.request.sink.describe(metadata);
    }
    [this.#previous, this.#spare] = [this.#spare, this.#previous];
    this.#spare.reset(NOTHING);
    const { count, families } = this.#previous;
    let known = 0;
    for (const { metrics } of this.#families.values()) known += metrics.size;
    if (known > 2 * count + CACHE_SLACK || this.#families.size > 2 * families.length + CACHE_SLACK) this.#forget();
  }

  #forget(): void {
    this.#previous.reset(NOTHING);
    this.#spare.reset(NOTHING);
    this.#families.clear();
    this.#described.clear();
  }
}

function isSame(a: MetricMetadata, b: MetricMetadata): boolean {
  return a.type === b.type && a.help === b.help && a.unit === b.unit;
}
