// The Node process itself, under the names that prom-client made common. Values are read when the registry is read;
// only garbage collections and the event loop's delay are observed all the time.

import { readdirSync } from 'node:fs';
import { constants, monitorEventLoopDelay, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { bounded, type Registry } from '@chainpulse/instrument';
import { readProcFile, wholeNumber } from './proc-file.ts';

/** How often the delay of the event loop is sampled; 50 times a second costs about 0.1 % of a core. */
const DELAY_RESOLUTION_MS = 20;
const GC_BUCKETS_SECONDS = [0.001, 0.01, 0.1, 1, 2, 5];

/**
 * Shows this process in the registry: CPU time, memory, file descriptors, event loop, heap, garbage collection.
 * Answers with a function that ends the observation; the series stay as they are then.
 */
export function registerProcessMetrics(registry: Registry): () => void {
  const stops = [
    registerProcess(registry),
    registerHeap(registry),
    registerGarbageCollection(registry),
    // Before the event loop, whose measurement is a resource itself for a moment.
    registerResources(registry),
    registerEventLoop(registry),
  ];
  registerVersion(registry);
  return () => {
    for (const stop of stops) stop();
  };
}

function registerProcess(registry: Registry): () => void {
  const cpu = (name: string, help: string) => registry.counter({ name, help, unit: 'seconds' });
  const user = cpu('process_cpu_user_seconds_total', 'User CPU time spent by the process.');
  const system = cpu('process_cpu_system_seconds_total', 'System CPU time spent by the process.');
  const both = cpu('process_cpu_seconds_total', 'User and system CPU time spent by the process.');
  const memory = (name: string, help: string) => registry.gauge({ name, help, unit: 'bytes' });
  const resident = memory('process_resident_memory_bytes', 'Resident memory of the process.');
  const virtual = memory('process_virtual_memory_bytes', 'Virtual memory of the process.');
  const descriptors = (name: string, help: string) => registry.gauge({ name, help, unit: 'descriptors' });
  const openFds = descriptors('process_open_fds', 'File descriptors that the process has open.');
  const maxFds = descriptors('process_max_fds', 'File descriptors that the process may open.');
  const startTime = registry.gauge({
    name: 'process_start_time_seconds',
    help: 'Unix time at which the process started.',
    unit: 'seconds',
  });
  startTime.set(performance.timeOrigin / 1000);
  return registry.onCollect(() => {
    const used = process.cpuUsage();
    user.mirrorTotal(used.user / 1e6);
    system.mirrorTotal(used.system / 1e6);
    both.mirrorTotal((used.user + used.system) / 1e6);
    resident.set(process.memoryUsage.rss());
    setOrClear(virtual, virtualMemoryBytes());
    setOrClear(openFds, openDescriptors());
    setOrClear(maxFds, mostDescriptors());
  });
}

function registerEventLoop(registry: Registry): () => void {
  const delay = (name: string, help: string) => registry.gauge({ name, help, unit: 'seconds' });
  const latest = delay(
    'nodejs_eventloop_lag_seconds',
    'Latest sampled event loop delay since the previous collection.',
  );
  const mean = delay('nodejs_eventloop_lag_mean_seconds', 'Mean event loop delay since the previous collection.');
  const p99 = delay(
    'nodejs_eventloop_lag_p99_seconds',
    '99th percentile of the event loop delay since the previous collection.',
  );
  const histogram = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  histogram.enable();
  const probe = new DelayProbe();
  const stop = registry.onCollect(() => {
    setOrClear(latest, probe.latestSeconds);
    probe.measure();
    const isMeasured = histogram.count > 0;
    setOrClear(mean, isMeasured ? delaySeconds(histogram.mean) : undefined);
    setOrClear(p99, isMeasured ? delaySeconds(histogram.percentile(99)) : undefined);
    histogram.reset();
  });
  return () => {
    stop();
    histogram.disable();
  };
}

/** The histogram holds the time from sample to sample; what is beyond the resolution is delay. */
function delaySeconds(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - DELAY_RESOLUTION_MS / 1000);
}

