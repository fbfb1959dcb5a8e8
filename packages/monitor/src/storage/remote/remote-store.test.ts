// A store over a receiver that fails in every way: nothing that was answered is lost but what the server refuses for good, and
// that is counted.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nativeHistogram } from '../../promql/testing/native-histograms.ts';
import { Sending, START_MS } from './testing/sending.ts';

const DAY_MS = 86_400_000;
const NONE_DROPPED = { refused: 0, unsupported: 0, age: 0, size: 0, damaged: 0 };

describe('sending', () => {
  it('delivers every sample once and in order, in requests of bounded size, by several shards when much waits', async (t) => {
    const sending = await Sending.start(t, { lingerMs: 3_600_000 });
    const refs = await sending.resolve(3000);
    for (let step = 0; step < 10; step++) await sending.append(refs, step);
    assert.equal(sending.store.sendStatistics().queueSamples + sending.store.sendStatistics().sentSamplesTotal, 30_000);
    await sending.store.flush();
    sending.assertArrived(3000, 10);
    assert.ok(Math.max(...sending.receiver.sizes) <= 2000);
    const statistics = sending.store.sendStatistics();
    assert.equal(statistics.sentSamplesTotal, 30_000);
    assert.equal(statistics.queueSamples, 0);
    assert.equal(statistics.queueBytes, 0);
    assert.deepEqual(statistics.droppedSamplesTotal, NONE_DROPPED);
    assert.equal(
      Object.values(statistics.requestsTotal).reduce((sum, count) => sum + count, 0),
      sending.receiver.requests,
    );
    assert.deepEqual(sending.notices, []);
  });

  it('sends the headers and the credential, and shows the credential to nobody', async (t) => {
    const sending = await Sending.start(t);
    const seen: unknown[] = [];
    sending.receiver.behave = (_, { headers }) => {
      seen.push([
        headers['x-scope-orgid'],
        headers.authorization,
        headers['content-encoding'],
        headers['content-type'],
      ]);
      return { status: 400, body: 'not yours' };
    };
    await sending.append(await sending.resolve(1), 0);
    await sending.store.flush();
    assert.deepEqual(seen, [['tenant', 'Bearer very-secret', 'snappy', 'application/x-protobuf']]);
    assert.ok(!JSON.stringify([sending.notices, sending.store.sendStatistics()]).includes('very-secret'));
  });

  for (const status of [500, 503, 429, 408, 401, 403, 404]) {
    it(`sends again after ${status} until it is taken, and says once that it fails and once that it works`, async (t) => {
      const sending = await Sending.start(t);
      let refusals = 5;
      sending.receiver.behave = () => (refusals-- > 0 ? { status, body: 'not now' } : 'take');
      const refs = await sending.resolve(10);
      await sending.append(refs, 0);
      await sending.append(refs, 1);
      await sending.store.flush();
      sending.assertArrived(10, 2);
      const statistics = sending.store.sendStatistics();
      assert.deepEqual(statistics.droppedSamplesTotal, NONE_DROPPED);
      assert.equal(statistics.requestsTotal.failed, 5);
      assert.ok(statistics.retriedSamplesTotal >= 50);
      assert.deepEqual(
        sending.notices.map(({ kind }) => kind),
        ['failing', 'recovered'],
      );
      assert.match(sending.notices[0]!.message, new RegExp(`answered ${status}: not now`));
      const mend = {
        401: /storage\.remote\.basicAuth/,
        403: /storage\.remote\.basicAuth/,
        404: /storage\.remote\.url/,
      };
      assert.match(sending.notices[0]!.message, mend[status as 401 | 403 | 404] ?? /not now$/);
    });
  }

  it('loses of a request that is refused with 400 only what is at fault, and never sends that again', async (t) => {
    const sending = await Sending.start(t, { lingerMs: 3_600_000 });
    sending.receiver.behave = (series) =>
      series.some(({ labels }) => labels['i'] === '777') ? { status: 400, body: 'bad sample of i="777"' } : 'take';
    const refs = await sending.resolve(1500);
    await sending.append(refs, 0);
    await sending.append(refs, 1);
    await sending.store.flush();
    assert.ok(!sending.receiver.taken.has('m 777'));
    sending.assertArrived(1499, 2);
    assert.deepEqual(sending.store.sendStatistics().droppedSamplesTotal, { ...NONE_DROPPED, refused: 2 });
    const dropped = sending.notices.filter(({ kind }) => kind === 'dropped');
    // The log is not flooded: further losses of the same kind wait for their turn.
    assert.equal(dropped.length, 1);
    assert.match(dropped[0]!.message, /bad sample of i="777"/);
    assert.ok(sending.receiver.requests < 60, `${sending.receiver.requests} requests to find one series`);
  });

  it('gives a request up that is refused in all its parts, within a bounded number of requests', async (t) => {
    const sending = await Sending.start(t, { splitRequestsMax: 8, lingerMs: 3_600_000 });
    sending.receiver.behave = () => ({ status: 400, body: 'never' });
    await sending.append(await sending.resolve(1000), 0);
    await sending.store.flush();
    assert.equal(sending.store.sendStatistics().droppedSamplesTotal.refused, 1000);
    assert.ok(sending.receiver.requests <= 1 + 8, `${sending.receiver.requests} requests`);
  });

  for (const status of [402, 410, 302]) {
    it(`drops and counts what is refused with ${status}, at once, and goes on`, async (t) => {
      const sending = await Sending.start(t);
      sending.receiver.behave = () => ({ status, body: 'no', headers: { location: '/elsewhere' } });
      const refs = await sending.resolve(10);
      await sending.append(refs, 0);
      await sending.store.flush();
      assert.equal(sending.receiver.requests, 1);
      assert.equal(sending.store.sendStatistics().droppedSamplesTotal.refused, 10);
      sending.receiver.behave = () => 'take';
      await sending.append(refs, 1);
      await sending.store.flush();
      assert.equal(sending.receiver.samples, 10);
    });
  }

  it('sends again when the server hangs, breaks off or closes in the middle of its answer', async (t) => {
    const sending = await Sending.start(t, { requestTimeoutMs: 200 });
    const behaviours = ['hang', 'break', 'half', 'hang', 'take'] as const;
    let turn = 0;
    sending.receiver.behave = () => behaviours[turn++ % behaviours.length]!;
    const refs = await sending.resolve(10);
    for (let step = 0; step < 4; step++) await sending.append(refs, step);
    await sending.store.flush();
    // What was taken without an answer comes again: at least once.
    sending.assertArrived(10, 4, 'allowed');
    assert.deepEqual(sending.store.sendStatistics().droppedSamplesTotal, NONE_DROPPED);
  });
});

