// Bodies as they come over the wire, unpacked up to a bound. gzip and zstd are unpacked by Node in a thread of its own.

import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import type { PushEncoding } from './interface.ts';
import { MalformedPush, OversizedPush } from './malformed.ts';
import type { Slices } from './pacing.ts';
import { unpackSnappy } from './snappy.ts';

const UNPACK = { gzip: promisify(gunzip), zstd: promisify(zstdDecompress) };

/** @throws {MalformedPush} @throws {OversizedPush} */
export async function unpack(
  body: Uint8Array,
  encoding: PushEncoding,
  maxBytes: number,
  slices: Slices,
): Promise<Uint8Array> {
  switch (encoding) {
    case 'identity':
      return body;
    case 'snappy':
      return unpackSnappy(body, maxBytes, slices);
    case 'gzip':
    case 'zstd':
      try {
        return await UNPACK[encoding](body, { maxOutputLength: maxBytes });
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code === 'ERR_BUFFER_TOO_LARGE') {
          throw new OversizedPush(`the body unpacks to more than ${maxBytes} bytes: send less in one request`);
        }
        throw new MalformedPush(`the body is no ${encoding} (${message}): send what Content-Encoding says`, {
          cause: error,
        });
      }
  }
}