/** Measures how long the event loop takes to come round, from one reading of the registry for the next. */
class DelayProbe {
  latestSeconds: number | undefined;

  measure(): void {
    const startMs = performance.now();
    setImmediate(() => {
      this.latestSeconds = (performance.now() - startMs) / 1000;
    });
  }
}

function registerHeap(registry: Registry): () => void {
  const bytes = (name: string, help: string) => registry.gauge({ name, help, unit: 'bytes' });
  const total = bytes('nodejs_heap_size_total_bytes', 'Heap that V8 has reserved.');
  const used = bytes('nodejs_heap_size_used_bytes', 'Heap that V8 uses.');
  const limit = bytes('nodejs_heap_size_limit_bytes', 'Largest heap that V8 may reserve.');
  const external = bytes('nodejs_external_memory_bytes', 'Memory outside the V8 heap that belongs to V8 objects.');
  return registry.onCollect(() => {
    const heap = getHeapStatistics();
    total.set(heap.total_heap_size);
    used.set(heap.used_heap_size);
    limit.set(heap.heap_size_limit);
    external.set(heap.external_memory);
  });
}

function registerGarbageCollection(registry: Registry): () => void {
  const durations = registry.histogram({
    name: 'nodejs_gc_duration_seconds',
    help: 'Time that a garbage collection took.',
    unit: 'seconds',
    labels: { kind: ['major', 'minor', 'incremental', 'weakcb'] },
    buckets: GC_BUCKETS_SECONDS,
  });
  const byKind = new Map([
    [constants.NODE_PERFORMANCE_GC_MAJOR, durations.handle({ kind: 'major' })],
    [constants.NODE_PERFORMANCE_GC_MINOR, durations.handle({ kind: 'minor' })],
    [constants.NODE_PERFORMANCE_GC_INCREMENTAL, durations.handle({ kind: 'incremental' })],
    [constants.NODE_PERFORMANCE_GC_WEAKCB, durations.handle({ kind: 'weakcb' })],
  ]);
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as PerformanceEntry & { readonly detail: { readonly kind: number } };
      byKind.get(detail.kind)?.observe(entry.duration / 1000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

function registerResources(registry: Registry): () => void {
  const resources = registry.gauge({
    name: 'nodejs_active_resources',
    help: 'Resources that keep the event loop alive.',
    unit: 'resources',
    labels: { type: bounded(32) },
  });
  let shown = new Map<string, number>();
  return registry.onCollect(() => {
    const counts = new Map<string, number>();
    for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
    for (const type of shown.keys()) if (!counts.has(type)) resources.remove({ type });
    for (const [type, count] of counts) resources.set({ type }, count);
    shown = counts;
  });
}

function registerVersion(registry: Registry): void {
  const info = registry.gauge({
    name: 'nodejs_version_info',
    help: 'Version of Node.js.',
    labels: { version: bounded(1), major: bounded(1), minor: bounded(1), patch: bounded(1) },
  });
  const [major = '', minor = '', patch = ''] = process.versions.node.split('.');
  info.set({ version: process.version, major, minor, patch }, 1);
}

function virtualMemoryBytes(): number | undefined {
  const kibibytes = wholeNumber(/^VmSize:(.*)$/m.exec(readProcFile('/proc/self/status') ?? '')?.[1]);
  return kibibytes === undefined ? undefined : kibibytes * 1024;
}

function openDescriptors(): number | undefined {
  try {
    // One of them is the folder that is being read.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return undefined;
  }
}

/** Absent where there is no limit. */
function mostDescriptors(): number | undefined {
  return wholeNumber(/^Max open files(.*)$/m.exec(readProcFile('/proc/self/limits') ?? '')?.[1]);
}

function setOrClear(gauge: { set(value: number): void; clear(): void }, value: number | undefined): void {
  if (value === undefined) gauge.clear();
  else gauge.set(value);
}
