// What is piped in, read into memory that is used again and again: a chunk for every read would be garbage outside of the heap,
// which makes V8 collect a hundred times as often. Invariant: a chunk holds until the next one is asked for; no more than the ring
// is ever read ahead.

import { Socket } from 'node:net';

/** What a pipe of Linux holds, and so what one read gives at most. */
const SLOT_BYTES = 64 * 1024;
const SLOTS = 16;

export class PipedBytes implements AsyncIterable<Buffer> {
  readonly #socket: Socket;
  readonly #slots = Array.from({ length: SLOTS }, () => Buffer.allocUnsafeSlow(SLOT_BYTES));
  /** What was read into the slots that wait, oldest first, and how many slots before those are still looked at. */
  readonly #filled: Buffer[] = [];
  #held = 0;
  #nextSlot = 0;
  #isPaused = false;
  #end: { readonly error: Error | undefined } | undefined;
  #wake: () => void = () => {};

  /** `descriptor`: of a pipe or of a socket. */
  constructor(descriptor: number) {
    this.#socket = new Socket({
      fd: descriptor,
      readable: true,
      writable: false,
      onread: {
        buffer: () => this.#slots[this.#nextSlot]!,
        callback: (length, slot) => this.#take(length, slot),
      },
    });
    this.#socket.once('end', () => this.#endWith(undefined));
    this.#socket.once('close', () => this.#endWith(undefined));
    this.#socket.once('error', (error) => this.#endWith(error));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      const chunk = this.#filled.shift();
      if (chunk !== undefined) {
        this.#held = 1;
        yield chunk;
        this.#held = 0;
        if (this.#isPaused && this.#filled.length <= SLOTS / 2) this.#goOn();
      } else if (this.#end === undefined) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      } else {
        if (this.#end.error !== undefined) throw this.#end.error;
        return;
      }
    }
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** False when the next slot is one that is still needed: nothing is read until `#goOn`. */
  #take(length: number, slot: Uint8Array): boolean {
    this.#filled.push(Buffer.from(slot.buffer, slot.byteOffset, length));
    this.#nextSlot = (this.#nextSlot + 1) % SLOTS;
    this.#isPaused = this.#filled.length + this.#held >= SLOTS;
    this.#wake();
    return !this.#isPaused;
  }

  #goOn(): void {
    this.#isPaused = false;
    this.#socket.resume();
  }

  #endWith(error: Error | undefined): void {
    this.#end ??= { error };
    this.#wake();
  }
}
