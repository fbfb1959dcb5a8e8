// What a receiver remembers from one push to the next: resources, scopes, metrics, data points and their series, each found
// by the bytes that it was sent as, and by what it belongs to. What it belongs to is named by numbers that never come again.

import type { KnownPoint } from './known-point.ts';
import { LabelPool } from './label-pool.ts';
import type { OtlpLimits } from './limits.ts';
import type { KnownMetric } from './metric.ts';
import type { KnownOrigin, KnownResource } from './origin.ts';
import { Remembered } from './remembered.ts';
import type { Layout } from './write-point.ts';

export class OtlpMemory {
  readonly resources: Remembered<KnownResource>;
  readonly scopes: Remembered<KnownOrigin>;
  readonly metrics: Remembered<KnownMetric>;
  readonly points: Remembered<KnownPoint>;
  /** Series of the buckets and quantiles of a point, by its bounds. */
  readonly layouts: Remembered<Layout>;
  readonly labels: LabelPool;
  #lastId = 0;

  constructor({ rememberedPoints, rememberedBytes, rememberedBuckets }: OtlpLimits) {
    this.labels = new LabelPool(rememberedPoints);
    const limits = { maxEntries: rememberedPoints, maxBytes: rememberedBytes };
    this.resources = new Remembered(limits);
    this.scopes = new Remembered(limits);
    this.metrics = new Remembered(limits);
    this.points = new Remembered(limits);
    const bytesABucket = Float64Array.BYTES_PER_ELEMENT;
    this.layouts = new Remembered({ maxEntries: rememberedPoints, maxBytes: rememberedBuckets * bytesABucket });
  }

  newId(): number {
    return ++this.#lastId;
  }
}
