// Puts a workload into a contender by remote write, and takes its measure: from before the first request until it has ended in
// order, so that nothing that it puts off is left out.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bitsOf, isStaleAt } from '../../packages/monitor/src/model/staleness.ts';
import type { Contender, OtherSize } from './contenders.ts';
import type { WriteRequest } from './remote-write.ts';
import type { ServerProcess, Usage } from './server-process.ts';
import type { Workload } from './workload.ts';

export interface Loaded {
  readonly samples: number;
  readonly newestMs: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly writtenBytes: number;
  readonly residentPeakBytes: number;
  readonly sizeBytes: number;
  readonly otherSize: OtherSize | undefined;
}

const WRITE_HEADERS = {
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '0.1.0',
};

/** Ends what the contender was started for, and leaves its files in the folder. */
export async function loadAndStop(
  contender: Contender,
  folder: string,
  requests: Iterable<WriteRequest>,
  check: (server: ServerProcess, newestMs: number) => Promise<void>,
): Promise<Loaded> {
  const server = await contender.start(folder);
  let last: Usage;
  try {
    const before = server.usage();
    const startMs = performance.now();
    const { samples, newestMs } = await writeAll(server, requests);
    const seconds = (performance.now() - startMs) / 1000;
    // What checking and a snapshot cost is nobody's price of writing.
    const written = server.usage();
    await check(server, newestMs);
    const sizeWhileRunning = await contender.otherSizeWhileRunning?.(server, folder);
    const checked = server.usage();
    last = await server.stop();
    return {
      samples,
      newestMs,
      seconds,
      cpuSeconds: last.cpuSeconds - before.cpuSeconds - (checked.cpuSeconds - written.cpuSeconds),
      writtenBytes: last.writtenBytes - before.writtenBytes - (checked.writtenBytes - written.writtenBytes),
      residentPeakBytes: written.residentPeakBytes,
      sizeBytes: contender.sizeBytes(folder),
      otherSize: sizeWhileRunning ?? contender.otherSize(folder),
    };
  } finally {
    await server.kill();
  }
}

export async function writeAll(
  server: ServerProcess,
  requests: Iterable<WriteRequest>,
): Promise<{ readonly samples: number; readonly newestMs: number }> {
  let samples = 0;
  let newestMs = 0;
  for (const request of requests) {
    const { status, text } = await server.send('POST', '/api/v1/write', WRITE_HEADERS, request.body);
    if (status >= 300) throw new Error(`a write request was refused: ${status} ${text}`);
    samples += request.samples;
    newestMs = Math.max(newestMs, request.newestMs);
  }
  return { samples, newestMs };
}

/** The value of an instant query that has one; `undefined` while there is no answer. */
export async function askNumber(server: ServerProcess, query: string, timeMs: number): Promise<number | undefined> {
  const parameters = new URLSearchParams({ query, time: (timeMs / 1000).toFixed(3) });
  const { status, text } = await server.send('GET', `/api/v1/query?${parameters.toString()}`);
  if (status !== 200) return undefined;
  const answer = JSON.parse(text) as { data: { result: { value: [number, string] }[] } };
  const value = answer.data.result[0]?.value[1];
  return value === undefined ? undefined : Number(value);
}

/** Samples that a query may count: no stale markers, and of other NaNs none or all (VictoriaMetrics counts none). */
export function countSamples(workload: Workload): { readonly numbers: number; readonly withNaNs: number } {
  let [numbers, withNaNs] = [0, 0];
  for (const { count, values } of workload.scrapes()) {
    const bits = bitsOf(values);
    for (let row = 0; row < count; row++) {
      if (isStaleAt(bits, row)) continue;
      withNaNs++;
      if (!Number.isNaN(values[row])) numbers++;
    }
  }
  return { numbers, withNaNs };
}

/** A folder for the time of a measurement. */
export async function withFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-bench-storage-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
