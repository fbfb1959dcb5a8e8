// Columns of values that stay unpacked between reads, since dashboards ask for the same ones again and again. A column is kept when it is
// asked for the second time. When the pool is full a hand goes round (CLOCK): a column that was asked for since the hand last came by
// stays, and a newcomer moves the hand past one of those at most, and is refused then. So what is read once pushes out nothing, and
// of what is read again and again and does not fit, a part stays. Bound: the bytes that the pool is told.

import { type KeptValues, keptValues, sizeOfValues } from './kept-values.ts';

const ASKED_MIN = 2;

interface Kept {
  readonly values: KeptValues;
  readonly owner: UnpackedColumns;
  readonly index: number;
  /** In the ring. */
  place: number;
  wasAskedFor: boolean;
}

export class UnpackedPool {
  #maxBytes: number;
  readonly #ring: Kept[] = [];
  #hand = 0;
  #sizeBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** For a chunk with so many columns. */
  columns(count: number): UnpackedColumns {
    return new UnpackedColumns(this, count);
  }

  /** Whether there is room for so many bytes, or some can be made. */
  admits(sizeBytes: number): boolean {
    if (this.#sizeBytes + sizeBytes <= this.#maxBytes) return true;
    const next = this.#next();
    if (next?.wasAskedFor !== true) return next !== undefined && sizeBytes <= this.#maxBytes;
    next.wasAskedFor = false;
    this.#hand++;
    return false;
  }

  /** Another bound; gives up what is too much, first what was not asked for lately. */
  fitInto(maxBytes: number): void {
    this.#maxBytes = maxBytes;
    while (this.#sizeBytes > maxBytes) {
      const next = this.#next()!;
      if (next.wasAskedFor) {
        next.wasAskedFor = false;
        this.#hand++;
      } else {
        next.owner.forget(next.index);
      }
    }
  }

  /** Undefined where that would push out a column that stays. */
  add(values: KeptValues, owner: UnpackedColumns, index: number): Kept | undefined {
    let isFull = false;
    while (this.#sizeBytes + values.sizeBytes > this.#maxBytes) {
      const next = this.#next();
      if (next === undefined || next.wasAskedFor) return undefined;
      next.owner.forget(next.index);
      isFull = true;
    }
    const kept = { values, owner, index, place: this.#ring.length, wasAskedFor: true };
    this.#ring.push(kept);
    this.#sizeBytes += values.sizeBytes;
    if (isFull) {
      // Behind the hand, which is to come by all the others before.
      this.#exchange(Math.min(this.#hand, kept.place), kept.place);
      this.#hand++;
    }
    return kept;
  }

  remove({ place, values }: Kept): void {
    this.#exchange(place, this.#ring.length - 1);
    this.#ring.pop();
    this.#sizeBytes -= values.sizeBytes;
  }

  /** What the hand is at. */
  #next(): Kept | undefined {
    if (this.#hand >= this.#ring.length) this.#hand = 0;
    return this.#ring[this.#hand];
  }

  #exchange(one: number, other: number): void {
    const ring = this.#ring;
    const kept = ring[one]!;
    ring[one] = ring[other]!;
    ring[other] = kept;
    ring[one]!.place = one;
    ring[other]!.place = other;
  }
}

/** Those of one chunk. */
export class UnpackedColumns {
  readonly #pool: UnpackedPool;
  readonly #kept: (Kept | undefined)[];
  /** How often each was asked for while it was not there, up to `ASKED_MIN`. */
  readonly #asked: Uint8Array;
  #isReleased = false;

  constructor(pool: UnpackedPool, count: number) {
    this.#pool = pool;
    this.#kept = Array.from({ length: count }, () => undefined);
    this.#asked = new Uint8Array(count);
  }

  get(index: number): KeptValues | undefined {
    const kept = this.#kept[index];
    if (kept === undefined) return undefined;
    kept.wasAskedFor = true;
    return kept.values;
  }

  /** Whether a column of so many values, which is not there, is to be kept now. */
  wants(index: number, length: number): boolean {
    if (this.#isReleased) return false;
    if (this.#asked[index]! < ASKED_MIN) this.#asked[index]!++;
    return this.#asked[index] === ASKED_MIN && this.#pool.admits(sizeOfValues(length));
  }

  /** Keeps a copy where there is room. `divisor`: what gives the values when whole numbers are divided by it, mostly. */
  keep(index: number, values: Float64Array, divisor: number): void {
    this.#kept[index] = this.#pool.add(keptValues(values, divisor), this, index);
  }

  forget(index: number): void {
    const kept = this.#kept[index];
    if (kept === undefined) return;
    this.#pool.remove(kept);
    this.#kept[index] = undefined;
  }

  /** The chunk is given up: nothing of it is kept any more. */
  release(): void {
    this.#isReleased = true;
    for (let index = 0; index < this.#kept.length; index++) this.forget(index);
  }
}
