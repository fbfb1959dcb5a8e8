// The side of a matching of which one series at most may match, read as a whole. Series that match the same and are never there at
// the same moment (a restarted process, say) are one column, so that the other side goes over the steps once however many they are.

import type { Labels } from '../../../model/labels.ts';
import { ABSENT, type StepSeries } from '../series.ts';
import { type Column, ColumnBuilder } from './column.ts';
import type { MatchLabels } from './match-labels.ts';

/** What a series of the other side is combined with. */
export interface Partner {
  /** Undefined: the labels that match, of the series of the other side. */
  readonly labels: Labels | undefined;
  readonly column: Column;
}

export interface OnePartner extends Partner {
  readonly labels: Labels;
}

/** Series that match the same and give their results the same labels. */
class PartnerOfSeveral implements OnePartner {
  readonly labels: Labels;
  #column: Column;
  #builder: ColumnBuilder | undefined;

  constructor(series: StepSeries) {
    this.labels = series.labels;
    this.#column = series;
  }

  get column(): Column {
    return this.#column;
  }

  add(series: StepSeries): void {
    if (this.#builder === undefined) {
      this.#builder = new ColumnBuilder(series.values.length);
      this.#builder.add(this.#column);
    }
    this.#builder.add(series);
    this.#column = this.#builder.column();
  }
}

/** The series of this side that match the same. */
export class OneGroup {
  readonly #match: MatchLabels;
  readonly #series: StepSeries[] = [];
  readonly #byInclude = new Map<string, PartnerOfSeveral>();
  /** Where any of them is. */
  #occupied: Uint8Array | undefined;
  #isOccupiedOwned = false;

  constructor(match: MatchLabels) {
    this.#match = match;
  }

  /** Marks the steps where another was already, and says whether there were any. */
  add(series: StepSeries, duplicateSteps: Uint8Array): boolean {
    this.#series.push(series);
    const key = this.#match.includeKey(series.labels);
    const partner = this.#byInclude.get(key);
    if (partner === undefined) this.#byInclude.set(key, new PartnerOfSeveral(series));
    else partner.add(series);
    return this.#occupy(series.present, duplicateSteps);
  }

  partners(): readonly OnePartner[] {
    return [...this.#byInclude.values()];
  }

  /** With a value that stands for what is missing. */
  filledPartners(fill: Float64Array): readonly Partner[] {
    const present = this.#occupied?.map((kind) => (kind === ABSENT ? 1 : 0));
    const filler: Partner = { labels: undefined, column: { values: fill, present, histograms: undefined } };
    const [only] = this.#byInclude.values();
    if (only === undefined) return [filler];
    if (this.#match.includes.length > 0) return [...this.#byInclude.values(), filler];
    const filled = new ColumnBuilder(fill.length);
    filled.add(only.column);
    filled.add(filler.column);
    return [{ labels: only.labels, column: filled.column() }];
  }

  /** Two series that are there at a step; undefined when there is at most one. */
  duplicatesAt(step: number): readonly [first: StepSeries, second: StepSeries] | undefined {
    const [first, second] = this.#series.filter(({ present }) => present[step] !== ABSENT);
    return first === undefined || second === undefined ? undefined : [first, second];
  }

  #occupy(present: Uint8Array, duplicateSteps: Uint8Array): boolean {
    if (this.#occupied === undefined) {
      this.#occupied = present;
      return false;
    }
    if (!this.#isOccupiedOwned) this.#occupied = this.#occupied.slice();
    this.#isOccupiedOwned = true;
    const occupied = this.#occupied;
    let hasDuplicates = false;
    for (let step = 0; step < present.length; step++) {
      if (present[step] === ABSENT) continue;
      if (occupied[step] !== ABSENT) {
        duplicateSteps[step] = 1;
        hasDuplicates = true;
      }
      occupied[step] = 1;
    }
    return hasDuplicates;
  }
}
