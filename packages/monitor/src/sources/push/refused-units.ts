// What a sender counts as one and the store as many rows: a data point of OTLP is a sample a bucket. Rows know their unit, and a
// unit is refused when any of its rows is. Units begin and end between two flushes. The store names the first few rows that
// it refuses; of more than it names, those that follow are taken to be the rest, whole units at a time.

const NONE = -1;

export class RefusedUnits {
  #unitOf = new Int32Array(64);
  #current = NONE;
  /** In this flush. */
  #units = 0;
  /** Of this flush. */
  readonly #refused = new Set<number>();
  #before = 0;

  /** Over all flushes. */
  get count(): number {
    return this.#before + this.#refused.size;
  }

  /** False costs nothing a row. */
  get isUsed(): boolean {
    return this.#units > 0;
  }

  begin(): void {
    this.#current = this.#units++;
  }

  end(): void {
    this.#current = NONE;
  }

  addRow(row: number): void {
    if (row >= this.#unitOf.length) {
      const larger = new Int32Array(2 * row);
      larger.set(this.#unitOf);
      this.#unitOf = larger;
    }
    this.#unitOf[row] = this.#current;
  }

  /** The unit that is under way. */
  refuseCurrent(): void {
    if (this.#current !== NONE) this.#refused.add(this.#current);
  }

  /** The store refused so many of the rows, in their order, and named these. */
  refuseRows(rows: readonly number[], named: ReadonlySet<number>, count: number): void {
    for (const row of named) this.#refuse(row);
    let unnamed = count - named.size;
    const lastNamed = Math.max(...named, NONE);
    for (const row of rows) {
      if (row <= lastNamed) continue;
      if (unnamed-- <= 0) return;
      this.#refuse(row);
    }
  }

  /** A flush has ended. */
  clear(): void {
    this.#before += this.#refused.size;
    this.#refused.clear();
    this.#units = 0;
  }

  /** Another push begins; the one before may have ended within a unit. */
  restart(): void {
    this.clear();
    this.#current = NONE;
    this.#before = 0;
  }

  #refuse(row: number): void {
    const unit = this.#unitOf[row]!;
    if (unit !== NONE) this.#refused.add(unit);
  }
}
