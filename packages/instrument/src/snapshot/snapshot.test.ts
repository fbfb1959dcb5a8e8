import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bounded, type FamilySnapshot, Registry, renderText } from '../index.ts';

const help = 'Measured.';

function familyOf(registry: Registry, name: string): FamilySnapshot {
  const family = registry.snapshot().families.find((candidate) => candidate.name === name);
  assert.ok(family !== undefined, `${name} is missing`);
  return family;
}

describe('a snapshot', () => {
  it('is plain data of every type, with the times at which series began', () => {
    let nowMs = 5000;
    const registry = new Registry({ nowMs: () => nowMs });
    const votes = registry.counter({ name: 'votes_total', help, unit: 'votes', labels: { peer: bounded(9) } });
    registry.gauge({ name: 'height', help, merge: 'max' }).set(7);
    registry.gauge({ name: 'absent', help });
    registry.histogram({ name: 'latency_seconds', help, buckets: [1, 2] }).observe(1.5);
    registry.info({ name: 'build_info', help, labels: { version: bounded(1) } }).set({ version: '1.2' });
    registry.stateSet({ name: 'sync_state', help, labels: { state: ['idle', 'busy'] } }).set('busy');
    nowMs = 6000;
    votes.inc({ peer: 'a' });
    const { takenAtMs, families } = registry.snapshot();
    assert.equal(takenAtMs, 6000);
    assert.deepEqual(structuredClone(families), [
      { name: 'absent', help, unit: '', merge: 'last', type: 'gauge', points: [] },
      {
        name: 'build_info',
        help,
        unit: '',
        type: 'info',
        points: [{ labels: [{ name: 'version', value: '1.2' }], value: 1 }],
      },
      { name: 'height', help, unit: '', merge: 'max', type: 'gauge', points: [{ labels: [], value: 7 }] },
      {
        name: 'latency_seconds',
        help,
        unit: '',
        type: 'histogram',
        bounds: [1, 2],
        points: [{ labels: [], createdMs: 5000, counts: [0, 1, 0], sum: 1.5 }],
      },
      {
        name: 'sync_state',
        help,
        unit: '',
        merge: 'last',
        type: 'stateset',
        points: [
          { labels: [{ name: 'state', value: 'idle' }], value: 0 },
          { labels: [{ name: 'state', value: 'busy' }], value: 1 },
        ],
      },
      {
        name: 'votes_total',
        help,
        unit: 'votes',
        type: 'counter',
        points: [{ labels: [{ name: 'peer', value: 'a' }], value: 1, createdMs: 6000 }],
      },
    ]);
  });

  it('keeps the array of labels of a series from one to the next', () => {
    const registry = new Registry();
    const votes = registry.counter({ name: 'votes_total', help, labels: { peer: bounded(9) } });
    votes.inc({ peer: 'a' });
    const first = familyOf(registry, 'votes_total').points[0];
    votes.inc({ peer: 'b' });
    assert.equal(familyOf(registry, 'votes_total').points[0]?.labels, first?.labels);
    votes.remove({ peer: 'a' });
    votes.inc({ peer: 'c' });
    assert.deepEqual(
      familyOf(registry, 'votes_total').points.map((point) => point.labels[0]?.value),
      ['c', 'b'],
    );
  });
});

