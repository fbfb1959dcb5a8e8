import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createNodeMetrics } from '../domains/index.ts';
import { bounded } from '../labels.ts';
import { NOOP_INSTRUMENT } from '../noop.ts';
import { Registry } from '../registry.ts';
import { ESTIMATED_BYTES_PER_SERIES } from './memory-cap.ts';
import { MetricsCollector } from './metrics-collector.ts';
import { make, value, values } from './testing/made-collector.ts';

describe('recording by name', () => {
  it('increments, sets, adds and observes', () => {
    const made = make();
    const { collector } = made;
    collector.increment('plain_total');
    collector.increment('plain_total', { by: 2.5 });
    collector.increment('votes_total', { labels: { type: 'commit' } });
    collector.add('votes_total', 4, { type: 'commit' });
    collector.set('height', 7);
    collector.add('height', -2);
    collector.increment('height');
    collector.set('peer_height', 9, { peer: 'a' });
    collector.observe('wait_seconds', 1.5);
    collector.observe('apply_seconds', 0.5, { stage: 'vote', outcome: 'ok' });
    collector.set('sync_state', 'synced');
    collector.set('build_info', 1, { version: '1.2.3' });
    const shown = values(made.registry.snapshot());
    assert.equal(shown['plain_total'], 3.5);
    assert.equal(shown['votes_total{type=commit}'], 5);
    assert.equal(shown['height'], 6);
    assert.equal(shown['peer_height{peer=a}'], 9);
    assert.deepEqual(shown['wait_seconds'], [0, 1, 0, 1.5]);
    assert.deepEqual(shown['apply_seconds{outcome=ok,stage=vote}'], [1, 0, 0, 0.5]);
    assert.equal(shown['sync_state{state=synced}'], 1);
    assert.equal(shown['build_info{version=1.2.3}'], 1);
    assert.deepEqual(new Set(Object.values(collector.droppedRecords())), new Set([0]));
  });

  it('drops what is unknown or of another kind, and counts it, also as a metric', () => {
    const { collector, registry } = make();
    collector.increment('nothing_total');
    collector.time('nothing_seconds', undefined, () => 1);
    collector.startTimer('nothing_seconds')();
    collector.recordAll({ nothing: 1 });
    collector.set('plain_total', 7);
    collector.observe('height', 7);
    collector.increment('wait_seconds');
    collector.time('height', undefined, () => 1);
    collector.set('height', 'synced');
    collector.set('sync_state', 7);
    assert.equal(collector.droppedRecords().unknown_name, 4);
    assert.equal(collector.droppedRecords().wrong_type, 6);
    const family = registry.snapshot().families.find(({ name }) => name.endsWith('collector_dropped_records_total'));
    const counts = family?.points.map((point) => ('value' in point ? point.value : undefined));
    assert.deepEqual(counts, [4, 6, 0, 0, 0, 0]);
    assert.deepEqual(values(registry.snapshot())['plain_total'], 0);
  });

  it('leaves it to the instruments to drop values and labels, and to count them', () => {
    const { collector, registry } = make();
    collector.increment('plain_total', { by: -1 });
    collector.observe('wait_seconds', Number.NaN);
    collector.increment('votes_total', { labels: { type: 'abstain' } });
    collector.increment('votes_total');
    assert.equal(registry.droppedRecords().invalid_value, 2);
    assert.equal(registry.droppedRecords().unknown_label, 2);
  });

  it('records many at once, each as its kind does', () => {
    const made = make();
    made.collector.recordAll(
      {
        plain_total: 512,
        height: 7,
        wait_seconds: 0.5,
        sync_state: 'behind',
        votes_total: [
          { value: 2, labels: { type: 'commit' } },
          { value: 3, labels: { type: 'prepare' } },
        ],
        peer_height: 8,
        peers_total: { value: 1, labels: { peer: 'b' } },
        verify_seconds: undefined,
      },
      { peer: 'a' },
    );
    const shown = values(made.registry.snapshot());
    assert.equal(shown['plain_total'], 512);
    assert.equal(shown['height'], 7);
    assert.deepEqual(shown['wait_seconds'], [1, 0, 0, 0.5]);
    assert.equal(shown['sync_state{state=behind}'], 1);
    assert.equal(shown['votes_total{type=commit}'], 2);
    assert.equal(shown['votes_total{type=prepare}'], 3);
    assert.equal(shown['peer_height{peer=a}'], 8);
    assert.equal(shown['peers_total{peer=b}'], 1);
    assert.deepEqual(new Set(Object.values(made.collector.droppedRecords())), new Set([0]));
  });

  it('defines a custom metric with its first record', () => {
    const made = make();
    const { collector } = made;
    collector.record({
      name: 'shop_orders_total',
      type: 'counter',
      value: 3,
      labels: { shop: 'north' },
      help: 'Orders.',
    });
    collector.record({ name: 'shop_orders_total', value: 2, labels: { shop: 'north' } });
    collector.record({ name: 'shop_depth', type: 'gauge', value: 4 });
    collector.record({ name: 'shop_wait_seconds', type: 'histogram', value: 0.5, unit: 'seconds' });
    collector.record({ name: 'shop_size_bytes', type: 'histogram', value: 3, buckets: [2, 4] });
    collector.record({ name: 'height', value: 11 });
    assert.equal(value(made, 'shop_orders_total{shop=north}'), 5);
    assert.equal(value(made, 'shop_depth'), 4);
    assert.deepEqual(value(made, 'shop_size_bytes'), [0, 1, 0, 3]);
    assert.equal(value(made, 'height'), 11);
    const types = new Map(made.registry.snapshot().families.map(({ name, type }) => [name, type]));
    assert.equal(types.get('shop_wait_seconds'), 'exponential');

    collector.record({ name: 'shop_depth', type: 'counter', value: 4 });
    collector.record({ name: 'no type', value: 4 });
    collector.record({ name: 'no good name', type: 'gauge', value: 4 });
    collector.record({ name: 'odd', type: 'summary' as never, value: 4 });
    collector.record({ name: 'shop_bad_seconds', type: 'histogram', value: 1, buckets: [2, 1] });
    const { wrong_type, unknown_name, definition } = collector.droppedRecords();
    assert.deepEqual({ wrong_type, unknown_name, definition }, { wrong_type: 1, unknown_name: 1, definition: 3 });
  });

  it('defines no more than 256 custom metrics', () => {
    const { collector, registry } = make();
    const before = registry.snapshot().families.length;
    for (let i = 0; i < 260; i++) collector.record({ name: `custom_${i}`, type: 'gauge', value: i });
    assert.equal(registry.snapshot().families.length - before, 256);
    assert.equal(collector.droppedRecords().custom_limit, 4);
  });

  it('adopts what others made, by its name or by itself', () => {
    const { collector, registry } = make();
    const metrics = createNodeMetrics({ registry, sets: ['consensus', 'sync'] });
    collector.adopt('chain_consensus_blocks_proposed_total');
    collector.adopt('chain_consensus_votes_sent_total');
    collector.adopt('chain_sync_state');
    collector.adopt('chain_consensus_info');
    const own = registry.counter({ name: 'own_total', help: 'Own.' });
    collector.adopt('own_total', own);
    collector.adopt('noop_total', NOOP_INSTRUMENT);
    metrics.consensus.recordBlockProposed({ height: 1 });
    collector.increment('chain_consensus_blocks_proposed_total');
    collector.increment('chain_consensus_votes_sent_total', { labels: { type: 'commit' } });
    collector.set('chain_sync_state', 'synced');
    collector.set('chain_consensus_info', 1, { algorithm: 'hotstuff2', version: '2' });
    collector.increment('own_total', { by: 3 });
    collector.increment('noop_total');
    const shown = values(registry.snapshot());
    assert.equal(shown['chain_consensus_blocks_proposed_total'], 2);
    assert.equal(shown['chain_consensus_votes_sent_total{type=commit}'], 1);
    assert.equal(shown['chain_sync_state{state=synced}'], 1);
    assert.equal(shown['own_total'], 3);
    assert.throws(() => collector.adopt('own_total', own), { code: 'name_duplicate' });
    assert.throws(() => collector.adopt('nothing_total'), { code: 'option_invalid' });
    assert.throws(() => collector.adopt('odd_total', {}), { code: 'option_invalid' });
  });
});