describe('native histograms with bounds of their own', () => {
  const histogram = nativeHistogram({ customBounds: [1, 5], positive: { 0: 2, 1: 3 }, sum: 9 });

  for (const [protocol, advice] of [
    ['1.0', /with storage\.remote\.protocol "2\.0"; what follows is only counted$/],
    ['2.0', /^the server does not know remote write 2\.0/],
  ] as const) {
    it(`are not sent to a server that knows 1.0 alone, but counted and told of once (protocol ${protocol})`, async (t) => {
      const sending = await Sending.start(t);
      sending.protocol = protocol;
      await sending.reopen();
      const refs = await sending.resolve(3);
      for (const step of [0, 1]) {
        const values = Float64Array.of(step, 0, step);
        const histograms = [{ row: 1, histogram }];
        await sending.store.append({ refs: refs.slice(), timestampsMs: START_MS + step, values, histograms });
        await sending.store.flush();
      }
      sending.assertArrived(2, 2);
      assert.deepEqual(sending.store.sendStatistics().droppedSamplesTotal, { ...NONE_DROPPED, unsupported: 2 });
      const [dropped, ...more] = sending.notices;
      assert.deepEqual(more, []);
      assert.ok(dropped?.kind === 'dropped' && dropped.reason === 'unsupported' && dropped.samples === 1);
      assert.match(dropped.message, /remote write .*native histograms with bucket limits of their own/);
      assert.match(dropped.message, advice);
    });
  }
});

