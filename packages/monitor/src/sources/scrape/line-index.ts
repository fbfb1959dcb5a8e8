// The lines of one exposition in their order: where the part of each that names its series lies, and whose it is. The
// next exposition is read against it, so that a line that is where it was costs a comparison of bytes and nothing else.

/** A series as the cache knows it, shared by every line that names it in the same bytes. */
export interface KnownSeries {
  readonly slot: number;
  /** Its line in the latest exposition that had it. */
  line: number;
}

const INITIAL_LINES = 256;

export class LineIndex {
  body: Buffer = Buffer.alloc(0);
  count = 0;
  starts = new Int32Array(INITIAL_LINES);
  lengths = new Int32Array(INITIAL_LINES);
  /** `undefined` for a line of metadata, whose length is the whole line's. */
  series: (KnownSeries | undefined)[] = [];

  /** Begins anew with another body; the columns are kept. */
  reset(body: Buffer): void {
    this.body = body;
    this.count = 0;
    this.series.length = 0;
  }

  push(start: number, length: number, series: KnownSeries | undefined): void {
    if (this.count === this.starts.length) this.#grow();
    this.starts[this.count] = start;
    this.lengths[this.count] = length;
    this.series.push(series);
    if (series !== undefined) series.line = this.count;
    this.count++;
  }

  #grow(): void {
    const { starts, lengths } = this;
    this.starts = new Int32Array(2 * starts.length);
    this.lengths = new Int32Array(2 * lengths.length);
    this.starts.set(starts);
    this.lengths.set(lengths);
  }
}
