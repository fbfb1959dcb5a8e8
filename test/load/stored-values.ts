// Whether a store has the whole load: how many samples, by metric, node and day; every series at the end of every day; and some series
// sample by sample, to the bit.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Labels, labelValue, METRIC_NAME } from '../../packages/monitor/src/model/labels.ts';
import { BINARY, type VectorResult } from '../apptest/monitor-process.ts';
import { type ExpectedValues, type Load, timeOf, type Window } from './generated-load.ts';
import { endInOrder } from './import-into-chainpulse.ts';

/** Of every metric, every node and every window: as many samples as were generated. */
export async function assertCounts(address: string, load: Load, windows: readonly Window[], labels: readonly Labels[]) {
  const seriesByName = Map.groupBy(labels, (series) => labelValue(series, METRIC_NAME) ?? '');
  for (const { from, to } of windows) {
    const seconds = ((to - from) * load.intervalMs) / 1000;
    for (const [name, series] of seriesByName) {
      const expression = `sum by (instance) (count_over_time(${name}[${seconds}s]))`;
      // A millisecond before the next scrape: the range begins a millisecond before its first one.
      const answers = await ask(address, expression, timeOf(load, to) - 1);
      const counts = new Map(answers.map(({ metric, value }) => [metric['instance'], Number(value[1])]));
      const seriesByInstance = Map.groupBy(series, (one) => labelValue(one, 'instance'));
      assert.equal(counts.size, seriesByInstance.size, expression);
      for (const [instance, { length }] of seriesByInstance) {
        assert.equal(counts.get(instance), length * (to - from), `${name} of ${instance}, scrapes ${from} to ${to}`);
      }
    }
  }
}

/** Every series, at the last scrape of every window. */
export async function assertWindowEnds(
  address: string,
  load: Load,
  windows: readonly Window[],
  expected: ExpectedValues,
) {
  for (const [index, { to }] of windows.entries()) {
    const answers = await ask(address, '{job="load"}', timeOf(load, to - 1));
    const values = new Map(answers.map(({ metric, value }) => [keyOf(Object.entries(metric)), Number(value[1])]));
    assert.equal(values.size, load.series);
    for (const [series, labels] of expected.labels.entries()) {
      const key = keyOf(labels.map(({ name, value }) => [name, value]));
      assert.equal(values.get(key), expected.atWindowEnds[index]![series], `${key}, scrape ${to - 1}`);
    }
  }
}

/** The series that are expected whole, out of `data` in the folder by `chainpulse export`. */
export async function assertExportedWhole(folder: string, load: Load, { labels, whole }: ExpectedValues) {
  const seriesByKey = new Map(
    [...whole.keys()].map((series) => [keyOf(labels[series]!.map(({ name, value }) => [name, value])), series]),
  );
  const nextScrapes = new Map([...whole.keys()].map((series) => [series, 0]));
  const matches = [...whole.keys()].flatMap((series) => ['--match', selectorOf(labels[series]!)]);
  const args = [BINARY, 'export', '--data', 'data', '--format', 'json', '--quiet', ...matches];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = endInOrder(child);
  for await (const line of createInterface({ input: child.stdout! })) {
    const { metric, values, timestamps } = JSON.parse(line) as ExportedLine;
    const series = seriesByKey.get(keyOf(Object.entries(metric)));
    assert.ok(series !== undefined, `${line.slice(0, 200)} was not asked for`);
    const first = nextScrapes.get(series)!;
    nextScrapes.set(series, first + values.length);
    assertSame(timestamps, (at) => timeOf(load, first + at), metric);
    assertSame(values, (at) => whole.get(series)![first + at], metric);
  }
  await ended;
  for (const [series, scrapes] of nextScrapes) assert.equal(scrapes, load.scrapes, selectorOf(labels[series]!));
}

interface ExportedLine {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly number[];
  readonly timestamps: readonly number[];
}

function assertSame(found: readonly number[], expectedAt: (at: number) => number | undefined, metric: object): void {
  const wrong = found.findIndex((number, at) => !Object.is(number, expectedAt(at)));
  if (wrong === -1) return;
  assert.fail(`${JSON.stringify(metric)}, ${wrong} samples on: ${found[wrong]} and not ${expectedAt(wrong)}`);
}

async function ask(address: string, query: string, timeMs: number): Promise<readonly VectorResult[]> {
  const body = new URLSearchParams({ query, time: (timeMs / 1000).toFixed(3) });
  const response = await fetch(`${address}/api/v1/query`, { method: 'POST', body });
  const { data, error } = (await response.json()) as { data?: { result: VectorResult[] }; error?: string };
  if (data === undefined) throw new Error(`${query}: ${error ?? `status ${response.status}`}`);
  return data.result;
}

function selectorOf(labels: Labels): string {
  const name = labelValue(labels, METRIC_NAME) ?? '';
  const matchers = labels.filter((label) => label.name !== METRIC_NAME);
  return `${name}{${matchers.map((label) => `${label.name}=${JSON.stringify(label.value)}`).join(',')}}`;
}

function keyOf(labels: readonly (readonly [string, string])[]): string {
  return JSON.stringify([...labels].sort(([one], [other]) => (one < other ? -1 : 1)));
}
