import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounded, Registry } from '../../index.ts';
import type { ThreadMessage } from './grant.ts';
import { newStampBuffer } from './stamps.ts';
import { ThreadMemory } from './thread-memory.ts';
import { ThreadView } from './thread-view.ts';

/** A thread that sends when the test lets it. */
function setUp() {
  const sent: ThreadMessage[] = [];
  const registry = new Registry({ memory: new ThreadMemory((message) => sent.push(message), newStampBuffer()) });
  const counter = registry.counter({ name: 'x_total', help: 'Measured.', labels: { peer: bounded(5000) } });
  const view: ThreadView = new ThreadView(() => deliver());
  let delivered = 0;
  function deliver(count = Number.POSITIVE_INFINITY): void {
    for (const message of sent.slice(delivered, delivered + count)) {
      view.receive(message);
      delivered++;
    }
  }
  const read = (): Map<string | undefined, number> => {
    const [family] = view.families();
    if (family === undefined) return new Map();
    assert.ok(family.type === 'counter');
    return new Map(family.points.map(({ labels, value }) => [labels[0]?.value, value]));
  };
  return { sent, counter, view, deliver, read };
}

describe('the view of a thread', () => {
  it('shows a series whose memory comes after its entry in the log', () => {
    const { sent, counter, view, read } = setUp();
    counter.inc({ peer: 'a' }, 3);
    const [values, log] = [sent.find(({ kind }) => kind === 'values'), sent.find(({ kind }) => kind === 'log')];
    assert.ok(values !== undefined && log !== undefined);
    view.receive(log);
    assert.deepEqual([...read()], []);
    view.receive(values);
    assert.deepEqual([...read()], [['a', 3]]);
  });

  it('has every living series at every moment of a log that is begun anew', () => {
    const { sent, counter, deliver, read } = setUp();
    for (let i = 0; i < 3000; i++) counter.inc({ peer: `stays-${i}` });
    deliver();
    assert.equal(read().size, 3000);
    const before = sent.length;
    for (let i = 0; i < 12_000; i++) {
      counter.inc({ peer: 'comes' });
      counter.remove({ peer: 'comes' });
    }
    assert.ok(sent.slice(before).some((message) => message.kind === 'log' && message.generation > 0));
    for (let i = before; i < sent.length; i++) {
      deliver(1);
      const stay = [...read().keys()].filter((peer) => peer?.startsWith('stays-'));
      assert.equal(stay.length, 3000);
    }
  });

  it('shows no series that ended in a buffer which is not yet delivered, nor what came into its place', () => {
    const { counter, deliver, read } = setUp();
    counter.inc({ peer: 'a' }, 1);
    deliver();
    assert.deepEqual([...read()], [['a', 1]]);
    for (let i = 0; i < 5000; i++) {
      counter.inc({ peer: `b${i}` }, 7);
      counter.remove({ peer: `b${i}` });
    }
    counter.remove({ peer: 'a' });
    counter.inc({ peer: 'c' }, 100);
    assert.deepEqual([...read()], [['c', 100]]);
  });
});
