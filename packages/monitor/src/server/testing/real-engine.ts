// The real store and the real query engine in this thread, for tests of what the API makes of their answers.

import type { TestContext } from 'node:test';
import type { Engine } from '../../engine/interface.ts';
import type { Clock } from '../../model/clock.ts';
import { type Labels, labelsFromRecord } from '../../model/labels.ts';
import { createQueryEngine } from '../../promql/engine.ts';
import { PushReceiver } from '../../sources/push/push-receiver.ts';
import { openEmbeddedStore } from '../../storage/embedded/open.ts';
import type { LocalStore } from '../../storage/interface.ts';
import { NOW_MS, temporaryDirectory } from './test-server.ts';

export interface Point {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** How long before the tests' time; 0 unless given. */
  readonly ageMs?: number;
}

const STANDING_CLOCK: Clock = { nowMs: () => NOW_MS };

export async function openRealEngine(
  t: TestContext,
  points: readonly Point[] = [],
  clock: Clock = STANDING_CLOCK,
  retentionMs?: number,
): Promise<Engine> {
  const store = await openEmbeddedStore({
    directory: temporaryDirectory(t),
    retentionMs,
    durability: 'normal',
    clock,
  });
  t.after(() => store.close());
  const engine = engineOver(store, clock);
  await appendPoints(engine, points);
  return engine;
}

/** Queries and pushes of an open store. */
export function engineOver(store: LocalStore, clock: Clock): Engine {
  const queries = createQueryEngine({ queryable: store });
  const pushes = new PushReceiver({ appender: store, clock });
  return {
    resolveSeries: (series) => store.resolveSeries(series),
    append: (batch) => store.append(batch),
    push: (request, signal) => pushes.push(request, signal),
    instant: (query, signal) => queries.instant(query, signal),
    range: (query, signal) => queries.range(query, signal),
    explain: (query, signal) => queries.explain(query, signal),
    select: (request) => store.select(request),
    selectExemplars: (request) => store.selectExemplars(request),
    cardinality: (limit) => store.cardinality(limit),
    deleteSeries: (request) => store.deleteSeries(request),
    cleanTombstones: () => store.cleanTombstones(),
    copyTo: (directory) => store.copyTo(directory),
    series: (request) => store.series(request),
    labelNames: (request) => store.labelNames(request),
    labelValues: (name, request) => store.labelValues(name, request),
    metadata: (name, limit) => store.metadata(name, limit),
    ruleGroups: async () => [],
    stats: async () => store.stats(),
    held: async () => ({ points: 0, reads: 0, leases: 0 }),
    close: () => store.close(),
  };
}

async function appendPoints(engine: Engine, points: readonly Point[]): Promise<void> {
  if (points.length === 0) return;
  const ordered = points.toSorted((a, b) => (b.ageMs ?? 0) - (a.ageMs ?? 0));
  const labels: Labels[] = ordered.map((point) => labelsFromRecord(point.labels));
  const refs = await engine.resolveSeries(labels);
  const timestampsMs = Float64Array.from(ordered, ({ ageMs = 0 }) => NOW_MS - ageMs);
  const { acceptedSamples } = await engine.append({
    refs,
    timestampsMs,
    values: Float64Array.from(ordered, ({ value }) => value),
  });
  if (acceptedSamples !== points.length)
    throw new Error(`the store took ${acceptedSamples} of ${points.length} samples`);
}
