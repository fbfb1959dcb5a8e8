// The registry: makes instruments, checks them against each other, and shows what they hold. It is the only maker of
// tables and families, so everything that must be unique or bounded in a process is decided here.

import { BucketIndex } from './bucket-index.ts';
import { COUNTER_LAYOUT, type Counter, CounterFamily, type LabelledCounter } from './counter.ts';
import { InstrumentError } from './errors.ts';
import { type ExponentialLayout, exponentialLayout } from './exponential/layout.ts';
import { ExponentialHistogramFamily } from './exponential-histogram.ts';
import {
  GAUGE_LAYOUT,
  type Gauge,
  GaugeFamily,
  type LabelledGauge,
  STAMP_SLOT,
  STAMPED_GAUGE_LAYOUT,
} from './gauge.ts';
import type { HandleCache, SeriesHandle } from './handle.ts';
import { HistogramFamily } from './histogram.ts';
import { histogramLayout } from './histogram-layout.ts';
import { type Info, InfoFamily } from './info.ts';
import { type Dimension, dimensionOf, type Label, type LabelSchema } from './labels.ts';
import { type LintFinding, lintInstrument } from './lint.ts';
import {
  checkBuckets,
  checkHelp,
  checkInfoBy,
  checkIsObject,
  checkLabels,
  checkMerge,
  checkName,
  checkOptions,
  checkPositive,
  type InstrumentType,
} from './names.ts';
import type { Histogram, LabelledHistogram } from './observing-family.ts';
import type {
  BucketOptions,
  ExponentialOptions,
  GaugeOptions,
  InfoOptions,
  InstrumentOptions,
  LabelledOptions,
  RegistryOptions,
} from './registry-options.ts';
import { DropCounts, type DropReason } from './series/drops.ts';
import type { RowLayout } from './series/row-layout.ts';
import { SeriesBudget } from './series/series-budget.ts';
import { SeriesTable, type SharedState } from './series/series-table.ts';
import type { SharedFamily } from './series/shared-family.ts';
import { ValueStore } from './series/values.ts';
import { Collection, type MetricReader } from './snapshot/collection.ts';
import {
  BucketFamily,
  ExponentialFamily,
  type Family,
  type FamilyDescription,
  ScalarFamily,
} from './snapshot/family.ts';
import { mergeFamilies } from './snapshot/merge.ts';
import type { FamilySnapshot, MergeMode, Snapshot, SnapshotSource } from './snapshot/snapshot.ts';
import { type LabelledStateSet, type StateSet, StateSetFamily, UnlabelledStateSet } from './state-set.ts';

const DEFAULT_MAX_SERIES = 10_000;
/** Names of conflicting metrics that are kept. */
const MAX_CONFLICTS = 1000;

type AnyOptions = InstrumentOptions | LabelledOptions<LabelSchema>;

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

/** What a table and its family are made from once the options are checked. */
interface Registration {
  readonly options: AnyOptions;
  readonly type: InstrumentType;
  readonly layout: RowLayout;
  readonly merge?: MergeMode;
  readonly bounds?: Float64Array;
  readonly exponential?: ExponentialLayout;
}

/** Labels of a state set that may name its states. */
type OtherLabels<S extends LabelSchema, L extends string> = Omit<S, L>;
type StateOf<S extends LabelSchema, L extends string> = S[L] extends readonly (infer V extends string)[] ? V : never;

export class Registry {
  readonly #shared: SharedState;
  readonly #lint: NonNullable<RegistryOptions['lint']>;
  readonly #collection: Collection;
  /** By name. */
  readonly #families: Family[] = [];
  readonly #familiesByName = new Map<string, Family>();
  readonly #sampleNames = new Map<string, string>();
  readonly #instruments = new Map<string, object>();
  readonly #handleCaches = new Map<SeriesTable, HandleCache<SeriesHandle>>();
  readonly #findings: LintFinding[] = [];
  readonly #conflicts = new Set<string>();