describe('timing', () => {
  it('observes what returns, what throws, and what is settled later', async () => {
    const made = make();
    const { collector, clock } = made;
    const spend = (ms: number): string => {
      clock.advance(ms);
      return 'done';
    };
    assert.equal(
      collector.time('wait_seconds', undefined, () => spend(500)),
      'done',
    );
    const error = new Error('failed');
    assert.throws(
      () =>
        collector.time('wait_seconds', undefined, () => {
          spend(1500);
          throw error;
        }),
      (thrown) => thrown === error,
    );
    assert.deepEqual(value(made, 'wait_seconds'), [1, 1, 0, 2]);

    const { promise, resolve } = Promise.withResolvers<string>();
    const timed = collector.time('apply_seconds', { stage: 'a' }, () => promise, { outcomeLabel: 'outcome' });
    clock.advance(250);
    resolve('later');
    assert.equal(await timed, 'later');
    const failing = collector.time(
      'apply_seconds',
      { stage: 'a' },
      async () => {
        spend(5000);
        throw error;
      },
      { outcomeLabel: 'outcome' },
    );
    await assert.rejects(failing, (thrown) => thrown === error);
    assert.deepEqual(value(made, 'apply_seconds{outcome=ok,stage=a}'), [1, 0, 0, 0.25]);
    assert.deepEqual(value(made, 'apply_seconds{outcome=error,stage=a}'), [0, 0, 1, 5]);
  });

  it('takes what only has a then for a result like any other', () => {
    const made = make();
    let begun = 0;
    const begin = (): void => {
      begun++;
    };
    const query: unknown = Object.fromEntries(new Map([['then', begin]]));
    assert.equal(
      made.collector.time('wait_seconds', undefined, () => query),
      query,
    );
    assert.equal(begun, 0);
    assert.deepEqual(value(made, 'wait_seconds'), [1, 0, 0, 0]);
  });

  it('does the operation also where nothing is recorded', () => {
    const { collector } = make();
    assert.equal(
      collector.time('nothing', undefined, () => 7),
      7,
    );
    collector.disable();
    assert.equal(
      collector.time('wait_seconds', undefined, () => 8),
      8,
    );
  });

  it('observes a timer once, with the labels of both ends', () => {
    const made = make();
    const stop = made.collector.startTimer('apply_seconds', { stage: 'a' });
    made.clock.advance(1250);
    stop({ outcome: 'ok' });
    stop({ outcome: 'ok' });
    assert.deepEqual(value(made, 'apply_seconds{outcome=ok,stage=a}'), [0, 1, 0, 1.25]);
    const end = made.collector.handle('wait_seconds').startTimer();
    made.clock.advance(2000);
    end();
    end();
    assert.deepEqual(value(made, 'wait_seconds'), [0, 1, 0, 2]);
  });

  it('forgets what was switched off before its end', () => {
    const made = make();
    const stop = made.collector.startTimer('wait_seconds');
    const end = made.collector.handle('wait_seconds').startTimer();
    made.collector.disable();
    stop();
    end();
    assert.deepEqual(value(made, 'wait_seconds'), [0, 0, 0, 0]);
  });
});

