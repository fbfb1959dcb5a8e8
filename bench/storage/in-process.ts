// The embedded store in this process, loaded with a workload as the monitor loads it: a batch a scrape, upkeep every five seconds.

import type { Batch } from '../../packages/monitor/src/model/batch.ts';
import { openEmbeddedStore } from '../../packages/monitor/src/storage/embedded/open.ts';
import type { Store } from '../../packages/monitor/src/storage/interface.ts';
import type { Workload } from './workload.ts';

const MAINTAIN_EVERY_MS = 5000;

export interface Appended {
  readonly samples: number;
  /** Series that had samples. */
  readonly seen: number;
}

/** Opens a store in the folder, puts everything in, and closes it in order. */
export async function appendWorkload(folder: string, workload: Workload): Promise<Appended> {
  const loading = await openLoading(folder);
  const seen = new Set<number>();
  let samples = 0;
  for await (const batch of loading.batches(workload)) {
    await loading.append(batch);
    samples += batch.refs.length;
    for (const ref of batch.refs) seen.add(ref);
  }
  await loading.store.close();
  return { samples, seen: seen.size };
}

export interface Loading {
  readonly store: Store;
  /** Series are resolved when they come first. */
  batches(workload: Workload): AsyncIterable<Batch>;
  /** Fails when one of the samples was refused. Does the upkeep that is due. */
  append(batch: Batch): Promise<void>;
}

export async function openLoading(directory: string): Promise<Loading> {
  let nowMs = Date.now();
  let maintainedMs = performance.now();
  const store = await openEmbeddedStore({
    directory,
    retentionMs: undefined,
    durability: 'full',
    clock: { nowMs: () => nowMs },
  });
  return {
    store,
    async *batches(workload) {
      const refs = new Uint32Array(workload.series.length);
      for (const { count, series, values, timestampMs } of workload.scrapes()) {
        const rows = series.subarray(0, count);
        const unknown = rows.filter((index) => refs[index] === 0);
        if (unknown.length > 0) {
          const resolved = await store.resolveSeries(Array.from(unknown, (index) => workload.series[index]!));
          for (const [at, index] of unknown.entries()) refs[index] = resolved[at]!;
        }
        yield { refs: rows.map((index) => refs[index]!), timestampsMs: timestampMs, values: values.slice(0, count) };
      }
    },
    async append(batch) {
      nowMs = Number(batch.timestampsMs);
      const { acceptedSamples } = await store.append(batch);
      if (acceptedSamples !== batch.refs.length) throw new Error('the store refused samples');
      if (performance.now() - maintainedMs < MAINTAIN_EVERY_MS) return;
      await store.maintain(nowMs);
      maintainedMs = performance.now();
    },
  };
}
