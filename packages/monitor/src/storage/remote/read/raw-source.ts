// Ways to get samples as they were written, from the best that a server has: remote read (Prometheus, Mimir, Thanos) gives
// every bit; VictoriaMetrics' export gives every sample and stale marker that it keeps; a range selector in an instant query
// works everywhere, without stale markers and native histograms.

import type { Matcher } from '../../../model/matcher.ts';
import type { SeriesSamples, TimeRange } from '../../interface.ts';

export type RawKind = 'remote_read' | 'export' | 'query';

export interface RawRequest {
  readonly matchers: readonly Matcher[];
  /** Told what the answer lacks; the same may be told many times. */
  readonly warn: (message: string) => void;
}

export interface RawSource {
  readonly kind: RawKind;
  /**
   * The series with their samples in the range; both ends are whole milliseconds.
   * @throws {ApiError} {TooLarge}; with `asksForLess` a shorter range may be asked for.
   */
  fetch(request: RawRequest, range: TimeRange): AsyncIterable<SeriesSamples>;
}