  /** @throws {InstrumentError} `option_invalid` */
  constructor({ maxSeries = DEFAULT_MAX_SERIES, lint = 'collect', nowMs = Date.now, memory }: RegistryOptions = {}) {
    if (!Number.isSafeInteger(maxSeries) || maxSeries < 1) {
      throw new InstrumentError('option_invalid', `maxSeries is ${String(maxSeries)}: give a whole number above 0.`);
    }
    const budget = new SeriesBudget(maxSeries);
    this.#shared = { values: new ValueStore(memory), budget, drops: new DropCounts(), memory, nowMs };
    this.#lint = lint;
    this.#collection = new Collection(this.#shared.drops);
  }

  /** What is legal and yet unwise about the instruments made so far; see {@link RegistryOptions.lint}. */
  get lintFindings(): readonly LintFinding[] {
    return this.#findings;
  }

  /** Names of metrics that an attached source describes otherwise than this registry: its series of them are left out. */
  get conflicts(): ReadonlySet<string> {
    return this.#conflicts;
  }

  /** Makes a counter. @throws {InstrumentError} when its description breaks a rule; the message says which. */
  counter<const S extends LabelSchema>(options: LabelledOptions<S>): LabelledCounter<S>;
  counter(options: InstrumentOptions): Counter;
  counter(options: AnyOptions): Counter | LabelledCounter<LabelSchema> {
    const table = this.#register({ options, type: 'counter', layout: COUNTER_LAYOUT });
    const family = this.#keepHandles(table, new CounterFamily<LabelSchema>(table));
    return this.#keep(options.name, options.labels === undefined ? family.handle({}) : family);
  }

  /** Makes a gauge. @throws {InstrumentError} when its description breaks a rule; the message says which. */
  gauge<const S extends LabelSchema>(options: LabelledOptions<S> & GaugeOptions): LabelledGauge<S>;
  gauge(options: InstrumentOptions & GaugeOptions): Gauge;
  gauge(options: AnyOptions & GaugeOptions): Gauge | LabelledGauge<LabelSchema> {
    checkOptions(options);
    const family = this.#gauge(options, 'gauge', options.merge);
    return this.#keep(options.name, options.labels === undefined ? family.handle({}) : family);
  }

  /** Makes a histogram. @throws {InstrumentError} when its description breaks a rule; the message says which. */
  histogram<const S extends LabelSchema>(options: LabelledOptions<S> & BucketOptions): LabelledHistogram<S>;
  histogram(options: InstrumentOptions & BucketOptions): Histogram;
  histogram(options: AnyOptions & BucketOptions): Histogram | LabelledHistogram<LabelSchema> {
    checkOptions(options);
    const bounds = checkBuckets(options.name, options.buckets);
    const table = this.#register({ options, type: 'histogram', layout: histogramLayout(bounds.length), bounds });
    const family = this.#keepHandles(table, new HistogramFamily<LabelSchema>(table, new BucketIndex(bounds)));
    return this.#keep(options.name, options.labels === undefined ? family.handle({}) : family);
  }

  /**
   * Makes a histogram that scales its own buckets to what is observed (a native histogram, as Prometheus calls it). The
   * protobuf format and OTLP carry it as it is; the text formats show it as classic buckets at powers of two.
   * @throws {InstrumentError} when its description breaks a rule; the message says which.
   */
  exponentialHistogram<const S extends LabelSchema>(
    options: LabelledOptions<S> & ExponentialOptions,
  ): LabelledHistogram<S>;
  exponentialHistogram(options: InstrumentOptions & ExponentialOptions): Histogram;
  exponentialHistogram(options: AnyOptions & ExponentialOptions): Histogram | LabelledHistogram<LabelSchema> {
    checkOptions(options);
    const layout = exponentialLayout(options);
    const table = this.#register({ options, type: 'exponential', layout, exponential: layout });
    const family = this.#keepHandles(table, new ExponentialHistogramFamily<LabelSchema>(table, layout));
    return this.#keep(options.name, options.labels === undefined ? family.handle({}) : family);
  }

