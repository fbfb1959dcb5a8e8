// snappyjs comes without types; this is what is used of it here.

declare module 'snappyjs' {
  export function compress(content: Uint8Array): Uint8Array;
}
