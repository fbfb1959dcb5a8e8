import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOOP_INSTRUMENT } from '../noop.ts';
import { Registry } from '../registry.ts';
import { closedHandles } from './closed-handles.ts';

const REASONS = { reason: ['timeout', 'other'] } as const;
const PAIRS = { type: ['vote', 'sync'], direction: ['sent', 'received'] } as const;

function counters() {
  const registry = new Registry();
  const single = registry.counter({ name: 'changes_total', help: 'Changes.', labels: REASONS });
  const pair = registry.counter({ name: 'messages_total', help: 'Messages.', labels: PAIRS });
  return { registry, single, pair };
}

function valuesOf(registry: Registry, name: string): Record<string, number> {
  const values: Record<string, number> = {};
  const family = registry.snapshot().families.find((each) => each.name === name);
  assert.equal(family?.type, 'counter');
  for (const { labels, value } of family.points) values[labels.map((label) => label.value).join(' ')] = value;
  return values;
}

test('a record by value goes to the series of that value', () => {
  const { registry, single } = counters();
  const handles = closedHandles(single, REASONS, 'reason');
  handles.of('timeout').inc();
  handles.of('timeout').inc(2);
  handles.of('other').inc();
  assert.deepEqual(valuesOf(registry, 'changes_total'), { timeout: 3, other: 1 });
});

test('several labels are chosen in the order in which they are named', () => {
  const { registry, pair } = counters();
  const handles = closedHandles(pair, PAIRS, 'direction', 'type');
  handles.of('sent').of('vote').inc();
  handles.of('received').of('sync').inc(5);
  assert.deepEqual(valuesOf(registry, 'messages_total'), {
    'sent vote': 1,
    'received vote': 0,
    'sent sync': 0,
    'received sync': 5,
  });
});

test('an unknown value is dropped and counted once a record, and not before', () => {
  const { registry, single, pair } = counters();
  const handles = closedHandles(single, REASONS, 'reason');
  const pairs = closedHandles(pair, PAIRS, 'type', 'direction');
  assert.equal(registry.droppedRecords().unknown_label, 0);
  const strange: unknown[] = ['nonsense', undefined, null, 5, {}, '__proto__', 'constructor', Symbol('x')];
  for (const value of strange) handles.of(value as 'other').inc();
  pairs
    .of('nonsense' as 'vote')
    .of('sent')
    .inc();
  pairs
    .of('vote')
    .of('nonsense' as 'sent')
    .inc();
  assert.equal(registry.droppedRecords().unknown_label, strange.length + 2);
  assert.deepEqual(valuesOf(registry, 'changes_total'), { timeout: 0, other: 0 });
});

test('the stand-in for an unknown value takes the records of every kind of instrument', () => {
  const registry = new Registry();
  const gauge = registry.gauge({ name: 'queue', help: 'Queue.', labels: REASONS });
  const histogram = registry.histogram({ name: 'time_seconds', help: 'Time.', labels: REASONS, buckets: [1] });
  closedHandles(gauge, REASONS, 'reason')
    .of('x' as 'other')
    .set(1);
  closedHandles(gauge, REASONS, 'reason')
    .of('x' as 'other')
    .clear();
  closedHandles(histogram, REASONS, 'reason')
    .of('x' as 'other')
    .observe(1);
  closedHandles(histogram, REASONS, 'reason')
    .of('x' as 'other')
    .observe(Number.NaN);
  const { unknown_label, invalid_value } = registry.droppedRecords();
  assert.deepEqual({ unknown_label, invalid_value }, { unknown_label: 2, invalid_value: 1 });
});

test('an instrument that does nothing has handles that do nothing', () => {
  const nothing = NOOP_INSTRUMENT as unknown as ReturnType<typeof counters>['single'];
  const handles = closedHandles(nothing, REASONS, 'reason');
  handles.of('timeout').inc();
  handles.of('nonsense' as 'other').inc();
});
