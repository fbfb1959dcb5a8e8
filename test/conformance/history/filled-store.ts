// A store with what the peers have to read: counters, gauges, classic histograms, odd labels, series that end.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportHistory } from '../../../packages/monitor/src/export/export-history.ts';
import { type ExportFormat, newTotals } from '../../../packages/monitor/src/export/interface.ts';
import { type Labels, labelsFrom, labelsFromRecord, METRIC_NAME } from '../../../packages/monitor/src/model/labels.ts';
import { bitsOf, writeStaleAt } from '../../../packages/monitor/src/model/staleness.ts';
import { openEmbeddedStore } from '../../../packages/monitor/src/storage/embedded/open.ts';
import type { LocalStore } from '../../../packages/monitor/src/storage/interface.ts';

/** Whole hours ago: the blocks of Prometheus begin there. */
const START_MS = Math.floor(Date.now() / 3_600_000 - 5) * 3_600_000;
const STEP_MS = 15_000;
const SAMPLES = 200;
const ODD_LABEL = 'x,y=z "q" \\ é😀';

interface StoredSeries {
  readonly labels: Labels;
  readonly valueAt: (step: number) => number;
  /** Marked as ended after the last sample. */
  readonly ends: boolean;
}

const one = (labels: Record<string, string>, valueAt: (step: number) => number, ends = false): StoredSeries => ({
  labels: labelsFromRecord(labels),
  valueAt,
  ends,
});

export const SERIES: readonly StoredSeries[] = [
  one({ __name__: 'votes_total', type: 'commit' }, (step) => step * 3, true),
  one({ __name__: 'votes_total', type: ODD_LABEL }, (step) => step / 7),
  one({ __name__: 'height' }, (step) => 21_345_600 + step),
  one({ __name__: 'tiny_ratio', peer: 'a' }, (step) => 1e-9 * step),
  one({ __name__: 'latency_seconds_bucket', le: '0.5' }, (step) => step),
  one({ __name__: 'latency_seconds_bucket', le: '+Inf' }, (step) => 2 * step),
  one({ __name__: 'latency_seconds_count' }, (step) => 2 * step),
  one({ __name__: 'latency_seconds_sum' }, (step) => step / 3),
];

export async function openFilledStore(): Promise<{ store: LocalStore; close: () => Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-peers-'));
  const clock = { nowMs: () => Date.now() };
  const store = await openEmbeddedStore({ directory, retentionMs: undefined, durability: 'normal', clock });
  const refs = await store.resolveSeries(SERIES.map(({ labels }) => labels));
  for (let step = 0; step < SAMPLES; step++) {
    const values = Float64Array.from(SERIES, ({ valueAt }) => valueAt(step));
    await store.append({ refs, timestampsMs: START_MS + step * STEP_MS, values });
  }
  const ended = SERIES.flatMap(({ ends }, at) => (ends ? [refs[at]!] : []));
  const values = new Float64Array(ended.length);
  for (const at of ended.keys()) writeStaleAt(bitsOf(values), at);
  const metadata = [
    { name: 'votes_total', type: 'counter', help: 'Votes "cast"\nso far', unit: '' },
    { name: 'latency_seconds', type: 'histogram', help: 'How long', unit: 'seconds' },
    { name: 'height', type: 'gauge', help: '', unit: '' },
  ] as const;
  await store.append({ refs: Uint32Array.from(ended), timestampsMs: START_MS + SAMPLES * STEP_MS, values, metadata });
  const close = async () => {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return { store, close };
}

export async function exportText(store: LocalStore, format: ExportFormat): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const request = { minTimeMs: 0, maxTimeMs: 2 ** 50, format, matcherSets: [], isFragment: false };
  for await (const piece of exportHistory(store, request, newTotals())) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Without those that mark an end: by series, [time, value]. */
export function expectedSamples(): Map<string, [number, number][]> {
  const entries = SERIES.map(({ labels, valueAt }) => {
    const samples = Array.from({ length: SAMPLES }, (_, step): [number, number] => [
      START_MS + step * STEP_MS,
      valueAt(step),
    ]);
    return [keyOf(labels), samples] as const;
  });
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function keyOf(labels: Labels): string {
  return JSON.stringify(labels.map(({ name, value }) => [name, value]));
}

export function keyOfMetric(metric: Readonly<Record<string, string>>, name = metric[METRIC_NAME] ?? ''): string {
  return keyOf(labelsFrom([...Object.entries(metric), [METRIC_NAME, name]]));
}
