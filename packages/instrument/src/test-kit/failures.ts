// How the assertions of the test kit fail: once, with everything that is wrong.

/** Failures that a message lists. */
const MAX_LISTED = 50;

/** What an assertion of the test kit throws; `failures` has one sentence for each thing that is wrong. */
export class MetricsAssertionError extends Error {
  readonly failures: readonly string[];

  constructor(what: string, failures: readonly string[], notes: readonly string[] = []) {
    const listed = failures.slice(0, MAX_LISTED).map((failure) => `  - ${failure.replaceAll('\n', '\n    ')}`);
    const rest = failures.length > MAX_LISTED ? [`  … and ${failures.length - MAX_LISTED} more`] : [];
    super([`${what}:`, ...listed, ...rest, ...notes].join('\n'));
    this.name = 'MetricsAssertionError';
    this.failures = failures;
  }
}
