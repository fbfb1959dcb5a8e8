import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { HistogramSample } from '../interface.ts';
import { Gathered } from './gather.ts';

interface Part {
  readonly storedAt: number;
  readonly samples: readonly { readonly timeMs: number; readonly isHistogram: boolean }[];
}

const part = fc
  .uniqueArray(fc.record({ timeMs: fc.nat(60), isHistogram: fc.boolean() }), { selector: ({ timeMs }) => timeMs })
  .map((samples) => samples.sort((one, other) => one.timeMs - other.timeMs));

const parts = fc.array(part, { maxLength: 6 }).chain((all) =>
  fc
    .shuffledSubarray(
      all.map((_, at) => at),
      { minLength: all.length },
    )
    .map((order): Part[] => all.map((samples, at) => ({ storedAt: order[at]!, samples }))),
);

it('gives each time once, in order, of the part that was stored first, whatever its kind', () => {
  const gathered = new Gathered();
  fc.assert(
    fc.property(parts, (given) => {
      gathered.clear();
      for (const { storedAt, samples } of given) {
        const floats = samples.filter(({ isHistogram }) => !isHistogram);
        gathered.columns.ensure(floats.length);
        for (const { timeMs } of floats) gathered.columns.push(timeMs, storedAt, 7);
        gathered.endPart(
          storedAt,
          samples.filter(({ isHistogram }) => isHistogram).map(({ timeMs }) => histogramAt(timeMs, storedAt)),
        );
      }
      const expected = new Map<number, { storedAt: number; isHistogram: boolean }>();
      for (const { storedAt, samples } of given.toSorted((one, other) => one.storedAt - other.storedAt)) {
        for (const { timeMs, isHistogram } of samples) {
          if (!expected.has(timeMs)) expected.set(timeMs, { storedAt, isHistogram });
        }
      }
      const sorted = [...expected].sort(([one], [other]) => one - other);
      const histograms = gathered.finish();
      assert.deepEqual(
        [...gathered.columns.copyTimes()].map((timeMs, at) => [timeMs, gathered.columns.bits[2 * at]]),
        sorted.filter(([, { isHistogram }]) => !isHistogram).map(([timeMs, { storedAt }]) => [timeMs, storedAt]),
      );
      assert.deepEqual(
        histograms.map(({ timestampMs, histogram }) => [timestampMs, histogram.count]),
        sorted.filter(([, { isHistogram }]) => isHistogram).map(([timeMs, { storedAt }]) => [timeMs, storedAt]),
      );
      assert.equal(gathered.isEmpty, sorted.length === 0);
    }),
  );
});

function histogramAt(timestampMs: number, count: number): HistogramSample {
  return {
    timestampMs,
    histogram: {
      schema: 0,
      zeroThreshold: 0,
      zeroCount: 0,
      count,
      sum: 0,
      positiveSpans: [],
      positiveCounts: new Float64Array(),
      negativeSpans: [],
      negativeCounts: new Float64Array(),
    },
  };
}
