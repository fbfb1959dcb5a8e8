import { deepEqual, doesNotThrow, equal, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Registry } from '../../registry.ts';
import { type GossipsubRegister, gossipsubRegister, libp2pDroppedRecords } from './index.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { shown, typeOf } from './testing/shown.ts';

function make(maxLabelValues?: number): { registry: Registry; register: GossipsubRegister; clock: ManualClock } {
  const registry = new Registry();
  const clock = new ManualClock();
  const options = maxLabelValues === undefined ? { clock } : { clock, maxLabelValues };
  return { registry, clock, register: gossipsubRegister(registry, options) };
}

const help = 'Help.';

describe('what gossipsub registers', () => {
  test('a gauge without labels takes values, one with labels takes labels and values', () => {
    const { registry, register } = make();
    const plain = register.gauge({ name: 'g', help });
    plain.set(5);
    plain.inc();
    plain.inc(2);
    plain.dec();
    plain.dec(3);
    const labelled = register.gauge({ name: 'topics', help, labelNames: ['topicStr'] });
    labelled.set({ topicStr: 'a' }, 4);
    labelled.inc({ topicStr: 'a' });
    labelled.inc({ topicStr: 'a' }, -2);
    labelled.dec({ topicStr: 'a' });
    labelled.dec({ topicStr: 'b' }, 3);
    deepEqual(shown(registry, 'g'), ['4']);
    deepEqual(shown(registry, 'topics'), ['{topicStr="a"} 2', '{topicStr="b"} -3']);
  });

  test('a gauge that ends in _total is a counter', () => {
    const { registry, register } = make();
    const total = register.gauge({ name: 'messages_total', help, labelNames: ['topic'] });
    total.inc({ topic: 'a' }, 2);
    total.inc({ topic: 'a' }, -1);
    total.set({ topic: 'b' }, 7);
    equal(typeOf(registry, 'messages_total'), 'counter');
    deepEqual(shown(registry, 'messages_total'), ['{topic="a"} 2', '{topic="b"} 7']);
    equal(libp2pDroppedRecords(registry).invalid_value, 1);
  });

  test('a label that a record leaves out is not shown', () => {
    const { registry, register } = make();
    const weights = register.gauge({ name: 'weights', help, labelNames: ['topic', 'p'] });
    weights.set({ topic: 'a', p: 'p1' }, 1);
    weights.set({ p: 'p5' }, 2);
    weights.set({ topic: 'p5' }, 3);
    deepEqual(shown(registry, 'weights'), ['{p="p1",topic="a"} 1', '{p="p5"} 2', '{topic="p5"} 3']);
  });

  test('label values that run together are different series', () => {
    const { registry, register } = make();
    const gauge = register.gauge({ name: 'g', help, labelNames: ['a', 'b'] });
    for (const [a, b] of [
      ['x', 'y1:z'],
      ['x1:y', 'z'],
      ['1', ':x'],
      ['1:', 'x'],
    ] as const)
      gauge.set({ a, b }, 1);
    equal(shown(registry, 'g')?.length, 4);
  });

  test('histograms observe, time and start anew', () => {
    const { registry, register, clock } = make();
    const histogram = register.histogram({ name: 'h', help, buckets: [1, 10] });
    const stop = histogram.startTimer();
    clock.advance(2000);
    stop();
    histogram.observe(0.5);
    deepEqual(shown(registry, 'h'), ['1,1,0 sum 2.5']);
    histogram.reset();
    deepEqual(shown(registry, 'h'), ['0,0,0 sum 0']);
    const labelled = register.histogram({ name: 'k', help, labelNames: ['topic'], buckets: [1] });
    labelled.observe({ topic: 'a' }, 3);
    deepEqual(shown(registry, 'k'), ['{topic="a"} 0,1 sum 3']);
  });

  test('average, smallest and largest are three gauges, absent without values', () => {
    const { registry, register } = make();
    const score = register.avgMinMax({ name: 'score', help });
    const byTopic = register.avgMinMax({ name: 'mesh', help, labelNames: ['topic'] });
    const parts = (name: string): unknown[] => ['avg', 'min', 'max'].map((part) => shown(registry, `${name}_${part}`));
    deepEqual(parts('score'), [[], [], []]);
    score.set([1, -2, 4]);
    byTopic.set({ topic: 'a' }, [3, 5]);
    deepEqual(parts('score'), [['1'], ['-2'], ['4']]);
    deepEqual(parts('mesh'), [['{topic="a"} 4'], ['{topic="a"} 3'], ['{topic="a"} 5']]);
    score.set([]);
    byTopic.set({ topic: 'a' }, []);
    deepEqual(parts('score'), [[], [], []]);
    deepEqual(parts('mesh'), [[], [], []]);
  });

  test('callbacks run at every collection until they are released, and one that throws is counted', () => {
    const { registry, register } = make();
    let calls = 0;
    const gauge = register.gauge({ name: 'g', help });
    gauge.addCollect((own) => own.set(++calls));
    gauge.addCollect(() => {
      throw new Error('broken');
    });
    deepEqual(shown(registry, 'g'), ['1']);
    deepEqual(shown(registry, 'g'), ['2']);
    equal(libp2pDroppedRecords(registry).callback, 2);
    register.release();
    deepEqual(shown(registry, 'g'), ['2']);
  });

  test('two registers of one registry share what they register', () => {
    const { registry, register } = make();
    register.gauge({ name: 'a_total', help }).inc();
    gossipsubRegister(registry).gauge({ name: 'a_total', help }).inc(2);
    deepEqual(shown(registry, 'a_total'), ['3']);
  });
});

