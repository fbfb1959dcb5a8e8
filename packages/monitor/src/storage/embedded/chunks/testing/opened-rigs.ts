// Chunk stores that a test file opens, closed after each of its tests, and what such tests do again and again.

import { afterEach } from 'node:test';
import { ChunkRig, type ChunkRigOptions, type SealedPart } from './chunk-rig.ts';
import type { Sample } from './columns-of.ts';

export const HOUR_MS = 3_600_000;
/** The series of a part, unless another is given. */
export const REF = 5;

const rigs: ChunkRig[] = [];

export function openRig(options?: ChunkRigOptions): ChunkRig {
  const rig = new ChunkRig(options);
  rigs.push(rig);
  return rig;
}

afterEach(() => {
  for (const rig of rigs.splice(0)) rig.end();
});

export function part(samples: readonly Sample[], windowStartMs = 0, ref = REF): SealedPart {
  return { windowStartMs, windowMs: HOUR_MS, series: [[ref, samples]] };
}

export function idsIn(database: ChunkRig['database'], table: string): readonly unknown[] {
  return database
    .prepare(`SELECT id FROM ${table} ORDER BY id`)
    .all()
    .map(({ id }) => id);
}

/** So many seals of one sample each, from the time 1. */
export function sealEach(rig: ChunkRig, count: number): readonly Sample[] {
  const samples = Array.from({ length: count }, (_, at) => [at + 1, 10 * at] as const);
  for (const sample of samples) rig.seal([part([sample])]);
  return samples;
}

/** Does the next merge, and this when the packer has the sources and the result is not there yet. */
export async function mergeWhile(rig: ChunkRig, happens: () => void): Promise<void> {
  const { packer } = rig;
  const merge = packer.merge.bind(packer);
  packer.merge = (...given) => {
    const result = merge(...given);
    happens();
    return result;
  };
  await rig.store.merge(rig.store.nextMerge(rig.nowMs)!);
  packer.merge = merge;
}
