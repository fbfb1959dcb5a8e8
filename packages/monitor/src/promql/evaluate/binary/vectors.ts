// Arithmetic and comparison of two vectors. The side of which one series may match is gathered (`one-side.ts`), then the series of
// the other pass by, each combined over all steps at once with what matches it. Prometheus goes step by step, so what it
// refuses at a step is the first of its kind here too.
// https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching

import type { Labels } from '../../../model/labels.ts';
import { QueryError } from '../../interface.ts';
import type { VectorsNode } from '../../plan/nodes.ts';
import type { EvaluationContext } from '../context.ts';
import { mergeEqual } from '../distinct.ts';
import { ABSENT, hasAnyStep, labelsText, type SeriesStream, type StepSeries } from '../series.ts';
import type { Column, ColumnOperation, CombinedColumn } from './column.ts';
import { combineColumns } from './combine-columns.ts';
import { Conflicts, GroupResults, type JoinResult } from './join-results.ts';
import { MatchLabels } from './match-labels.ts';
import { OneGroup, type Partner } from './one-side.ts';
import { OperationNotes } from './operation-notes.ts';
import { dropsNameAtOnce } from './operators.ts';

export interface VectorPair {
  readonly node: Pick<VectorsNode, 'operator' | 'matching' | 'span'>;
  /** Opened one after the other, so that the second can have what the first has kept. */
  readonly left: () => SeriesStream;
  readonly right: () => SeriesStream;
  readonly stepCount: number;
}

export async function* combineVectors(pair: VectorPair, context: EvaluationContext): SeriesStream {
  const { budget } = context;
  const join = new Join(pair, context);
  const isManyRight = pair.node.matching.many === 'right';
  try {
    if (!isManyRight) await join.keepMany(pair.left());
    for await (const series of isManyRight ? pair.left() : pair.right()) {
      if (budget.isDue()) await budget.pause();
      join.addOne(series);
    }
    for await (const series of isManyRight ? pair.right() : join.keptMany()) {
      const group = join.groupOfMany(series);
      for (const partner of group?.partners ?? NO_PARTNERS) {
        if (budget.isDue()) await budget.pause();
        const matching = join.match(group!, series, partner);
        if (matching !== undefined) await matching;
      }
    }
    yield* join.results();
  } finally {
    join.release();
  }
}

const NO_PARTNERS: readonly Partner[] = [];

interface MatchGroup {
  readonly ones: OneGroup;
  readonly results: GroupResults;
  /** What is on the side of the one, made when it is first asked for. */
  partners: readonly Partner[] | undefined;
}

class Join {
  readonly #node: VectorPair['node'];
  readonly #context: EvaluationContext;
  readonly #match: MatchLabels;
  readonly #operation: ColumnOperation;
  readonly #dropsMetadata: boolean;
  /** Stand for what is missing on the side of the one and on that of the many. */
  readonly #oneFill: Float64Array | undefined;
  readonly #manyFill: Float64Array | undefined;
  readonly #groups = new Map<string, MatchGroup>();
  readonly #keptMany: (StepSeries | undefined)[] = [];
  readonly #results: JoinResult[] = [];
  readonly #conflicts = new Conflicts();
  /** Steps where a group has two series on the side of the one, which matters where the other side has any at all. */
  readonly #duplicateSteps: Uint8Array;
  #hasDuplicates = false;
  /** The first step that is refused for them. */
  #refusedFrom = Infinity;
  #canMeetAcross = false;
  #heldSeries = 0;

  constructor({ node, stepCount }: VectorPair, context: EvaluationContext) {
    const { operator, matching } = node;
    this.#node = node;
    this.#context = context;
    this.#match = new MatchLabels(matching);
    const { budget } = context;
    this.#operation = { operator, kept: 'left', stepCount, notes: new OperationNotes(operator, stepCount), budget };
    this.#dropsMetadata = dropsNameAtOnce(operator, context.features);
    const { fillLeft, fillRight } = matching;
    this.#oneFill = fillRight === undefined ? undefined : new Float64Array(stepCount).fill(fillRight);
    this.#manyFill = fillLeft === undefined ? undefined : new Float64Array(stepCount).fill(fillLeft);
    this.#duplicateSteps = new Uint8Array(stepCount);
  }

