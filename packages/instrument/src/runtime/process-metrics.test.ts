import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { InstrumentError, Registry } from '../index.ts';
import { collectRuntimeMetrics } from './collect-runtime-metrics.ts';
import { collectProcessMetrics } from './process-metrics.ts';
import { block, namesOf, samplesOf } from './testing/samples.ts';

const skip = existsSync('/proc/self/stat') ? false : 'this system has no /proc';

it('shows this process as Node sees it', () => {
  const registry = new Registry();
  const stop = collectProcessMetrics(registry);
  samplesOf(registry);
  block(30);
  const before = process.cpuUsage();
  const shown = samplesOf(registry);
  const after = process.cpuUsage();
  const between = (name: string, low: number, high: number): void =>
    assert.ok(shown.get(name)! >= low && shown.get(name)! <= high, `${name}: ${low} ≤ ${shown.get(name)} ≤ ${high}`);
  between('process_cpu_user_seconds_total', before.user / 1e6, after.user / 1e6);
  between('process_cpu_system_seconds_total', before.system / 1e6, after.system / 1e6);
  between(
    'process_cpu_seconds_total',
    (before.user + before.system) / 1e6 - 1e-9,
    (after.user + after.system) / 1e6 + 1e-9,
  );
  const resident = process.memoryUsage.rss();
  between('process_resident_memory_bytes', resident * 0.8, resident * 1.2);
  const started = Date.now() / 1000 - process.uptime();
  between('process_start_time_seconds', started - 0.5, started + 0.5);
  stop();
});

it('does not move the start when it is read again', () => {
  const registry = new Registry();
  collectProcessMetrics(registry);
  const start = () => samplesOf(registry).get('process_start_time_seconds');
  const first = start();
  block(20);
  assert.equal(start(), first);
});

it('shows what the kernel tells of memory and descriptors', { skip }, () => {
  const registry = new Registry();
  collectProcessMetrics(registry);
  const shown = samplesOf(registry);
  const status = readFileSync('/proc/self/status', 'utf8').split('\n');
  const bytesOf = (field: string): number =>
    Number.parseInt(status.find((line) => line.startsWith(field))!.split(':')[1]!, 10) * 1024;
  const near = (name: string, bytes: number): void =>
    assert.ok(Math.abs(shown.get(name)! - bytes) < bytes * 0.1, `${name}: ${shown.get(name)} for ${bytes}`);
  near('process_virtual_memory_bytes', bytesOf('VmSize'));
  near('process_heap_bytes', bytesOf('VmData'));
  const limit = readFileSync('/proc/self/limits', 'utf8')
    .split('\n')
    .find((line) => line.startsWith('Max open files'))!;
  assert.equal(String(shown.get('process_max_fds') ?? 'unlimited'), limit.split(/\s{2,}/)[1]);
  const opened = Array.from({ length: 10 }, () => openSync('/dev/null', 'r'));
  try {
    assert.equal(samplesOf(registry).get('process_open_fds'), shown.get('process_open_fds')! + 10);
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
  assert.equal(samplesOf(registry).get('process_open_fds'), shown.get('process_open_fds'));
});

it('shows another process by its id, without Node, and nothing but its last totals when it has gone', {
  skip,
}, async () => {
  const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  try {
    const registry = new Registry();
    const stop = collectRuntimeMetrics(registry, { pid: child.pid! });
    const total = () => samplesOf(registry).get('process_cpu_seconds_total')!;
    for (let round = 0; round < 100 && total() === 0; round++) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(total() > 0);
    assert.ok(namesOf(registry).every((name) => name.startsWith('process_')));
    assert.notEqual(samplesOf(registry).get('process_resident_memory_bytes'), undefined);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.deepEqual(namesOf(registry), [
      'process_cpu_seconds_total',
      'process_cpu_system_seconds_total',
      'process_cpu_user_seconds_total',
    ]);
    assert.ok(total() > 0);
    stop();
  } finally {
    child.kill('SIGKILL');
  }
});

it('leaves out what it is told to, and refuses what names no process', () => {
  const names = (options: Parameters<typeof collectRuntimeMetrics>[1]): string[] => {
    const registry = new Registry();
    const stop = collectRuntimeMetrics(registry, options);
    stop();
    return registry.snapshot().families.map(({ name }) => name);
  };
  assert.ok(names({ nodejs: false }).every((name) => name.startsWith('process_')));
  assert.ok(names({ process: false }).every((name) => name.startsWith('nodejs_')));
  assert.deepEqual(names({ process: false, nodejs: false }), []);
  for (const bad of [{ pid: 0 }, { pid: -5 }, { pid: 1.5 }, { eventLoopResolutionMs: 0 }, { thread: '' }]) {
    assert.throws(
      () => names(bad),
      (error) => error instanceof InstrumentError && error.code === 'option_invalid',
      JSON.stringify(bad),
    );
  }
  const registry = new Registry();
  const stop = collectRuntimeMetrics(registry);
  assert.throws(
    () => collectRuntimeMetrics(registry),
    (error) => error instanceof InstrumentError && error.code === 'name_duplicate',
  );
  stop();
});
