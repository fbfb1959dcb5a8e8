// What one thread tells others about its memory, in memory: a log of entries in shared buffers, written by the thread alone
// and read by anybody at any time. Bytes become visible by one atomic store after they are written, so a reader never sees
// half an entry, and neither side ever waits. Series that come and go make the log grow, so its writer begins it anew when
// most of it is history.

import type { Label } from '../../labels.ts';
import type { SharedFamily } from '../../series/shared-family.ts';

/** Bytes of a log buffer, unless one entry needs more. */
const BUFFER_BYTES = 64 * 1024;
/** At the start of each buffer: how many bytes of it are written, and whether the log goes on in another one. */
const HEADER_BYTES = 8;
const WRITTEN_WORD = 0;
const CONTINUED_WORD = 1;
const LENGTH_BYTES = 4;

/** One line of the log: a metric, a series, or the end of one. Rows and slots are as `RegistryMemory` tells them. */
export type LogEntry =
  | readonly ['family', familyNumber: number, family: SharedFamily]
  | readonly ['series', familyNumber: number, row: number, slot: number, labels: readonly Label[], createdMs: number]
  | readonly ['end', familyNumber: number, row: number];

/** Appends entries; hands each new buffer to `handOver`, the first one before anything is written to it. */
export class ThreadLogWriter {
  readonly #handOver: (buffer: SharedArrayBuffer) => void;
  readonly #encoder = new TextEncoder();
  #buffer = new SharedArrayBuffer(HEADER_BYTES);
  #used = HEADER_BYTES;
  #writtenBytes = 0;

  constructor(handOver: (buffer: SharedArrayBuffer) => void) {
    this.#handOver = handOver;
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  append(entry: LogEntry): void {
    const bytes = this.#encoder.encode(JSON.stringify(entry));
    const needed = LENGTH_BYTES + bytes.length;
    if (this.#used + needed > this.#buffer.byteLength) this.#open(HEADER_BYTES + needed);
    new DataView(this.#buffer).setUint32(this.#used, bytes.length);
    new Uint8Array(this.#buffer).set(bytes, this.#used + LENGTH_BYTES);
    this.#used += needed;
    this.#writtenBytes += needed;
    Atomics.store(headerOf(this.#buffer), WRITTEN_WORD, this.#used - HEADER_BYTES);
  }

  /** Tells readers that the next entry is in another buffer, which they have been handed. */
  endsHere(): void {
    Atomics.store(headerOf(this.#buffer), CONTINUED_WORD, 1);
  }

  #open(minimumBytes: number): void {
    const buffer = new SharedArrayBuffer(Math.max(BUFFER_BYTES, minimumBytes));
    this.#handOver(buffer);
    this.endsHere();
    this.#buffer = buffer;
    this.#used = HEADER_BYTES;
  }
}

/** Reads the entries of one buffer, each once. */
export class ThreadLogReader {
  readonly #buffer: SharedArrayBuffer;
  readonly #decoder = new TextDecoder();
  #read = 0;

  constructor(buffer: SharedArrayBuffer) {
    this.#buffer = buffer;
  }

  /** Whether the log goes on in another buffer; then nothing more is written to this one. */
  get isContinued(): boolean {
    return Atomics.load(headerOf(this.#buffer), CONTINUED_WORD) === 1;
  }

  *next(): Generator<LogEntry> {
    const written = Atomics.load(headerOf(this.#buffer), WRITTEN_WORD);
    const view = new DataView(this.#buffer, HEADER_BYTES);
    while (this.#read < written) {
      const length = view.getUint32(this.#read);
      // A decoder takes no shared memory: the bytes are copied out of it.
      const bytes = new Uint8Array(this.#buffer, HEADER_BYTES + this.#read + LENGTH_BYTES, length).slice();
      this.#read += LENGTH_BYTES + length;
      yield JSON.parse(this.#decoder.decode(bytes)) as LogEntry;
    }
  }
}

function headerOf(buffer: SharedArrayBuffer): Int32Array {
  return new Int32Array(buffer, 0, HEADER_BYTES / Int32Array.BYTES_PER_ELEMENT);
}
