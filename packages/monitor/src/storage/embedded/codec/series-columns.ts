// What goes into a chunk and what comes out of its encoding.

import type { Exemplar } from '../../../model/batch.ts';
import type { HistogramSample } from '../../interface.ts';

/** One series' part of a chunk; any part may be empty. */
export interface SeriesColumns {
  readonly ref: number;
  /** Strictly ascending whole numbers within ±2^50. */
  readonly timesMs: Float64Array;
  /** Two words a value, low word first; every bit is kept. */
  readonly bits: Uint32Array;
  /** Strictly ascending, at no time that `timesMs` has. */
  readonly histograms: readonly HistogramSample[];
  /** Ascending. */
  readonly exemplars: readonly Exemplar[];
}

export interface EncodedChunk {
  readonly payload: Uint8Array;
  /** Floats and histograms. */
  readonly samples: number;
  readonly seriesCount: number;
  /** Of samples and exemplars. */
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
}

/** How much time the encoder may take: that of a seal and of merges while a window is open, or of the last merge. */
export type Effort = 'fast' | 'best';
