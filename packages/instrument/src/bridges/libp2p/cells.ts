// The series of one foreign metric by their label values. Which values there will be is not known when the metric is
// registered, so each label takes a bounded number of them and leads the rest to `other`. A label that a record leaves out
// is not shown, as Prometheus reads an empty value.

import { InstrumentError } from '../../errors.ts';
import type { Label } from '../../labels.ts';
import type { BridgeDrops } from './drops.ts';

const OVERFLOW_VALUE = 'other';
const DEFAULT_MAX_LABEL_VALUES = 64;
const MAX_LABEL_VALUES = 10_000;
/** UTF-16 units. */
const MAX_LABEL_VALUE_LENGTH = 1024;

/** Series that all metrics of a bridge share; a histogram takes one for each bucket, its sum and its count. */
export class CellBudget {
  readonly #max: number;
  #used = 0;

  constructor(max: number) {
    this.#max = max;
  }

  take(count: number): boolean {
    if (this.#used + count > this.#max) return false;
    this.#used += count;
    return true;
  }

  giveBack(count: number): void {
    this.#used -= count;
  }
}

export interface CellLimits {
  readonly budget: CellBudget;
  readonly drops: BridgeDrops;
  /** For each label, `other` not included. */
  readonly maxLabelValues: number;
}

/** @throws {InstrumentError} `option_invalid` */
export function checkedLabelValues(maxLabelValues = DEFAULT_MAX_LABEL_VALUES): number {
  if (!Number.isInteger(maxLabelValues) || maxLabelValues < 1 || maxLabelValues > MAX_LABEL_VALUES) {
    throw new InstrumentError(
      'option_invalid',
      `maxLabelValues is ${String(maxLabelValues)}: give a whole number from 1 to ${MAX_LABEL_VALUES}.`,
    );
  }
  return maxLabelValues;
}

export class Cells<Value> {
  readonly #labelNames: readonly string[];
  readonly #limits: CellLimits;
  readonly #seriesEach: number;
  readonly #make: (labels: readonly Label[]) => Value;
  readonly #byKey = new Map<string, { readonly texts: readonly string[]; readonly value: Value }>();
  /** For each label, how many series have each of its values. */
  readonly #uses: readonly Map<string, number>[];

  constructor(
    labelNames: readonly string[],
    seriesEach: number,
    limits: CellLimits,
    make: (labels: readonly Label[]) => Value,
  ) {
    this.#labelNames = labelNames;
    this.#seriesEach = seriesEach;
    this.#limits = limits;
    this.#make = make;
    this.#uses = labelNames.map(() => new Map<string, number>());
  }

  /** The series of these label values, in the order of the label names; made if it may be, otherwise counted. */
  of(values: readonly unknown[]): Value | undefined {
    // What hot paths ask for, found without making anything: a metric without labels, or with one.
    const quickKey = this.#labelNames.length === 0 ? '' : this.#labelNames.length === 1 ? values[0] : undefined;
    const known = typeof quickKey === 'string' ? this.#byKey.get(quickKey) : undefined;
    if (known !== undefined) return known.value;
    const texts: string[] = [];
    for (let i = 0; i < this.#labelNames.length; i++) {
      const text = this.#textOf(values[i], this.#uses[i]!);
      if (text === undefined) return undefined;
      texts.push(text);
    }
    const key = keyOf(texts);
    return this.#byKey.get(key)?.value ?? this.#add(key, texts);
  }

  /** Takes away those of which `isGone` is true: their label values are free again. */
  prune(isGone: (value: Value) => boolean): void {
    for (const [key, { texts, value }] of this.#byKey) {
      if (!isGone(value)) continue;
      this.#byKey.delete(key);
      this.#limits.budget.giveBack(this.#seriesEach);
      for (const [i, text] of texts.entries()) this.#release(this.#uses[i]!, text);
    }
  }

  /** In the order in which they were made. */
  *values(): Generator<Value> {
    for (const { value } of this.#byKey.values()) yield value;
  }

  #add(key: string, texts: readonly string[]): Value | undefined {
    if (!this.#limits.budget.take(this.#seriesEach)) {
      this.#limits.drops.count('series_limit');
      return undefined;
    }
    const labels = texts.map((value, i) => ({ name: this.#labelNames[i]!, value })).filter(({ value }) => value !== '');
    const value = this.#make(labels.sort((a, b) => (a.name < b.name ? -1 : 1)));
    this.#byKey.set(key, { texts, value });
    for (const [i, text] of texts.entries()) this.#uses[i]!.set(text, (this.#uses[i]!.get(text) ?? 0) + 1);
    return value;
  }

  #textOf(value: unknown, uses: ReadonlyMap<string, number>): string | undefined {
    const { drops, maxLabelValues } = this.#limits;
    if (value === undefined || value === null || value === '') return '';
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      drops.count('unknown_label');
      return undefined;
    }
    const text = String(value);
    if (text.length <= MAX_LABEL_VALUE_LENGTH) {
      const kept = text.toWellFormed();
      if (uses.has(kept)) return kept;
      const counted = uses.size - (uses.has('') ? 1 : 0) - (uses.has(OVERFLOW_VALUE) ? 1 : 0);
      if (counted < maxLabelValues || kept === OVERFLOW_VALUE) return kept;
    }
    drops.count('label_limit');
    return OVERFLOW_VALUE;
  }

  #release(uses: Map<string, number>, text: string): void {
    const left = (uses.get(text) ?? 0) - 1;
    if (left > 0) uses.set(text, left);
    else uses.delete(text);
  }
}

function keyOf(texts: readonly string[]): string {
  if (texts.length === 1) return texts[0]!;
  return texts.map((text) => `${text.length}:${text}`).join('');
}
