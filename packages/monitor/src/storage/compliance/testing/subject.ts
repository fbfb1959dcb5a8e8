// The store under test, and short ways to fill and read it.

import type { Batch } from '../../../model/batch.ts';
import { labelsFromRecord, labelsToRecord } from '../../../model/labels.ts';
import type { AppendOutcome, RejectReason, SeriesSamples, Store } from '../../interface.ts';
import type { StoreCapabilities } from './capabilities.ts';

export interface StoreUnderTest {
  readonly store: Store;
  /** Closes the store and opens it again over the same data. */
  restart(): Promise<Store>;
  /** Fulfilled when what was appended is visible to reads. Without it, it is so at once. */
  settle?(): Promise<void>;
  dispose(): Promise<void>;
}

/** A fresh store whose clock stands at `nowMs`. */
export type StoreFactory = (options: {
  readonly nowMs: number;
  readonly retentionMs: number | undefined;
}) => Promise<StoreUnderTest>;

/** What the tests of one subject work with; a new one for every test. */
export interface Subject {
  readonly can: StoreCapabilities;
  store(): Store;
  /** The store, once it shows everything that was appended. */
  settled(): Promise<Store>;
  restart(): Promise<Store>;
}

export const NOW_MS = 1_700_000_000_000;
export const ALL_TIME = { minTimeMs: Number.NEGATIVE_INFINITY, maxTimeMs: Number.POSITIVE_INFINITY };
export const NONE_REJECTED: Readonly<Record<RejectReason, number>> = {
  out_of_order: 0,
  duplicate: 0,
  too_old: 0,
  invalid: 0,
  series_limit: 0,
  unknown_series: 0,
};

/** An outcome without the rows that it names, which not every store does. */
export function countsOf({ acceptedSamples, rejectedSamples }: AppendOutcome): AppendOutcome {
  return { acceptedSamples, rejectedSamples };
}

export function batch(refs: readonly number[], timestampsMs: number, values: readonly number[]): Batch {
  return { refs: Uint32Array.from(refs), timestampsMs, values: Float64Array.from(values) };
}

/** The store as it is, and then the one that is opened again over the same data. */
export async function* beforeAndAfter(subject: Subject): AsyncGenerator<Store> {
  yield await subject.settled();
  await subject.restart();
  yield await subject.settled();
}

export async function resolve(store: Store, labels: Record<string, string>): Promise<number> {
  const [ref] = await store.resolveSeries([labelsFromRecord(labels)]);
  return ref!;
}

/** Series named n0, n1, … */
export async function resolveMany(store: Store, count: number): Promise<Uint32Array> {
  return store.resolveSeries(Array.from({ length: count }, (_, index) => labelsFromRecord({ __name__: `n${index}` })));
}

export async function collect(store: Store, minTimeMs = -1e15, maxTimeMs = 1e15): Promise<SeriesSamples[]> {
  const found: SeriesSamples[] = [];
  for await (const series of store.select({ minTimeMs, maxTimeMs, matchers: [] })) found.push(series);
  return found;
}

export async function everything(store: Store) {
  return (await collect(store)).sort(byLabels).map(({ labels, timestampsMs, values }) => ({
    labels: labelsToRecord(labels),
    samples: [...timestampsMs].map((timestampMs, index) => [timestampMs, values[index]]),
  }));
}

export function byLabels(one: SeriesSamples, other: SeriesSamples): number {
  return JSON.stringify(one.labels) < JSON.stringify(other.labels) ? -1 : 1;
}
