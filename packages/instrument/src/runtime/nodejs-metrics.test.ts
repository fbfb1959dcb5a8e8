import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { Registry } from '../index.ts';
import { collectRuntimeMetrics } from './collect-runtime-metrics.ts';
import { block, samplesOf } from './testing/samples.ts';
import { shareRegistry } from './threads/share-registry.ts';

/** Waits for what comes a moment later, some seconds at most. */
async function until(isSo: () => boolean): Promise<void> {
  for (let round = 0; round < 1000 && !isSo(); round++) await sleep(10);
}

it('shows heap, version and resources as Node tells them', async () => {
  const registry = new Registry();
  const stop = collectRuntimeMetrics(registry);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const shown = samplesOf(registry);
  const of = (name: string): number => shown.get(`nodejs_${name}{thread="main"}`)!;
  const heap = getHeapStatistics();
  assert.equal(of('heap_size_limit_bytes'), heap.heap_size_limit);
  for (const [name, bytes] of [
    ['heap_size_total_bytes', heap.total_heap_size],
    ['heap_size_used_bytes', heap.used_heap_size],
    ['external_memory_bytes', heap.external_memory],
    ['array_buffers_bytes', process.memoryUsage().arrayBuffers],
  ] as const) {
    assert.ok(of(name) > bytes / 2 && of(name) < bytes * 2, `${name}: ${of(name)} for ${bytes}`);
  }
  for (const { space_name } of getHeapSpaceStatistics()) {
    for (const part of ['total', 'used', 'available']) {
      const series = `nodejs_heap_space_size_${part}_bytes{space="${space_name.slice(0, -6)}",thread="main"}`;
      assert.notEqual(shown.get(series), undefined, series);
    }
  }
  const [major, minor, patch] = process.versions.node.split('.');
  const version = `{major="${major}",minor="${minor}",patch="${patch}",version="${process.version}"}`;
  assert.equal(shown.get(`nodejs_version_info${version}`), 1);
  const servers = 'nodejs_active_resources{thread="main",type="TCPServerWrap"}';
  assert.equal(shown.get(servers), 1);
  server.close();
  await once(server, 'close');
  await until(() => !samplesOf(registry).has(servers));
  assert.equal(samplesOf(registry).get(servers), undefined);
  assert.deepEqual(Object.values(registry.droppedRecords()), [0, 0, 0, 0, 0]);
  stop();
});

it('shows a delay to whoever reads right after it, before the loop has come round', async () => {
  const registry = new Registry();
  const stop = collectRuntimeMetrics(registry);
  await sleep(30);
  samplesOf(registry);
  block(200);
  const max = samplesOf(registry).get('nodejs_eventloop_lag_max_seconds{thread="main"}');
  assert.ok(max! > 0.15, `${max} s of 0.2 s`);
  stop();
});

it('counts what another observer of garbage collections counts, and lets the program end', async () => {
  const program = new URL('./testing/runtime-program.ts', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@chainpulse/source', '--expose-gc', program],
    {
      timeout: 60_000,
    },
  );
  const { early, count, sum, seen } = JSON.parse(stdout);
  // It began to observe a moment after ours.
  assert.ok(count - early >= 5 && count >= seen.count && count - early <= seen.count, stdout);
  if (early === 0) assert.ok(Math.abs(sum - seen.major / 1000) < 1e-6, stdout);
});

it('shows each thread by its name, ends with the thread, and keeps the garbage collections', async () => {
  const shared = shareRegistry();
  const stop = collectRuntimeMetrics(shared.registry);
  const worker = new Worker(new URL('./testing/collecting-worker.ts', import.meta.url), shared.workerOptions());
  const { threadId } = worker;
  const of = (name: string, thread: string) => samplesOf(shared.registry).get(`nodejs_${name}{thread="${thread}"}`);
  try {
    await once(worker, 'online');
    worker.postMessage({ blockMs: 200 });
    await once(worker, 'message');
    const name = `worker-${threadId}`;
    await until(() => (of('eventloop_lag_max_seconds', name) ?? 0) > 0.15);
    assert.ok(of('eventloop_lag_max_seconds', name)! > 0.15);
    for (const metric of ['heap_size_used_bytes', 'eventloop_lag_seconds', 'array_buffers_bytes']) {
      await until(() => of(metric, name) !== undefined && of(metric, 'main') !== undefined);
      assert.ok(of(metric, name)! >= 0, metric);
      assert.ok(of(metric, 'main')! >= 0, metric);
    }
    const busy = of('eventloop_utilization_ratio', name);
    assert.ok(busy! > 0 && busy! <= 1, `${busy}`);
    // Of the whole process, told once and not by each thread.
    const processSeries = Array.from(samplesOf(shared.registry).keys()).filter((key) => key.startsWith('process_'));
    assert.ok(processSeries.length >= 4 && processSeries.every((key) => !key.includes('{')));
    const cpu = samplesOf(shared.registry).get('process_cpu_user_seconds_total')!;
    assert.ok(cpu <= process.cpuUsage().user / 1e6, 'not added up over threads');
    const collections = (): number => {
      const counts = Array.from(samplesOf(shared.registry)).filter(([key]) =>
        key.startsWith('nodejs_gc_duration_seconds_count'),
      );
      return counts.reduce((sum, [, count]) => sum + count, 0);
    };
    await until(() => collections() > 0);
    const before = collections();
    assert.ok(before > 0);
    worker.postMessage('exit');
    await once(worker, 'exit');
    await until(() => of('heap_size_used_bytes', name) === undefined);
    const left = Array.from(samplesOf(shared.registry).keys()).filter((key) => key.includes(name));
    assert.deepEqual(left, []);
    assert.ok(collections() >= before);
    assert.deepEqual([...shared.registry.conflicts], []);
  } finally {
    await worker.terminate();
    stop();
  }
});
