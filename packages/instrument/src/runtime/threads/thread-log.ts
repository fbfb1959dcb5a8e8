// What one thread tells others about its memory, in memory: a log of entries in shared buffers, written by the thread alone
// and read by anybody at any time. Bytes become visible by one atomic store after they are written, so a reader never sees
// half an entry, and neither side ever waits. Series that come and go make the log grow, so its writer begins it anew when
// most of it is history.

import type { Label } from '../../labels.ts';
import type { SharedFamily } from '../../series/shared-family.ts';

/** Bytes of a log buffer, unless one entry needs more. */
const BUFFER_BYTES = 64 * 1024;
/** At the start of each buffer: how many bytes of it are written. */
const HEADER_BYTES = 8;
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
    Atomics.store(new Int32Array(this.#buffer, 0, 1), 0, this.#used - HEADER_BYTES);
  }

  #open(minimumBytes: number): void {
    this.#buffer = new SharedArrayBuffer(Math.max(BUFFER_BYTES, minimumBytes));
    this.#used = HEADER_BYTES;
    this.#handOver(this.#buffer);
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

  *next(): Generator<LogEntry> {
    const written = Atomics.load(new Int32Array(this.#buffer, 0, 1), 0);
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