describe('bad input to gossipsub’s register', () => {
  test('topics past the bound are in other, and counted', () => {
    const { registry, register } = make(2);
    const gauge = register.gauge({ name: 'a_total', help, labelNames: ['topic'] });
    for (const topic of ['a', 'b', 'c', 'd', 'a']) gauge.inc({ topic });
    deepEqual(shown(registry, 'a_total'), ['{topic="a"} 2', '{topic="b"} 1', '{topic="other"} 2']);
    equal(libp2pDroppedRecords(registry).label_limit, 2);
  });

  test('values and labels that cannot be are dropped and counted', () => {
    const { registry, register } = make();
    const gauge = register.gauge({ name: 'g', help, labelNames: ['topic'] });
    const scores = register.avgMinMax({ name: 's', help });
    doesNotThrow(() => {
      gauge.set({ topic: 'a' }, Number.NaN);
      gauge.set({ topic: 'a' });
      gauge.set({ topic: {} as string }, 1);
      gauge.set(null as never, Number.NaN);
      gauge.dec({ topic: 'a' }, Symbol('s') as never);
      scores.set([1, Number.NaN]);
      scores.set(undefined as never);
    });
    deepEqual([shown(registry, 'g'), shown(registry, 's_avg')], [[], []]);
    const { invalid_value, unknown_label } = libp2pDroppedRecords(registry);
    deepEqual([invalid_value, unknown_label], [4 + 6, 1]);
  });

  test('a conflicting registration is counted and records nowhere', () => {
    const { registry, register } = make();
    register.gauge({ name: 'a', help, labelNames: ['topic'] }).set({ topic: 'x' }, 1);
    doesNotThrow(() => register.gauge({ name: 'a', help, labelNames: ['error'] }).set({ error: 'x' }, 2));
    doesNotThrow(() => register.histogram({ name: 'a', help }).observe(1));
    doesNotThrow(() => register.gauge({ name: undefined as unknown as string, help }).set(1));
    deepEqual(shown(registry, 'a'), ['{topic="x"} 1']);
    equal(libp2pDroppedRecords(registry).refused, 3);
  });

  test('a bound that cannot be is refused', () => {
    throws(() => gossipsubRegister(new Registry(), { maxLabelValues: -1 }), { code: 'option_invalid' });
  });
});
