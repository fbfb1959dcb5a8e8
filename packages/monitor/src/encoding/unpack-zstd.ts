// Unpacks zstd of any number of frames. Node's own stream ends behind a frame whose end lies within a chunk, and says nothing of what
// follows; so what it did not take is given to another one, until nothing is left.

import { pipeline, Readable } from 'node:stream';
import { constants, createZstdDecompress } from 'node:zlib';

const CHUNK_BYTES = 512 * 1024;
/** What `zstd` makes without `--long` and `--ultra`. */
const WINDOW_LOG_MAX = 23;

/** Whose source is not closed by it. @throws what zlib throws for bytes that are no zstd. */
export async function* unpackZstd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const packed = new Packed(chunks);
  do {
    const unpack = createZstdDecompress({
      chunkSize: CHUNK_BYTES,
      params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX },
    });
    const frame = packed.open();
    // The error reaches whoever reads from `unpack`, which is destroyed with it.
    pipeline(Readable.from(frame.chunks(), { objectMode: false }), unpack, () => {});
    for await (const chunk of unpack as AsyncIterable<Buffer>) {
      frame.taken(unpack.bytesWritten);
      yield chunk;
    }
    frame.taken(unpack.bytesWritten);
    frame.end();
  } while (await packed.hasMore());
}

/** Packed bytes, of which each chunk is kept until it is known to be taken. */
class Packed {
  readonly #chunks: AsyncIterator<Buffer>;
  #asked: Promise<IteratorResult<Buffer>> | undefined;
  /** Given to a stream, and not known to be taken by it. */
  #waiting: Buffer[] = [];

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async hasMore(): Promise<boolean> {
    return this.#waiting.length > 0 || (await this.#next()).done !== true;
  }

  /** For one stream after the other. */
  open() {
    let isOver = false;
    let takenBytes = 0;
    return {
      chunks: () => this.#chunksUntil(() => isOver),
      taken: (bytes: number): void => {
        this.#drop(bytes - takenBytes);
        takenBytes = bytes;
      },
      end: (): void => {
        isOver = true;
      },
    };
  }

  async *#chunksUntil(isOver: () => boolean): AsyncGenerator<Buffer> {
    yield* this.#waiting.slice();
    for (;;) {
      const { value, done } = await this.#next();
      // Whoever comes next asks again, and gets the same.
      if (isOver() || done === true) return;
      this.#asked = undefined;
      this.#waiting.push(value);
      yield value;
    }
  }

  #next(): Promise<IteratorResult<Buffer>> {
    this.#asked ??= this.#chunks.next();
    return this.#asked;
  }

  #drop(bytes: number): void {
    let rest = bytes;
    for (let first = this.#waiting[0]; first !== undefined && first.length <= rest; first = this.#waiting[0]) {
      rest -= first.length;
      this.#waiting.shift();
    }
    if (rest > 0) this.#waiting[0] = this.#waiting[0]!.subarray(rest);
  }
}
