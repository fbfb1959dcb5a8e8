// The results of a matching as they come about: one series for each label set, from as many pairs of series as have results called
// that. What Prometheus refuses at some step is remembered until all has been seen, for the first of it is what it tells of.

import { type Labels, labelsKey } from '../../../model/labels.ts';
import { QueryError } from '../../interface.ts';
import { Claims } from './claims.ts';
import { ColumnBuilder, type CombinedColumn } from './column.ts';

export interface JoinResult {
  readonly labels: Labels;
  readonly column: CombinedColumn;
}

class Result implements JoinResult {
  readonly labels: Labels;
  readonly claims: Claims;
  #column: CombinedColumn;
  #builder: ColumnBuilder | undefined;

  constructor(labels: Labels, column: CombinedColumn) {
    this.labels = labels;
    this.claims = new Claims(column.matched);
    this.#column = column;
  }

  get column(): CombinedColumn {
    return this.#column;
  }

  add(column: CombinedColumn): void {
    if (this.#builder === undefined) {
      this.#builder = new ColumnBuilder(column.values.length);
      this.#builder.add(this.#column);
    }
    this.#builder.add(column);
    this.#column = this.#builder.column();
  }
}

/** The first step with more than one match of the same. */
export class Conflicts {
  firstStep = Infinity;

  at(step: number): void {
    if (step !== -1 && step < this.firstStep) this.firstStep = step;
  }

  error(isGrouped: boolean): QueryError {
    const reason = isGrouped
      ? 'grouping labels must ensure unique matches'
      : 'many-to-one matching must be explicit (group_left/group_right)';
    return new QueryError('execution', `multiple matches for labels: ${reason}`);
  }
}

/** Of the series that match each other. */
export class GroupResults {
  readonly #isGrouped: boolean;
  #first: Result | undefined;
  #byLabels: Map<string, Result> | undefined;
  /** The steps of all results. */
  #claims: Claims | undefined;

  constructor(isGrouped: boolean) {
    this.#isGrouped = isGrouped;
  }

  /**
   * One-to-one, a step is taken but once; many-to-one but once by results that are called the same. Returns the result when nothing
   * was called that before.
   */
  add(labels: Labels, column: CombinedColumn, conflicts: Conflicts): JoinResult | undefined {
    const { matched } = column;
    let twice = -1;
    if (this.#claims === undefined) this.#claims = new Claims(matched);
    else twice = this.#claims.take(matched);
    const key = this.#keyOf(labels);
    const existing = key === undefined ? undefined : this.#byLabels!.get(key);
    if (this.#isGrouped) twice = existing === undefined ? -1 : existing.claims.take(matched);
    conflicts.at(twice);
    if (existing === undefined) return this.#put(key, labels, column);
    existing.add(column);
    return undefined;
  }

  /** Whether the step is taken by any result. */
  has(step: number): boolean {
    return this.#claims?.has(step) === true;
  }

  /** Undefined for the first, which nothing is compared with. */
  #keyOf(labels: Labels): string | undefined {
    if (this.#first === undefined) return undefined;
    this.#byLabels ??= new Map([[labelsKey(this.#first.labels), this.#first]]);
    return labelsKey(labels);
  }

  #put(key: string | undefined, labels: Labels, column: CombinedColumn): Result {
    const result = new Result(labels, column);
    if (key === undefined) this.#first = result;
    else this.#byLabels!.set(key, result);
    return result;
  }
}
