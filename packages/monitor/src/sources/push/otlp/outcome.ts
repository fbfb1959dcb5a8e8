// What became of an OTLP request, in its own terms: data points, of which one can be many samples.

export interface OtlpOutcome {
  readonly dataPoints: number;
  /** Those that were refused here; the batch has counted and listed them. What the store refuses is not among them. */
  readonly refusedDataPoints: number;
  /** What the sender should know though nothing was refused; the first few. */
  readonly warnings: readonly string[];
  readonly warningsLeftOut: number;
}
