// Node.js in this thread, under prom-client's names: event loop, garbage collections, heap, active resources, version.

import { isMainThread, threadId } from 'node:worker_threads';
import { makeInstruments } from '../domains/metric-definition.ts';
import { NODEJS_METRICS } from '../domains/table/runtime.ts';
import { InstrumentError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { ActiveResources } from './active-resources.ts';
import { EventLoop } from './event-loop.ts';
import { GarbageCollection } from './garbage-collection.ts';
import { Heap } from './heap.ts';

const DEFAULT_RESOLUTION_MS = 20;
const MAX_RESOLUTION_MS = 1000;
const MAX_THREAD_LENGTH = 128;

export interface NodejsMetricsOptions {
  /**
   * The label `thread` of what this thread has of its own, 1 to 128 characters; default `main`, in worker threads `worker-`
   * and the thread's number. Name the threads of a pool that keeps starting new ones, so that their series go on.
   */
  readonly thread?: string | undefined;
  /**
   * Milliseconds between samples of the event loop's delay, a whole number from 1 to 1,000 (default 20). Each one wakes an idle
   * thread: a hundred a second take 1 to 2 % of a core there, and next to nothing of a busy one.
   */
  readonly eventLoopResolutionMs?: number | undefined;
}

/**
 * Shows Node.js in this thread until the function that it answers with is called; the series stay as they are then.
 * @throws {InstrumentError} `option_invalid`, and `name_duplicate` when it was called before
 */
export function collectNodejsMetrics(registry: Registry, options: NodejsMetricsOptions = {}): () => void {
  const thread = options.thread ?? (isMainThread ? 'main' : `worker-${threadId}`);
  const resolutionMs = options.eventLoopResolutionMs ?? DEFAULT_RESOLUTION_MS;
  checkOptions(thread, resolutionMs);
  const instruments = makeInstruments(registry, NODEJS_METRICS);
  instruments.nodejsVersionInfo.set(versionLabels());
  const garbageCollection = new GarbageCollection(instruments);
  const heap = new Heap(instruments, thread);
  const resources = new ActiveResources(instruments, thread);
  const eventLoop = new EventLoop(instruments, { thread, resolutionMs });
  const end = registry.onCollect(() => {
    garbageCollection.collect();
    heap.collect();
    // Before the event loop, whose measurement is a resource itself for a moment.
    resources.collect();
    eventLoop.collect();
  });
  return () => {
    end();
    garbageCollection.stop();
    eventLoop.stop();
  };
}

function checkOptions(thread: unknown, resolutionMs: unknown): void {
  if (typeof thread !== 'string' || thread === '' || thread.length > MAX_THREAD_LENGTH) {
    throw new InstrumentError('option_invalid', `thread is no text of 1 to ${MAX_THREAD_LENGTH} characters.`);
  }
  const resolution = resolutionMs as number;
  if (!Number.isInteger(resolution) || resolution < 1 || resolution > MAX_RESOLUTION_MS) {
    throw new InstrumentError(
      'option_invalid',
      `eventLoopResolutionMs is ${String(resolutionMs)}: give a whole number from 1 to ${MAX_RESOLUTION_MS}.`,
    );
  }
}

function versionLabels() {
  const [major = '', minor = '', patch = ''] = process.versions.node.split('.');
  return { version: process.version, major, minor, patch };
}
