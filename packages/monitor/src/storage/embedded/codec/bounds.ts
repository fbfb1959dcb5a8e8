// The bounds of a chunk. They keep damaged bytes from asking for endless memory or time, and are far beyond what a
// window of time holds; the encoder refuses what is beyond them with `ChunkTooLarge`.

/** Samples of one series in a chunk: one every 21 ms of a day. */
export const SERIES_SAMPLES_MAX = 2 ** 22;
/** Bytes of a block (the header, the exemplars, the layout of histograms) or a frame of streams, unpacked. */
export const BLOCK_BYTES_MAX = 64 * 1024 * 1024;
/** Samples times columns of native histograms that are laid out together; beyond it they are stored one after the other. */
export const HISTOGRAM_CELLS_MAX = 2 ** 22;

export class ChunkTooLarge extends Error {
  constructor(what: string) {
    super(`a chunk cannot hold ${what}`);
    this.name = 'ChunkTooLarge';
  }
}
