// The bounds of unit tests of rules. Each is a failure that names it, never a test that is left out.

export const UNIT_TEST_LIMITS = {
  /** Bytes of a file of tests. */
  maxFileBytes: 8 * 1024 * 1024,
  /** Test files of one run, and rule files of one test file. */
  maxFiles: 1000,
  /** Samples of the input series of a test. */
  maxSamples: 10_000_000,
  /** Times at which the rules of a test are evaluated. */
  maxEvaluations: 100_000,
  /** Failures of one test that are kept. */
  maxFailures: 200,
} as const;
