// What a store says of sending samples on to another server: plain data, fit to be sent between threads.

/**
 * Why samples were given up. `unsupported`: the version of remote write that is spoken cannot carry them. `damaged`: their bytes in
 * the queue were not what had been written.
 */
export type DropReason = 'refused' | 'unsupported' | 'age' | 'size' | 'damaged';

/** Plain data, fit to be sent between threads. Totals are since the start of the process. */
export interface SendStatistics {
  readonly queueSamples: number;
  readonly queueBytes: number;
  /** How long the oldest sample has waited; undefined when none waits. */
  readonly oldestWaitMs: number | undefined;
  readonly shards: number;
  readonly sentSamplesTotal: number;
  readonly retriedSamplesTotal: number;
  readonly droppedSamplesTotal: Readonly<Record<DropReason, number>>;
  readonly requestsTotal: Readonly<Record<RequestOutcome, number>>;
  readonly requestSecondsTotal: number;
  readonly lastSuccessMs: number | undefined;
  /** The last failure in words without a credential; undefined since it worked again. */
  readonly lastError: string | undefined;
  /** The last request was neither taken nor refused for good: what waits is sent again. */
  readonly isFailing: boolean;
  /** Nothing is stored beside the queue: until it is sent, a sample is seen by nobody. */
  readonly isOnlyStore: boolean;
  /** What may wait at most: beyond either the oldest samples are given up. */
  readonly queueMaxAgeMs: number;
  readonly queueMaxBytes: number;
}

/** `failed`: no answer, or one that says to try again. */
export type RequestOutcome = 'sent' | 'failed' | 'refused';
