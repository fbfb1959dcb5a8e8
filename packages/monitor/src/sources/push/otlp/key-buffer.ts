// Bytes of a message put together to be looked up: a number that says what they belong to, and the fields themselves, in the
// order in which they stand there. Fields that belong together need not stand together in protobuf, and a message that
// comes in pieces is the pieces one after another.

const INITIAL_BYTES = 1024;
const SCOPE_BYTES = 4;

export class KeyBuffer {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = SCOPE_BYTES;

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get view(): DataView {
    return this.#view;
  }

  /** Of the whole key. */
  get length(): number {
    return this.#length;
  }

  /** Where the fields begin in the bytes. */
  get fieldsStart(): number {
    return SCOPE_BYTES;
  }

  get isEmpty(): boolean {
    return this.#length === SCOPE_BYTES;
  }

  /** Begins anew. */
  begin(scope: number): void {
    this.#length = SCOPE_BYTES;
    this.#view.setUint32(0, scope, true);
  }

  setScope(scope: number): void {
    this.#view.setUint32(0, scope, true);
  }

  append(bytes: Uint8Array, view: DataView, start: number, end: number): void {
    let at = this.#length;
    const length = at + end - start;
    if (length > this.#bytes.length) this.#grow(length);
    const own = this.#view;
    let from = start;
    for (const lastWord = end - 4; from <= lastWord; from += 4, at += 4) {
      own.setInt32(at, view.getInt32(from, true), true);
    }
    for (; from < end; from++, at++) this.#bytes[at] = bytes[from]!;
    this.#length = length;
  }

  appendDouble(value: number): void {
    const at = this.#length;
    if (at + 8 > this.#bytes.length) this.#grow(at + 8);
    this.#view.setFloat64(at, value, true);
    this.#length = at + 8;
  }

  #grow(length: number): void {
    const larger = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
