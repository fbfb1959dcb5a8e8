// The bounds of the embedded store, each with its default and what happens when it is reached.

export interface StoreLimits {
  /** Series that exist at once. A new one beyond it gets the reference 0. Default 1,000,000. */
  readonly seriesMax: number;
  /** Labels of one series, its name included. A series with more gets the reference 0. Default 64. */
  readonly labelsPerSeriesMax: number;
  /** UTF-16 units of a label's name. A series with a longer one gets the reference 0. Default 512. */
  readonly labelNameLengthMax: number;
  /** UTF-16 units of a label's value. A series with a longer one gets the reference 0. Default 4,096. */
  readonly labelValueLengthMax: number;
  /** Samples of one batch. A larger batch is refused whole with `storage_batch_too_large`. Default 1,000,000. */
  readonly batchSamplesMax: number;
  /** Samples in the head that start a seal. At twice as many, appends wait for it to end. Default 500,000. */
  readonly headSamplesMax: number;
  /** Milliseconds after its first sample that the head is sealed. Default 3,600,000 (an hour). */
  readonly headAgeMaxMs: number;
  /** Metric families with metadata. What is told of further ones is dropped. Default 100,000. */
  readonly metadataMax: number;
  /** UTF-16 units of a family's name, help and unit together. Longer metadata is dropped. Default 16,384. */
  readonly metadataLengthMax: number;
  /** UTF-16 units of an exemplar's label names and values together. A longer exemplar is dropped. Default 1,024. */
  readonly exemplarLengthMax: number;
  /** Bytes of chunks that reads keep at hand, packed and unpacked; the least recently used go first. Default 64 MiB. */
  readonly chunkCacheBytes: number;
  /** Bytes of cold series that reads keep at hand; the least recently used go first. Default 16 MiB. */
  readonly coldCacheBytes: number;
  /** Milliseconds without a sample after which a series leaves the memory for the disk. Default 7,200,000 (two hours). */
  readonly idleAfterMs: number;
  /** Bytes of the file that may be in use; beyond it the oldest history is deleted. Default Infinity. */
  readonly sizeMaxBytes: number;
  /** Bytes of a file that is verified to its last byte at every start; of a larger one the chunks are verified when
   * they are read. Default 256 MiB. */
  readonly fullCheckMaxBytes: number;
  /** Bytes of the database file. Writes beyond it fail with `storage_full`. Default Infinity: the disk is the bound. */
  readonly fileMaxBytes: number;
}

export const DEFAULT_STORE_LIMITS: StoreLimits = {
  seriesMax: 1_000_000,
  labelsPerSeriesMax: 64,
  labelNameLengthMax: 512,
  labelValueLengthMax: 4096,
  batchSamplesMax: 1_000_000,
  headSamplesMax: 500_000,
  headAgeMaxMs: 3_600_000,
  metadataMax: 100_000,
  metadataLengthMax: 16_384,
  exemplarLengthMax: 1024,
  chunkCacheBytes: 64 * 1024 * 1024,
  coldCacheBytes: 16 * 1024 * 1024,
  idleAfterMs: 7_200_000,
  sizeMaxBytes: Number.POSITIVE_INFINITY,
  fullCheckMaxBytes: 256 * 1024 * 1024,
  fileMaxBytes: Number.POSITIVE_INFINITY,
};

/** Timestamps lie within ± this many milliseconds (the year 37,648), so that differences of differences stay exact. */
export const TIMESTAMP_MAX_MS = 2 ** 50;
