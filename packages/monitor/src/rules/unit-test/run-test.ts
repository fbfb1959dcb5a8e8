// One test: its series come into a store of its own, the groups are evaluated at each interval as a running monitor does it, and
// what fires and what expressions give is compared with what is expected.

import { labelsKey } from '../../model/labels.ts';
import type { QueryEngine } from '../../promql/interface.ts';
import type { Queryable } from '../../storage/interface.ts';
import { GroupRunner } from '../evaluation/group-runner.ts';
import type { Place, RuleGroup } from '../interface.ts';
import { DEFAULT_RULE_LIMITS } from '../limits.ts';
import { alertDifference, expressionDifference } from './compare.ts';
import type { AlertCheck, ExpressionCheck, TestFailure, TestFile, TestResult, UnitTest } from './interface.ts';
import { UNIT_TEST_LIMITS } from './limits.ts';
import { parseMetric } from './metric-notation.ts';
import { type CombineHistograms, parseSeriesValues } from './series-notation.ts';
import { type InputColumn, TestInput } from './test-input.ts';
import { TestStore } from './test-store.ts';

/** What a test needs of the rest of the monitor. */
export interface UnitTestParts {
  /** `subqueryStepMs` is of subqueries that name none. */
  createQueries(queryable: Queryable, subqueryStepMs: number): QueryEngine;
  readonly combineHistograms: CombineHistograms;
  /** Milliseconds since any fixed moment. */
  readonly monotonicMs: () => number;
}

type FileWords = Pick<TestFile, 'evaluationIntervalMs' | 'isFuzzy'>;

export async function runTest(
  test: UnitTest,
  groups: readonly RuleGroup[],
  file: FileWords,
  parts: UnitTestParts,
): Promise<TestResult> {
  const startMs = parts.monotonicMs();
  const run = new TestRun(test, groups, file, parts);
  await run.run();
  const failures = run.failures.slice(0, UNIT_TEST_LIMITS.maxFailures);
  return { name: test.name, place: test.place, durationMs: parts.monotonicMs() - startMs, failures };
}

class TestRun {
  readonly failures: TestFailure[] = [];
  readonly #test: UnitTest;
  readonly #file: FileWords;
  readonly #parts: UnitTestParts;
  readonly #store = new TestStore();
  readonly #queries: QueryEngine;
  readonly #groups: readonly GroupRunner[];

  constructor(test: UnitTest, groups: readonly RuleGroup[], file: FileWords, parts: UnitTestParts) {
    this.#test = test;
    this.#file = file;
    this.#parts = parts;
    this.#queries = parts.createQueries(this.#store, file.evaluationIntervalMs);
    this.#groups = groups.map((group) => this.#runnerOf(group));
  }

  async run(): Promise<void> {
    const input = this.#input();
    if (input === undefined) return;
    const { startMs, alerts, expressions } = this.#test;
    const stepMs = this.#file.evaluationIntervalMs;
    const lastMs = Math.max(0, ...alerts.map(({ timeMs }) => timeMs), ...expressions.map(({ timeMs }) => timeMs));
    if (lastMs / stepMs > UNIT_TEST_LIMITS.maxEvaluations) {
      this.#fail(this.#test.place, 'test', undefined, {
        message: `is evaluated more than ${UNIT_TEST_LIMITS.maxEvaluations} times: take a longer evaluation_interval`,
      });
      return;
    }
    const due = alerts.toSorted((one, other) => one.timeMs - other.timeMs);
    for (let atMs = 0; atMs <= lastMs; atMs += stepMs) {
      const isRefused = !(await input.appendUntil(this.#store, startMs + atMs));
      if (isRefused)
        this.#fail(this.#test.place, 'input_series', atMs, { message: 'a rule records a series that is given too' });
      else if (!(await this.#evaluate(atMs))) return;
      while (due.length > 0 && due[0]!.timeMs < atMs + stepMs) this.#checkAlert(due.shift()!);
    }
    for (const check of expressions) await this.#checkExpression(check);
  }

  #runnerOf(group: RuleGroup): GroupRunner {
    const { externalLabels, externalUrl, intervalMs } = this.#test;
    return new GroupRunner(group, {
      queries: this.#queries,
      store: this.#store,
      origin: { externalLabels, externalUrl },
      limits: DEFAULT_RULE_LIMITS,
      restore: undefined,
      defaultIntervalMs: intervalMs,
      defaultOffsetMs: 0,
      monotonicMs: this.#parts.monotonicMs,
    });
  }

  /** Undefined where a series is written wrong. */
  #input(): TestInput | undefined {
    const columns = new Map<string, InputColumn>();
    for (const { series, values, place } of this.#test.series) {
      try {
        const labels = parseMetric(series);
        // Of two that are the same series the last one counts.
        columns.set(labelsKey(labels), { labels, values: parseSeriesValues(values, this.#parts.combineHistograms) });
      } catch (error) {
        this.#fail(place, `series: ${series}`, undefined, { message: messageOf(error) });
      }
    }
    if (this.failures.length > 0) return undefined;
    const { startMs, intervalMs } = this.#test;
    return new TestInput([...columns.values()], startMs, intervalMs);
  }

  /** False when a rule has failed: then what follows means nothing. */
  async #evaluate(atMs: number): Promise<boolean> {
    let isSound = true;
    for (const group of this.#groups) {
      const { failures } = await group.evaluate(this.#test.startMs + atMs, 0);
      for (const { rule, message } of failures) {
        isSound = false;
        this.#fail(this.#test.place, `group: ${group.group.name}, rule: ${rule}`, atMs, { message });
      }
    }
    return isSound;
  }

  #checkAlert({ alert, expected, timeMs, place }: AlertCheck): void {
    const groups: string[] = [];
    const firing = this.#groups.flatMap(({ status }) =>
      status.rules.flatMap((rule) => {
        if (rule.kind !== 'alerting' || rule.rule.alert !== alert) return [];
        if (!groups.includes(status.name)) groups.push(status.name);
        return rule.alerts.filter(({ state }) => state === 'firing');
      }),
    );
    const difference = alertDifference(expected, firing);
    if (difference === undefined) return;
    const where = groups.length === 0 ? 'no group has a rule of this name' : `group: ${groups.join(', ')}`;
    this.#fail(place, `alertname: ${alert}, ${where}`, timeMs, difference);
  }

  async #checkExpression(check: ExpressionCheck): Promise<void> {
    const { expression, timeMs, expected, place } = check;
    const subject = `expr: ${JSON.stringify(expression)}`;
    try {
      const result = await this.#queries.instant({ expression, timeMs: this.#test.startMs + timeMs });
      const difference = expressionDifference(expected, result, this.#file);
      if (difference !== undefined) this.#fail(place, subject, timeMs, difference);
    } catch (error) {
      this.#fail(place, subject, timeMs, { message: messageOf(error) });
    }
  }

  #fail(
    place: Place,
    subject: string,
    timeMs: number | undefined,
    what: Pick<TestFailure, 'message' | 'expected' | 'got'>,
  ): void {
    this.failures.push({ place, subject, timeMs, ...what });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
