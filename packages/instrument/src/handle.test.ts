import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bounded, Registry } from './index.ts';

const help = 'Measured.';
const EXPIRE_AFTER_SECONDS = 10;

function setUp(maxSeries = 1000) {
  let nowMs = 1_000_000;
  const registry = new Registry({ nowMs: () => nowMs, maxSeries });
  const labels = { peer: bounded(2) };
  return {
    registry,
    labels,
    counter: registry.counter({ name: 'x_total', help, labels, expireAfterSeconds: EXPIRE_AFTER_SECONDS }),
    gauge: registry.gauge({ name: 'y', help, labels, expireAfterSeconds: EXPIRE_AFTER_SECONDS }),
    read: () => valuesOf(registry),
    pass: (seconds: number) => {
      nowMs += seconds * 1000;
      return valuesOf(registry);
    },
  };
}

/** Makes all that is not recorded end. */
function expireAll({ pass }: ReturnType<typeof setUp>): void {
  pass(0);
  assert.equal(pass(EXPIRE_AFTER_SECONDS).size, 0);
}

function valuesOf(registry: Registry): Map<string, number> {
  const values = new Map<string, number>();
  for (const { name, type, points } of registry.snapshot().families) {
    assert.ok(type === 'counter' || type === 'gauge');
    for (const { labels, value } of points) {
      const series = `${name} ${labels.map((label) => label.value).join()}`;
      assert.ok(!values.has(series), `${series} is shown twice`);
      values.set(series, value);
    }
  }
  return values;
}

describe('handles of a series that ended and came back without them', () => {
  it('lead to it both, and both end with it', () => {
    const at = setUp();
    const old = at.counter.handle({ peer: 'a' });
    old.inc();
    expireAll(at);
    at.counter.inc({ peer: 'a' });
    const young = at.counter.handle({ peer: 'a' });
    old.inc();
    young.inc();
    assert.deepEqual([...at.read()], [['x_total a', 3]]);
    expireAll(at);
    // The row is another series' now.
    at.counter.inc({ peer: 'b' }, 100);
    young.inc(7);
    old.inc(1);
    assert.deepEqual(
      new Map(at.read()),
      new Map([
        ['x_total b', 100],
        ['x_total a', 8],
      ]),
    );
  });

  it('add to what a gauge has, not to what it had', () => {
    const at = setUp();
    const handle = at.gauge.handle({ peer: 'a' });
    handle.set(1);
    expireAll(at);
    at.gauge.set({ peer: 'a' }, 5);
    handle.inc();
    assert.deepEqual([...at.read()], [['y a', 6]]);
    expireAll(at);
    at.gauge.set({ peer: 'a' }, 5);
    handle.dec(2);
    assert.deepEqual([...at.read()], [['y a', 3]]);
  });
});

describe('handles that a limit leads elsewhere', () => {
  it('begin anew like all others when `other` expires, with every record counted', () => {
    const at = setUp();
    at.counter.inc({ peer: 'a' });
    at.counter.inc({ peer: 'b' });
    const beyond = at.counter.handle({ peer: 'c' });
    beyond.inc(3);
    expireAll(at);
    beyond.inc(5);
    assert.deepEqual([...at.read()], [['x_total other', 5]]);
    assert.equal(at.registry.droppedRecords().unknown_label, 0);
    assert.equal(at.registry.droppedRecords().label_limit, 2);
  });

  it('end with `other` though they had a series of their own before', () => {
    const at = setUp();
    const handle = at.counter.handle({ peer: 'a' });
    handle.inc();
    expireAll(at);
    for (const peer of ['b', 'c']) at.counter.inc({ peer });
    handle.inc(10);
    assert.equal(at.read().get('x_total other'), 10);
    assert.deepEqual([...at.registry.limitedRecords()], [['x_total', 1]]);
    expireAll(at);
    for (const peer of ['d', 'e']) at.counter.inc({ peer }, 1000);
    handle.inc(1);
    assert.deepEqual(
      new Map(at.read()),
      new Map([
        ['x_total d', 1000],
        ['x_total e', 1000],
        ['x_total other', 1],
      ]),
    );
  });

  it('are counted with their metric where their records are dropped', () => {
    const { registry, gauge } = setUp(1);
    gauge.set({ peer: 'a' }, 1);
    gauge.handle({ peer: 'b' }).set(1);
    gauge.set({ peer: 'b' }, 1);
    assert.deepEqual([...registry.limitedRecords()], [['y', 2]]);
    assert.equal(registry.droppedRecords().series_limit, 2);
  });
});

