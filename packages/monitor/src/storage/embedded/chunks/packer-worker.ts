// The root of the packer's thread: takes one call after the other and answers it. It holds nothing between calls.

import { parentPort } from 'node:worker_threads';
import type { PackerAnswer, PackerCall } from './packer-protocol.ts';
import { DamagedSources, MergeTooLarge, packGroup, packMerged } from './packing.ts';

if (parentPort === null) throw new Error('chunks/packer-worker.ts runs in a worker thread only');
const port = parentPort;

port.on('message', ({ id, work }: PackerCall) => {
  try {
    const chunk = work.kind === 'encode' ? packGroup(work.group, work.effort) : packMerged(work.sources, work.rules);
    answer({ kind: 'packed', id, chunk }, chunk === undefined ? [] : [chunk.payload.buffer as ArrayBuffer]);
  } catch (error) {
    answer(failureOf(id, error), []);
  }
});

function failureOf(id: number, error: unknown): PackerAnswer {
  if (error instanceof DamagedSources) return { kind: 'damaged', id, sources: error.sources };
  if (error instanceof MergeTooLarge) return { kind: 'tooLarge', id, message: error.message };
  return { kind: 'failed', id, message: error instanceof Error ? error.message : String(error) };
}

function answer(message: PackerAnswer, transfer: ArrayBuffer[]): void {
  port.postMessage(message, transfer);
}
