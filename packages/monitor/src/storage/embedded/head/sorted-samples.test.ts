import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Columns } from '../columns.ts';
import { SortedSamples } from './sorted-samples.ts';

const ALL_TIME = { minTimeMs: Number.NEGATIVE_INFINITY, maxTimeMs: Number.POSITIVE_INFINITY };

it('keeps each time once, in order, the first sample of it, whatever order they come in', () => {
  const times = fc.array(fc.integer({ min: -50, max: 2000 }), { maxLength: 3000 });
  fc.assert(
    fc.property(times, fc.integer({ min: -60, max: 2010 }), fc.nat(500), (timesMs, minTimeMs, width) => {
      const samples = new SortedSamples();
      const model = new Map<number, number>();
      for (const [at, timeMs] of timesMs.entries()) {
        assert.equal(samples.insert(timeMs, at, 1), !model.has(timeMs));
        if (!model.has(timeMs)) model.set(timeMs, at);
        if (at % 100 === 0) assert.deepEqual(samples.find(timeMs), { low: model.get(timeMs), high: 1 });
      }
      assert.equal(samples.find(5000), undefined);
      const sorted = [...model].sort(([one], [other]) => one - other);
      assert.deepEqual(read(samples, ALL_TIME), sorted);
      const range = { minTimeMs, maxTimeMs: minTimeMs + width };
      const inRange = sorted.filter(([timeMs]) => timeMs >= minTimeMs && timeMs <= minTimeMs + width);
      assert.deepEqual(read(samples, range), inRange);
    }),
    { numRuns: 200 },
  );
});

function read(samples: SortedSamples, range: typeof ALL_TIME): (readonly [timeMs: number, low: number])[] {
  const columns = new Columns();
  samples.read(range, columns);
  return [...columns.copyTimes()].map((timeMs, at) => [timeMs, columns.bits[2 * at]!]);
}
