// The work of the packer, whichever thread it runs in: encoding a group, and merging chunks. When merging finds damage, it
// says which of the sources have it, so that these alone are given up.

import { DamagedBytes } from '../../sqlite/failures.ts';
import {
  ChunkReader,
  ChunkTooLarge,
  type Effort,
  type EncodedChunk,
  encodeChunk,
  type MergeRules,
  type MergeSource,
  mergeChunks,
} from '../codec/chunk.ts';
import { type PackableGroup, seriesOf } from './packable-group.ts';

/** One source of a merge that is damaged. */
export interface DamagedSource {
  /** Which, of the sources in their order. */
  readonly at: number;
  readonly reason: string;
}

/** What a merge fails with when sources are damaged. */
export class DamagedSources extends Error {
  readonly sources: readonly DamagedSource[];

  constructor(sources: readonly DamagedSource[]) {
    super(sources.map(({ at, reason }) => `source ${at}: ${reason}`).join('; '));
    this.name = 'DamagedSources';
    this.sources = sources;
  }
}

/** What a merge fails with when a chunk cannot hold the result; the sources are good, and stay. */
export class MergeTooLarge extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MergeTooLarge';
  }
}

export function packGroup(group: PackableGroup, effort: Effort): EncodedChunk {
  return withOwnBuffer(encodeChunk(seriesOf(group), effort));
}

/** @throws {DamagedSources} @throws {MergeTooLarge} */
export function packMerged(sources: readonly MergeSource[], rules: MergeRules): EncodedChunk | undefined {
  try {
    const merged = mergeChunks(sources, rules);
    return merged === undefined ? undefined : withOwnBuffer(merged);
  } catch (error) {
    if (error instanceof ChunkTooLarge) throw new MergeTooLarge(error.message, { cause: error });
    if (!(error instanceof DamagedBytes)) throw error;
    const damaged = sources.flatMap((source, at) => {
      const reason = damageOf(source);
      return reason === undefined ? [] : [{ at, reason }];
    });
    throw damaged.length === 0 ? error : new DamagedSources(damaged);
  }
}

/** Why a source cannot be read to its end. */
function damageOf(source: MergeSource): string | undefined {
  try {
    new ChunkReader(source.payload);
    mergeChunks([source], { tombstones: [], effort: 'fast' });
    return undefined;
  } catch (error) {
    if (error instanceof DamagedBytes) return error.message;
    throw error;
  }
}

/** The codec may give a view of a buffer that it uses again; what moves to another thread must not be one. */
function withOwnBuffer(encoded: EncodedChunk): EncodedChunk {
  return { ...encoded, payload: new Uint8Array(encoded.payload) };
}
