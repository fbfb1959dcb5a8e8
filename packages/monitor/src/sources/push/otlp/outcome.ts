// What became of an OTLP request, in its own terms: data points, of which one can be many samples.

export interface OtlpOutcome {
  readonly dataPoints: number;
  /** Those of metrics that are refused as a whole; what else is refused are units of the batch. */
  readonly passedOverDataPoints: number;
  /** What the sender should know though nothing was refused; the first few. */
  readonly warnings: readonly string[];
  readonly warningsLeftOut: number;
}
