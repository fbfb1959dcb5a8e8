// Requests whose body goes through gzip, off the main thread.

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { InstrumentError } from '../errors.ts';
import type { EncodedRequest } from './push-target.ts';

export type Compression = 'gzip' | 'none';

const compress = promisify(gzip);

/** @throws {InstrumentError} `option_invalid` */
export function checkedCompression(compression: Compression = 'gzip'): Compression {
  if (compression === 'gzip' || compression === 'none') return compression;
  throw new InstrumentError(
    'option_invalid',
    `The compression is ${JSON.stringify(compression)}: give "gzip" or "none".`,
  );
}

export async function compressedRequest(request: EncodedRequest, compression: Compression): Promise<EncodedRequest> {
  if (compression === 'none') return request;
  const body = await compress(request.body);
  return { ...request, headers: { ...request.headers, 'content-encoding': 'gzip' }, body };
}
