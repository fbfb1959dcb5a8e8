// A program that shows its runtime, collects garbage, prints what it shows, and ends because nothing is left to do.

import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { Registry } from '../../index.ts';
import { collectRuntimeMetrics } from '../collect-runtime-metrics.ts';
import { watchProcess } from '../watch-process.ts';
import { samplesOf } from './samples.ts';

const registry = new Registry();
collectRuntimeMetrics(registry, { eventLoopResolutionMs: 1 });
watchProcess(registry, { name: 'parent', pid: process.ppid });
/** What another observer is told, in milliseconds. */
const seen = { major: 0, count: 0 };
new PerformanceObserver((list) => {
  for (const { duration, detail } of list.getEntries() as (PerformanceEntry & { detail: { kind: number } })[]) {
    if (detail.kind !== 4) continue;
    seen.major += duration;
    seen.count++;
  }
}).observe({ entryTypes: ['gc'] });

const before = samplesOf(registry);
for (let round = 0; round < 5; round++) globalThis.gc?.();
setTimeout(() => {
  const samples = samplesOf(registry);
  const told = (name: string) => samples.get(`nodejs_gc_duration_seconds_${name}{kind="major"}`);
  const early = before.get('nodejs_gc_duration_seconds_count{kind="major"}');
  process.stdout.write(JSON.stringify({ early, count: told('count'), sum: told('sum'), seen }));
}, 50);
