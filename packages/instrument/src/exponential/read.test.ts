import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { exponentialLayout, MOVES_SLOT } from './layout.ts';
import { countOf, type ExponentialState, readExponential } from './read.ts';
import { Row } from './testing/row.ts';

const layout = exponentialLayout({ maxBuckets: 20, hasNegative: true });

function assertWellFormed(state: ExponentialState, maxBuckets: number): void {
  assert.ok(Number.isInteger(state.scale) && state.scale >= -4 && state.scale <= 8);
  for (const { offset, counts } of [state.positive, state.negative]) {
    assert.ok(Number.isSafeInteger(offset));
    assert.ok(counts.length <= maxBuckets);
    assert.ok(counts.every((count) => typeof count === 'number'));
  }
}

describe('reading an exponential histogram', () => {
  it('gives something well formed whatever is in the row', () => {
    const rubbish = fc.oneof(fc.double(), fc.integer({ min: -300, max: 300 }), fc.constant(0));
    fc.assert(
      fc.property(fc.array(rubbish, { minLength: layout.slots, maxLength: layout.slots }), (slots) => {
        assertWellFormed(readExponential(Float64Array.from(slots), 0, layout), 20);
      }),
    );
  });

  it('ends when the counts stay on the move for ever', () => {
    const row = new Row().observe([1, 2, 3]);
    const before = row.read();
    row.values[row.offset + MOVES_SLOT]! += 1;
    assert.deepEqual(row.read(), before);
  });

  it('gives a copy', () => {
    const row = new Row().observe([1, 2, 3]);
    const before = row.read();
    const copy = structuredClone(before);
    row.observe([4, 1000, -5]);
    assert.deepEqual(before, copy);
  });

  it('sees what another thread counts in shared memory', { timeout: 60_000 }, async () => {
    const shared = new SharedArrayBuffer(layout.slots * Float64Array.BYTES_PER_ELEMENT);
    const values = new Float64Array(shared);
    const observations = 100_000;
    const worker = new Worker(new URL('./testing/observer-worker.ts', import.meta.url), {
      workerData: { shared, maxBuckets: 20, observations },
    });
    const ended = once(worker, 'exit');
    let hasEnded = false;
    void ended.then(() => (hasEnded = true));
    while (!hasEnded) {
      const state = readExponential(values, 0, layout);
      assertWellFormed(state, 20);
      await new Promise(setImmediate);
    }
    assert.deepEqual(await ended, [0]);
    assert.equal(countOf(readExponential(values, 0, layout)), observations);
  });
});
