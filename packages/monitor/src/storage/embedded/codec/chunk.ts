// Chunks: what the series of one group have in one window of time, as bytes. Pure functions: no clock, no disk.
// Format page: docs/formats/store.md.

export { ChunkTooLarge } from './bounds.ts';
export { ChunkReader, type Stretch } from './chunk-reader.ts';
export { encodeChunk } from './encode-chunk.ts';
export { groupOf } from './group.ts';
export { KeptValues } from './kept-values.ts';
export { type MergeRules, type MergeSource, mergeChunks, type Tombstone } from './merge-chunks.ts';
export type { Effort, EncodedChunk, SeriesColumns } from './series-columns.ts';
export { UnpackedPool } from './unpacked-pool.ts';
