import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounded, Registry, renderText } from './index.ts';

function samplesOf(registry: Registry): string[] {
  return renderText(registry)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

describe('a counter', () => {
  it('is there at 0 before anything happened', () => {
    const registry = new Registry();
    registry.counter({ name: 'blocks_total', help: 'Blocks.' });
    assert.deepEqual(samplesOf(registry), ['blocks_total 0']);
  });

  it('adds 1, or what it is given', () => {
    const registry = new Registry();
    const blocks = registry.counter({ name: 'blocks_total', help: 'Blocks.' });
    blocks.inc();
    blocks.inc(3);
    blocks.inc(0.5);
    blocks.inc(0);
    assert.deepEqual(samplesOf(registry), ['blocks_total 4.5']);
  });

  it('drops and counts what no total can take, and keeps its total', () => {
    const registry = new Registry();
    const blocks = registry.counter({ name: 'blocks_total', help: 'Blocks.' });
    const byType = registry.counter({ name: 'votes_total', help: 'Votes.', labels: { type: ['prepare'] } });
    blocks.inc(7);
    const refused: unknown[] = [
      -1,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '5',
      5n,
      null,
      {},
      { valueOf: () => 1 },
      Symbol('x'),
    ];
    for (const amount of refused) {
      blocks.inc(amount as number);
      blocks.mirrorTotal(amount as number);
      byType.inc({ type: 'prepare' }, amount as number);
      byType.mirrorTotal({ type: 'prepare' }, amount as number);
    }
    assert.deepEqual(samplesOf(registry), ['blocks_total 7', 'votes_total{type="prepare"} 0']);
    assert.equal(registry.droppedRecords().invalid_value, 4 * refused.length);
  });

  it('mirrors a total that is kept elsewhere, smaller after its origin started anew', () => {
    const registry = new Registry();
    const bytes = registry.counter({ name: 'disk_bytes_total', help: 'Bytes.', labels: { device: bounded(4) } });
    bytes.mirrorTotal({ device: 'sda' }, 12_345);
    bytes.handle({ device: 'sdb' }).mirrorTotal(9);
    bytes.mirrorTotal({ device: 'sda' }, 12);
    assert.deepEqual(samplesOf(registry), ['disk_bytes_total{device="sda"} 12', 'disk_bytes_total{device="sdb"} 9']);
  });

  it('began anew when the total it mirrors did', () => {
    let nowMs = 1000;
    const registry = new Registry({ nowMs: () => nowMs });
    const counter = registry.counter({ name: 'x_total', help: 'Measured.' });
    const labelled = registry.counter({ name: 'y_total', help: 'Measured.', labels: { kind: ['a'] } });
    const created = () =>
      registry
        .snapshot()
        .families.map((family) => (family.type === 'counter' ? family.points[0]?.createdMs : undefined));
    const mirror = (total: number) => {
      nowMs += 1000;
      counter.mirrorTotal(total);
      labelled.mirrorTotal({ kind: 'a' }, total);
      return created();
    };
    assert.deepEqual(mirror(100), [1000, 1000]);
    assert.deepEqual(mirror(100), [1000, 1000]);
    assert.deepEqual(mirror(3), [4000, 4000]);
  });
});

describe('a counter with closed labels', () => {
  it('has every combination at 0 from the start, in the order of the declaration', () => {
    const registry = new Registry();
    registry.counter({
      name: 'votes_total',
      help: 'Votes.',
      labels: { type: ['prepare', 'commit'], result: ['ok', 'late'] },
    });
    assert.deepEqual(samplesOf(registry), [
      'votes_total{result="ok",type="prepare"} 0',
      'votes_total{result="late",type="prepare"} 0',
      'votes_total{result="ok",type="commit"} 0',
      'votes_total{result="late",type="commit"} 0',
    ]);
  });

  it('gives the same handle for the same labels, and it counts into the same series as the label object', () => {
    const registry = new Registry();
    const votes = registry.counter({ name: 'votes_total', help: 'Votes.', labels: { type: ['prepare', 'commit'] } });
    assert.equal(votes.handle({ type: 'commit' }), votes.handle({ type: 'commit' }));
    assert.notEqual(votes.handle({ type: 'commit' }), votes.handle({ type: 'prepare' }));
    votes.handle({ type: 'commit' }).inc();
    votes.inc({ type: 'commit' }, 2);
    assert.deepEqual(samplesOf(registry), ['votes_total{type="prepare"} 0', 'votes_total{type="commit"} 3']);
  });

  it('lets the compiler refuse a value outside the set, and drops and counts it when it comes all the same', () => {
    const registry = new Registry();
    const votes = registry.counter({ name: 'votes_total', help: 'Votes.', labels: { type: ['prepare', 'commit'] } });
    // @ts-expect-error: not one of the values
    votes.inc({ type: 'x' });
    // @ts-expect-error: not one of the values
    votes.handle({ type: 'x' }).inc();
    // @ts-expect-error: no label of this instrument
    votes.inc({ kind: 'prepare' });
    // @ts-expect-error: the label is missing
    votes.inc({});
    // @ts-expect-error: no labels at all
    votes.inc();
    assert.deepEqual(samplesOf(registry), ['votes_total{type="prepare"} 0', 'votes_total{type="commit"} 0']);
    assert.equal(registry.droppedRecords().unknown_label, 5);
  });

  it('never throws whatever stands where labels should', () => {
    const registry = new Registry();
    const votes = registry.counter({ name: 'votes_total', help: 'Votes.', labels: { type: ['prepare'] } });
    const throwing = {
      get type(): 'prepare' {
        throw new Error('from a getter');
      },
    };
    for (const labels of [undefined, null, 0, 'prepare', [], { type: 1 }, { type: null }, { type: {} }]) {
      votes.inc(labels as never);
      votes.handle(labels as never).inc();
      votes.remove(labels as never);
    }
    votes.inc(throwing);
    votes.remove(throwing);
    assert.equal(registry.droppedRecords().unknown_label, 16);
    assert.equal(registry.droppedRecords().internal, 1);
    assert.deepEqual(samplesOf(registry), ['votes_total{type="prepare"} 0']);
  });

  it('drops and counts a record with a label that the metric does not have', () => {
    const registry = new Registry();
    const closed = registry.counter({ name: 'votes_total', help: 'Votes.', labels: { type: ['prepare'] } });
    const open = registry.counter({ name: 'peers_total', help: 'Peers.', labels: { peer: bounded(4) } });
    const surplus = { type: 'prepare', peer: 'a', kind: 'x' } as const;
    closed.inc(surplus);
    closed.handle(surplus).inc();
    open.inc(surplus);
    open.inc({ peer: 'a' });
    open.inc(surplus);
    assert.deepEqual(samplesOf(registry), ['peers_total{peer="a"} 1', 'votes_total{type="prepare"} 0']);
    assert.equal(registry.droppedRecords().unknown_label, 4);
  });

  it('keeps closed combinations for ever', () => {
    const registry = new Registry();
    const votes = registry.counter({ name: 'votes_total', help: 'Votes.', labels: { type: ['prepare'] } });
    votes.inc({ type: 'prepare' });
    assert.equal(votes.remove({ type: 'prepare' }), false);
    assert.deepEqual(samplesOf(registry), ['votes_total{type="prepare"} 1']);
  });
});
