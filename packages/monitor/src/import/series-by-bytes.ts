// The series of a piece, told by the bytes that name them in the file: most lines name a series that an earlier line has
// named, so its labels are read once. A decoder has one `ByteTable` for all of its pieces, and one of these for each.

import type { Labels } from '../model/labels.ts';
import type { ByteTable } from '../sources/push/byte-table.ts';
import type { PushBatch, SeriesOrigins } from '../sources/push/push-batch.ts';

export class SeriesByBytes implements SeriesOrigins {
  readonly #body: Uint8Array;
  readonly #view: DataView;
  readonly #known: ByteTable;
  readonly #readLabels: (start: number, end: number) => Labels;
  // By origin: where the series stands, which entry of the table it is, and of which of its generations.
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #entries: number[] = [];
  readonly #generations: number[] = [];
  #lastEntry = -1;
  #lastSeries = -1;

  /** `readLabels` throws for bytes that name no series. */
  constructor(body: Uint8Array, known: ByteTable, readLabels: (start: number, end: number) => Labels) {
    this.#body = body;
    this.#view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    this.#known = known;
    this.#readLabels = readLabels;
  }

  seriesOf(batch: PushBatch, start: number, end: number): number {
    const known = this.#known;
    const entry = known.entryOf(this.#body, this.#view, start, end - start);
    if (entry >= 0 && entry === this.#lastEntry) return this.#lastSeries;
    const ref = entry < 0 ? 0 : known.valueOf(entry);
    // What cannot be read is refused at its line, and not when the batch is stored.
    if (ref === 0) this.#readLabels(start, end);
    const origin = this.#starts.length;
    this.#starts.push(start);
    this.#ends.push(end);
    this.#entries.push(entry);
    this.#generations.push(known.generation);
    this.#lastEntry = entry;
    this.#lastSeries = batch.fromOrigin(origin, ref);
    return this.#lastSeries;
  }

  /** The batch was flushed: its numbers are void. */
  forgetNumbers(): void {
    this.#starts.length = this.#ends.length = this.#entries.length = this.#generations.length = 0;
    this.#lastEntry = -1;
  }

  labelsAt(origin: number): Labels {
    return this.#readLabels(this.#starts[origin]!, this.#ends[origin]!);
  }

  resolved(origin: number, ref: number): void {
    const entry = this.#entries[origin]!;
    if (entry >= 0 && this.#generations[origin] === this.#known.generation) this.#known.setValue(entry, ref);
  }
}
