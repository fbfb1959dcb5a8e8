// Sees what is committed, on its way to the store: when a series that an urgent rule looks at has another value than before, that
// rule is evaluated at once. Invariant: a sample is not held up, and a rule waits for its own evaluation at most once: what
// comes meanwhile is one evaluation more.

import type { Batch } from '../../model/batch.ts';
import type { Clock } from '../../model/clock.ts';
import { type Labels, labelValue, METRIC_NAME } from '../../model/labels.ts';
import { type Matcher, valuePredicate } from '../../model/matcher.ts';
import { type PackedSeries, unpackSeries } from '../../model/packed-series.ts';
import { selectorsIn } from '../../promql/selector.ts';
import type { Appender, AppendOutcome, Queryable } from '../../storage/interface.ts';
import type { Rule } from '../interface.ts';

export interface WatchedRule {
  /** The key of its group. */
  readonly group: string;
  readonly rule: Rule;
}

/** Samples that are older are history, and no news. */
const HISTORY_AFTER_MS = 300_000;
/** Series that are watched; what more there is waits for the schedule. */
const MAX_WATCHED_SERIES = 100_000;

const NO_RULES: ReadonlySet<WatchedRule> = new Set();

interface Selector {
  readonly rule: WatchedRule;
  readonly name: string;
  readonly matches: (labels: Labels) => boolean;
}

interface WatchedSeries {
  readonly rules: readonly WatchedRule[];
  /** The latest value; NaN before there is one, which no value equals. */
  value: number;
}

type Evaluate = (rules: ReadonlySet<WatchedRule>) => Promise<void>;

type PackedAppender = Appender & { resolvePacked?(series: PackedSeries): Promise<Uint32Array> };

export class CommitWatch implements Appender {
  readonly #store: PackedAppender & Queryable;
  readonly #clock: Clock;
  readonly #evaluate: Evaluate;
  #selectors = new Map<string, readonly Selector[]>();
  /** By series reference. */
  #series = new Map<number, WatchedSeries>();
  #waiting = new Set<WatchedRule>();
  #isEvaluating = false;

  constructor(store: PackedAppender & Queryable, clock: Clock, evaluate: Evaluate) {
    this.#store = store;
    this.#clock = clock;
    this.#evaluate = evaluate;
  }

  /** From now on these rules are watched. */
  async watch(rules: readonly WatchedRule[]): Promise<void> {
    const selectors = rules.flatMap(selectorsOf);
    this.#selectors = Map.groupBy(selectors, ({ name }) => name);
    this.#series = new Map();
    this.#waiting.clear();
    if (selectors.length === 0) return;
    const nowMs = this.#clock.nowMs();
    const known = await this.#store.series({
      matcherSets: [...this.#selectors.keys()].map((value) => [{ name: METRIC_NAME, operator: '=', value }]),
      minTimeMs: nowMs - HISTORY_AFTER_MS,
      maxTimeMs: nowMs,
      limit: MAX_WATCHED_SERIES,
    });
    await this.resolveSeries(known);
  }

  async resolveSeries(series: readonly Labels[]): Promise<Uint32Array> {
    const refs = await this.#store.resolveSeries(series);
    this.#look(series, refs);
    return refs;
  }

  async resolvePacked(series: PackedSeries): Promise<Uint32Array> {
    const refs = await (this.#store.resolvePacked?.(series) ?? this.#store.resolveSeries(unpackSeries(series)));
    if (this.#selectors.size > 0) this.#look(unpackSeries(series), refs);
    return refs;
  }

  async append(batch: Batch): Promise<AppendOutcome> {
    // Looked at before: the store may take the columns over.
    const rules = this.#news(batch);
    const outcome = await this.#store.append(batch);
    if (rules.size > 0) this.#trigger(rules);
    return outcome;
  }

  #look(series: readonly Labels[], refs: Uint32Array): void {
    if (this.#selectors.size === 0) return;
    for (const [at, labels] of series.entries()) {
      const ref = refs[at]!;
      if (ref === 0 || this.#series.has(ref) || this.#series.size >= MAX_WATCHED_SERIES) continue;
      const selectors = this.#selectors.get(labelValue(labels, METRIC_NAME)) ?? [];
      const rules = selectors.filter(({ matches }) => matches(labels)).map(({ rule }) => rule);
      if (rules.length > 0) this.#series.set(ref, { rules: [...new Set(rules)], value: NaN });
    }
  }

  /** The rules that a batch concerns. */
  #news({ refs, values, timestampsMs }: Batch): ReadonlySet<WatchedRule> {
    if (this.#series.size === 0) return NO_RULES;
    let rules: Set<WatchedRule> | undefined;
    const newsFromMs = this.#clock.nowMs() - HISTORY_AFTER_MS;
    for (let row = 0; row < refs.length; row++) {
      const watched = this.#series.get(refs[row]!);
      if (watched === undefined || watched.value === values[row]) continue;
      if ((typeof timestampsMs === 'number' ? timestampsMs : timestampsMs[row]!) < newsFromMs) continue;
      watched.value = values[row]!;
      rules ??= new Set();
      for (const rule of watched.rules) rules.add(rule);
    }
    return rules ?? NO_RULES;
  }

  #trigger(rules: ReadonlySet<WatchedRule>): void {
    for (const rule of rules) this.#waiting.add(rule);
    if (!this.#isEvaluating) void this.#evaluateWaiting();
  }

  async #evaluateWaiting(): Promise<void> {
    this.#isEvaluating = true;
    try {
      while (this.#waiting.size > 0) {
        const rules = this.#waiting;
        this.#waiting = new Set();
        await this.#evaluate(rules);
      }
    } finally {
      this.#isEvaluating = false;
    }
  }
}

function selectorsOf(rule: WatchedRule): readonly Selector[] {
  return selectorsIn(rule.rule.expression).flatMap((matchers) => {
    const named = matchers.find(({ name, operator }) => name === METRIC_NAME && operator === '=');
    return named === undefined ? [] : [{ rule, name: named.value, matches: labelTest(matchers) }];
  });
}

function labelTest(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const tests = matchers.map((matcher) => ({ name: matcher.name, holds: valuePredicate(matcher) }));
  return (labels) => tests.every(({ name, holds }) => holds(labelValue(labels, name)));
}
