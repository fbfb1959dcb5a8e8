// A recording of scrapes (docs/formats/recording.md) as columns: by target the times of its scrapes, by series its value at every
// scrape, to the bit, and whether the scrape had it. Read with the monitor's own reader and parser.

import { fileURLToPath } from 'node:url';
import type { MetricMetadata } from '../../packages/monitor/src/model/batch.ts';
import { type Labels, labelsFrom, labelsFromRecord, labelsKey } from '../../packages/monitor/src/model/labels.ts';
import type { SampleSink } from '../../packages/monitor/src/sources/interface.ts';
import { readRecords } from '../../packages/monitor/src/sources/replay/recording-reader.ts';
import { ExpositionParser } from '../../packages/monitor/src/sources/scrape/exposition-parser.ts';
import { withTargetLabels } from '../../packages/monitor/src/sources/target-series.ts';

/** An hour of two Lodestar beacon nodes and two validator clients, scraped every 5 s. */
export const LODESTAR_HOUR = fileURLToPath(new URL('../../testdata/recordings/lodestar-hour.rec.zst', import.meta.url));

export interface Recording {
  readonly targets: readonly RecordedTarget[];
  /** All targets' series, those of one target next to each other, in the order in which they first came. */
  readonly series: readonly RecordedSeries[];
  readonly metadata: readonly MetricMetadata[];
}

export interface RecordedTarget {
  readonly name: string;
  /** Unix milliseconds of every scrape, those that failed included. */
  readonly timesMs: Float64Array;
  /** 1 where the target answered. */
  readonly isUp: Uint8Array;
  /** How many samples each scrape had. */
  readonly counts: Uint32Array;
  /** Its series are from `firstSeries` up to but not including `endSeries`. */
  readonly firstSeries: number;
  readonly endSeries: number;
}

export interface RecordedSeries {
  /** With the target's labels. */
  readonly labels: Labels;
  readonly target: number;
  /** One a scrape of the target; 0 where it is absent. */
  readonly values: Float64Array;
  /** 1 where the scrape had it. */
  readonly isPresent: Uint8Array;
}

interface GrowingTarget {
  readonly name: string;
  readonly times: number[];
  readonly isUp: number[];
  readonly counts: number[];
  readonly parser: ExpositionParser;
  readonly sink: ColumnSink;
}

const SAMPLES_MAX = 1_000_000;

export async function readRecording(file: string, job: string): Promise<Recording> {
  const targets = new Map<string, GrowingTarget>();
  const metadata = new Map<string, MetricMetadata>();
  for await (const { target: name, timestampMs, body } of readRecords(file, () => true)) {
    let target = targets.get(name);
    if (target === undefined) {
      const sink = new ColumnSink(labelsFromRecord({ job, instance: name }), metadata);
      target = { name, times: [], isUp: [], counts: [], parser: new ExpositionParser(), sink };
      targets.set(name, target);
    }
    const { sink } = target;
    sink.begin(target.times.length);
    if (body !== undefined) {
      await target.parser.parse({ body, format: 'text', sink, sampleLimit: SAMPLES_MAX });
    }
    target.times.push(timestampMs);
    target.isUp.push(body === undefined ? 0 : 1);
    target.counts.push(sink.count);
  }
  return finish([...targets.values()], [...metadata.values()]);
}

function finish(growing: readonly GrowingTarget[], metadata: readonly MetricMetadata[]): Recording {
  const series: RecordedSeries[] = [];
  const targets = growing.map((target, index): RecordedTarget => {
    const firstSeries = series.length;
    const scrapes = target.times.length;
    for (const { labels, values, isPresent } of target.sink.series) {
      const column = new Float64Array(scrapes);
      const presence = new Uint8Array(scrapes);
      column.set(values);
      presence.set(isPresent);
      series.push({ labels, target: index, values: column, isPresent: presence });
    }
    return {
      name: target.name,
      timesMs: Float64Array.from(target.times),
      isUp: Uint8Array.from(target.isUp),
      counts: Uint32Array.from(target.counts),
      firstSeries,
      endSeries: series.length,
    };
  });
  return { targets, series, metadata };
}

/** Collects the samples of one target. */
class ColumnSink implements SampleSink {
  readonly firstSlot = 0;
  readonly series: { readonly labels: Labels; readonly values: number[]; readonly isPresent: number[] }[] = [];
  count = 0;
  readonly #slots = new Map<string, number>();
  readonly #targetLabels: Labels;
  readonly #metadata: Map<string, MetricMetadata>;
  #scrape = 0;

  constructor(targetLabels: Labels, metadata: Map<string, MetricMetadata>) {
    this.#targetLabels = targetLabels;
    this.#metadata = metadata;
  }

  begin(scrape: number): void {
    this.#scrape = scrape;
    this.count = 0;
  }

  slotOf(labels: Labels): number {
    const key = labelsKey(labels);
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = this.series.length;
      this.#slots.set(key, slot);
      this.series.push({
        labels: labelsFrom(withTargetLabels(labels, this.#targetLabels).map(({ name, value }) => [name, value])),
        values: [],
        isPresent: [],
      });
    }
    return slot;
  }

  add(slot: number, value: number): void {
    const { values, isPresent } = this.series[slot]!;
    while (values.length < this.#scrape) {
      values.push(0);
      isPresent.push(0);
    }
    if (values.length > this.#scrape) return; // The first of two samples of one series wins, as in the monitor.
    values.push(Number.isNaN(value) ? Number.NaN : value);
    isPresent.push(1);
    this.count++;
  }

  describe(metadata: MetricMetadata): void {
    this.#metadata.set(metadata.name, metadata);
  }
}
