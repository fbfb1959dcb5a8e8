import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { NativeHistogram } from '../model/batch.ts';
import { labelsFrom } from '../model/labels.ts';
import type { QueryResult } from '../promql/interface.ts';
import { passResult, type ResultPiece, ResultPieces } from './packed-result.ts';

const NOTES = { warnings: ['w'], infos: ['i'] };
const HISTOGRAM: NativeHistogram = {
  schema: 0,
  zeroThreshold: 0.25,
  zeroCount: 1,
  count: 4,
  sum: 3.5,
  positiveSpans: [{ offset: 0, length: 1 }],
  positiveCounts: Float64Array.of(3),
  negativeSpans: [],
  negativeCounts: new Float64Array(0),
};

/** As between two threads: what is sent is taken out of the sender's hands. */
async function passed(result: QueryResult): Promise<{ result: QueryResult; pieces: number; pauses: number }> {
  const arrived: ResultPiece[] = [];
  let pauses = 0;
  const last = await passResult(result, {
    send: (piece, transfer) => arrived.push(structuredClone(piece, { transfer })),
    pause: async () => {
      pauses++;
    },
  });
  const pieces = new ResultPieces();
  for (const piece of arrived) pieces.add(piece);
  return { result: pieces.complete(structuredClone(last)), pieces: arrived.length, pauses };
}

const TEXT = fc.string({ unit: 'binary', minLength: 1, maxLength: 4 });
const LABELS = fc.array(fc.tuple(TEXT, TEXT), { maxLength: 4 }).map((pairs) => labelsFrom(pairs));

test('a vector arrives as it was sent', async () => {
  const sample = fc.record(
    { labels: LABELS, value: fc.double(), histogram: fc.constant(HISTOGRAM) },
    { requiredKeys: ['labels', 'value'], noNullPrototype: true },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(sample, { maxLength: 20 }), async (samples) => {
      const vector: QueryResult = { type: 'vector', timeMs: 5, samples, ...NOTES };
      assert.deepEqual((await passed(vector)).result, vector);
    }),
  );
});

test('a matrix arrives as it was sent, whichever times its series share', async () => {
  const histograms = fc.constant({ timestampsMs: Float64Array.of(9), histograms: [HISTOGRAM] });
  const points = fc.array(fc.tuple(fc.nat(3), fc.double()), { maxLength: 4 });
  const series = fc
    .record({ labels: LABELS, points, histograms }, { requiredKeys: ['labels', 'points'], noNullPrototype: true })
    .map(({ points: own, ...rest }) => ({
      ...rest,
      timestampsMs: Float64Array.from(own, ([timeMs]) => timeMs),
      values: Float64Array.from(own, ([, value]) => value),
    }));
  await fc.assert(
    fc.asyncProperty(fc.array(series, { maxLength: 20 }), async (all) => {
      const matrix: QueryResult = { type: 'matrix', series: all, ...NOTES };
      assert.deepEqual((await passed(structuredClone(matrix))).result, matrix);
    }),
  );
});

test('many series come in pieces with pauses between them, a label and a grid once, one object for all who have it', async () => {
  const timestampsMs = Float64Array.from({ length: 240 }, (_, step) => step * 1000);
  const series = Array.from({ length: 2000 }, (_, place) => ({
    labels: labelsFrom([
      ['job', 'a'],
      ['pod', `pod-${place}`],
    ]),
    timestampsMs: timestampsMs.slice(),
    values: timestampsMs.map((timeMs) => timeMs + place),
  }));
  const given = structuredClone(series);
  const { result, pieces, pauses } = await passed({ type: 'matrix', series: given, ...NOTES });
  assert.equal(given[0]!.values.length, 0, 'what was packed takes no memory any more');
  assert.ok(pieces >= 4, `${pieces} pieces`);
  assert.equal(pauses, pieces - 1);
  assert.ok(result.type === 'matrix');
  assert.deepEqual(result.series, series);
  const [first, last] = [result.series[0]!, result.series.at(-1)!];
  assert.equal(first.timestampsMs, last.timestampsMs);
  assert.equal(first.labels[0], last.labels[0]);
});

test('a small answer is sent as it is', async () => {
  const samples = [{ labels: labelsFrom([['job', 'a']]), value: 1 }];
  const vector: QueryResult = { type: 'vector', timeMs: 5, samples, ...NOTES };
  assert.equal((await passed(vector)).pieces, 0);
  for (const result of [
    { type: 'scalar', timeMs: 1, value: 2 } as const,
    { type: 'string', timeMs: 1, value: 'a' } as const,
  ]) {
    assert.deepEqual((await passed({ ...result, ...NOTES })).result, { ...result, ...NOTES });
  }
});

test('the last piece may go with the answer, unless it is large', async () => {
  const pieces: boolean[] = [];
  const pass = (series: QueryResult & { readonly type: 'matrix' }) =>
    passResult(series, { send: (_, __, isLastAndSmall) => pieces.push(isLastAndSmall), pause: async () => {} });
  const seriesOf = (points: number) => {
    const labels = labelsFrom([['job', 'a']]);
    return { labels, timestampsMs: new Float64Array(points), values: new Float64Array(points) };
  };
  const matrix = { type: 'matrix', ...NOTES } as const;
  await pass({ ...matrix, series: [seriesOf(2000)] });
  await pass({ ...matrix, series: [seriesOf(100_000)] });
  await pass({ ...matrix, series: [seriesOf(100_000), seriesOf(10)] });
  assert.deepEqual(pieces, [true, false, false, true]);
});