describe('exemplars', () => {
  it('stay with the bucket or the series until the next one', () => {
    const registry = new Registry({ nowMs: () => 9 });
    const latency = registry.histogram({
      name: 'latency_seconds',
      help,
      buckets: [1, 2],
      labels: { type: ['a', 'b'] },
    });
    latency.observeWithExemplar({ type: 'a' }, 0.5, { trace_id: 'old' });
    latency.handle({ type: 'a' }).observeWithExemplar(0.7, { trace_id: 'new', span_id: '1' });
    const counter = registry.counter({ name: 'x_total', help });
    counter.incWithExemplar(3, { trace_id: 'c' });
    const [histogram] = familyOf(registry, 'latency_seconds').points;
    assert.ok(histogram !== undefined && 'counts' in histogram);
    assert.deepEqual(histogram.exemplars, [
      {
        labels: [
          { name: 'span_id', value: '1' },
          { name: 'trace_id', value: 'new' },
        ],
        value: 0.7,
        timestampMs: 9,
      },
      undefined,
      undefined,
    ]);
    assert.deepEqual(histogram.counts, [2, 0, 0]);
    assert.deepEqual(familyOf(registry, 'x_total').points, [
      {
        labels: [],
        value: 3,
        createdMs: 9,
        exemplar: { labels: [{ name: 'trace_id', value: 'c' }], value: 3, timestampMs: 9 },
      },
    ]);
  });

  it('that cannot be kept are counted, and the record stands', () => {
    const registry = new Registry();
    const counter = registry.counter({ name: 'x_total', help });
    const histogram = registry.histogram({ name: 'y_seconds', help, buckets: [1] });
    const refused = [{ a: 'x'.repeat(128) }, { 'a-b': 'x' }, { a: 1 }, null, undefined, 'text'];
    for (const labels of refused) {
      counter.incWithExemplar(1, labels as never);
      histogram.observeWithExemplar(1, labels as never);
    }
    assert.match(renderText(registry), new RegExp(`^x_total ${refused.length}$`, 'm'));
    assert.match(renderText(registry), new RegExp(`^y_seconds_count ${refused.length}$`, 'm'));
    assert.equal(registry.droppedRecords().invalid_value, 2 * refused.length);
  });

  it('whose labels cannot be read are counted, and nothing is thrown', () => {
    const registry = new Registry();
    const counter = registry.counter({ name: 'x_total', help });
    const fail = (): never => {
      throw new Error('no');
    };
    counter.incWithExemplar(1, Object.defineProperty({}, 'trace_id', { enumerable: true, get: fail }));
    counter.incWithExemplar(1, new Proxy({}, { ownKeys: fail }));
    assert.match(renderText(registry), /^x_total 2$/m);
    assert.equal(registry.droppedRecords().invalid_value, 2);
  });

  it('of values that are not counted are not kept', () => {
    const registry = new Registry();
    const native = registry.exponentialHistogram({ name: 'x', help });
    native.observeWithExemplar(-50, { trace_id: '1' });
    native.observeWithExemplar(5, { trace_id: '2' });
    const [point] = familyOf(registry, 'x').points;
    assert.ok(point !== undefined && 'scale' in point);
    assert.deepEqual(
      point.exemplars?.map(({ value }) => value),
      [5],
    );
    assert.equal(registry.droppedRecords().invalid_value, 1);
  });
});

describe('counters at the end of what doubles count', () => {
  it('begin anew there, so that no increment is lost from sight', () => {
    let nowMs = 1;
    const registry = new Registry({ nowMs: () => nowMs });
    const gas = registry.counter({ name: 'gas_total', help });
    const byPeer = registry.counter({ name: 'peer_gas_total', help, labels: { peer: bounded(2) } });
    gas.inc(2 ** 53);
    byPeer.inc({ peer: 'a' }, 2 ** 53);
    nowMs = 2;
    gas.inc(3);
    byPeer.inc({ peer: 'a' }, 3);
    for (const name of ['gas_total', 'peer_gas_total']) {
      const [point] = familyOf(registry, name).points;
      assert.ok(point !== undefined && 'value' in point);
      assert.equal(point.value, 3);
      assert.equal(point.createdMs, 2);
    }
    gas.inc(2 ** 53 + 2);
    assert.equal(registry.droppedRecords().invalid_value, 1);
  });
});

describe('state sets', () => {
  it('show one state as 1, or several, and take no other', () => {
    const registry = new Registry();
    const state = registry.stateSet({ name: 'sync_state', help, labels: { state: ['idle', 'busy', 'failed'] } });
    assert.equal(familyOf(registry, 'sync_state').points.length, 0);
    state.set('busy');
    state.set('nowhere' as 'idle');
    assert.equal(registry.droppedRecords().unknown_label, 1);
    const values = () => familyOf(registry, 'sync_state').points.map((point) => ('value' in point ? point.value : -1));
    assert.deepEqual(values(), [0, 1, 0]);
    state.setActive('failed', true);
    assert.deepEqual(values(), [0, 1, 1]);
    state.setActive('busy', false);
    assert.deepEqual(values(), [0, 0, 1]);
    state.clear();
    assert.deepEqual(values(), []);
    state.setActive('idle', true);
    assert.deepEqual(values(), [1, 0, 0]);
  });

  it('take nothing but true and false for whether a state is active', () => {
    const registry = new Registry();
    const state = registry.stateSet({ name: 'sync_state', help, labels: { state: ['idle', 'busy'] } });
    const refused = [undefined, null, 1, 'no', Number.NaN];
    for (const isActive of refused) state.setActive('idle', isActive as never);
    assert.equal(familyOf(registry, 'sync_state').points.length, 0);
    assert.equal(registry.droppedRecords().invalid_value, refused.length);
  });

  it('may have other labels, and another name for the label of the states', () => {
    const registry = new Registry();
    const health = registry.stateSet({
      name: 'health',
      help,
      labels: { component: bounded(4), level: ['good', 'bad'] },
      stateLabel: 'level',
    });
    health.set({ component: 'disk' }, 'bad');
    health.setActive({ component: 'net' }, 'good', true);
    assert.match(renderText(registry), /^health\{component="disk",level="bad"\} 1$/m);
    assert.match(renderText(registry), /^health\{component="net",level="bad"\} 0$/m);
    health.clear({ component: 'disk' });
    assert.doesNotMatch(renderText(registry), /disk/);
  });
});

