// What was last told to the store of each known series' metric: 2.0 sends the same metadata with every series of every request.
// By the numbers that the series and its texts have in the tables of what is known, and as large as those.

const INITIAL_SERIES = 1024;
/** Of a series: the type + 1 (0: nothing was told), the numbers of the texts of help and unit. */
const COLUMNS = 3;
const LARGEST_TYPE = 255;

export class ToldMetadata {
  #cells = new Uint32Array(COLUMNS * INITIAL_SERIES);

  get sizeBytes(): number {
    return this.#cells.byteLength;
  }

  /** Whether this was not told last; it counts as told then. */
  isNews(series: number, type: number, help: number, unit: number): boolean {
    const at = COLUMNS * series;
    if (at >= this.#cells.length) this.#growTo(at + COLUMNS);
    const cells = this.#cells;
    const typeCell = Math.min(type, LARGEST_TYPE) + 1;
    if (cells[at] === typeCell && cells[at + 1] === help && cells[at + 2] === unit) return false;
    cells[at] = typeCell;
    cells[at + 1] = help;
    cells[at + 2] = unit;
    return true;
  }

  clear(): void {
    this.#cells.fill(0);
  }

  #growTo(least: number): void {
    const cells = new Uint32Array(Math.max(least, 2 * this.#cells.length));
    cells.set(this.#cells);
    this.#cells = cells;
  }
}
