// Which share of the latest committed blocks each own validator proposed: a ring of proposers, counted when it is read.

/** Blocks that a share is of. */
const WINDOW_BLOCKS = 1000;
/** With fewer, a share would be chance. */
const MIN_BLOCKS = 100;

export class ProposalShares {
  readonly #maxOwn: number;
  readonly #own = new Set<string>();
  readonly #proposers: string[] = [];
  #next = 0;

  constructor(maxOwn: number) {
    this.#maxOwn = maxOwn;
  }

  /** Makes a validator known as an own one; true the first time. Past the limit it is not, and has no share. */
  own(validator: string): boolean {
    if (this.#own.has(validator) || this.#own.size >= this.#maxOwn || typeof validator !== 'string') return false;
    this.#own.add(validator);
    return true;
  }

  /** A block by this proposer was committed. */
  committed(proposer: string): void {
    this.#proposers[this.#next] = proposer;
    this.#next = (this.#next + 1) % WINDOW_BLOCKS;
  }

  /** The share of each own validator, 0 included; none before 100 blocks. */
  read(): ReadonlyMap<string, number> {
    const blocks = this.#proposers.length;
    const shares = new Map<string, number>();
    if (blocks < MIN_BLOCKS) return shares;
    for (const validator of this.#own) shares.set(validator, 0);
    for (const proposer of this.#proposers) {
      const share = shares.get(proposer);
      if (share !== undefined) shares.set(proposer, share + 1);
    }
    for (const [validator, count] of shares) shares.set(validator, count / blocks);
    return shares;
  }
}