it('an info shows its latest labels, one for each `by`, until it is cleared', () => {
  const registry = new Registry();
  const labels = { model: bounded(4), version: bounded(1) };
  const info = registry.info({ name: 'model_info', help, labels, by: ['model'] });
  const shown = () =>
    familyOf(registry, 'model_info').points.map((point) => point.labels.map(({ value }) => value).join(' '));
  info.set({ model: 'a', version: '1' });
  info.set({ model: 'a', version: '2' });
  assert.deepEqual(shown(), ['a 2']);
  info.set({ model: 'b', version: '2' });
  assert.deepEqual(shown().sort(), ['a 2', 'b 2']);
  assert.equal(info.remove({ model: 'a' }), true);
  assert.equal(info.remove({ model: 'a' }), false);
  assert.deepEqual(shown(), ['b 2']);
  info.clear();
  info.clear();
  assert.deepEqual(shown(), []);
  info.set({ model: 'b', version: '3' });
  assert.deepEqual(shown(), ['b 3']);
});

describe('sources and derived values', () => {
  const foreign = (value: number): FamilySnapshot[] => [
    { name: 'votes_total', type: 'counter', help, unit: '', points: [{ labels: [], value }] },
    { name: 'alien_ratio', type: 'gauge', help, unit: '', points: [{ labels: [], value: 0.5 }] },
  ];

  it('are added to what the registry holds, until they end', () => {
    const registry = new Registry();
    registry.counter({ name: 'votes_total', help }).inc(2);
    const detach = registry.attach({ families: () => foreign(40) });
    registry.attach({ families: () => foreign(400) });
    assert.match(renderText(registry), /^votes_total 442$/m);
    assert.match(renderText(registry), /^alien_ratio 0.5$/m);
    detach();
    assert.match(renderText(registry), /^votes_total 402$/m);
  });

  it('that contradict the registry are left out and named', () => {
    const registry = new Registry();
    registry.gauge({ name: 'votes', help }).set(1);
    const points = [{ labels: [], value: 9 }];
    registry.attach({ families: () => [{ name: 'votes', type: 'counter', help, unit: '', points }] });
    assert.match(renderText(registry), /^votes 1$/m);
    assert.deepEqual([...registry.conflicts], ['votes']);
  });

  it('whose samples would be called like those of another metric are left out and named', () => {
    const registry = new Registry();
    registry.histogram({ name: 'latency', help, buckets: [1] }).observe(1);
    registry.gauge({ name: 'size_sum', help }).set(1);
    const points = [{ labels: [], value: 9 }];
    registry.attach({
      families: () => [
        { name: 'latency_count', type: 'gauge', help, unit: '', points },
        { name: 'size', type: 'summary', help, unit: '', points: [] },
      ],
    });
    assert.match(renderText(registry), /^latency_count 1$/m);
    assert.doesNotMatch(renderText(registry), /^latency_count 9$/m);
    assert.deepEqual([...registry.conflicts], ['latency_count', 'size']);
  });

  it('show one state where the parts of a program disagree', () => {
    const registry = new Registry();
    const options = { name: 'sync_state', help, labels: { state: ['idle', 'busy'] } } as const;
    registry.stateSet(options).set('idle');
    const points = [
      { labels: [{ name: 'state', value: 'idle' }], value: 0, stamp: 7 },
      { labels: [{ name: 'state', value: 'busy' }], value: 1, stamp: 8 },
    ];
    registry.attach({ families: () => [{ name: 'sync_state', type: 'stateset', help, unit: '', points }] });
    assert.match(renderText(registry), /^sync_state{state="idle"} 0$/m);
    assert.match(renderText(registry), /^sync_state{state="busy"} 1$/m);
  });

  it('lose the families that have no such shape, and those alone', () => {
    const head = { name: 'alien', help, unit: '' };
    const buckets = { offset: 0, counts: [] };
    const malformed: unknown[] = [
      null,
      5,
      'text',
      { ...head },
      { ...head, type: 'gauge' },
      { ...head, type: 'toString', points: [] },
      { ...head, name: 5, type: 'gauge', points: [] },
      { ...head, type: 'gauge', points: [null] },
      { ...head, type: 'gauge', points: [{ value: 1 }] },
      { ...head, type: 'gauge', points: [{ labels: [], value: '1' }] },
      { ...head, type: 'counter', points: [{ labels: [{ name: 'a' }], value: 1 }] },
      { ...head, type: 'histogram', points: [] },
      { ...head, type: 'histogram', bounds: [1], points: [{ labels: [], counts: [1], sum: 1 }] },
      { ...head, type: 'exponential', points: [{ labels: [], scale: 0, sum: 0, zeroCount: 0, positive: buckets }] },
      { ...head, type: 'summary', points: [{ labels: [], sum: 0, count: 0 }] },
    ];
    for (const family of malformed) {
      const registry = new Registry();
      registry.attach({ families: () => [family as FamilySnapshot, ...foreign(40)] });
      registry.counter({ name: 'votes_total', help }).inc(2);
      assert.match(renderText(registry), /^votes_total 42$/m);
      assert.doesNotMatch(renderText(registry), /^alien /m);
      assert.equal(registry.droppedRecords().internal, 2, JSON.stringify(family));
    }
    for (const families of [undefined, null, 5, 'text']) {
      const registry = new Registry();
      registry.attach({ families: () => families as never });
      assert.equal(renderText(registry), '');
      assert.equal(registry.droppedRecords().internal, 1);
    }
  });

  it('and callbacks that fail later, as async functions do, are counted too', async () => {
    const registry = new Registry();
    const failLater = (): Promise<never> => Promise.reject(new Error('later'));
    registry.onCollect(failLater);
    registry.onDerive(failLater);
    renderText(registry);
    await Promise.resolve();
    assert.equal(registry.droppedRecords().internal, 2);
  });

  it('see everything merged when they compute', () => {
    const registry = new Registry();
    const votes = registry.counter({ name: 'votes_total', help });
    const double = registry.gauge({ name: 'double_votes', help });
    registry.attach({ families: () => foreign(10) });
    registry.onDerive((reader) => {
      const [point] = reader.family('votes_total')?.points ?? [];
      if (point !== undefined && 'value' in point) double.set(2 * point.value);
      assert.equal(reader.family('unknown'), undefined);
    });
    votes.inc(1);
    assert.match(renderText(registry), /^double_votes 22$/m);
    assert.equal(registry.droppedRecords().internal, 0);
  });

  it('that fail are counted and leave the rest alone', async () => {
    const registry = new Registry();
    registry.counter({ name: 'votes_total', help }).inc(2);
    const fail = (): never => {
      throw new Error('no');
    };
    registry.attach({ families: fail, refresh: () => Promise.reject(new Error('no')) });
    registry.onDerive(fail);
    registry.onCollect(fail);
    await registry.refresh();
    assert.match(renderText(registry), /^votes_total 2$/m);
    assert.equal(registry.droppedRecords().internal, 4);
  });
});

