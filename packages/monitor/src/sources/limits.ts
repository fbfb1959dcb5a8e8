// The bounds of one answer of a target, where its configuration says nothing else.

/** When it is unpacked. */
export const DEFAULT_BODY_LIMIT_BYTES = 64 * 1024 * 1024;
export const DEFAULT_SAMPLE_LIMIT = 100_000;
