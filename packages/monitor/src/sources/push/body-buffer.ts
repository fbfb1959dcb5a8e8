// Where bodies are unpacked to, one after the other: fresh memory for each would cost more than the unpacking. Pushes that are
// under way side by side get memory of their own. Invariant: whoever took the buffer has it alone until it gives it back.

/** Larger ones are not kept. */
const KEPT_MAX_BYTES = 4 * 1024 * 1024;
const LEAST_BYTES = 64 * 1024;

export class BodyBuffer {
  #kept: Buffer | undefined;

  /** At least so many bytes, whatever they are. */
  take(bytes: number): Buffer {
    const kept = this.#kept;
    if (kept === undefined || kept.length < bytes) return Buffer.allocUnsafeSlow(Math.max(bytes, LEAST_BYTES));
    this.#kept = undefined;
    return kept;
  }

  giveBack(buffer: Buffer): void {
    if (buffer.length <= KEPT_MAX_BYTES && buffer.length > (this.#kept?.length ?? 0)) this.#kept = buffer;
  }
}
