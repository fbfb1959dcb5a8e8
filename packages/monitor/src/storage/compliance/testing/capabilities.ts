// What a store can do beyond the core that every one must. A flag that is false is tested too: that it really is not so.

export interface StoreCapabilities {
  /** What was appended is visible to the next read; else after `settle` of the subject. */
  readonly readYourWrites: boolean;
  /** Who decides whether a sample is old, out of order or double: the append, whose answer says so, or another server. */
  readonly judges: 'append' | 'elsewhere';
  /** What becomes of a sample before the latest one of its series. */
  readonly outOfOrder: 'refused' | 'kept';
  /**
   * `bits`: every NaN, negative zero, the smallest numbers. `bits_but_zero_sign`: negative zero comes back as zero.
   * `digits`: about 15 digits and infinities, no NaN.
   */
  readonly values: 'bits' | 'bits_but_zero_sign' | 'digits';
  readonly staleMarkers: boolean;
  readonly beforeEpoch: boolean;
  readonly nativeHistograms: boolean;
  /** Bucket limits of their own; only with `nativeHistograms`. */
  readonly customBounds: boolean;
  readonly exemplars: boolean;
  /** Questions about labels count samples of the very range; else those that lie near it may count too. */
  readonly exactLabelRanges: boolean;
  /** Keeps to the retention that it is given. */
  readonly retention: boolean;
  /** It is a `LocalStore`: deletes, counts its series, copies itself. */
  readonly local: boolean;
  /** What `stats` counts: all that is stored, or what waits to be sent. */
  readonly counts: 'store' | 'queue';
}

export const EMBEDDED_CAPABILITIES: StoreCapabilities = {
  readYourWrites: true,
  judges: 'append',
  outOfOrder: 'kept',
  values: 'bits',
  staleMarkers: true,
  beforeEpoch: true,
  nativeHistograms: true,
  customBounds: true,
  exemplars: true,
  exactLabelRanges: true,
  retention: true,
  local: true,
  counts: 'store',
};
