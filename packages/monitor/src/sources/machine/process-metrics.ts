// The monitor's own process among its metrics, by the collectors of its instrument library.

import type { Registry } from '@chainpulse/instrument';
import { collectRuntimeMetrics } from '@chainpulse/instrument/runtime';

/** 50 samples of the event loop's delay a second cost about half of what the library's default does. */
const EVENT_LOOP_RESOLUTION_MS = 20;

/**
 * Shows this process in the registry: CPU time, memory, file descriptors, event loop, heap, garbage collection.
 * Answers with a function that ends the observation; the series stay as they are then.
 */
export function registerProcessMetrics(registry: Registry): () => void {
  return collectRuntimeMetrics(registry, { eventLoopResolutionMs: EVENT_LOOP_RESOLUTION_MS });
}
