// The metrics that libp2p and gossipsub register, as they are: with names, types and labels that our own instruments may not
// have (a gauge that ends in `_total`, labels that are left out, histograms that start anew). They are therefore kept here
// and shown through `Registry.attach`. Records never throw: what cannot be taken is dropped and counted.

import type { Label } from '../../labels.ts';
import type {
  HistogramFamilySnapshot,
  HistogramPoint,
  ScalarFamilySnapshot,
  ScalarPoint,
} from '../../snapshot/snapshot.ts';
import { type CellLimits, Cells } from './cells.ts';

export type ForeignType = 'counter' | 'gauge' | 'histogram';

export interface ForeignDescription {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

/** What a calculation gave: values by label value, under '' for a metric without labels. */
export type Calculated = ReadonlyMap<string, number>;

interface ScalarCell {
  readonly labels: readonly Label[];
  /** NaN: not recorded. */
  recorded: number;
  /** NaN: not calculated. */
  calculated: number;
}

interface HistogramCell {
  readonly labels: readonly Label[];
  readonly counts: number[];
  sum: number;
}

const NO_LABELS: readonly unknown[] = [];

export class ScalarFamily {
  readonly description: ForeignDescription;
  readonly type: 'counter' | 'gauge';
  readonly #cells: Cells<ScalarCell>;
  readonly #limits: CellLimits;

  constructor(description: ForeignDescription, type: 'counter' | 'gauge', limits: CellLimits) {
    this.description = description;
    this.type = type;
    this.#limits = limits;
    this.#cells = new Cells(description.labelNames, 1, limits, (labels) => ({
      labels,
      recorded: Number.NaN,
      calculated: Number.NaN,
    }));
    if (type === 'counter' && description.labelNames.length === 0) this.set(NO_LABELS, 0);
  }

  /** Of a counter: the total, for what is counted elsewhere. */
  set(labelValues: readonly unknown[], value: unknown): void {
    if (!this.#isValue(value)) {
      this.#limits.drops.count('invalid_value');
      return;
    }
    const cell = this.#cells.of(labelValues);
    if (cell !== undefined) cell.recorded = value;
  }

  /** What was not recorded before starts from 0. */
  add(labelValues: readonly unknown[], amount: unknown): void {
    // The value before the labels: what cannot be taken must not make a series.
    if (!this.#isValue(amount)) {
      this.#limits.drops.count('invalid_value');
      return;
    }
    const cell = this.#cells.of(labelValues);
    if (cell === undefined) return;
    const sum = (Number.isNaN(cell.recorded) ? 0 : cell.recorded) + amount;
    if (Number.isNaN(sum)) this.#limits.drops.count('invalid_value');
    else cell.recorded = sum;
  }

  /** The series is as if it had never been recorded. */
  clear(labelValues: readonly unknown[]): void {
    const cell = this.#cells.of(labelValues);
    if (cell !== undefined) cell.recorded = Number.NaN;
  }

  /** Without labels 0, as in libp2p's other implementations; with labels no series any more. */
  reset(): void {
    if (this.description.labelNames.length === 0) this.set(NO_LABELS, 0);
    else this.#cells.prune(() => true);
  }

  /** Takes the place of all earlier calculated values. Several calculations of one series add up. */
  setCalculated(calculations: Iterable<Calculated>): void {
    for (const cell of this.#cells.values()) cell.calculated = Number.NaN;
    for (const calculated of calculations) {
      for (const [labelValue, value] of calculated) {
        const cell = this.#isValue(value) ? this.#cells.of([labelValue]) : undefined;
        if (!this.#isValue(value)) this.#limits.drops.count('invalid_value');
        if (cell !== undefined) cell.calculated = (Number.isNaN(cell.calculated) ? 0 : cell.calculated) + value;
      }
    }
  }

  snapshot(): ScalarFamilySnapshot {
    this.#cells.prune((cell) => Number.isNaN(shown(cell)));
    const points: ScalarPoint[] = [];
    for (const cell of this.#cells.values()) points.push({ labels: cell.labels, value: shown(cell) });
    const { name, help } = this.description;
    return { name, help, unit: '', type: this.type, points };
  }

  #isValue(value: unknown): value is number {
    if (typeof value !== 'number' || Number.isNaN(value)) return false;
    return this.type === 'gauge' || (value >= 0 && value < Number.POSITIVE_INFINITY);
  }
}

export class HistogramFamily {
  readonly description: ForeignDescription;
  readonly type = 'histogram';
  readonly bounds: readonly number[];
  readonly #cells: Cells<HistogramCell>;
  readonly #limits: CellLimits;

  /** `bounds` are finite and ascending. */
  constructor(description: ForeignDescription, bounds: readonly number[], limits: CellLimits) {
    this.description = description;
    this.bounds = bounds;
    this.#limits = limits;
    this.#cells = new Cells(description.labelNames, bounds.length + 3, limits, (labels) => ({
      labels,
      counts: zeros(bounds.length + 1),
      sum: 0,
    }));
    if (description.labelNames.length === 0) this.#cells.of(NO_LABELS);
  }

  observe(labelValues: readonly unknown[], value: unknown): void {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      this.#limits.drops.count('invalid_value');
      return;
    }
    const cell = this.#cells.of(labelValues);
    if (cell === undefined) return;
    let bucket = 0;
    while (bucket < this.bounds.length && value > this.bounds[bucket]!) bucket++;
    cell.counts[bucket]! += 1;
    cell.sum += value;
  }

  /** Without labels all counts are 0; with labels there is no series any more. */
  reset(): void {
    this.#cells.prune(() => true);
    if (this.description.labelNames.length === 0) this.#cells.of(NO_LABELS);
  }

  snapshot(): HistogramFamilySnapshot {
    const points: HistogramPoint[] = [];
    for (const { labels, counts, sum } of this.#cells.values()) points.push({ labels, counts: [...counts], sum });
    const { name, help } = this.description;
    return { name, help, unit: '', type: 'histogram', bounds: this.bounds, points };
  }
}

export type ForeignFamily = ScalarFamily | HistogramFamily;

function shown(cell: ScalarCell): number {
  return Number.isNaN(cell.calculated) ? cell.recorded : cell.calculated;
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}
