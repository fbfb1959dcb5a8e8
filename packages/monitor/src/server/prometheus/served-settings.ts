// What the API tells of how the monitor was started: its settings under the names that Prometheus has for them, and what its
// PromQL knows. Put together by the root, which alone sees all of it.

export interface ServedSettings {
  /** By the names of Prometheus' flags. */
  readonly flags: Readonly<Record<string, string>>;
  readonly collectionIntervalMs: number;
  readonly collectionTimeoutMs: number;
  readonly evaluationIntervalMs: number;
  /** `30d`, or '' where history is kept for ever. */
  readonly retention: string;
  /** By category, as Prometheus groups them: whether each is on. */
  readonly features: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
  readonly language: QueryLanguage;
}

export interface QueryLanguage {
  /** @throws {QueryError} bad_data */
  format(expression: string): string;
  /** What can be written as JSON. @throws {QueryError} bad_data */
  tree(expression: string): unknown;
}
