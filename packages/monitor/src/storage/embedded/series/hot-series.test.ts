import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HotSeries } from './hot-series.ts';

interface Own {
  readonly slot: number;
  readonly texts: readonly (readonly [name: string, value: string])[];
}

/** Adds a series with these labels and gives its slot. */
function add(hot: HotSeries, ref: number, texts: Own['texts']): number {
  const row = Uint32Array.from(texts, ([name, value]) => hot.labels.intern(name, value));
  assert.equal(hot.find(row, row.length), -1);
  const slot = hot.add(ref, row, row.length);
  assert.equal(hot.find(row, row.length), slot);
  return slot;
}

/** Every list holds just the series that carry its label, once those that are gone are left out. */
function verify(hot: HotSeries, all: ReadonlyMap<number, Own>): void {
  const expected = new Map<string, number[]>();
  for (const [ref, { slot, texts }] of all) {
    assert.equal(hot.slotOf(ref), slot);
    const row = Uint32Array.from(texts, ([name, value]) => hot.labelOf(name, value));
    assert.equal(hot.find(row, row.length), slot);
    assert.equal(hot.refOf(slot), ref);
    assert.deepEqual(
      hot.labelsOf(slot).map(({ name, value }) => [name, value]),
      texts,
    );
    for (const [name, value] of texts) {
      const key = JSON.stringify([name, value]);
      expected.set(key, [...(expected.get(key) ?? []), ref]);
    }
  }
  assert.equal(hot.size, all.size);
  assert.deepEqual([...hot.all()], [...all.keys()]);
  assert.equal(hot.labels.size, expected.size);
  for (const [key, refs] of expected) {
    const [name, value] = JSON.parse(key) as [string, string];
    const label = hot.labelOf(name, value);
    const list = [...hot.list(label)];
    assert.ok(list.length <= Math.max(refs.length + 8, (4 / 3) * refs.length + 1), 'lists are swept');
    assert.deepEqual(
      list.filter((ref) => hot.slotOf(ref) >= 0),
      refs,
    );
    assert.equal(hot.labels.seriesCount(label), refs.length);
  }
}

describe('the hot series', () => {
  it('are found by labels and by reference, and listed by label, while series come and go', () => {
    // Steps of thousands, so that lists outgrow pages and shrink again.
    const step = fc.record({
      come: fc.nat(4000),
      goShare: fc.constantFrom(0, 0.01, 0.5, 0.98, 1),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        const hot = new HotSeries();
        const all = new Map<number, Own>();
        let ref = 0;
        for (const { come, goShare, seed } of steps) {
          for (let at = 0; at < come; at++) {
            ref += 1 + ((seed + at) % 97 === 0 ? 3000 : 0);
            const texts = [
              ['common', 'x'],
              ['few', String(at % 3)],
              ['own', String(ref)],
              ['some', String(Math.floor(ref / 10))],
            ] as const;
            all.set(ref, { slot: add(hot, ref, texts), texts });
          }
          for (const [own, { slot }] of all) {
            if (((own * 7919 + seed) % 1000) / 1000 >= goShare) continue;
            hot.remove(slot);
            all.delete(own);
          }
          verify(hot, all);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('give their memory back when they go, but for what every slot takes', () => {
    const hot = new HotSeries();
    const empty = hot.sizeBytes();
    const grow = (first: number) => {
      const slots = [];
      for (let at = 0; at < 20_000; at++) {
        slots.push(
          add(hot, first + at, [
            ['a', String(first + at)],
            ['b', 'x'],
            ['c', String(at % 100)],
          ]),
        );
      }
      return slots;
    };
    const slots = grow(1);
    const full = hot.sizeBytes();
    for (const slot of slots) hot.remove(slot);
    assert.equal(hot.size, 0);
    assert.equal(hot.labels.size, 0);
    assert.deepEqual([...hot.labels.names()], []);
    const left = hot.sizeBytes();
    grow(100_000);
    assert.ok(left < full - 20_000 * 4 * 3, `${empty} ${full} ${left}`);
    assert.ok(hot.sizeBytes() <= full, 'slots and labels are used again');
    // Half of each page stays in use, so pages cannot be given back, but what is free in them is used again.
    for (let first = 200_000; first < 1_000_000; first += 100_000) {
      for (const [at, slot] of [...hot.slots()].entries()) if (at % 2 === 0) hot.remove(slot);
      grow(first)
        .slice(10_000)
        .map((slot) => hot.remove(slot));
    }
    assert.ok(hot.sizeBytes() <= 1.5 * full);
  });

  it('keep a series without labels', () => {
    const hot = new HotSeries();
    const slot = add(hot, 5, []);
    assert.deepEqual(hot.labelsOf(slot), []);
    hot.remove(slot);
    assert.equal(hot.find(new Uint32Array(0), 0), -1);
  });
});
