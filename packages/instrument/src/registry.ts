// The registry: makes instruments, checks them against each other, and shows what they hold. It is the only maker of
// tables and families, so everything that must be unique or bounded in a process is decided here.

import { COUNTER_LAYOUT, type Counter, CounterFamily, CounterHandle, type LabelledCounter } from './counter.ts';
import { DROP_REASONS, DropCounts, type DropReason } from './drops.ts';
import { InstrumentError } from './errors.ts';
import { BucketFamily, type Family, type FamilyDescription, ScalarFamily } from './family.ts';
import { GAUGE_LAYOUT, type Gauge, GaugeFamily, GaugeHandle, type LabelledGauge } from './gauge.ts';
import {
  type Histogram,
  HistogramFamily,
  HistogramHandle,
  histogramLayout,
  type LabelledHistogram,
} from './histogram.ts';
import { type Info, InfoFamily } from './info.ts';
import { Dimension, type Label, type LabelSchema } from './labels.ts';
import { checkBuckets, checkHelp, checkLabels, checkName, type InstrumentType } from './names.ts';
import { SeriesBudget } from './series-budget.ts';
import { type RowLayout, SeriesTable, type SharedState } from './series-table.ts';
import { ValueStore } from './values.ts';

const DEFAULT_MAX_SERIES = 10_000;
/** Callbacks of `onCollect` at a time. */
const MAX_COLLECTORS = 1000;

export interface RegistryOptions {
  /**
   * Series that the registry may show (default 10,000; a histogram counts its buckets, sum and count). An instrument with
   * closed labels that does not fit is refused when it is made; a bounded label's new series is dropped and counted.
   */
  readonly maxSeries?: number;
}

export interface InstrumentOptions {
  /** Prometheus's rules; a counter ends in `_total`. */
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  /** The base unit of the values, such as `seconds`, `bytes` or `ratio`. */
  readonly unit?: string;
  readonly labels?: undefined;
}

export interface LabelledOptions<S extends LabelSchema> extends Omit<InstrumentOptions, 'labels'> {
  /** For each label its closed list of values, or `bounded(N)`. */
  readonly labels: S;
}

export interface BucketOptions {
  /** Finite upper bounds, ascending, 1 to 256 of them; `+Inf` is always there. */
  readonly buckets: readonly number[];
}

/** Is shown every metric and then its samples. */
export interface RegistryVisitor {
  family(family: FamilyDescription): void;
  /**
   * @param name the metric's name, for histograms with `_bucket`, `_sum` or `_count`
   * @param labels sorted by name, `le` included
   * @param seriesId a whole number above 0 that stays with this series and is never used for another
   */
  sample(name: string, labels: readonly Label[], value: number, seriesId: number): void;
}

/** What the four kinds of instruments are made from once their options are checked. */
interface Registration {
  readonly options: InstrumentOptions | LabelledOptions<LabelSchema>;
  readonly type: InstrumentType;
  readonly layout: RowLayout;
  readonly bounds?: Float64Array;
}

const UNLABELLED_ROW = 0;

export class Registry {
  readonly #shared: SharedState;
  /** By name. */
  readonly #families: Family[] = [];
  readonly #sampleNames = new Map<string, string>();
  readonly #collectors = new Set<() => void>();
  #isCollecting = false;

  /** @throws {InstrumentError} `option_invalid` */
  constructor({ maxSeries = DEFAULT_MAX_SERIES }: RegistryOptions = {}) {
    if (!Number.isSafeInteger(maxSeries) || maxSeries < 1) {
      throw new InstrumentError('option_invalid', `maxSeries is ${String(maxSeries)}: give a whole number above 0.`);
    }
    this.#shared = { values: new ValueStore(), budget: new SeriesBudget(maxSeries), drops: new DropCounts() };
  }

  /** Makes a counter. @throws {InstrumentError} when its description breaks a rule; the message says which. */
  counter<const S extends LabelSchema>(options: LabelledOptions<S>): LabelledCounter<S>;
  counter(options: InstrumentOptions): Counter;
  counter(options: InstrumentOptions | LabelledOptions<LabelSchema>): Counter | LabelledCounter<LabelSchema> {
    const table = this.#register({ options, type: 'counter', layout: COUNTER_LAYOUT });
    return options.labels === undefined ? new CounterHandle(table, UNLABELLED_ROW) : new CounterFamily(table);
  }

  /** Makes a gauge. @throws {InstrumentError} when its description breaks a rule; the message says which. */
  gauge<const S extends LabelSchema>(options: LabelledOptions<S>): LabelledGauge<S>;
  gauge(options: InstrumentOptions): Gauge;
  gauge(options: InstrumentOptions | LabelledOptions<LabelSchema>): Gauge | LabelledGauge<LabelSchema> {
    const table = this.#register({ options, type: 'gauge', layout: GAUGE_LAYOUT });
    return options.labels === undefined ? new GaugeHandle(table, UNLABELLED_ROW) : new GaugeFamily(table);
  }

