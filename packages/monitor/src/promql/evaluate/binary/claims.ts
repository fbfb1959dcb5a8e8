// Which steps of a result, or of all series that match each other, have been taken: each may be but once.

export class Claims {
  #steps: Uint8Array;
  #isOwned = false;

  /** Does not change what it is made of. */
  constructor(steps: Uint8Array) {
    this.#steps = steps;
  }

  has(step: number): boolean {
    return this.#steps[step] !== 0;
  }

  /** Takes the steps that are not 0. Returns the first that was taken already, -1 where none was. */
  take(steps: Uint8Array): number {
    if (!this.#isOwned) {
      this.#steps = this.#steps.slice();
      this.#isOwned = true;
    }
    const taken = this.#steps;
    let firstTwice = -1;
    for (let step = steps.length - 1; step >= 0; step--) {
      if (steps[step] === 0) continue;
      if (taken[step] !== 0) firstTwice = step;
      taken[step] = 1;
    }
    return firstTwice;
  }
}
