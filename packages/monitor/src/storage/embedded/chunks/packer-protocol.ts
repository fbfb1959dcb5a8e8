// What passes between the storage thread and the packer's thread: calls with a number, and answers that carry it back.

import type { Effort, EncodedChunk, MergeRules, MergeSource } from '../codec/chunk.ts';
import type { PackableGroup } from './packable-group.ts';
import type { DamagedSource } from './packing.ts';

export type PackerWork =
  | { readonly kind: 'encode'; readonly group: PackableGroup; readonly effort: Effort }
  | { readonly kind: 'merge'; readonly sources: readonly MergeSource[]; readonly rules: MergeRules };

export interface PackerCall {
  readonly id: number;
  readonly work: PackerWork;
}

export type PackerAnswer =
  | { readonly kind: 'packed'; readonly id: number; readonly chunk: EncodedChunk | undefined }
  | { readonly kind: 'damaged'; readonly id: number; readonly sources: readonly DamagedSource[] }
  | { readonly kind: 'tooLarge'; readonly id: number; readonly message: string }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };
