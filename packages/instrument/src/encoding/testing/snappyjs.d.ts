// snappyjs comes without types; this is what is used of it here.

declare module 'snappyjs' {
  /** Undoes Snappy's block format. @throws {Error} when the content is broken */
  export function uncompress(compressed: Uint8Array): Uint8Array;
}
