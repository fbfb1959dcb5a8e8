// snappyjs comes without types; this is the one function that is used here.

declare module 'snappyjs' {
  /** Snappy's block format. */
  export function compress(input: Buffer): Buffer;
}
