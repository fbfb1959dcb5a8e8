// The bounds of a store whose samples go to another server, each with its default and what happens when it is reached.

export interface RemoteLimits {
  /** Bytes of what waits to be sent. Beyond it an append waits for room, then the oldest samples go. Default 1 GiB. */
  readonly queueMaxBytes: number;
  /** Milliseconds that a sample waits at most; older ones are dropped and counted. Default 24 h. */
  readonly queueMaxAgeMs: number;
  /** Milliseconds that an append waits for room while the server is taking samples. Default 2,000; 0 never waits. */
  readonly appendWaitMaxMs: number;
  /** Samples of one append. A larger one is refused whole with `storage_batch_too_large`. Default 1,000,000. */
  readonly batchSamplesMax: number;
  /** Series in the queue's dictionary. A new one beyond it gets the reference 0. Default 1,000,000. */
  readonly seriesMax: number;
  /** Bytes of one series' labels as they are sent. A series with more gets the reference 0. Default 64 KiB. */
  readonly labelBytesMax: number;
  /** Milliseconds without a sample after which the dictionary forgets a series; more than `queueMaxAgeMs`. Default 48 h. */
  readonly seriesIdleMs: number;
  /** Samples of one request. Default 2,000. */
  readonly requestSamplesMax: number;
  /** Requests under way at once: each carries other series. Default 8. */
  readonly shardsMax: number;
  /** Samples that are taken from the queue at once, and sent before the next are. Default 40,000. */
  readonly windowSamplesMax: number;
  /** Milliseconds that fewer samples than fill a request wait for more. Default 500. */
  readonly lingerMs: number;
  /** Milliseconds for one request to be answered; then it is sent again. Default 30,000. */
  readonly requestTimeoutMs: number;
  /** First and longest wait before a request is sent again, in milliseconds. Default 30 and 5,000. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** A server may not ask for a longer wait with `Retry-After`. Default 300,000. */
  readonly retryAfterMaxMs: number;
  /**
   * Milliseconds that what was sent is kept, and sent again when the server then refuses connections: one that was killed
   * may have lost what it had in memory alone. Default 0: the server is trusted.
   */
  readonly resendMs: number;
  /** Requests into which one that was refused is cut to find the samples that are at fault. Default 64. */
  readonly splitRequestsMax: number;
  /** Milliseconds for an answer to a read to begin and to end. Default 60,000. */
  readonly readTimeoutMs: number;
  /** Bytes of one answer to a read, unpacked. A larger one is asked for in shorter ranges, or refused. Default 256 MiB. */
  readonly answerMaxBytes: number;
  /** Samples of one selection. More are refused with `remote_too_large`. Default 20,000,000. */
  readonly selectSamplesMax: number;
  /** Metric families with metadata, and the UTF-16 units of one; what is beyond is dropped. Default 100,000 and 16,384. */
  readonly metadataMax: number;
  readonly metadataLengthMax: number;
}

export const DEFAULT_REMOTE_LIMITS: RemoteLimits = {
  queueMaxBytes: 1024 ** 3,
  queueMaxAgeMs: 24 * 3_600_000,
  appendWaitMaxMs: 2_000,
  batchSamplesMax: 1_000_000,
  seriesMax: 1_000_000,
  labelBytesMax: 64 * 1024,
  seriesIdleMs: 48 * 3_600_000,
  requestSamplesMax: 2_000,
  shardsMax: 8,
  windowSamplesMax: 40_000,
  lingerMs: 500,
  requestTimeoutMs: 30_000,
  retryMinMs: 30,
  retryMaxMs: 5_000,
  retryAfterMaxMs: 300_000,
  resendMs: 0,
  splitRequestsMax: 64,
  readTimeoutMs: 60_000,
  answerMaxBytes: 256 * 1024 * 1024,
  selectSamplesMax: 20_000_000,
  metadataMax: 100_000,
  metadataLengthMax: 16_384,
};
