// What the sender is told of a push beside refusals: nothing was lost, but not all is as it was meant. The first few, each once.

export class Warnings {
  readonly #listedMax: number;
  readonly #texts = new Set<string>();
  leftOut = 0;

  constructor(listedMax: number) {
    this.#listedMax = listedMax;
  }

  get texts(): readonly string[] {
    return [...this.#texts];
  }

  add(text: string): void {
    if (this.#texts.has(text)) return;
    if (this.#texts.size < this.#listedMax) this.#texts.add(text);
    else this.leftOut++;
  }
}
