// What a chunk begins with. Format page: docs/formats/store.md.

/** The first byte. Another layout of the bytes gets another number. */
export const CHUNK_LAYOUT = 1;
/** The flags that the header begins with. */
export const HAS_HISTOGRAMS = 1;
export const HAS_EXEMPLARS = 2;
