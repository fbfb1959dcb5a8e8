import assert from 'node:assert/strict';
import { it } from 'node:test';
import { bounded, Registry } from '@chainpulse/instrument';
import { CapturedSamples } from './probes/testing/captured-samples.ts';
import { createRegistryCollector } from './registry-collector.ts';

it('hands over every sample with its full name and labels, and what the metrics mean', async () => {
  const registry = new Registry();
  registry.counter({ name: 'a_total', help: 'A.', labels: { x: ['1', '2'] } }).inc({ x: '2' }, 3);
  registry.histogram({ name: 'b_seconds', help: 'B.', unit: 'seconds', buckets: [1] }).observe(0.5);
  registry.gauge({ name: 'c', help: 'C.' });
  const samples = new CapturedSamples();
  await samples.collect(createRegistryCollector({ registry, type: 'machine' }));
  assert.deepEqual(Object.fromEntries(samples.values), {
    'a_total{x="1"}': 0,
    'a_total{x="2"}': 3,
    'b_seconds_bucket{le="1"}': 1,
    'b_seconds_bucket{le="+Inf"}': 1,
    b_seconds_sum: 0.5,
    b_seconds_count: 1,
  });
  assert.deepEqual(samples.metadata.get('b_seconds'), {
    name: 'b_seconds',
    type: 'histogram',
    help: 'B.',
    unit: 'seconds',
  });
});

it('asks the sink for a slot once a series, also when series come and go', async () => {
  const registry = new Registry();
  const gauge = registry.gauge({ name: 'g', help: 'G.', labels: { name: bounded(10) } });
  const samples = new CapturedSamples();
  const collector = createRegistryCollector({ registry, type: 'machine' });
  gauge.set({ name: 'steady' }, 1);
  await samples.collect(collector);
  await samples.collect(collector);
  assert.equal(samples.slotCalls, 1);
  for (let round = 0; round < 200; round++) {
    gauge.set({ name: `n${round}` }, round);
    await samples.collect(collector);
    assert.equal(samples.value(`g{name="n${round}"}`), round);
    assert.equal(samples.value('g{name="steady"}'), 1);
    gauge.remove({ name: `n${round}` });
  }
  assert.ok(samples.slotCalls < 220, `${samples.slotCalls} slots for 201 series`);
});

it('gives another sink its own slots', async () => {
  const registry = new Registry();
  registry.gauge({ name: 'g', help: 'G.' }).set(5);
  const collector = createRegistryCollector({ registry, type: 'machine' });
  for (const samples of [new CapturedSamples(), new CapturedSamples()]) {
    await samples.collect(collector);
    assert.equal(samples.value('g'), 5);
    assert.ok(samples.metadata.has('g'));
  }
});

it('asks for its slots anew when the sink has forgotten them', async () => {
  const registry = new Registry();
  registry.gauge({ name: 'g', help: 'G.' }).set(5);
  const collector = createRegistryCollector({ registry, type: 'machine' });
  const samples = new CapturedSamples();
  await samples.collect(collector);
  samples.forgetSlots();
  await samples.collect(collector);
  assert.equal(samples.value('g'), 5);
});

it('refreshes before it reads, and fails with what the refresh throws', async () => {
  const registry = new Registry();
  const gauge = registry.gauge({ name: 'g', help: 'G.' });
  const failure = new Error('no sensor');
  let isBroken = false;
  const refresh = async () => {
    if (isBroken) throw failure;
    gauge.set(7);
  };
  const collector = createRegistryCollector({ registry, type: 'machine', refresh });
  const samples = new CapturedSamples();
  await samples.collect(collector);
  assert.equal(samples.value('g'), 7);
  isBroken = true;
  await assert.rejects(samples.collect(collector), failure);
  assert.equal(samples.values.size, 0);
});