describe('switching', () => {
  it('records nothing while it is off, by name or by a handle, and goes on after', () => {
    const made = make({ enabled: false });
    const { collector } = made;
    const handle = collector.handle('votes_total', { type: 'commit' });
    const all = (): void => {
      handle.increment();
      handle.add(1);
      collector.increment('plain_total');
      collector.record({ name: 'height', value: 5 });
      collector.recordAll({ peers_total: { value: 1, labels: { peer: 'a' } } });
    };
    assert.equal(collector.isEnabled, false);
    all();
    assert.equal(value(made, 'votes_total{type=commit}'), 0);
    assert.equal(value(made, 'plain_total'), 0);
    assert.equal(value(made, 'height'), undefined);
    collector.enable();
    all();
    assert.equal(value(made, 'votes_total{type=commit}'), 2);
    assert.equal(value(made, 'plain_total'), 1);
    assert.equal(value(made, 'height'), 5);
    collector.disable();
    all();
    assert.equal(value(made, 'plain_total'), 1);
    assert.equal(collector.droppedRecords().unknown_name, 0);
  });

  it('switches a section alone, by the longest beginning of its metrics', () => {
    const made = make({ sections: { peers: ['peer'], counts: ['peers_total', 'votes'] } });
    const { collector } = made;
    const record = (): void => {
      collector.increment('peers_total', { labels: { peer: 'a' } });
      collector.increment('votes_total', { labels: { type: 'commit' } });
      collector.set('peer_height', 1, { peer: 'a' });
      collector.increment('plain_total');
    };
    collector.section('counts').disable();
    assert.equal(collector.section('counts').isEnabled, false);
    record();
    assert.equal(value(made, 'peers_total{peer=a}'), undefined);
    assert.equal(value(made, 'votes_total{type=commit}'), 0);
    assert.equal(value(made, 'peer_height{peer=a}'), 1);
    assert.equal(value(made, 'plain_total'), 1);
    collector.disable();
    collector.section('counts').enable();
    record();
    assert.equal(value(made, 'votes_total{type=commit}'), 0);
    collector.enable();
    record();
    assert.equal(value(made, 'votes_total{type=commit}'), 1);
    assert.equal(value(made, 'peers_total{peer=a}'), 1);
  });

  it('refuses sections that are none', () => {
    assert.throws(() => make().collector.section('network'), { code: 'option_invalid' });
    for (const sections of [{ a: [] }, { a: [''] }, { '': ['a'] }, { a: 'chain_' }, { a: [7] }]) {
      assert.throws(() => make({ sections: sections as never }), { code: 'option_invalid' }, JSON.stringify(sections));
    }
    const many = Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`s${i}`, ['a']]));
    assert.throws(() => make({ sections: many }), { code: 'option_invalid' });
  });
});

