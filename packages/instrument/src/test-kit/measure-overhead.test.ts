import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InstrumentError } from '../errors.ts';
import { measureOverhead } from './measure-overhead.ts';
import { Random } from './simulation/random.ts';

/** Operations that take as long as they say, by a clock that only they move. */
function made(plainMs: number, instrumentedMs: number, noiseMs = 0) {
  const random = new Random(5);
  let nowMs = 0;
  const takes = (ms: number) => () => {
    nowMs += ms + random.next() * noiseMs;
  };
  return { plain: takes(plainMs), instrumented: takes(instrumentedMs), wallMs: () => nowMs };
}

describe('measureOverhead', () => {
  it('finds what the records take, and no uncertainty where there is none', async () => {
    const overhead = await measureOverhead({
      ...made(1, 1.25),
      recordsAnOperation: 5,
      rounds: 11,
      operationsARound: 8,
    });
    assert.deepEqual(overhead, {
      overheadRatio: 0.25,
      low: 0.25,
      high: 0.25,
      nanosecondsARecord: 50_000,
      plainNanoseconds: 1_000_000,
      instrumentedNanoseconds: 1_250_000,
      rounds: 11,
      operationsARound: 8,
    });
  });

  it('gives an interval that holds the true ratio and widens with the noise', async () => {
    const widths: number[] = [];
    for (const noiseMs of [0.1, 1]) {
      const { low, high, overheadRatio } = await measureOverhead({ ...made(10, 10.5, noiseMs), operationsARound: 1 });
      const trueRatio = (10.5 + noiseMs / 2) / (10 + noiseMs / 2) - 1;
      assert.ok(low <= trueRatio && trueRatio <= high, `${trueRatio} in ${low}..${high}`);
      assert.ok(low <= overheadRatio && overheadRatio <= high);
      widths.push(high - low);
    }
    assert.ok(widths[0]! < widths[1]!);
  });

  it('is the same again for the same times and the same seed', async () => {
    const options = { operationsARound: 1, seed: 3 };
    const first = await measureOverhead({ ...made(10, 11, 2), ...options });
    assert.deepEqual(await measureOverhead({ ...made(10, 11, 2), ...options }), first);
  });

  it('finds how many operations make a round long enough', async () => {
    const { operationsARound } = await measureOverhead({ ...made(0.01, 0.02), rounds: 5 });
    assert.equal(operationsARound, 512);
  });

  it('lets both go first in turn, after the rounds that warm up', async () => {
    const calls: string[] = [];
    const plain = () => calls.push('p');
    const instrumented = () => calls.push('i');
    await measureOverhead({ plain, instrumented, rounds: 5, warmupRounds: 1, operationsARound: 1, wallMs: () => 0 });
    assert.equal(calls.join(''), 'ippiippiippi');
  });

  it('awaits operations that are asynchronous, one after the other', async () => {
    let running = 0;
    let most = 0;
    const operation = async () => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
    };
    const options = { rounds: 5, operationsARound: 4 };
    await measureOverhead({ plain: operation, instrumented: operation, ...options });
    assert.deepEqual([running, most], [0, 1]);
  });

  it('refuses what cannot be measured', async () => {
    for (const wrong of [
      { rounds: 4 },
      { rounds: 5.5 },
      { rounds: 10_001 },
      { warmupRounds: -1 },
      { operationsARound: 0 },
      { recordsAnOperation: 0 },
      { recordsAnOperation: Number.NaN },
    ]) {
      await assert.rejects(measureOverhead({ ...made(1, 1), ...wrong }), InstrumentError);
    }
  });
});