  /** Makes a histogram. @throws {InstrumentError} when its description breaks a rule; the message says which. */
  histogram<const S extends LabelSchema>(options: LabelledOptions<S> & BucketOptions): LabelledHistogram<S>;
  histogram(options: InstrumentOptions & BucketOptions): Histogram;
  histogram(
    options: (InstrumentOptions | LabelledOptions<LabelSchema>) & BucketOptions,
  ): Histogram | LabelledHistogram<LabelSchema> {
    const bounds = checkBuckets(options.name, options.buckets);
    const table = this.#register({ options, type: 'histogram', layout: histogramLayout(bounds.length), bounds });
    return options.labels === undefined
      ? new HistogramHandle(table, UNLABELLED_ROW, bounds)
      : new HistogramFamily(table, bounds);
  }

  /** Makes an info; its name ends in `_info`. @throws {InstrumentError} as `counter` does. */
  info<const S extends LabelSchema>(options: LabelledOptions<S>): Info<S> {
    return new InfoFamily(this.#register({ options, type: 'info', layout: GAUGE_LAYOUT }));
  }

  /**
   * Calls back at the start of every visit and rendering, for gauges that are read and not pushed. What the callback throws
   * is counted as `internal`. Answers with a function that ends it.
   * @throws {InstrumentError} `collector_limit` at 1,000 callbacks
   */
  onCollect(collector: () => void): () => void {
    if (this.#collectors.size >= MAX_COLLECTORS) {
      throw new InstrumentError(
        'collector_limit',
        `There are ${MAX_COLLECTORS} onCollect callbacks: register one for many gauges, and end those no longer needed.`,
      );
    }
    const registered = (): void => collector();
    this.#collectors.add(registered);
    return () => {
      this.#collectors.delete(registered);
    };
  }

  /** Shows every metric and its samples: metrics by name, series in the order in which they were made. */
  visit(visitor: RegistryVisitor): void {
    for (const family of this.collect()) {
      visitor.family(family.description);
      family.read((value, seriesId, row, part) => {
        visitor.sample(family.sampleName(part), family.labelsOf(row, part), value, seriesId);
      });
    }
  }

  /** Calls the callbacks of `onCollect` and answers with all metrics by name: what renderers read. See {@link visit}. */
  collect(): readonly Family[] {
    if (this.#isCollecting) return this.#families;
    this.#isCollecting = true;
    for (const collector of this.#collectors) {
      try {
        collector();
      } catch {
        this.#shared.drops.count('internal');
      }
    }
    this.#isCollecting = false;
    return this.#families;
  }

  /** Records that were dropped instead of throwing, since the start, by reason. */
  droppedRecords(): Readonly<Record<DropReason, number>> {
    return this.#shared.drops.snapshot();
  }

  /** Series held now, against `maxSeries`. */
  seriesCount(): number {
    return this.#shared.budget.used;
  }

  /** Shows the registry's own metrics too: `chain_runtime_instrument_series` and `…_dropped_records_total`. */
  exposeOwn(): void {
    const series = this.gauge({
      name: 'chain_runtime_instrument_series',
      help: 'Series held by the instrument registry.',
      unit: 'series',
    });
    const dropped = this.counter({
      name: 'chain_runtime_instrument_dropped_records_total',
      help: 'Records that the instrument library dropped instead of throwing.',
      unit: 'records',
      labels: { reason: DROP_REASONS },
    });
    this.onCollect(() => {
      series.set(this.seriesCount());
      const counts = this.droppedRecords();
      for (const reason of DROP_REASONS) dropped.mirrorTotal({ reason }, counts[reason]);
    });
  }

  #register({ options, type, layout, bounds }: Registration): SeriesTable {
    const { name, help, unit, labels = {} } = options;
    checkName(name, type);
    checkHelp(name, help, unit);
    checkLabels(name, type, labels);
    const dimensions = Object.entries(labels).map(([label, values]) => new Dimension(label, values));
    this.#checkSeries(name, dimensions, layout);
    this.#claimSampleNames(name, type);
    const table = new SeriesTable(this.#shared, layout, dimensions);
    const description = { name, type, help, unit: unit ?? '' };
    const family =
      bounds === undefined ? new ScalarFamily(description, table) : new BucketFamily(description, table, bounds);
    const next = this.#families.findIndex((other) => other.description.name > name);
    this.#families.splice(next === -1 ? this.#families.length : next, 0, family);
    return table;
  }

  #checkSeries(name: string, dimensions: readonly Dimension[], layout: RowLayout): void {
    const combinations = dimensions.reduce((product, dimension) => product * dimension.radix, 1);
    const { used, max } = this.#shared.budget;
    if (dimensions.every((dimension) => dimension.isClosed) && combinations * layout.exposed > max - used) {
      throw new InstrumentError(
        'series_limit',
        `${name} would show ${combinations * layout.exposed} series at once, and ${max - used} of ${max} are left: ` +
          'take labels or values away, or raise maxSeries.',
      );
    }
    if (combinations > Number.MAX_SAFE_INTEGER) {
      throw new InstrumentError(
        'labels_too_many',
        `${name} has more combinations of label values than can be numbered: lower its bounds or take labels away.`,
      );
    }
  }

  #claimSampleNames(name: string, type: InstrumentType): void {
    const names = type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
    for (const claimed of names) {
      const owner = this.#sampleNames.get(claimed);
      if (owner === undefined) continue;
      const what = owner === name ? `${name} is registered already` : `${name} would show ${claimed}, as ${owner} does`;
      throw new InstrumentError('name_duplicate', `${what}: keep one instrument and share it, or rename this one.`);
    }
    for (const claimed of names) this.#sampleNames.set(claimed, name);
  }
}