it('a handle reads no other property than the labels, and refuses what has one', () => {
  const { registry, counter, read } = setUp();
  const labels = {
    peer: 'a',
    get more(): string {
      throw new Error('not to be read');
    },
  };
  counter.handle(labels).inc();
  assert.deepEqual([...read()], []);
  assert.equal(registry.droppedRecords().unknown_label, 1);
});

it('labels that say `overflow` are the series past the limit, and not a second one of the same labels', () => {
  const registry = new Registry({ maxSeries: 1 });
  const counter = registry.counter({ name: 'x_total', help, labels: { peer: bounded(9) } });
  counter.inc({ peer: 'overflow' });
  for (const peer of ['a', 'b']) counter.inc({ peer }, 10);
  counter.handle({ peer: 'overflow' }).inc(5);
  assert.deepEqual(
    [...valuesOf(registry)],
    [
      ['x_total overflow', 16],
      ['x_total a', 10],
    ],
  );
});

it('a clock that is put back does not keep series alive', () => {
  const { counter, pass } = setUp();
  counter.inc({ peer: 'a' });
  pass(0);
  assert.equal(pass(-100_000).size, 1);
  assert.equal(pass(EXPIRE_AFTER_SECONDS - 1).size, 1);
  assert.equal(pass(1).size, 0);
});

type Step =
  | { readonly kind: 'inc' | 'handle' | 'kept' | 'remove'; readonly peer: string }
  | { readonly kind: 'pass'; readonly seconds: number };

it('no record goes astray in any order of records, removals, expiries and handles, within limits and past them', () => {
  const peer = fc.constantFrom('a', 'b', 'c', 'd', 'other', 'overflow');
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ kind: fc.constantFrom('inc', 'handle', 'kept', 'remove'), peer }),
    fc.record({ kind: fc.constant('pass'), seconds: fc.constantFrom(0, 4, 11) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(1, 2, 1000), (steps, maxSeries) => {
      const { registry, counter, pass, read } = setUp(maxSeries);
      const kept = new Map<string, { inc(): void }>();
      let shown = read();
      for (const next of steps) {
        if (next.kind === 'pass') {
          shown = pass(next.seconds);
          continue;
        }
        if (next.kind === 'remove') {
          // Takes one series away whole, and changes no other; what is past the limits stays.
          if (counter.remove({ peer: next.peer })) shown.delete(`x_total ${next.peer}`);
          assert.deepEqual(read(), shown);
          continue;
        }
        const { peer: name } = next;
        if (next.kind === 'handle') kept.set(name, counter.handle({ peer: name }));
        const dropped = registry.droppedRecords().unknown_label;
        if (next.kind === 'inc') counter.inc({ peer: name });
        else kept.get(name)?.inc();
        const isRecorded = next.kind === 'inc' || kept.has(name);
        const after = registry.snapshot().families.find((family) => family.name === 'x_total');
        const total = sum(after?.points.map((point) => ('value' in point ? point.value : 0)) ?? []);
        assert.equal(registry.droppedRecords().unknown_label, dropped);
        assert.equal(total, sum([...shown.values()]) + (isRecorded ? 1 : 0));
        const grown = [...read()].filter(([series, value]) => value !== (shown.get(series) ?? 0));
        for (const [series] of grown) assert.match(series, new RegExp(`x_total (${name}|other|overflow)$`));
        shown = read();
      }
      assert.ok(registry.seriesCount() >= 0 && registry.seriesCount() <= maxSeries);
    }),
    { numRuns: 500 },
  );
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
