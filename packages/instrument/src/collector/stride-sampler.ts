// Which of many events are recorded: one of each block of `stride`, at a random place in its block, and it counts for the whole
// block. So after every full block the count is exact, at any time it is off by less than one stride, and at any event, label
// and value its expectation is exact, since every event has the same chance; a fixed place would count wrongly what
// alternates in step with it.

export class StrideSampler {
  readonly stride: number;
  readonly #random: () => number;
  #position = 0;
  #chosen: number;

  constructor(stride: number, random: () => number) {
    this.stride = stride;
    this.#random = random;
    this.#chosen = this.#choose();
  }

  /** For how many events the next one counts: `stride` or 0. */
  take(): number {
    const weight = this.#position === this.#chosen ? this.stride : 0;
    this.#position++;
    if (this.#position === this.stride) {
      this.#position = 0;
      this.#chosen = this.#choose();
    }
    return weight;
  }

  #choose(): number {
    const place = Math.floor(this.#random() * this.stride);
    return place >= 0 && place < this.stride ? place : 0;
  }
}
