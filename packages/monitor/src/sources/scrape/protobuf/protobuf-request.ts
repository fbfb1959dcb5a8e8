// What is asked of the parser of protobuf pages.

import type { SampleSink } from '../../interface.ts';

export interface ProtobufRequest {
  /** The parser's until the next body was parsed: it may put fields of a message in another order. */
  readonly body: Buffer;
  readonly sink: SampleSink;
  /** More samples than this refuse the whole page. */
  readonly sampleLimit: number;
  /** Whether native histograms are taken; else a histogram is what its classic buckets, sum and count say. */
  readonly nativeHistograms: boolean;
  /** Whether a histogram that comes in both forms is taken in the classic one too. */
  readonly classicHistograms: boolean;
  readonly signal?: AbortSignal;
}
