// An `Appender` that keeps what it is given where a test can look at it, and on request refuses as a store does.

import type { Batch, Exemplar, MetricMetadata, NativeHistogram } from '../../../model/batch.ts';
import { type Labels, labelsKey } from '../../../model/labels.ts';
import { bitsOf } from '../../../model/staleness.ts';
import type { Appender, AppendOutcome } from '../../../storage/interface.ts';
import { labelText } from '../../label-text.ts';

export interface CollectedSample {
  readonly timeMs: number;
  /** The value to the bit, in hexadecimal; of a histogram the histogram. */
  readonly bits: string;
  readonly histogram?: NativeHistogram;
}

export class CollectingAppender implements Appender {
  /** By the text of the series. */
  readonly samples = new Map<string, CollectedSample[]>();
  readonly exemplars = new Map<string, Exemplar[]>();
  readonly metadata: MetricMetadata[] = [];
  batches = 0;
  resolved = 0;
  /** Thrown by the next append. */
  failure: Error | undefined;
  /** Series beyond these get no reference. */
  seriesMax = Number.POSITIVE_INFINITY;
  /** Why a sample is refused. */
  refuses: (labels: Labels, timeMs: number) => string | undefined = () => undefined;
  #labels: (Labels | undefined)[] = [[]];
  readonly #refs = new Map<string, number>();
  readonly #byKey = new Map<string, { readonly labels: Labels; readonly samples: CollectedSample[] }>();

  /** Each series with its samples as text, sorted: for a comparison as a whole. */
  collected(): string[] {
    return [...this.#byKey.values()]
      .map(({ labels, samples }) => JSON.stringify([labels.map(({ name, value }) => [name, value]), samples]))
      .sort();
  }

  /** Forgets the samples that came, not the series. */
  clear(): void {
    this.samples.clear();
    this.#byKey.clear();
  }

  /** The series go away: their references are no more, and the same labels get other ones. */
  forgetSeries(): void {
    this.#labels = this.#labels.map(() => undefined);
    this.#refs.clear();
  }

  async resolveSeries(series: readonly Labels[]): Promise<Uint32Array> {
    this.resolved += series.length;
    return Uint32Array.from(series, (labels) => {
      const key = labelsKey(labels);
      const known = this.#refs.get(key);
      if (known !== undefined) return known;
      if (this.#refs.size >= this.seriesMax) return 0;
      const ref = this.#labels.push(labels) - 1;
      this.#refs.set(key, ref);
      return ref;
    });
  }

  async append(batch: Batch): Promise<AppendOutcome> {
    if (this.failure !== undefined) {
      const { failure } = this;
      this.failure = undefined;
      throw failure;
    }
    this.batches++;
    const rejected: Record<string, number> = { unknown_series: 0 };
    const firstRejected: { row: number; reason: string }[] = [];
    const bits = bitsOf(batch.values);
    const histograms = new Map(batch.histograms?.map(({ row, histogram }) => [row, histogram]));
    for (const [row, ref] of batch.refs.entries()) {
      const timeMs = typeof batch.timestampsMs === 'number' ? batch.timestampsMs : batch.timestampsMs[row]!;
      const labels = this.#labels[ref];
      const reason =
        ref === 0 ? 'series_limit' : labels === undefined ? 'unknown_series' : this.refuses(labels, timeMs);
      if (reason !== undefined) {
        rejected[reason] = (rejected[reason] ?? 0) + 1;
        firstRejected.push({ row, reason });
        continue;
      }
      const histogram = histograms.get(row);
      const words = [bits[2 * row + 1]!, bits[2 * row]!].map((word) => word.toString(16).padStart(8, '0'));
      const sample = { timeMs, bits: words.join(''), ...(histogram && { histogram }) };
      push(this.samples, labelText(labels!), sample);
      const key = labelsKey(labels!);
      const known = this.#byKey.get(key);
      if (known === undefined) this.#byKey.set(key, { labels: labels!, samples: [sample] });
      else known.samples.push(sample);
    }
    for (const { row, exemplar } of batch.exemplars ?? []) {
      const labels = this.#labels[batch.refs[row]!];
      if (labels !== undefined) push(this.exemplars, labelText(labels), exemplar);
    }
    for (const { ref, exemplar } of batch.seriesExemplars ?? []) {
      const labels = this.#labels[ref];
      if (labels !== undefined) push(this.exemplars, labelText(labels), exemplar);
    }
    this.metadata.push(...(batch.metadata ?? []));
    const refused = Object.values(rejected).reduce((sum, count) => sum + count, 0);
    const outcome = { acceptedSamples: batch.refs.length - refused, rejectedSamples: rejected, firstRejected };
    return outcome as unknown as AppendOutcome;
  }
}

function push<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

/** The bits of a float in the same form. */
export function bitsOfNumber(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}