  /** Makes an info; its name ends in `_info`. @throws {InstrumentError} as `counter` does. */
  info<const S extends LabelSchema>(options: LabelledOptions<S> & InfoOptions): Info<S> {
    checkOptions(options);
    checkInfoBy(options.name, options.labels, options.by ?? []);
    const table = this.#register({ options, type: 'info', layout: GAUGE_LAYOUT });
    return this.#keep(options.name, new InfoFamily<S>(table, options.by ?? []));
  }

  /**
   * Makes a state set: the closed label `state` (or the one that `stateLabel` names) lists its states.
   * @throws {InstrumentError} as `counter` does
   */
  stateSet<const S extends LabelSchema, const L extends keyof S & string = 'state'>(
    options: LabelledOptions<S> & { readonly stateLabel?: L },
  ): keyof OtherLabels<S, L> extends never
    ? StateSet<StateOf<S, L>>
    : LabelledStateSet<OtherLabels<S, L>, StateOf<S, L>>;
  stateSet(options: LabelledOptions<LabelSchema> & { readonly stateLabel?: string }): unknown {
    checkOptions(options);
    checkIsObject(options.name, options.labels);
    const label = options.stateLabel ?? 'state';
    const values = options.labels[label];
    if (!Array.isArray(values)) {
      throw new InstrumentError(
        'label_values_invalid',
        `The state set ${options.name} needs a label ${JSON.stringify(label)} with the closed list of its states.`,
      );
    }
    const gauge = this.#gauge(options, 'stateset', 'last');
    const family = new StateSetFamily<LabelSchema, string>(gauge, { label, values: values as readonly string[] });
    return this.#keep(options.name, Object.keys(options.labels).length === 1 ? new UnlabelledStateSet(family) : family);
  }

  /** What was made under this name: the instrument that its maker was given, of whichever type. */
  instrument(name: string): object | undefined {
    return this.#instruments.get(name);
  }

  /** The names of a metric's labels, in the order of its declaration; undefined when there is no such metric. */
  labelNames(name: string): readonly string[] | undefined {
    return this.#familiesByName.get(name)?.table.labelNames;
  }

  /** Whether the metric has a series of exactly these labels now. Makes nothing, and never throws. */
  hasSeries(name: string, labels: Readonly<Record<string, unknown>>): boolean {
    const table = this.#familiesByName.get(name)?.table;
    return table !== undefined && table.existingRowOf(labels) >= 0;
  }

  /**
   * Calls back at the start of every visit and rendering, for gauges that are read and not pushed. What the callback throws
   * is counted as `internal`. Answers with a function that ends it.
   * @throws {InstrumentError} `collector_limit` at 1,000 callbacks
   */
  onCollect(collector: () => void): () => void {
    return this.#collection.onCollect(collector);
  }

  /**
   * As `onCollect`, but afterwards and with a view of everything, that of other threads included: for values that are
   * computed from other metrics.
   * @throws {InstrumentError} `collector_limit` at 1,000 callbacks
   */
  onDerive(deriver: (reader: MetricReader) => void): () => void {
    return this.#collection.onDerive(deriver);
  }

  /**
   * Shows the families of a source with this registry's own from now on; answers with a function that ends it.
   * @throws {InstrumentError} `collector_limit` at 1,000 sources
   */
  attach(source: SnapshotSource): () => void {
    return this.#collection.attach(source);
  }

  /** Lets the attached sources fetch what they cannot tell at once. Never rejects; failures are counted as `internal`. */
  refresh(): Promise<void> {
    return this.#collection.refresh();
  }

