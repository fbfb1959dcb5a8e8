// Many small lists of numbers in few typed arrays. A list is a block of words at an address; blocks of one size share a
// page, and a page that holds none is given back, so that memory follows what is in use. Large blocks have a page each.
// An address is a page's number and an offset in it, in 32 bits.

const OFFSET_BITS = 12;
const PAGE_WORDS = 1 << OFFSET_BITS;
const OFFSET_MASK = PAGE_WORDS - 1;
/** A larger block gets its own page, so that little of a page is lost at its end. */
const SHARED_WORDS_MAX = PAGE_WORDS / 8;
const NO_WORDS = new Uint32Array(0);
const PAGES_MAX = 2 ** (32 - OFFSET_BITS);

interface Page {
  words: Uint32Array;
  readonly number: number;
  readonly blockWords: number;
  live: number;
  /** Where the part begins that was never given out. */
  fresh: number;
  /** One more than the offset of a block that was given back; its first word leads to the next. 0: there is none. */
  returned: number;
  isListed: boolean;
  isGone: boolean;
}

export class WordArena {
  readonly #pages: (Page | undefined)[] = [];
  readonly #freeNumbers: number[] = [];
  /** By size of their blocks, the pages that may have room. */
  readonly #roomy = new Map<number, Page[]>();
  #sizeBytes = 0;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The address of a block of so many words; what is in it is undefined. */
  allocate(words: number): number {
    if (words > SHARED_WORDS_MAX) {
      const page = this.#addPage(words, words);
      page.live = 1;
      return page.number * PAGE_WORDS;
    }
    const page = this.#pageWithRoom(words);
    page.live++;
    let offset = page.returned - 1;
    if (offset >= 0) {
      page.returned = page.words[offset]!;
    } else {
      offset = page.fresh;
      page.fresh += words;
    }
    return page.number * PAGE_WORDS + offset;
  }

  /** Takes a block back, to be given out again. */
  release(address: number): void {
    const page = this.#pages[address >>> OFFSET_BITS]!;
    page.live--;
    if (page.live === 0) {
      page.isGone = true;
      this.#pages[page.number] = undefined;
      this.#freeNumbers.push(page.number);
      this.#sizeBytes -= page.words.byteLength;
      page.words = NO_WORDS;
      return;
    }
    const offset = address & OFFSET_MASK;
    page.words[offset] = page.returned;
    page.returned = offset + 1;
    this.#list(page);
  }

  /** The page of an address, for loops that read or write a block: its words begin at `offsetOf(address)`. */
  pageOf(address: number): Uint32Array {
    return this.#pages[address >>> OFFSET_BITS]!.words;
  }

  offsetOf(address: number): number {
    return address & OFFSET_MASK;
  }

  #pageWithRoom(blockWords: number): Page {
    let pages = this.#roomy.get(blockWords);
    if (pages === undefined) this.#roomy.set(blockWords, (pages = []));
    for (let page = pages.at(-1); page !== undefined; page = pages.at(-1)) {
      if (!page.isGone && (page.returned !== 0 || page.fresh + blockWords <= page.words.length)) return page;
      page.isListed = false;
      pages.pop();
    }
    const page = this.#addPage(PAGE_WORDS, blockWords);
    this.#list(page);
    return page;
  }

  #list(page: Page): void {
    if (page.isListed) return;
    page.isListed = true;
    this.#roomy.get(page.blockWords)!.push(page);
  }

  #addPage(words: number, blockWords: number): Page {
    const number = this.#freeNumbers.pop() ?? this.#pages.length;
    if (number >= PAGES_MAX) throw new Error('the lists of the label index need more than 2^32 words');
    const page: Page = {
      words: new Uint32Array(words),
      number,
      blockWords,
      live: 0,
      fresh: 0,
      returned: 0,
      isListed: false,
      isGone: false,
    };
    this.#pages[number] = page;
    this.#sizeBytes += page.words.byteLength;
    return page;
  }
}
