// The bounds of an OTLP push beyond those of every push.

export interface OtlpLimits {
  /** Data points, and as many resources and metrics, that are recognized from one push to the next; at the bound all of
   * them are forgotten, and recognized again as they come. */
  readonly rememberedPoints: number;
  /** Bytes of attributes that they are recognized by; the same happens there. */
  readonly rememberedBytes: number;
  /** Buckets of classic histograms and quantiles of summaries whose series are remembered; the same happens there. */
  readonly rememberedBuckets: number;
  /** Attributes of a resource, scope or data point, and labels of a series; a data point with more is refused. */
  readonly labelsASeries: number;
  /** Lists and maps within each other in the value of an attribute; a data point with more is refused. */
  readonly attributeDepth: number;
  /** Values in the lists and maps of one attribute; a data point with more is refused. */
  readonly attributeItems: number;
  /** Buckets, bounds or quantiles of a data point; one with more is refused. */
  readonly bucketsAPoint: number;
  /** Exemplars of a data point; further ones are left out. */
  readonly exemplarsAPoint: number;
  /** Samples of `target_info` that a resource gets in one push; of more the oldest are left out. */
  readonly targetInfoSamples: number;
  /** Objects and lists within each other in JSON; a body with more is refused. */
  readonly jsonDepth: number;
  /** Bytes of a body in JSON when it is turned into protobuf; a body that needs more is refused. */
  readonly jsonTranslatedBytes: number;
  /** Series of delta temporality that are added up at a time; data points of further ones are refused. */
  readonly deltaSeries: number;
  /** A delta series that gets no data point for so long is forgotten, and starts at zero when it comes back. */
  readonly deltaStaleMs: number;
  /** Buckets on one side of an exponential histogram that is added up; the resolution is halved until there are no more. */
  readonly deltaBuckets: number;
  /** Warnings that are told to the sender; more are counted. */
  readonly warningsListed: number;
}

export const DEFAULT_OTLP_LIMITS: OtlpLimits = {
  rememberedPoints: 100_000,
  rememberedBytes: 32 * 1024 * 1024,
  rememberedBuckets: 250_000,
  labelsASeries: 1000,
  attributeDepth: 32,
  attributeItems: 10_000,
  bucketsAPoint: 10_000,
  exemplarsAPoint: 1000,
  targetInfoSamples: 10_000,
  jsonDepth: 96,
  jsonTranslatedBytes: 256 * 1024 * 1024,
  deltaSeries: 100_000,
  deltaStaleMs: 300_000,
  deltaBuckets: 160,
  warningsListed: 10,
};
