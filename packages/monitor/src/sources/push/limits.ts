// The bounds of the receivers, each with its default and what happens there.

export interface PushLimits {
  /** Bytes of a body when it is unpacked; a larger one is refused whole. Prometheus 3 takes 32 MiB. */
  readonly unpackedBytesMax: number;
  /** Samples that are gathered before they are stored: a larger push is stored in several commits. */
  readonly batchRowsMax: number;
  /** Metadata and exemplars that are gathered between two commits; further ones are dropped. */
  readonly batchExtrasMax: number;
  /** Errors that an answer lists; the rest are counted. */
  readonly errorsListedMax: number;
  /** How far a sample may be ahead of the monitor's time, milliseconds; one further ahead is refused, as Prometheus does. */
  readonly aheadMaxMs: number;
  /** Series of one request of remote write, and strings of its symbol table; one with more is refused whole. */
  readonly seriesPerRequestMax: number;
  /** Labels of one series; one with more is refused. */
  readonly labelsPerSeriesMax: number;
  /** Buckets of one native histogram; one with more is refused. */
  readonly histogramBucketsMax: number;
  /** Bytes and number of the series (and as much again for symbols) that are recognized by their bytes; at the bound the
   * table is emptied and fills anew. */
  readonly knownSeriesMaxBytes: number;
  readonly knownSeriesMax: number;
}

export const DEFAULT_PUSH_LIMITS: PushLimits = {
  unpackedBytesMax: 128 * 1024 * 1024,
  batchRowsMax: 100_000,
  batchExtrasMax: 100_000,
  errorsListedMax: 10,
  aheadMaxMs: 600_000,
  seriesPerRequestMax: 1_000_000,
  labelsPerSeriesMax: 1_000,
  histogramBucketsMax: 10_000,
  knownSeriesMaxBytes: 64 * 1024 * 1024,
  knownSeriesMax: 500_000,
};
