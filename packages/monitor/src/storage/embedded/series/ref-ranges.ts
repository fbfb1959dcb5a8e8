// A set of references as ranges: references are given out in order, so neighbours mostly stay or go together. Invariant:
// the bounds are strictly ascending pairs (first, last), both belong to the range, and ranges do not touch.

export class RefRanges {
  /** The first and the last reference of each range, in turns. */
  readonly bounds: Uint32Array;
  readonly count: number;

  constructor(bounds: Uint32Array) {
    this.bounds = bounds;
    let count = 0;
    for (let at = 0; at < bounds.length; at += 2) count += bounds[at + 1]! - bounds[at]! + 1;
    this.count = count;
  }

  /** @param refs Ascending, none twice. */
  static of(refs: ArrayLike<number>): RefRanges {
    const bounds: number[] = [];
    for (let at = 0; at < refs.length; at++) {
      const ref = refs[at]!;
      if (bounds.length > 0 && bounds.at(-1) === ref - 1) bounds[bounds.length - 1] = ref;
      else bounds.push(ref, ref);
    }
    return new RefRanges(Uint32Array.from(bounds));
  }

  has(ref: number): boolean {
    const { bounds } = this;
    let low = 0;
    let high = bounds.length / 2;
    // The first range that does not end before the reference.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (bounds[2 * middle + 1]! < ref) low = middle + 1;
      else high = middle;
    }
    return 2 * low < bounds.length && bounds[2 * low]! <= ref;
  }

  *refs(): Generator<number> {
    for (let at = 0; at < this.bounds.length; at += 2) {
      for (let ref = this.bounds[at]!; ref <= this.bounds[at + 1]!; ref++) yield ref;
    }
  }

  get first(): number {
    return this.bounds[0]!;
  }

  get last(): number {
    return this.bounds.at(-1)!;
  }

  without(refs: ReadonlySet<number>): RefRanges {
    const left: number[] = [];
    for (const ref of this.refs()) if (!refs.has(ref)) left.push(ref);
    return RefRanges.of(left);
  }
}