it('holds exactly what was recorded, whatever the sequence', () => {
  const operation = fc.record({ peer: fc.integer({ min: 0, max: 12 }), amount: fc.integer({ min: 0, max: 1000 }) });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const registry = new Registry({ maxSeries: 40 });
      const counter = registry.counter({ name: 'x_total', help, labels: { peer: bounded(6) } });
      const histogram = registry.histogram({ name: 'y', help, buckets: [10, 100], labels: { peer: bounded(20) } });
      const native = registry.exponentialHistogram({ name: 'z', help, labels: { peer: bounded(20) } });
      for (const [i, { peer, amount }] of operations.entries()) {
        const labels = { peer: `p${peer}` };
        if (i % 2 === 0) counter.inc(labels, amount);
        else counter.handle(labels).inc(amount);
        histogram.observe(labels, amount);
        native.observe(labels, amount);
      }
      const sum = operations.reduce((total, { amount }) => total + amount, 0);
      const { families } = registry.snapshot();
      let total = 0;
      for (const family of families) {
        if (family.type === 'counter') for (const point of family.points) total += point.value;
        if (family.type !== 'histogram' && family.type !== 'exponential') continue;
        assert.equal(
          (family.points as readonly { sum: number }[]).reduce((all, point) => all + point.sum, 0),
          sum,
        );
      }
      assert.equal(total, sum);
    }),
  );
});
