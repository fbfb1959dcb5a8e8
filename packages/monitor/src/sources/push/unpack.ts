// Bodies as they come over the wire, unpacked up to a bound. gzip is unpacked by Node in a thread of its own.

import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { MalformedBytes, OversizedBytes } from '../../encoding/malformed-bytes.ts';
import { SnappyUnpacking } from '../../encoding/uncompress-snappy.ts';
import type { PushEncoding } from './interface.ts';
import { MalformedPush, OversizedPush } from './malformed.ts';
import type { Slices } from './pacing.ts';

const BYTES_BETWEEN_LOOKS_AT_THE_CLOCK = 65_536;
const unpackGzip = promisify(gunzip);

export interface Unpacking {
  readonly maxBytes: number;
  readonly slices: Slices;
  /** Gives memory of at least so many bytes. */
  readonly reserve: (bytes: number) => Uint8Array;
}

/** @throws {MalformedPush} @throws {OversizedPush} */
export async function unpack(body: Uint8Array, encoding: PushEncoding, options: Unpacking): Promise<Uint8Array> {
  switch (encoding) {
    case 'identity':
      return body;
    case 'snappy':
      return unpackSnappy(body, options);
    case 'gzip':
      return gunzipBody(body, options.maxBytes);
  }
}

async function unpackSnappy(body: Uint8Array, { maxBytes, slices, reserve }: Unpacking): Promise<Uint8Array> {
  try {
    const unpacking = new SnappyUnpacking(body, maxBytes, reserve);
    while (unpacking.advance(BYTES_BETWEEN_LOOKS_AT_THE_CLOCK)) if (slices.isOver) await slices.rest();
    return unpacking.content();
  } catch (error) {
    if (error instanceof OversizedBytes) {
      throw new OversizedPush(
        `the body says that it unpacks to ${error.sizeBytes} bytes and at most ${maxBytes} are taken: send less in one request`,
      );
    }
    if (!(error instanceof MalformedBytes)) throw error;
    throw new MalformedPush(`the body ${error.message}: compress it with Snappy's block format, without frames`, {
      cause: error,
    });
  }
}

async function gunzipBody(body: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  try {
    return await unpackGzip(body, { maxOutputLength: maxBytes });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw new OversizedPush(`the body unpacks to more than ${maxBytes} bytes: send less in one request`);
    }
    throw new MalformedPush(`the body is no gzip (${message}): send what Content-Encoding says`, { cause: error });
  }
}