  /** Shows every metric and its samples: metrics by name, series in the order in which they were made. Without sources. */
  visit(visitor: RegistryVisitor): void {
    this.#gatherAndDerive();
    for (const family of this.#families) {
      visitor.family(family.description);
      family.read((value, seriesId, row, part) => {
        visitor.sample(family.sampleName(part), family.labelsOf(row, part), value, seriesId);
      });
    }
  }

  /** Everything as plain data, attached sources included: what renderers and pushes read. */
  snapshot(): Snapshot {
    return this.#snapshotWith(this.#gatherAndDerive());
  }

  /** As `snapshot`, without the values of `onDerive`: for a registry that is merged into one that sees more. */
  snapshotForMerge(): Snapshot {
    const foreign = this.#collection.gather();
    this.#expire();
    return this.#snapshotWith(foreign);
  }

  /**
   * The metrics themselves, by name, after the callbacks have run; undefined while there are attached sources, whose series
   * only `snapshot` knows. What the fast text renderer reads.
   */
  collectOwn(): readonly Family[] | undefined {
    if (this.#collection.hasSources) return undefined;
    this.#gatherAndDerive();
    return this.#families;
  }

  /** Records that were dropped instead of throwing, since the start, by reason. */
  droppedRecords(): Readonly<Record<DropReason, number>> {
    return this.#shared.drops.snapshot();
  }

  /** Counts, as `internal`, what failed in a caller's code that may not throw. */
  countFailure(): void {
    this.#shared.drops.count('internal');
  }

  /** Records that a limit led to the series `overflow` or `other`, or dropped, by metric; only metrics that had some. */
  limitedRecords(): ReadonlyMap<string, number> {
    const limited = this.#families.filter(({ table }) => table.limitedRecords > 0);
    return new Map(limited.map(({ table }) => [table.family.name, table.limitedRecords]));
  }

  /** Series held now, against `maxSeries`. */
  seriesCount(): number {
    return this.#shared.budget.used;
  }

  /** Series that there is still room for. */
  seriesRoom(): number {
    return this.#shared.budget.max - this.#shared.budget.used;
  }

  /** Runs the callbacks of `onCollect` and ends what has expired, as reading does, and computes nothing. */
  collectForMerge(): void {
    this.#collection.gather();
    this.#expire();
  }

  #gatherAndDerive(): readonly (readonly FamilySnapshot[])[] {
    const foreign = this.#collection.gatherAndDerive((name) => {
      return this.#familiesByName.get(name)?.snapshot();
    });
    this.#expire();
    return foreign;
  }

  #snapshotWith(foreign: readonly (readonly FamilySnapshot[])[]): Snapshot {
    const own = this.#families.map((family) => family.snapshot());
    return { takenAtMs: this.#shared.nowMs(), families: foreign.length === 0 ? own : this.#merge([own, ...foreign]) };
  }

  #expire(): void {
    for (const [table, handles] of this.#handleCaches) {
      for (const row of table.expiredRows()) handles.removeRow(row);
    }
  }

  #merge(lists: Parameters<typeof mergeFamilies>[0]): Snapshot['families'] {
    const { families, conflicts } = mergeFamilies(lists);
    for (const name of conflicts) {
      if (this.#conflicts.size < MAX_CONFLICTS) this.#conflicts.add(name);
    }
    return families;
  }

  #gauge(options: AnyOptions, type: 'gauge' | 'stateset', merge: MergeMode = 'last'): GaugeFamily<LabelSchema> {
    checkMerge(options.name, merge);
    const isStamped = merge === 'last' && this.#shared.memory !== undefined;
    const table = this.#register({ options, type, layout: isStamped ? STAMPED_GAUGE_LAYOUT : GAUGE_LAYOUT, merge });
    return this.#keepHandles(table, new GaugeFamily<LabelSchema>(table));
  }

  #keep<I extends object>(name: string, instrument: I): I {
    this.#instruments.set(name, instrument);
    return instrument;
  }

  #keepHandles<F extends { readonly handles: HandleCache<SeriesHandle> }>(table: SeriesTable, family: F): F {
    if (table.expires) this.#handleCaches.set(table, family.handles);
    return family;
  }

  #register(registration: Registration): SeriesTable {
    const { options, type, layout } = registration;
    checkOptions(options);
    const { name, help, unit, labels = {} } = options;
    checkName(name, type);
    checkHelp(name, help, unit);
    checkLabels(name, type, labels);
    const { maxSeries, expireAfterMs } = limitsOf(options);
    const dimensions = Object.entries(labels).map(([label, values]) => dimensionOf(label, values));
    this.#checkSeries(name, dimensions, layout, maxSeries);
    const sampleNames = this.#freeSampleNames(name, type);
    this.#lintNew(registration);
    const family = sharedFamily(registration);
    const table = new SeriesTable(this.#shared, { family, layout, dimensions, maxSeries, expireAfterMs });
    for (const claimed of sampleNames) this.#sampleNames.set(claimed, name);
    const next = this.#families.findIndex((other) => other.description.name > name);
    const shown = asFamily(table, registration.bounds);
    this.#families.splice(next === -1 ? this.#families.length : next, 0, shown);
    this.#familiesByName.set(name, shown);
    return table;
  }

  #lintNew({ options, type, bounds }: Registration): void {
    if (this.#lint === 'off') return;
    const findings = lintInstrument({ ...options, type, bounds });
    if (this.#lint === 'error' && findings[0] !== undefined) {
      throw new InstrumentError('lint', `${findings[0].message} (${findings[0].rule})`);
    }
    this.#findings.push(...findings);
  }

  #checkSeries(name: string, dimensions: readonly Dimension[], layout: RowLayout, maxSeries: number): void {
    const combinations = dimensions.reduce((product, dimension) => product * dimension.radix, 1);
    const { used } = this.#shared.budget;
    const max = Math.min(maxSeries + used, this.#shared.budget.max);
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

  /** The names that its samples will have, none of which another metric's have. */
  #freeSampleNames(name: string, type: InstrumentType): readonly string[] {
    const names =
      type === 'histogram' || type === 'exponential'
        ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]
        : [name];
    for (const claimed of names) {
      const owner = this.#sampleNames.get(claimed);
      if (owner === undefined) continue;
      const what = owner === name ? `${name} is registered already` : `${name} would show ${claimed}, as ${owner} does`;
      throw new InstrumentError('name_duplicate', `${what}: keep one instrument and share it, or rename this one.`);
    }
    return names;
  }
}

