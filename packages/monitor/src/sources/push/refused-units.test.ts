import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, gauge, histogram, request, SERVICE } from './otlp/testing/build-request.ts';
import { encodeOtlp } from './otlp/testing/official-otlp.ts';
import { PushReceiver } from './push-receiver.ts';
import { RefusedUnits } from './refused-units.ts';
import { CollectingAppender } from './testing/collecting-appender.ts';

const NOW_MS = 1_700_000_000_000;

describe('data points that are refused', () => {
  /** Refused of a request by a store that refuses what is an hour old. */
  async function refusedOf(...metrics: Parameters<typeof request>[0]) {
    const appender = new CollectingAppender();
    appender.refuses = (_, timeMs) => (timeMs < NOW_MS - 3_600_000 ? 'too_old' : undefined);
    const receiver = new PushReceiver({ appender, clock: { nowMs: () => NOW_MS } });
    const body = encodeOtlp(request(metrics, { resource: { ...SERVICE, zone: 'x' } }));
    const answer = await receiver.push({ protocol: 'otlp-protobuf', encoding: 'identity', body, receivedMs: NOW_MS });
    return { points: answer.otlp?.rejectedDataPoints, rejected: answer.rejected, samples: answer.samples };
  }
  const old = at(NOW_MS - 7_200_000);
  const ahead = at(NOW_MS + 3_600_000);
  const classic = (time: object) =>
    histogram('h', [{ ...time, count: 3, sum: 2, explicitBounds: [1, 2], bucketCounts: [1, 1, 1] }]);

  it('are counted and not their samples, whoever refuses them', async () => {
    const good = gauge('g', [{ ...at(NOW_MS), asDouble: 1 }]);
    assert.deepEqual(await refusedOf(good), { points: 0, rejected: {}, samples: 2 });
    assert.deepEqual(await refusedOf(gauge('g', [{ ...ahead, asDouble: 1 }])), {
      points: 1,
      rejected: { invalid: 2 },
      samples: 0,
    });
    // With the sample of its target_info.
    assert.deepEqual((await refusedOf(gauge('g', [{ ...old, asDouble: 1 }]))).points, 1);
    assert.deepEqual((await refusedOf(classic(old))).points, 1);
    assert.deepEqual((await refusedOf(classic(ahead))).points, 1);
    const none = { name: 'n', gauge: { dataPoints: [{ ...at(NOW_MS) }] } };
    assert.deepEqual((await refusedOf(good, none, classic(old), gauge('o', [{ ...old, asDouble: 1 }]))).points, 3);
    const delta = { name: 'd', sum: { aggregationTemporality: 1, dataPoints: [{ ...at(NOW_MS) }, { ...at(NOW_MS) }] } };
    assert.deepEqual((await refusedOf(delta, classic(old))).points, 3);
  });
});

it('of rows beyond those that are named, the next are taken to be refused', () => {
  const units = new RefusedUnits();
  const rows = Array.from({ length: 12 }, (_, row) => row);
  for (let unit = 0; unit < 4; unit++) {
    units.begin();
    for (let row = 3 * unit; row < 3 * unit + 3; row++) units.addRow(row);
    units.end();
  }
  units.refuseRows(rows, new Set([0, 1]), 6);
  assert.equal(units.count, 2);
  units.clear();
  assert.equal(units.isUsed, false);
  units.begin();
  units.addRow(0);
  units.end();
  units.addRow(1);
  units.refuseRows([0, 1], new Set([1]), 1);
  assert.equal(units.count, 2, 'a row of no unit counts as none');
  units.refuseRows([0, 1], new Set(), 2);
  assert.equal(units.count, 3);
  units.begin();
  units.restart();
  units.refuseCurrent();
  assert.equal(units.count, 0);
});