describe('while the server is away', () => {
  it('keeps everything over restarts, and delivers it in order when the server is back', async (t) => {
    const sending = await Sending.start(t);
    sending.receiver.behave = () => ({ status: 503 });
    const refs = await sending.resolve(100);
    for (let step = 0; step < 30; step++) {
      await sending.append(refs, step);
      if (step % 10 === 9) await sending.reopen();
    }
    assert.equal(sending.store.sendStatistics().queueSamples, 3000);
    assert.equal(sending.store.stats().totalSeries, 100);
    sending.receiver.behave = () => 'take';
    await sending.store.flush();
    sending.assertArrived(100, 30);
  });

  it('drops the oldest when the queue is full, counts them, and keeps the newest', async (t) => {
    const sending = await Sending.start(t, { queueMaxBytes: 20_000, windowSamplesMax: 100 });
    sending.receiver.behave = () => ({ status: 503 });
    const refs = await sending.resolve(100);
    for (let step = 0; step < 300; step++) await sending.append(refs, step);
    const { droppedSamplesTotal, queueSamples, queueBytes } = sending.store.sendStatistics();
    assert.ok(droppedSamplesTotal.size > 0 && droppedSamplesTotal.size % 100 === 0);
    assert.equal(queueSamples + droppedSamplesTotal.size, 30_000);
    assert.ok(queueBytes < 21_000, `${queueBytes} bytes`);
    sending.receiver.behave = () => 'take';
    await sending.store.flush();
    assert.equal(sending.receiver.samples, queueSamples);
    const [first, second, ...rest] = sending.receiver.taken.get('m 0')!.map(([, value]) => value);
    // What was under way when the queue was full is sent too; then follows an unbroken stretch to the newest.
    assert.equal(first, 0);
    assert.deepEqual(
      [second!, ...rest],
      Array.from({ length: rest.length + 1 }, (_, index) => 300 - rest.length - 1 + index),
    );
  });

  it('lets an append wait for room while the server takes samples, and loses nothing then', async (t) => {
    const sending = await Sending.start(t, { queueMaxBytes: 20_000, appendWaitMaxMs: 60_000 });
    const refs = await sending.resolve(1000);
    for (let step = 0; step < 60; step++) await sending.append(refs, step);
    await sending.store.flush();
    sending.assertArrived(1000, 60);
    assert.deepEqual(sending.store.sendStatistics().droppedSamplesTotal, NONE_DROPPED);
  });

  it('drops what has waited too long, what is under way too, and counts it', async (t) => {
    const sending = await Sending.start(t, { queueMaxAgeMs: 60_000, windowSamplesMax: 10 });
    sending.receiver.behave = () => ({ status: 503 });
    const refs = await sending.resolve(10);
    for (let step = 0; step < 5; step++) await sending.append(refs, step);
    sending.nowMs += 60_001;
    await sending.append(refs, 5);
    await sending.store.maintain(sending.nowMs);
    // The first has been taken to be sent: that is given up by the sender itself.
    await untilTrue(() => sending.store.sendStatistics().droppedSamplesTotal.age === 50);
    sending.receiver.behave = () => 'take';
    await sending.store.flush();
    assert.deepEqual(
      sending.receiver.taken.get('m 0')?.map(([, value]) => value),
      [5],
    );
  });

  it('drops nothing for its age when the clock is days ahead for a while, and drops it when that lasts', async (t) => {
    const sending = await Sending.start(t, { queueMaxAgeMs: 60_000, seriesIdleMs: 120_000 });
    sending.receiver.behave = () => ({ status: 503 });
    sending.monotonicMs = 5000;
    await sending.reopen();
    await sending.append(await sending.resolve(10), 0);
    const pass = async (elapsedMs: number, jumpMs = 0) => {
      sending.nowMs += elapsedMs + jumpMs;
      sending.monotonicMs! += elapsedMs;
      await sending.store.maintain(sending.nowMs);
    };
    await pass(1000, 3 * DAY_MS);
    await sending.reopen();
    await pass(1000);
    await pass(0, -3 * DAY_MS);
    assert.deepEqual(sending.store.sendStatistics().droppedSamplesTotal, NONE_DROPPED);
    await pass(0, 3 * DAY_MS);
    await pass(600_000);
    await untilTrue(() => sending.store.sendStatistics().droppedSamplesTotal.age === 10);
  });

  it('tells how much waits and for how long', async (t) => {
    const sending = await Sending.start(t);
    sending.receiver.behave = () => ({ status: 503, body: 'in maintenance' });
    await sending.append(await sending.resolve(7), 0);
    sending.nowMs += 1234;
    await untilTrue(() => sending.store.sendStatistics().lastError !== undefined);
    const { queueSamples, queueBytes, oldestWaitMs, lastError, isFailing } = sending.store.sendStatistics();
    assert.ok(isFailing && sending.store.sendStatistics().isOnlyStore);
    assert.deepEqual([queueSamples, oldestWaitMs], [7, 1234]);
    assert.ok(queueBytes > 0);
    assert.match(lastError!, /answered 503: in maintenance/);
  });
});

describe('series of the queue', () => {
  it('are refused past the limit', async (t) => {
    const sending = await Sending.start(t, { seriesMax: 2 });
    assert.deepEqual([...(await sending.resolve(4))], [1, 2, 0, 0]);
  });

  it('are forgotten when they had no sample for long, and never get an old reference', async (t) => {
    const sending = await Sending.start(t, { seriesIdleMs: 1000 });
    const refs = await sending.resolve(100);
    await sending.append(refs, 0);
    await sending.store.flush();
    sending.nowMs += 2000;
    const kept = refs.subarray(0, 10);
    await sending.append(kept, 1);
    await sending.store.flush();
    await sending.store.maintain(sending.nowMs);
    assert.equal(sending.store.stats().totalSeries, 10);
    const outcome = await sending.store.append({
      refs: refs.slice(),
      timestampsMs: START_MS + 2,
      values: new Float64Array(100),
    });
    assert.equal(outcome.acceptedSamples, 10);
    await sending.reopen();
    const again = await sending.resolve(100);
    assert.deepEqual([...again.subarray(0, 10)], [...kept]);
    assert.ok(again.subarray(10).every((ref) => ref > 100));
  });
});

/** Looks again until it is so; the test's own time limit is the end. */
async function untilTrue(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}
