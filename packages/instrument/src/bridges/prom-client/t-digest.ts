// Quantiles of a stream in bounded memory: Dunning's merging t-digest (Dunning & Ertl, "Computing extremely accurate
// quantiles using t-digests", 2019) with its scale function k1. Up to `MAX_CENTROIDS` different values it is exact: each is
// kept with its count. Past that, neighbours are merged to at most some `COMPRESSION` centroids, small ones at both ends.
// Between centroids quantiles are interpolated as prom-client's digest does it.

/** Different values, or means of several, at a time: 16 KB. */
const MAX_CENTROIDS = 1000;
/** About how many are left after merging; the error in rank at quantile q is below sqrt(q (1 - q)) / 100. */
const COMPRESSION = 400;

export class TDigest {
  /** Ascending and different, and how many observations each stands for; they grow to `MAX_CENTROIDS`. */
  #means: number[] = [];
  #weights: number[] = [];
  #total = 0;

  /** Centroids: 0 when nothing was observed. */
  get size(): number {
    return this.#means.length;
  }

  push(value: number): void {
    const at = this.#indexOf(value);
    this.#total += 1;
    if (this.#means[at] === value) {
      this.#weights[at]! += 1;
      return;
    }
    this.#means.splice(at, 0, value);
    this.#weights.splice(at, 0, 1);
    if (this.#means.length > MAX_CENTROIDS) this.#merge();
  }

  reset(): void {
    this.#means = [];
    this.#weights = [];
    this.#total = 0;
  }

  /** `fraction` from 0 to 1; undefined when nothing was observed. */
  quantile(fraction: number): number | undefined {
    const rank = this.#total * fraction;
    let before = 0;
    let lower: { mean: number; rank: number } | undefined;
    for (let i = 0; i < this.#means.length; i++) {
      // Half of a centroid is below its mean.
      const upper = { mean: this.#means[i]!, rank: before + this.#weights[i]! / 2 };
      if (upper.rank > rank) {
        if (lower === undefined) return upper.mean;
        if (lower.rank === rank) return lower.mean;
        return lower.mean + ((rank - lower.rank) * (upper.mean - lower.mean)) / (upper.rank - lower.rank);
      }
      before += this.#weights[i]!;
      lower = upper;
    }
    return lower?.mean;
  }

  /** Where `value` is or belongs. */
  #indexOf(value: number): number {
    let low = 0;
    let high = this.#means.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#means[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #merge(): void {
    const means: number[] = [];
    const weights: number[] = [];
    let mean = this.#means[0]!;
    let weight = this.#weights[0]!;
    let before = 0;
    // The least and the greatest stay alone, so that both ends are exact.
    let limit = 0;
    const last = this.#means.length - 1;
    for (let i = 1; i <= last; i++) {
      const nextWeight = this.#weights[i]!;
      if (before + weight + nextWeight <= limit && i < last) {
        weight += nextWeight;
        mean += ((this.#means[i]! - mean) * nextWeight) / weight;
        continue;
      }
      means.push(mean);
      weights.push(weight);
      before += weight;
      limit = this.#limitAfter(before);
      mean = this.#means[i]!;
      weight = nextWeight;
    }
    means.push(mean);
    weights.push(weight);
    this.#means = means;
    this.#weights = weights;
  }

  /** Up to which rank a centroid may reach that starts at `rank`: one unit further in k1(q) = δ asin(2q - 1) / 2π. */
  #limitAfter(rank: number): number {
    const k = (COMPRESSION * Math.asin((2 * rank) / this.#total - 1)) / (2 * Math.PI) + 1;
    if (k >= COMPRESSION / 4) return this.#total;
    return (this.#total * (Math.sin((2 * Math.PI * k) / COMPRESSION) + 1)) / 2;
  }
}
