import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from '@chainpulse/instrument';
import { CapturedSamples } from '../probes/testing/captured-samples.ts';
import { createRegistryCollector } from '../registry-collector.ts';
import { registerProcessMetrics } from './process-metrics.ts';

it('shows this process as Node itself sees it', async () => {
  const registry = new Registry();
  const stop = registerProcessMetrics(registry);
  try {
    const samples = new CapturedSamples();
    const collector = createRegistryCollector({ registry, type: 'machine' });
    await samples.collect(collector);
    // Long enough for the event loop's delay to be sampled.
    await sleep(100);
    const startedMs = performance.now();
    while (performance.now() < startedMs + 200);
    await sleep(50);
    const before = process.cpuUsage();
    await samples.collect(collector);
    const value = (series: string): number => {
      const shown = samples.value(series);
      assert.notEqual(shown, undefined, series);
      return shown!;
    };
    assert.ok(value('process_cpu_user_seconds_total') >= before.user / 1e6);
    assert.ok(value('process_cpu_system_seconds_total') >= before.system / 1e6);
    const sum = value('process_cpu_user_seconds_total') + value('process_cpu_system_seconds_total');
    assert.ok(Math.abs(value('process_cpu_seconds_total') - sum) < 1e-6);
    assert.ok(Math.abs(value('process_start_time_seconds') - (Date.now() / 1000 - process.uptime())) < 2);
    assert.ok(value('process_resident_memory_bytes') > value('nodejs_heap_size_used_bytes{thread="main"}'));
    assert.ok(
      value('nodejs_heap_size_limit_bytes{thread="main"}') > value('nodejs_heap_size_used_bytes{thread="main"}'),
    );
    assert.ok(value('nodejs_eventloop_lag_p99_seconds{thread="main"}') > 0.1, 'the loop was blocked for 0.2 s');
    assert.ok(
      value('nodejs_eventloop_lag_mean_seconds{thread="main"}') <
        value('nodejs_eventloop_lag_p99_seconds{thread="main"}'),
    );
    assert.ok(value('nodejs_eventloop_lag_seconds{thread="main"}') >= 0);
    const [major, minor, patch] = process.versions.node.split('.');
    const version = `{major="${major}",minor="${minor}",patch="${patch}",version="${process.version}"}`;
    assert.equal(value(`nodejs_version_info${version}`), 1);
    if (existsSync('/proc/self/fd')) {
      assert.ok(value('process_open_fds') > 2 && value('process_open_fds') <= value('process_max_fds'));
      assert.ok(value('process_virtual_memory_bytes') > value('process_resident_memory_bytes'));
    }
  } finally {
    stop();
  }
});

it('counts garbage collections', async () => {
  const registry = new Registry();
  const stop = registerProcessMetrics(registry);
  try {
    const samples = new CapturedSamples();
    const collector = createRegistryCollector({ registry, type: 'machine' });
    let garbage: unknown[] = [];
    const collections = () => samples.value('nodejs_gc_duration_seconds_count{kind="minor"}') ?? 0;
    for (let round = 0; round < 1000 && collections() === 0; round++) {
      garbage = Array.from({ length: 100_000 }, (_, index) => ({ index }));
      await sleep(1);
      await samples.collect(collector);
    }
    assert.equal(garbage.length, 100_000);
    assert.ok(collections() > 0);
  } finally {
    stop();
  }
});