function limitsOf(options: AnyOptions): { maxSeries: number; expireAfterMs: number | undefined } {
  if (options.labels === undefined) return { maxSeries: Number.MAX_SAFE_INTEGER, expireAfterMs: undefined };
  const { name, maxSeries = Number.MAX_SAFE_INTEGER, expireAfterSeconds } = options;
  checkPositive(name, 'maxSeries', maxSeries);
  if (expireAfterSeconds === undefined) return { maxSeries, expireAfterMs: undefined };
  checkPositive(name, 'expireAfterSeconds', expireAfterSeconds);
  return { maxSeries, expireAfterMs: expireAfterSeconds * 1000 };
}

function sharedFamily({ options, type, layout, merge, bounds, exponential }: Registration): SharedFamily {
  return {
    name: options.name,
    help: options.help,
    unit: options.unit ?? '',
    type,
    slots: layout.slots,
    ...(merge === undefined ? {} : { merge }),
    ...(bounds === undefined ? {} : { bounds: Array.from(bounds) }),
    ...(exponential === undefined ? {} : { exponential }),
    ...(layout === STAMPED_GAUGE_LAYOUT ? { stampSlot: STAMP_SLOT } : {}),
  };
}

function asFamily(table: SeriesTable, bounds: Float64Array | undefined): Family {
  if (bounds !== undefined) return new BucketFamily(table, bounds);
  return table.family.exponential === undefined ? new ScalarFamily(table) : new ExponentialFamily(table);
}
