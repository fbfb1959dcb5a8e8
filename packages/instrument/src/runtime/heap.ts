// The V8 heap of this thread and what belongs to it: sizes, spaces, memory outside.

import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import type { InstrumentsOf } from '../domains/metric-definition.ts';
import type { NODEJS_METRICS } from '../domains/table/runtime.ts';

export class Heap {
  readonly #instruments: InstrumentsOf<typeof NODEJS_METRICS>;
  readonly #thread: string;

  constructor(instruments: InstrumentsOf<typeof NODEJS_METRICS>, thread: string) {
    this.#instruments = instruments;
    this.#thread = thread;
  }

  collect(): void {
    const instruments = this.#instruments;
    const thread = this.#thread;
    const heap = getHeapStatistics();
    instruments.nodejsHeapSizeTotal.set({ thread }, heap.total_heap_size);
    instruments.nodejsHeapSizeUsed.set({ thread }, heap.used_heap_size);
    instruments.nodejsHeapSizeLimit.set({ thread }, heap.heap_size_limit);
    instruments.nodejsExternalMemory.set({ thread }, heap.external_memory);
    instruments.nodejsArrayBuffers.set({ thread }, process.memoryUsage().arrayBuffers);
    for (const space of getHeapSpaceStatistics()) {
      const labels = { thread, space: space.space_name.replace(/_space$/, '') };
      instruments.nodejsHeapSpaceSizeTotal.set(labels, space.space_size);
      instruments.nodejsHeapSpaceSizeUsed.set(labels, space.space_used_size);
      instruments.nodejsHeapSpaceSizeAvailable.set(labels, space.space_available_size);
    }
  }
}
