// Memory of a registry with the 10,000 series of the benchmark, divided by them: heap and array buffers after a collection
// with the registry, less without it. Label text is in it.

import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  createNodeMetrics,
  DOMAIN_SET_NAMES,
  type DomainSetName,
  Registry,
  renderTextBytes,
} from '@chainpulse/instrument';
import { type BenchTable, median } from '../table.ts';
import { type Fixture, ourFixture, peerFixture, SERIES } from './fixture.ts';
import { PEERS } from './peers.ts';

const ROUNDS = 5;
/** Array buffers are given back by another thread, a moment after the collection. */
const SWEEP_MS = 20;

interface Memory {
  readonly seriesBytes: number;
  readonly withHandlesBytes: number;
  readonly renderedBytes: number;
}

export async function benchHeap(): Promise<BenchTable> {
  const makers = [ourFixture, ...PEERS.map((peer) => () => peerFixture(peer))];
  const rows: string[][] = [];
  let ours: number | undefined;
  for (const make of makers) {
    const rounds: Memory[] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await measureOnce(make));
    const series = median(rounds.map((round) => round.seriesBytes));
    const withHandles = median(rounds.map((round) => round.withHandlesBytes));
    const rendered = median(rounds.map((round) => round.renderedBytes));
    ours ??= series;
    rows.push([
      make().name,
      series.toFixed(0),
      (series / ours).toFixed(1),
      withHandles.toFixed(0),
      rendered.toFixed(0),
    ]);
  }
  return {
    title: `Memory a series, ${SERIES} series`,
    note: 'Bytes: all series recorded once; then with a handle kept for each; then rendered once, with what that keeps.',
    columns: ['', 'bytes', '× ours', 'with handles', 'and rendered'],
    rows,
  };
}

const SET_CHOICES = {
  'blocks, transactions, mempool, sync': ['blocks', 'transactions', 'mempool', 'sync'],
  'all domain sets': DOMAIN_SET_NAMES,
} as const;

/** What a node pays that takes some thirty of our metrics, and one that takes all of them. */
export async function benchNodeHeap(): Promise<BenchTable> {
  const rows: string[][] = [];
  for (const [name, sets] of Object.entries(SET_CHOICES)) {
    const rounds: NodeMemory[] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await measureNodeOnce(sets));
    const { metrics, series } = rounds[0]!;
    const bytes = median(rounds.map((round) => round.bytes));
    rows.push([`${name}: ${metrics} metrics, ${series} series`, (bytes / 1024).toFixed(0)]);
  }
  return { title: "Memory of a node's metrics, rendered once", columns: ['', 'KiB'], rows };
}

interface NodeMemory {
  readonly bytes: number;
  readonly metrics: number;
  readonly series: number;
}

async function measureNodeOnce(sets: readonly DomainSetName[]): Promise<NodeMemory> {
  const before = await usedBytes();
  const registry = new Registry();
  const node = createNodeMetrics({ registry, sets });
  const page = renderTextBytes(registry);
  const bytes = (await usedBytes()) - before;
  const metrics = registry.snapshot().families.length;
  if (page.length === 0 || Object.keys(node).length === 0) throw new Error('There is nothing to measure.');
  return { bytes, metrics, series: registry.seriesCount() };
}

/** A function of its own, so that nothing of one round is alive in the next. */
async function measureOnce(make: () => Fixture): Promise<Memory> {
  const before = await usedBytes();
  const fixture = make();
  const seriesBytes = ((await usedBytes()) - before) / SERIES;
  const handles = fixture.handles();
  const withHandlesBytes = ((await usedBytes()) - before) / SERIES;
  const pageBytes = await pageLength(fixture);
  const renderedBytes = ((await usedBytes()) - before) / SERIES;
  if (pageBytes === 0 || handles.counters.length === 0) throw new Error(`${fixture.name} has nothing to measure.`);
  return { seriesBytes, withHandlesBytes, renderedBytes };
}

async function pageLength(fixture: Fixture): Promise<number> {
  return (await fixture.render()).length;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function usedBytes(): Promise<number> {
  collectGarbage();
  await setTimeout(SWEEP_MS);
  collectGarbage();
  await setTimeout(SWEEP_MS);
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
