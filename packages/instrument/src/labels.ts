// Labels of an instrument: each name has either a closed set of values, known to the compiler, or an open one with a bound.
// A dimension numbers the values of one label, so that a combination of values becomes one number (`series-table.ts`).

/** A label whose values are not known beforehand: at most `limit` different ones at a time, the rest becomes `other`. */
export interface Bounded {
  readonly limit: number;
}

/** Label names and the values each may take: a closed list, or `bounded(N)`. */
export type LabelSchema = Readonly<Record<string, readonly string[] | Bounded>>;

/** One value for every label of the schema: a member of its closed list, or any non-empty string where it is bounded. */
export type LabelValues<S extends LabelSchema> = {
  readonly [Name in keyof S]: S[Name] extends readonly (infer Value extends string)[] ? Value : string;
};

export interface Label {
  readonly name: string;
  readonly value: string;
}

/** Where a bounded label's values go once it has its limit, and values that are too long. */
const OVERFLOW_VALUE = 'other';

/** UTF-16 units; a longer value of a bounded label goes to `other` and is counted as `label_limit`. */
export const MAX_LABEL_VALUE_LENGTH = 1024;

/** The largest N of `bounded(N)`. */
export const MAX_BOUNDED_VALUES = 10_000;

/**
 * An open label with at most `limit` values at a time (1 to 10,000, checked where the instrument is made). A record with
 * one more goes to the series with the value `other` and is counted in `droppedRecords().label_limit`; removing all series
 * of a value makes room again.
 */
export function bounded(limit: number): Bounded {
  return { limit };
}

/** What became of a value that a dimension was asked for. */
export type Admission = 'known' | 'new' | 'overflow' | 'refused';

/** Of a bounded label: where `other` is. */
export const OVERFLOW_ORDINAL = 0;

/** Closed dimensions never change, so instruments that were given the same list share one. By list and name. */
const closedDimensions = new WeakMap<readonly string[], Map<string, Dimension>>();

/** The numbering of a label's values, its own or, where they are closed, one that others use too. */
export function dimensionOf(name: string, values: readonly string[] | Bounded): Dimension {
  if ('limit' in values) return new Dimension(name, values);
  const byName = closedDimensions.get(values) ?? new Map<string, Dimension>();
  const known = byName.get(name);
  if (known?.hasValues(values) === true) return known;
  const dimension = new Dimension(name, values);
  closedDimensions.set(values, byName.set(name, dimension));
  return dimension;
}

/** The numbering of one label's values. */
export class Dimension {
  readonly name: string;
  readonly isClosed: boolean;
  /** How many ordinals there can be. */
  readonly radix: number;
  /** Read by the hot path, which must not pay for a call. */
  readonly ordinals = new Map<unknown, number>();
  /** By ordinal; series share these objects. */
  readonly #labels: Label[] = [];
  /** Series with each ordinal; of a bounded label only, as closed values are never given free. */
  readonly #uses: number[] = [];
  readonly #free: number[] = [];

  constructor(name: string, values: readonly string[] | Bounded) {
    this.name = name;
    this.isClosed = !('limit' in values);
    this.radix = 'limit' in values ? values.limit + 1 : values.length;
    for (const value of 'limit' in values ? [OVERFLOW_VALUE] : values) this.#number(this.#labels.length, value);
  }

  /** Decides about a value without changing anything. `new` means that `admit` will number it. */
  examine(value: unknown): Admission {
    if (this.ordinals.has(value)) return 'known';
    if (this.isClosed || typeof value !== 'string' || value === '') return 'refused';
    if (value.length > MAX_LABEL_VALUE_LENGTH) return 'overflow';
    return this.ordinals.size < this.radix ? 'new' : 'overflow';
  }

  /** Numbers a value that `examine` called `new`. */
  admit(value: string): number {
    const ordinal = this.#free.pop() ?? this.#labels.length;
    this.#number(ordinal, value);
    return ordinal;
  }

  /** Whether these are its values; the list may have been changed since. */
  hasValues(values: readonly string[]): boolean {
    return values.length === this.#labels.length && values.every((value, i) => value === this.#labels[i]?.value);
  }

  label(ordinal: number): Label {
    return this.#labels[ordinal]!;
  }

  /** A series with this ordinal was made. */
  retain(ordinal: number): void {
    if (!this.isClosed) this.#uses[ordinal] = (this.#uses[ordinal] ?? 0) + 1;
  }

  /** A series with this ordinal was removed; the last one of a bounded value gives its place free. */
  release(ordinal: number): void {
    if (this.isClosed) return;
    const uses = --this.#uses[ordinal]!;
    if (uses > 0 || ordinal === OVERFLOW_ORDINAL) return;
    this.ordinals.delete(this.#labels[ordinal]!.value);
    this.#free.push(ordinal);
  }

  #number(ordinal: number, value: string): void {
    this.ordinals.set(value, ordinal);
    this.#labels[ordinal] = { name: this.name, value };
  }
}
