// In which packing an answer goes out: the first of those that the client lists and we have, as Prometheus chooses, but never one
// that the client refuses by a weight of 0. Source: RFC 9110, section 12.5.3

import type { Transform } from 'node:stream';
import {
  constants,
  createDeflate,
  createGzip,
  createZstdCompress,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';

/** Quick rather than small. */
const DEFLATE_LEVEL = 3;
const ZSTD_OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export interface Packing {
  /** As `Content-Encoding` names it. */
  readonly name: string;
  /** Of what is small. */
  pack(bytes: Buffer): Buffer;
  createStream(): Transform;
}

const PACKINGS: ReadonlyMap<string, Packing> = new Map(
  [
    {
      name: 'gzip',
      pack: (bytes: Buffer) => gzipSync(bytes, { level: DEFLATE_LEVEL }),
      createStream: () => createGzip({ level: DEFLATE_LEVEL }),
    },
    {
      name: 'deflate',
      pack: (bytes: Buffer) => deflateSync(bytes, { level: DEFLATE_LEVEL }),
      createStream: () => createDeflate({ level: DEFLATE_LEVEL }),
    },
    {
      name: 'zstd',
      pack: (bytes: Buffer) => zstdCompressSync(bytes, ZSTD_OPTIONS),
      createStream: () => createZstdCompress(ZSTD_OPTIONS),
    },
  ].map((packing) => [packing.name, packing]),
);

/** Undefined: as it is. */
export function acceptedPacking(acceptEncoding: string | undefined): Packing | undefined {
  if (acceptEncoding === undefined) return undefined;
  for (const entry of acceptEncoding.toLowerCase().split(',')) {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const packing = PACKINGS.get(name);
    if (packing !== undefined && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) return packing;
  }
  return undefined;
}
