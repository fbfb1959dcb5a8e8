// What every part of the parser reads from.

import type { QueryFeatures } from '../features.ts';

export interface ParseSource {
  /** The expression as it was written. */
  readonly text: string;
  readonly features: QueryFeatures;
}
