import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CapturedSamples } from '../probes/testing/captured-samples.ts';
import { createMachineCollector } from './machine-collector.ts';

const needsProc = existsSync('/proc/stat') ? false : 'this system has no /proc';

it('shows the share of the CPU from the second reading on, for each core and for all', async () => {
  const collector = createMachineCollector();
  const samples = new CapturedSamples();
  await samples.collect(collector);
  assert.ok(!samples.names().has('chain_machine_cpu_usage_ratio'));
  await sleep(100);
  await samples.collect(collector);
  const shares = [...samples.values].filter(([series]) => series.startsWith('chain_machine_cpu_core_usage_ratio'));
  assert.equal(shares.length, cpus().length);
  for (const [series, share] of [...shares, ['all', samples.value('chain_machine_cpu_usage_ratio')!] as const]) {
    assert.ok(share >= 0 && share <= 1, `${series} ${share}`);
  }
});

it('shows the memory that this machine or its container has', async () => {
  const samples = new CapturedSamples();
  await samples.collect(createMachineCollector());
  const constrained = process.constrainedMemory();
  const expected = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  const total = samples.value('chain_machine_memory_total_bytes')!;
  const used = samples.value('chain_machine_memory_used_bytes')!;
  assert.equal(total, expected);
  assert.ok(used > 0 && used < total, `${used} of ${total}`);
  assert.equal(samples.value('chain_machine_memory_usage_ratio'), used / total);
});

it('shows the root file system as df does', { skip: needsProc }, async () => {
  const samples = new CapturedSamples();
  await samples.collect(createMachineCollector());
  const listing = execFileSync('df', ['--block-size=1', '--output=size,avail', '/'], { encoding: 'utf8' });
  const [size, available] = listing.trim().split('\n')[1]!.trim().split(/ +/).map(Number);
  assert.equal(samples.value('chain_machine_filesystem_size_bytes{mount="/"}'), size);
  const shown = samples.value('chain_machine_filesystem_available_bytes{mount="/"}')!;
  // Others write in the meantime.
  assert.ok(Math.abs(shown - available!) < 0.05 * size!, `${shown} against ${available}`);
  const usage = samples.value('chain_machine_filesystem_usage_ratio{mount="/"}')!;
  assert.ok(Math.abs(usage - (1 - shown / size!)) < 1e-9);
});

it('shows totals that never fall', { skip: needsProc }, async () => {
  const collector = createMachineCollector();
  const samples = new CapturedSamples();
  await samples.collect(collector);
  const before = new Map([...samples.values].filter(([series]) => series.includes('_total')));
  assert.ok(before.size > 0);
  await samples.collect(collector);
  for (const [series, value] of before) assert.ok(samples.value(series)! >= value, series);
});

it('describes every metric that it shows', async () => {
  const samples = new CapturedSamples();
  await samples.collect(createMachineCollector());
  for (const name of samples.names()) {
    assert.match(name, /^chain_machine_/);
    assert.notEqual(samples.metadata.get(name)?.help ?? '', '', name);
  }
});