describe('batching', () => {
  it('applies what waits when it is full, after a while, at a flush, and whenever the registry is read', async () => {
    const { collector, clock, registry } = make({ batch: { maxRecords: 3, maxDelayMs: 50 } });
    let total = 0;
    const shown = (): unknown => values(registry.snapshot())['votes_total{type=commit}'];
    const record = (): void => {
      collector.increment('votes_total', { labels: { type: 'commit' } });
      total++;
    };
    record();
    assert.equal(shown(), total);
    assert.equal(clock.pending, 0, 'a reading ends the wait');
    record();
    assert.equal(clock.pending, 1);
    clock.advance(50);
    assert.equal(clock.pending, 0);
    for (let i = 0; i < 7; i++) record();
    await collector.flush();
    assert.equal(shown(), total);
    collector.close();
    assert.equal(clock.pending, 0);
  });

  it('takes labels as they were when it was given them', () => {
    const made = make({ batch: {} });
    const labels = { type: 'commit' };
    made.collector.increment('votes_total', { labels });
    labels.type = 'prepare';
    made.collector.increment('votes_total', { labels: Object.freeze(labels) });
    assert.equal(value(made, 'votes_total{type=commit}'), 1);
    assert.equal(value(made, 'votes_total{type=prepare}'), 1);
  });

  it('keeps the order of what cannot be added up', () => {
    const made = make({ batch: {} });
    made.collector.set('peer_height', 1, { peer: 'a' });
    made.collector.handle('peer_height', { peer: 'a' }).set(2);
    assert.equal(value(made, 'peer_height{peer=a}'), 2);
  });

  it('waits at a flush for the pushes that are attached, whatever becomes of them', async () => {
    const { collector } = make({ batch: {} });
    const flushed: string[] = [];
    const end = collector.attach({
      flush: async () => {
        flushed.push('first');
        return true;
      },
    });
    collector.attach({ flush: () => Promise.reject(new Error('down')) });
    collector.attach({
      flush: () => {
        throw new Error('odd');
      },
    });
    await collector.flush();
    end();
    await collector.flush();
    assert.deepEqual(flushed, ['first']);
    assert.equal(collector.droppedRecords().internal, 4);
    for (let i = 0; i < 14; i++) collector.attach({ flush: async () => true });
    assert.throws(() => collector.attach({ flush: async () => true }), { code: 'collector_limit' });
  });

  it('refuses options that are none', () => {
    for (const options of [
      { batch: { maxRecords: 0 } },
      { batch: { maxRecords: 65_537 } },
      { batch: { maxDelayMs: 0.5 } },
      { sampling: { plain_total: 0 } },
      { sampling: { plain_total: 1.1 } },
      { sampling: { plain_total: Number.NaN } },
      { sampling: { height: 0.5 } },
      { maxMemoryBytes: 1 },
      { maxMemoryBytes: Number.NaN },
    ]) {
      assert.throws(() => make(options), { code: 'option_invalid' }, JSON.stringify(options));
    }
  });
});

describe('the memory cap', () => {
  it('refuses new series and goes on with those that exist', () => {
    const registry = new Registry();
    const collector = new MetricsCollector({ registry, maxMemoryBytes: 10 * ESTIMATED_BYTES_PER_SERIES });
    collector.define({ type: 'counter', name: 'peers_total', help: 'P.', labels: { peer: bounded(100) } });
    for (let i = 0; i < 20; i++) collector.increment('peers_total', { labels: { peer: `p${i}` } });
    const admitted = 10;
    assert.equal(registry.seriesCount(), 6 + 10, 'six tell what the collector dropped, and do not count');
    assert.equal(collector.droppedRecords().memory_limit, 20 - admitted);
    collector.increment('peers_total', { labels: { peer: 'p0' } });
    collector.handle('peers_total', { peer: 'p0' }).increment();
    collector.handle('peers_total', { peer: 'p19' }).increment();
    const shown = values(registry.snapshot());
    assert.equal(shown['peers_total{peer=p0}'], 3);
    assert.equal(shown['peers_total{peer=p19}'], undefined);
    assert.equal(collector.droppedRecords().memory_limit, 20 - admitted + 1);
    assert.throws(() => collector.define({ type: 'gauge', name: 'one_more', help: 'O.' }), { code: 'series_limit' });
    collector.record({ name: 'custom', type: 'gauge', value: 1 });
    assert.equal(collector.droppedRecords().memory_limit, 20 - admitted + 2);
  });
});
