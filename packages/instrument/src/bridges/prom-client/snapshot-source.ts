// A registry of the drop-in as a source of snapshots, so that our renderers, pushes and server show its metrics with the
// rest. Callbacks (`collect`) run once for each snapshot: all of them in `refresh`, which can wait, or else those that are
// synchronous when the snapshot is taken.

import { BRIDGES_METRICS } from '../../domains/table/bridges.ts';
import type { Label } from '../../labels.ts';
import type {
  Exemplar,
  FamilySnapshot,
  HistogramPoint,
  ScalarPoint,
  SnapshotSource,
  SummaryPoint,
} from '../../snapshot/snapshot.ts';
import { familyFromJson, mergeModeOf, scalarTypeOf } from '../foreign/prom-client-json.ts';
import { Counter } from './counter.ts';
import { Gauge } from './gauge.ts';
import { Histogram } from './histogram.ts';
import { BaseMetric } from './metric.ts';
import type { Registry } from './registry.ts';
import type { LabelSet, Series } from './series-store.ts';
import { Summary } from './summary.ts';
import {
  type ExemplarObject,
  OPENMETRICS_CONTENT_TYPE,
  type RegistrableMetric,
  type RegistryContentType,
} from './types.ts';

type AnyMetric = BaseMetric<string, Series>;

/** `registry.attach(toSnapshotSource(register))` shows the drop-in's metrics with those of `registry`. */
export function toSnapshotSource(register: Registry<RegistryContentType> | Registry): SnapshotSource {
  return new RegisterSource(register as Registry<RegistryContentType>);
}

class RegisterSource implements SnapshotSource {
  readonly #register: Registry<RegistryContentType>;
  /** Of metrics that are not of the four kinds: they can only be read asynchronously. */
  #others = new Map<RegistrableMetric, FamilySnapshot>();
  #hasCollected = false;
  #labelCache = new WeakMap<Series, readonly Label[]>();
  #cachedDefaults: LabelSet | undefined;

  constructor(register: Registry<RegistryContentType>) {
    this.#register = register;
  }

  async refresh(): Promise<void> {
    const others = new Map<RegistrableMetric, FamilySnapshot>();
    const reads = this.#metrics().map(async (metric) => {
      try {
        if (metric instanceof BaseMetric) {
          await (metric as AnyMetric).collect?.();
          return;
        }
        const family = familyFromJson(await metric.get(), this.#isOpenMetrics, this.#register.defaultLabels);
        if (family !== undefined) others.set(metric, family);
      } catch {
        // Its last values are shown: one callback that fails must not hide the other metrics.
      }
    });
    await Promise.all(reads);
    this.#others = others;
    this.#hasCollected = true;
  }

  families(): readonly FamilySnapshot[] {
    if (!this.#hasCollected) this.#collectNow();
    this.#hasCollected = false;
    if (this.#cachedDefaults !== this.#register.defaultLabels) {
      this.#cachedDefaults = this.#register.defaultLabels;
      this.#labelCache = new WeakMap();
    }
    const families: FamilySnapshot[] = [];
    const overflowed: ScalarPoint[] = [];
    for (const metric of this.#metrics()) {
      const family = metric instanceof BaseMetric ? this.#familyOf(metric as AnyMetric) : this.#others.get(metric);
      if (family !== undefined) families.push(family);
      if (metric instanceof BaseMetric && metric.labelNames.length > 0) {
        const labels = [{ name: 'metric', value: metric.name }];
        overflowed.push({ labels, value: metric.overflowedRecords });
      }
    }
    if (overflowed.some(({ value }) => value > 0)) {
      const { name, type, help, unit } = BRIDGES_METRICS.promClientOverflowedRecords;
      families.push({ name, type, help, unit, points: overflowed });
    }
    return families;
  }

  get #isOpenMetrics(): boolean {
    return this.#register.contentType === OPENMETRICS_CONTENT_TYPE;
  }

  #metrics(): readonly RegistrableMetric[] {
    return this.#register.getMetricsAsArray() as unknown as readonly RegistrableMetric[];
  }

  #collectNow(): void {
    for (const metric of this.#metrics()) {
      if (!(metric instanceof BaseMetric)) continue;
      try {
        const pending = (metric as AnyMetric).collect?.();
        if (pending instanceof Promise) pending.catch(() => {});
      } catch {
        // As in `refresh`.
      }
    }
  }

  #familyOf(metric: AnyMetric): FamilySnapshot | undefined {
    const { name, help } = metric;
    const head = { name, help, unit: '' };
    if (metric instanceof Counter) {
      const points = Array.from(metric.series(), (series): ScalarPoint => {
        const labels = this.#labelsOf(series);
        const { value, exemplar } = series;
        return exemplar === undefined ? { labels, value } : { labels, value, exemplar: exemplarOf(exemplar) };
      });
      return { ...head, ...scalarTypeOf('counter', name, this.#isOpenMetrics), points };
    }
    if (metric instanceof Gauge) {
      const points = Array.from(metric.series(), (series) => ({ labels: this.#labelsOf(series), value: series.value }));
      return { ...head, type: 'gauge', ...mergeModeOf(metric.aggregator), points };
    }
    if (metric instanceof Histogram) return this.#histogramOf(metric);
    if (metric instanceof Summary) return this.#summaryOf(metric);
    return undefined;
  }

  #histogramOf(metric: Histogram): FamilySnapshot {
    // prom-client takes bounds in any order, and infinity among them.
    const order = metric.upperBounds.map((_, i) => i).filter((i) => Number.isFinite(metric.upperBounds[i]));
    order.sort((a, b) => metric.upperBounds[a]! - metric.upperBounds[b]!);
    const points = Array.from(metric.series(), (series): HistogramPoint => {
      const finite = order.map((i) => series.counts[i]!);
      const above = series.count - finite.reduce((total, count) => total + count, 0);
      const point = { labels: this.#labelsOf(series), counts: [...finite, above], sum: series.sum };
      if (series.exemplars.length === 0) return point;
      const exemplars = [...order, metric.upperBounds.length].map((i) => {
        const exemplar = series.exemplars[i];
        return exemplar === undefined ? undefined : exemplarOf(exemplar);
      });
      return { ...point, exemplars };
    });
    const bounds = order.map((i) => metric.upperBounds[i]!);
    return { name: metric.name, help: metric.help, unit: '', type: 'histogram', bounds, points };
  }

  #summaryOf(metric: Summary): FamilySnapshot {
    metric.prune();
    const points = Array.from(metric.series(), (series): SummaryPoint => {
      const digest = series.window.current();
      const quantiles = metric.percentiles.map((quantile) => ({ quantile, value: digest.quantile(quantile) ?? 0 }));
      return { labels: this.#labelsOf(series), quantiles, sum: series.sum, count: series.count };
    });
    return { name: metric.name, help: metric.help, unit: '', type: 'summary', points };
  }

  #labelsOf(series: Series): readonly Label[] {
    let labels = this.#labelCache.get(series);
    if (labels === undefined) {
      labels = labelsFrom({ ...this.#register.defaultLabels, ...series.labels });
      this.#labelCache.set(series, labels);
    }
    return labels;
  }
}

function labelsFrom(labels: LabelSet): readonly Label[] {
  return Object.entries(labels)
    .map(([name, value]) => ({ name, value: String(value) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function exemplarOf({ labelSet, value, timestamp }: ExemplarObject): Exemplar {
  return { labels: labelsFrom(labelSet), value, timestampMs: timestamp * 1000 };
}
