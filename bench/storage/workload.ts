// What the contenders of the storage benchmarks are given: series and, scrape after scrape, their samples. A scrape is what the
// monitor stores of one collection of one target: `up` and `scrape_samples_scraped` first, then the samples, then a stale marker
// for every series that the scrape before had and this one has not (for all of them when the collection failed).

import type { MetricMetadata } from '../../packages/monitor/src/model/batch.ts';
import type { Labels } from '../../packages/monitor/src/model/labels.ts';

export interface Workload {
  readonly name: string;
  /** With the labels `job` and `instance`; what the numbers of a scrape index. */
  readonly series: readonly Labels[];
  readonly metadata: readonly MetricMetadata[];
  /** In the order of time. A scrape is good until the next one is asked for. */
  readonly scrapes: () => Iterable<Scrape>;
}

export interface Scrape {
  readonly target: number;
  readonly timestampMs: number;
  readonly count: number;
  /** The first `count` rows are the scrape's. */
  readonly series: Uint32Array;
  /** Stale markers are told by their bits (`model/staleness.ts`). */
  readonly values: Float64Array;
}