  /** The left is computed before the right, and waits for it where it is that of the many. */
  async keepMany(stream: SeriesStream): Promise<void> {
    const { budget } = this.#context;
    for await (const series of stream) {
      if (budget.isDue()) await budget.pause();
      this.#hold();
      this.#keptMany.push(series);
    }
  }

  *keptMany(): Iterable<StepSeries> {
    for (const [index, series] of this.#keptMany.entries()) {
      yield series!;
      // Its result takes its place.
      this.#keptMany[index] = undefined;
      this.#release(1);
    }
  }

  addOne(series: StepSeries): void {
    this.#hold();
    const { ones } = this.#groupOf(this.#match.signature(series.labels));
    if (ones.add(series, this.#duplicateSteps)) this.#hasDuplicates = true;
  }

  /** What a series of the other side matches, when all of the one side is there; undefined when that is nothing. */
  groupOfMany(series: StepSeries): MatchGroup | undefined {
    if (this.#hasDuplicates) {
      this.#refuseFrom(series.present);
      if (this.#refusedFrom === 0) return undefined;
    }
    const signature = this.#match.signature(series.labels);
    const group = this.#oneFill === undefined ? this.#groups.get(signature) : this.#groupOf(signature);
    if (group === undefined) return undefined;
    if (this.#dropsMetadata && this.#match.canMeetAcross(series.labels)) this.#canMeetAcross = true;
    group.partners ??= this.#partnersOf(group);
    return group;
  }

  match(group: MatchGroup, series: StepSeries, { labels, column }: Partner): Promise<void> | undefined {
    // What comes after a step that is refused is of no account, and pairs of all with all would be many.
    if (firstMeeting(series.present, column.present, this.#refusedFrom) === Infinity) return undefined;
    const one = labels ?? this.#match.matched(series.labels);
    return this.#combineAndAdd(group, series.labels, one, series, column);
  }

  async *results(): SeriesStream {
    this.#refuseTwice();
    if (this.#manyFill !== undefined) await this.#fillMany(this.#manyFill);
    this.#operation.notes.tell(this.#context.notes, this.#node.span);
    const stream = this.#named();
    // At a single moment equal ones stay as they are until names go at the end.
    const isMoment = this.#operation.stepCount === 1 && this.#context.features.delayedNameRemoval;
    yield* this.#canMeetAcross && !isMoment ? mergeEqual(stream, this.#context.budget) : stream;
  }

  release(): void {
    this.#release(this.#heldSeries);
  }

  #groupOf(signature: string): MatchGroup {
    let group = this.#groups.get(signature);
    if (group === undefined) {
      const ones = new OneGroup(this.#match);
      group = { ones, results: new GroupResults(this.#match.isGrouped), partners: undefined };
      this.#groups.set(signature, group);
    }
    return group;
  }

  #partnersOf({ ones }: MatchGroup): readonly Partner[] {
    return this.#oneFill === undefined ? ones.partners() : ones.filledPartners(this.#oneFill);
  }

  #combineAndAdd(
    group: MatchGroup,
    manyLabels: Labels,
    oneLabels: Labels,
    many: Column,
    one: Column,
  ): Promise<void> | undefined {
    const isManyRight = this.#node.matching.many === 'right';
    const combined = isManyRight
      ? combineColumns(this.#operation, one, many)
      : combineColumns(this.#operation, many, one);
    if (combined instanceof Promise) return combined.then((column) => this.#add(group, manyLabels, oneLabels, column));
    this.#add(group, manyLabels, oneLabels, combined);
    return undefined;
  }

  #add({ results }: MatchGroup, many: Labels, one: Labels, column: CombinedColumn): void {
    const labels = this.#match.result(many, one, this.#dropsMetadata);
    const added = results.add(labels, column, this.#conflicts);
    if (added === undefined) return;
    this.#hold();
    this.#results.push(added);
  }

  /** What of the one side matched nothing, with the value that stands for the many. */
  async #fillMany(fill: Float64Array): Promise<void> {
    const filler: Column = { values: fill, present: undefined, histograms: undefined };
    for (const group of this.#groups.values()) {
      for (const { labels, column } of group.ones.partners()) {
        if (this.#context.budget.isDue()) await this.#context.budget.pause();
        const unmatched = column.present!.map((kind, step) => (group.results.has(step) ? ABSENT : kind));
        if (!hasAnyStep(unmatched)) continue;
        const matched = this.#match.matched(labels);
        if (this.#dropsMetadata && this.#match.canMeetAcross(labels)) this.#canMeetAcross = true;
        await this.#combineAndAdd(group, matched, labels, filler, { ...column, present: unmatched });
      }
    }
  }

  async *#named(): SeriesStream {
    const { operator } = this.#node;
    const dropsName = operator.bool && this.#context.features.delayedNameRemoval;
    for (const { labels, column } of this.#results) {
      const { values, present, histograms } = column;
      if (!hasAnyStep(present)) continue;
      yield {
        labels,
        values,
        present,
        ...(histograms === undefined ? {} : { histograms }),
        ...(dropsName ? { dropsName } : {}),
      };
    }
  }

  /** Two where one at most may be are refused at steps where the other side has anything, or is filled. */
  #refuseFrom(many: Uint8Array | undefined): void {
    const isFilling = this.#oneFill !== undefined || this.#manyFill !== undefined;
    const step = firstMeeting(this.#duplicateSteps, isFilling ? undefined : many, this.#refusedFrom);
    if (step < this.#refusedFrom) this.#refusedFrom = step;
  }

  /** @throws {QueryError} execution, for what Prometheus refuses first. */
  #refuseTwice(): void {
    if (this.#manyFill !== undefined || this.#oneFill !== undefined) this.#refuseFrom(undefined);
    const { firstStep } = this.#conflicts;
    if (this.#refusedFrom !== Infinity && this.#refusedFrom <= firstStep) throw this.#duplicateError(this.#refusedFrom);
    if (firstStep !== Infinity) throw this.#conflicts.error(this.#match.isGrouped);
  }

  #duplicateError(step: number): QueryError {
    const side = this.#node.matching.many === 'right' ? 'left' : 'right';
    for (const { ones } of this.#groups.values()) {
      const duplicates = ones.duplicatesAt(step);
      if (duplicates === undefined) continue;
      const [first, second] = duplicates;
      return new QueryError(
        'execution',
        `found duplicate series for the match group ${labelsText(this.#match.matched(first.labels))} on the ${side} hand-side of the operation: ` +
          `[${labelsText(second.labels)}, ${labelsText(first.labels)}];many-to-many matching not allowed: ` +
          'matching labels must be unique on one side',
      );
    }
    throw new Error(`no group has two series at step ${step}`);
  }

  #hold(): void {
    this.#heldSeries++;
    this.#context.budget.hold(1, this.#operation.stepCount);
  }

  #release(series: number): void {
    this.#heldSeries -= series;
    this.#context.budget.release(series, series * this.#operation.stepCount);
  }
}

/** The first step before `end` at which both are there; `Infinity` when there is none. */
function firstMeeting(present: Uint8Array, other: Uint8Array | undefined, end: number): number {
  for (let step = 0; step < present.length && step < end; step++) {
    if (present[step] !== ABSENT && (other === undefined || other[step] !== ABSENT)) return step;
  }
  return Infinity;
}
