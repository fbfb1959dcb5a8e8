import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, exponential, gauge, histogram, request } from '../testing/build-request.ts';
import { encodeOtlp, type OtlpObject } from '../testing/official-otlp.ts';
import { NOW_MS, Receiving } from '../testing/received.ts';

const DELTA = 1;
const SERIES = 'instance="a:1",job="node"';

function delta(name: string, timeMs: number, value: number, more: OtlpObject = {}): OtlpObject {
  const dataPoints = [{ ...at(timeMs), asDouble: value, ...more }];
  return request([{ name, sum: { aggregationTemporality: DELTA, isMonotonic: true, dataPoints } }]);
}

describe('deltas that are added up', () => {
  it('become the sum until then', async () => {
    const receiving = new Receiving({ delta: 'cumulative' });
    for (const [index, value] of [1, 2.5, 4].entries()) {
      await receiving.receive(encodeOtlp(delta('sent', NOW_MS + index, value)));
    }
    assert.deepEqual(receiving.appender.valuesOf(`sent_total{${SERIES}}`), [1, 3.5, 7.5]);
  });

  it('are refused out of order and of an older start, and counted', async () => {
    const receiving = new Receiving({ delta: 'cumulative' });
    const start = (timeMs: number): OtlpObject => ({ startTimeUnixNano: `${timeMs}000000` });
    await receiving.receive(encodeOtlp(delta('sent', NOW_MS, 1, start(NOW_MS - 100))));
    const twice = await receiving.receive(encodeOtlp(delta('sent', NOW_MS, 1, start(NOW_MS - 100))));
    assert.match(twice.totals.errors.join(), /metric "sent": a data point is refused: it is not younger/);
    assert.equal(twice.totals.rejected.out_of_order, 1);
    const older = await receiving.receive(encodeOtlp(delta('sent', NOW_MS + 1, 1, start(NOW_MS - 101))));
    assert.match(older.totals.errors.join(), /begins before the first one/);
    await receiving.receive(encodeOtlp(delta('sent', NOW_MS + 2, 1, start(NOW_MS))));
    assert.deepEqual(receiving.appender.valuesOf(`sent_total{${SERIES}}`), [1, 2]);
  });

  it('leave room for so many series, and forget those that get nothing', async () => {
    const receiving = new Receiving({ delta: 'cumulative' }, { deltaSeries: 1, deltaStaleMs: 300_000 });
    await receiving.receive(encodeOtlp(delta('one', NOW_MS, 1)));
    const refused = await receiving.receive(encodeOtlp(delta('two', NOW_MS, 1)));
    assert.match(refused.totals.errors.join(), /metric "two".*1 series of delta temporality are added up, and no more/);
    const laterMs = NOW_MS + 400_000;
    const taken = await receiving.receive(encodeOtlp(delta('two', laterMs, 5)), 'protobuf', laterMs);
    assert.equal(taken.outcome.refusedDataPoints, 0);
    const again = await receiving.receive(encodeOtlp(delta('one', laterMs, 7)), 'protobuf', laterMs);
    assert.equal(again.outcome.refusedDataPoints, 1);
    const muchLaterMs = laterMs + 400_000;
    await receiving.receive(encodeOtlp(delta('one', muchLaterMs, 7)), 'protobuf', muchLaterMs);
    assert.deepEqual(receiving.appender.valuesOf(`one_total{${SERIES}}`), [1, 7]);
  });

  it('survive that what was remembered of them by their bytes is forgotten', async () => {
    const receiving = new Receiving({ delta: 'cumulative' }, { rememberedPoints: 1 });
    for (const timeMs of [NOW_MS, NOW_MS + 1, NOW_MS + 2]) {
      await receiving.receive(encodeOtlp(delta('a', timeMs, 1)));
      await receiving.receive(encodeOtlp(delta('b', timeMs, 2)));
    }
    assert.deepEqual(receiving.appender.valuesOf(`a_total{${SERIES}}`), [1, 2, 3]);
    assert.deepEqual(receiving.appender.valuesOf(`b_total{${SERIES}}`), [2, 4, 6]);
  });

  it('of a series that ended are a stale marker', async () => {
    const receiving = new Receiving({ delta: 'cumulative' });
    await receiving.receive(encodeOtlp(delta('sent', NOW_MS, 1)));
    await receiving.receive(encodeOtlp(delta('sent', NOW_MS + 1, 0, { flags: 1 })));
    await receiving.receive(encodeOtlp(delta('sent', NOW_MS + 2, 2)));
    assert.deepEqual(receiving.appender.valuesOf(`sent_total{${SERIES}}`), [1, 'stale', 3]);
  });

  it('of explicit histograms are added by bucket, and begin anew with other bounds', async () => {
    const receiving = new Receiving({ delta: 'cumulative' });
    const send = (timeMs: number, bucketCounts: readonly number[], explicitBounds: readonly number[]) =>
      receiving.receive(
        encodeOtlp(
          request([
            gauge('beside', [{ ...at(timeMs), asInt: 1 }]),
            histogram('h', [], {
              histogram: {
                aggregationTemporality: DELTA,
                dataPoints: [
                  { ...at(timeMs), count: bucketCounts[0]! + bucketCounts[1]!, sum: 1, bucketCounts, explicitBounds },
                ],
              },
            }),
          ]),
        ),
      );
    await send(NOW_MS, [1, 2], [1]);
    await send(NOW_MS + 1, [3, 1], [1]);
    await send(NOW_MS + 2, [5, 5], [2]);
    assert.deepEqual(receiving.appender.valuesOf(`h_bucket{${SERIES},le="1"}`), [1, 4]);
    assert.deepEqual(receiving.appender.valuesOf(`h_bucket{${SERIES},le="2"}`), [5]);
    assert.deepEqual(receiving.appender.valuesOf(`h_count{${SERIES}}`), [3, 7, 10]);
  });

  it('of exponential histograms are added at the coarser scale, within their bound of buckets', async () => {
    const receiving = new Receiving({ delta: 'cumulative' }, { deltaBuckets: 4 });
    const send = (timeMs: number, point: OtlpObject) =>
      receiving.receive(
        encodeOtlp(
          request([
            exponential('e', [], {
              exponentialHistogram: { aggregationTemporality: DELTA, dataPoints: [{ ...at(timeMs), ...point }] },
            }),
          ]),
        ),
      );
    await send(NOW_MS, { count: 3, sum: 1, scale: 1, positive: { offset: 0, bucketCounts: [1, 2] } });
    const coarser = await send(NOW_MS + 1, {
      count: 3,
      sum: 1,
      scale: 0,
      positive: { offset: 0, bucketCounts: [0, 3] },
    });
    const [[, first] = []] = coarser.histograms.get(`e{${SERIES}}`) ?? [];
    assert.deepEqual(
      [first?.schema, first?.positiveSpans, first?.positiveCounts],
      [0, [{ offset: 1, length: 2 }], Float64Array.of(3, 3)],
    );
    const wide = await send(NOW_MS + 2, { count: 1, sum: 1, scale: 0, positive: { offset: 7, bucketCounts: [1] } });
    const [[, second] = []] = wide.histograms.get(`e{${SERIES}}`) ?? [];
    // Buckets 0, 1 and 7 of scale 0 are 0, 0 and 3 of scale -1.
    assert.equal(second?.schema, -1);
    assert.equal(second?.count, 7);
    assert.deepEqual(second?.positiveCounts, Float64Array.of(6, 0, 0, 1));
  });
});
