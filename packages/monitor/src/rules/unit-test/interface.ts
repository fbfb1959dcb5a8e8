// The words of unit tests of rules: what a file of tests asks for, and what came of it. The format is promtool's, and so are the
// verdicts. https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/

import type { NativeHistogram } from '../../model/batch.ts';
import type { Labels } from '../../model/labels.ts';
import type { Place } from '../interface.ts';

/** A file of tests as it was read. */
export interface TestFile {
  readonly path: string;
  /** Paths or patterns, relative to the file. */
  readonly ruleFiles: readonly string[];
  readonly evaluationIntervalMs: number;
  /** Names of groups; what is not named comes with the first. */
  readonly groupOrder: readonly string[];
  /** Whether the nearest neighbour of a number is as good as the number. */
  readonly isFuzzy: boolean;
  readonly tests: readonly UnitTest[];
  /** Why it is no file of tests; then it has none. */
  readonly problems: readonly TestProblem[];
}

export interface TestProblem extends Place {
  readonly message: string;
}

export interface UnitTest {
  readonly name: string;
  readonly place: Place;
  /** Between the samples of its series. */
  readonly intervalMs: number;
  /** Unix milliseconds of the first sample; all times count from it. */
  readonly startMs: number;
  readonly series: readonly InputSeries[];
  readonly alerts: readonly AlertCheck[];
  readonly expressions: readonly ExpressionCheck[];
  readonly externalLabels: Labels;
  readonly externalUrl: string;
}

export interface InputSeries {
  readonly series: string;
  readonly values: string;
  readonly place: Place;
}

export interface AlertCheck {
  readonly timeMs: number;
  readonly alert: string;
  readonly expected: readonly ExpectedAlert[];
  readonly place: Place;
}

/** Labels and annotations that are empty count as given: no alert has them. */
export interface ExpectedAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
}

export interface ExpressionCheck {
  readonly expression: string;
  readonly timeMs: number;
  readonly expected: readonly ExpectedSample[];
  readonly place: Place;
}

export interface ExpectedSample {
  /** `name{label="value"}` */
  readonly labels: string;
  readonly value: number;
  /** '' where the sample is a number. */
  readonly histogram: string;
}

/** One value of an input series; undefined where there is no sample. */
export type SeriesValue = number | 'stale' | NativeHistogram | undefined;

/** What a file of tests came to. */
export interface TestFileResult {
  readonly path: string;
  /** Of the file itself and of its rule files, as `path:line:column: message`: nothing was tested then. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  readonly tests: readonly TestResult[];
}

export interface TestResult {
  readonly name: string;
  readonly place: Place;
  readonly durationMs: number;
  readonly failures: readonly TestFailure[];
}

export interface TestFailure {
  readonly place: Place;
  /** What was looked at: an alert with its groups, an expression, a rule, a series. */
  readonly subject: string;
  /** From the start of the test; undefined where it is about no moment. */
  readonly timeMs: number | undefined;
  /** What is wrong where nothing could be compared. */
  readonly message?: string;
  readonly expected?: string;
  readonly got?: string;
}

export function hasPassed({ problems, tests }: TestFileResult): boolean {
  return problems.length === 0 && tests.every(({ failures }) => failures.length === 0);
}
