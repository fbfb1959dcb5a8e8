// The packer's work in the caller's own thread, a turn later, for tests that want no thread.

import { setImmediate } from 'node:timers/promises';
import type { Effort, EncodedChunk, MergeRules, MergeSource } from '../../codec/chunk.ts';
import type { PackableGroup } from '../packable-group.ts';
import type { Packer } from '../packer.ts';
import { packGroup, packMerged } from '../packing.ts';

export class InlinePacker implements Packer {
  async encode(group: PackableGroup, effort: Effort): Promise<EncodedChunk> {
    await setImmediate();
    return packGroup(group, effort);
  }

  async merge(sources: readonly MergeSource[], rules: MergeRules): Promise<EncodedChunk | undefined> {
    await setImmediate();
    return packMerged(sources, rules);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
