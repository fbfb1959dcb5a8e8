// From reference to slot. References grow for ever, so they are looked up through pages: memory follows the series that
// exist, and going through all of them is in ascending order.

const PAGE_REFS = 1024;

interface Page {
  /** One more than the slot; 0 where there is no series. */
  readonly slots: Uint32Array;
  used: number;
}

export class RefPages {
  readonly #pages: (Page | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** -1 where there is no series. */
  slotOf(ref: number): number {
    const page = this.#pages[Math.floor(ref / PAGE_REFS)];
    return page === undefined ? -1 : page.slots[ref % PAGE_REFS]! - 1;
  }

  set(ref: number, slot: number): void {
    const page = (this.#pages[Math.floor(ref / PAGE_REFS)] ??= { slots: new Uint32Array(PAGE_REFS), used: 0 });
    page.slots[ref % PAGE_REFS] = slot + 1;
    page.used++;
    this.#size++;
  }

  delete(ref: number): void {
    const number = Math.floor(ref / PAGE_REFS);
    const page = this.#pages[number]!;
    page.slots[ref % PAGE_REFS] = 0;
    this.#size--;
    if (--page.used === 0) this.#pages[number] = undefined;
  }

  /** All references, ascending; a copy. */
  all(): Uint32Array {
    const refs = new Uint32Array(this.#size);
    let count = 0;
    for (const [number, page] of this.#pages.entries()) {
      if (page === undefined) continue;
      const { slots } = page;
      for (let at = 0; at < PAGE_REFS; at++) if (slots[at] !== 0) refs[count++] = number * PAGE_REFS + at;
    }
    return refs;
  }

  /** The slots by ascending reference. */
  *slots(): Generator<number> {
    for (const page of this.#pages) {
      if (page === undefined) continue;
      for (const entry of page.slots) if (entry !== 0) yield entry - 1;
    }
  }
}
