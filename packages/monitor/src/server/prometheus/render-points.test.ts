import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatSample, formatTime } from './format.ts';
import { POINTS_A_PIECE, PointRenderer } from './render-points.ts';

const TIMES_MS = Float64Array.from({ length: POINTS_A_PIECE + 9 }, (_, at) => 1000 * at - 5001 * (at % 2));

function textOf(points: PointRenderer, timestampsMs: Float64Array, values: Float64Array): string {
  let text = '';
  for (let start = 0; start < values.length; start += POINTS_A_PIECE)
    text += points.render(timestampsMs, values, start);
  return text;
}

function expected(timestampsMs: Float64Array, values: Float64Array): string {
  return Array.from(values, (value, at) => `[${formatTime(timestampsMs[at]!)},"${formatSample(value)}"]`).join(',');
}

test('points are written alike whether or not a series before had the same times', () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(0, -0, 7, 7.25));
  const lengths = fc.constantFrom(1, 3, POINTS_A_PIECE, POINTS_A_PIECE + 1, TIMES_MS.length);
  const columns = lengths.chain((length) =>
    fc.record({
      grid: fc.nat(1),
      values: fc.array(value, { minLength: length, maxLength: length }).map((all) => Float64Array.from(all)),
    }),
  );
  fc.assert(
    fc.property(fc.array(columns, { maxLength: 6 }), (series) => {
      const grids = [TIMES_MS, TIMES_MS.map((timeMs) => timeMs + 1e12)];
      const points = new PointRenderer();
      for (const { grid, values } of series) {
        const timesMs = grids[grid]!;
        assert.equal(textOf(points, timesMs, values), expected(timesMs, values));
      }
    }),
    { numRuns: 60 },
  );
});

test('an answer that is rendered in between leaves the other as it is', () => {
  const [one, other] = [new PointRenderer(), new PointRenderer()];
  const values = new Float64Array(TIMES_MS.length).fill(1.5);
  const others = new Float64Array(TIMES_MS.length).fill(-2);
  const first = one.render(TIMES_MS, values, 0);
  assert.equal(textOf(other, TIMES_MS, others), expected(TIMES_MS, others));
  assert.equal(first + one.render(TIMES_MS, values, POINTS_A_PIECE), expected(TIMES_MS, values));
});
