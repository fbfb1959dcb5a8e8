// Days of a load, piped from the generator into `import -` and beside it into VictoriaMetrics: everything is there afterwards, memory
// did not grow with what had passed, the progress was told, and the price of both is printed.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type BenchTable, printTable } from '../../bench/table.ts';
import { temporaryFolder } from '../apptest/history-files.ts';
import { MonitorProcess } from '../apptest/monitor-process.ts';
import { daysOf, expectedValues, type Load, samplesOf } from './generated-load.ts';
import { type Imported, type ImportedByUs, importIntoChainpulse } from './import-into-chainpulse.ts';
import { importIntoVictoriaMetrics, VICTORIA_METRICS } from './import-into-victoria-metrics.ts';
import { assertCounts, assertExportedWhole, assertWindowEnds } from './stored-values.ts';

/** One of each behaviour, of the eighth node: constant, rare and busy counters, the four gauges, two buckets, sums, count. */
const COMPARED_WHOLE = [700, 734, 740, 753, 754, 755, 756, 757, 770, 775, 783, 784, 798];
const MIB = 1024 * 1024;
/** The heaps of three threads, what is in the head until it is sealed, and the pieces that are under way. */
const RESIDENT_BYTES_MAX = 512 * MIB;
/** The rest of a run may need so much more than its first quarter. */
const GROWTH_MAX = 1.3;
/** With fewer, the first quarter is over before the heaps have their size: that takes some 30 million samples. */
const GROWTH_FROM_SAMPLES = 120_000_000;
/** `cli/progress.ts`, where nobody looks at a terminal; twice, because a busy machine is late. */
const SECONDS_WITH_A_LINE = 20;
const PROGRESS_LINE = /^importing from a pipe {2}[\d.]+ [kMGT]?B {2}([\d,]+) samples {2}[\d.]+ ?[kM]?\/s$/gm;

export async function testPipedHistory(t: TestContext, load: Load): Promise<void> {
  const windows = daysOf(load);
  const expected = expectedValues(load, windows, COMPARED_WHOLE);

  const folder = temporaryFolder(t);
  const ours = await importIntoChainpulse(load, folder);
  assertTold(ours);
  assertFlat(t, ours);
  await assertExportedWhole(folder, load, expected);
  const options = ['watch', '--no-machine', '--data', 'data', '--retention', 'unlimited'];
  await using monitor = await MonitorProcess.start(options, folder);
  await assertCounts(monitor.url, load, windows, expected.labels);
  await assertWindowEnds(monitor.url, load, windows, expected);
  await monitor.interrupt();

  const all: Imported[] = [ours];
  if (VICTORIA_METRICS.missing !== undefined) t.diagnostic(`VictoriaMetrics is left out: ${VICTORIA_METRICS.missing}`);
  else {
    const check = (address: string) => assertCounts(address, load, windows, expected.labels);
    all.push(await importIntoVictoriaMetrics(load, temporaryFolder(t), check));
  }
  printTable(tableOf(load, ours, all), (line) => line !== '' && t.diagnostic(line));
}

/** What stood on stderr: the samples rise from line to line, and the last one counts all. */
function assertTold({ stderr, samples, seconds }: ImportedByUs): void {
  assert.match(stderr, new RegExp(`^stored ${samples.toLocaleString('en-US')} samples in [\\d.]+ s$`, 'm'));
  const shown = [...stderr.matchAll(PROGRESS_LINE)].map(([, count]) => Number(count!.replaceAll(',', '')));
  assert.ok(
    shown.length >= Math.floor(seconds / SECONDS_WITH_A_LINE),
    `${shown.length} lines in ${seconds} s:\n${stderr}`,
  );
  assert.ok(
    shown.every((count, at) => count <= samples && count > (shown[at - 1] ?? -1)),
    stderr,
  );
  const lines = stderr.trimEnd().split('\n').length;
  assert.equal(lines, shown.length + 1, `there is something else on stderr:\n${stderr}`);
}

function assertFlat(t: TestContext, { watched, residentPeakBytes, samples }: ImportedByUs): void {
  const { first, rest } = watched.peaksByQuarter();
  t.diagnostic(`memory: ${mebibytes(first)} at most in the first quarter, ${mebibytes(rest)} in the rest`);
  assert.ok(residentPeakBytes > 0 && residentPeakBytes < RESIDENT_BYTES_MAX, mebibytes(residentPeakBytes));
  if (samples >= GROWTH_FROM_SAMPLES) assert.ok(rest <= GROWTH_MAX * first, `${mebibytes(first)}, ${mebibytes(rest)}`);
}

function tableOf(load: Load, ours: ImportedByUs, all: readonly Imported[]): BenchTable {
  const days = (load.scrapes * load.intervalMs) / 86_400_000;
  const generatorCpu = (1e6 * ours.generatorCpuSeconds) / ours.samples;
  return {
    title: `${days} days of ${load.series} series every ${load.intervalMs / 1000} s, piped in as text: ${samplesOf(load)} samples`,
    note: `Seed ${load.seed}, from ${new Date(load.startMs).toISOString()}. The generator took ${generatorCpu.toFixed(2)} CPU seconds a million.`,
    columns: ['', 'samples', 'seconds', 'CPU s a million', 'peak RSS', 'bytes', 'bytes a sample'],
    rows: all.map(({ name, samples, seconds, cpuSeconds, residentPeakBytes, sizeBytes }) => [
      name,
      String(samples),
      seconds.toFixed(0),
      ((1e6 * cpuSeconds) / samples).toFixed(2),
      mebibytes(residentPeakBytes),
      String(sizeBytes),
      (sizeBytes / samples).toFixed(3),
    ]),
  };
}

function mebibytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`;
}
