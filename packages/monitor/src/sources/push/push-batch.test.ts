import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NativeHistogram } from '../../model/batch.ts';
import { labelsFromRecord } from '../../model/labels.ts';
import { DEFAULT_PUSH_LIMITS, type PushLimits } from './limits.ts';
import { PushBatch, PushSeries } from './push-batch.ts';
import { bitsOfNumber, CollectingAppender } from './testing/collecting-appender.ts';

const NOW_MS = 1_700_000_000_000;
const UP = labelsFromRecord({ __name__: 'up', job: 'node' });
const DOWN = labelsFromRecord({ __name__: 'down' });
const HISTOGRAM: NativeHistogram = {
  schema: 0,
  zeroThreshold: 0,
  zeroCount: 1,
  count: 3,
  sum: 4,
  positiveSpans: [{ offset: 0, length: 1 }],
  positiveCounts: Float64Array.of(2),
  negativeSpans: [],
  negativeCounts: new Float64Array(0),
};

function open(limits: Partial<PushLimits> = {}) {
  const appender = new CollectingAppender();
  const batch = new PushBatch({ appender, limits: { ...DEFAULT_PUSH_LIMITS, ...limits }, nowMs: NOW_MS });
  return { appender, batch };
}

describe('a batch of a push', () => {
  it('stores samples to the bit, stale markers, histograms, exemplars and metadata', async () => {
    const { appender, batch } = open();
    const up = batch.series(UP);
    batch.sample(up, NOW_MS - 2, 1.5);
    batch.sampleBits(up, NOW_MS - 1, 0xdeadbeef, 0x7ff80001);
    batch.stale(up, NOW_MS);
    assert.equal(batch.histogram(batch.series(DOWN), NOW_MS, HISTOGRAM), true);
    // Named apart from the series of its sample, as Prometheus sends it.
    batch.exemplar(batch.series(UP), { labels: [], value: 7, timestampMs: NOW_MS });
    batch.metadata({ name: 'up', type: 'gauge', help: 'Up.', unit: '' });
    await batch.flush();
    assert.deepEqual(appender.samples.get('{__name__="up", job="node"}'), [
      { timeMs: NOW_MS - 2, bits: bitsOfNumber(1.5) },
      { timeMs: NOW_MS - 1, bits: '7ff80001deadbeef' },
      { timeMs: NOW_MS, bits: '7ff0000000000002' },
    ]);
    assert.deepEqual(appender.samples.get('{__name__="down"}')?.[0]?.histogram, HISTOGRAM);
    assert.deepEqual(appender.exemplars.get('{__name__="up", job="node"}'), [
      { labels: [], value: 7, timestampMs: NOW_MS },
    ]);
    assert.deepEqual(appender.metadata, [{ name: 'up', type: 'gauge', help: 'Up.', unit: '' }]);
    const { samples, histograms, exemplars, rejected, errors, newestTimeMs } = batch.totals();
    assert.deepEqual(
      { samples, histograms, exemplars, rejected, errors, newestTimeMs },
      { samples: 3, histograms: 1, exemplars: 1, rejected: {}, errors: [], newestTimeMs: NOW_MS },
    );
  });

  it('says why another server refused samples in its words', async () => {
    const { appender, batch } = open();
    const append = appender.append.bind(appender);
    appender.refuses = () => 'invalid';
    appender.append = async (given) => ({ ...(await append(given)), refusedBecause: 'the server says: no' });
    batch.sample(batch.series(UP), NOW_MS, 1);
    await batch.flush();
    assert.deepEqual(batch.totals().errors, [
      `sample of series {__name__="up", job="node"} at ${NOW_MS}: the server says: no`,
    ]);
  });

  it('sends exemplars of a series that was gone once more, with its samples', async () => {
    const { appender, batch } = open();
    const kept = new PushSeries(UP);
    batch.sample(batch.known(kept), NOW_MS, 1);
    await batch.flush();
    appender.forgetSeries();
    const series = batch.known(kept);
    batch.sample(series, NOW_MS, 2);
    batch.exemplar(series, { labels: [], value: 7, timestampMs: NOW_MS });
    await batch.flush();
    assert.deepEqual(appender.exemplars.get('{__name__="up", job="node"}'), [
      { labels: [], value: 7, timestampMs: NOW_MS },
    ]);
  });

  it('asks the store once for a series that is kept', async () => {
    const { appender, batch } = open();
    const kept = new PushSeries(UP);
    for (let push = 0; push < 3; push++) {
      batch.sample(batch.known(kept), NOW_MS + push, push);
      await batch.flush();
    }
    assert.equal(appender.resolved, 1);
    assert.equal(batch.totals().samples, 3);
  });

  it('asks anew for series that went away, and stores each of their samples once', async () => {
    const { appender, batch } = open();
    const kept = new PushSeries(UP);
    batch.sample(batch.known(kept), NOW_MS, 1);
    await batch.flush();
    appender.forgetSeries();
    batch.sample(batch.known(kept), NOW_MS + 1, 2);
    batch.sample(batch.series(DOWN), NOW_MS + 1, 3);
    batch.sample(batch.known(kept), NOW_MS + 2, 4);
    await batch.flush();
    const values = (text: string) => appender.samples.get(text)?.map(({ timeMs }) => timeMs - NOW_MS);
    assert.deepEqual(values('{__name__="up", job="node"}'), [0, 1, 2]);
    assert.deepEqual(values('{__name__="down"}'), [1]);
    const { samples, rejected, errors } = batch.totals();
    assert.deepEqual({ samples, rejected, errors }, { samples: 4, rejected: {}, errors: [] });
  });

  it('counts what the store refuses and names the series of it', async () => {
    const { appender, batch } = open();
    appender.refuses = (labels, timeMs) => (labels === DOWN && timeMs < NOW_MS ? 'too_old' : undefined);
    batch.sample(batch.series(UP), NOW_MS - 1, 1);
    batch.sample(batch.series(DOWN), NOW_MS - 1, 1);
    batch.histogram(batch.series(DOWN), NOW_MS - 1, HISTOGRAM);
    batch.histogram(batch.series(DOWN), NOW_MS, HISTOGRAM);
    await batch.flush();
    const { samples, histograms, rejected, errors } = batch.totals();
    assert.deepEqual({ samples, histograms, rejected }, { samples: 1, histograms: 1, rejected: { too_old: 2 } });
    assert.equal(errors.length, 2);
    assert.match(errors[0]!, /series \{__name__="down"\} at 1699999999999: .*retention/);
  });

  it('counts series beyond the limit of the store', async () => {
    const { appender, batch } = open();
    appender.seriesMax = 1;
    batch.sample(batch.series(UP), NOW_MS, 1);
    batch.sample(batch.series(DOWN), NOW_MS, 1);
    await batch.flush();
    assert.deepEqual(batch.totals().rejected, { series_limit: 1 });
    assert.match(batch.totals().errors[0]!, /down.*limit/);
  });

  it('refuses times far ahead and times that are none, and names the series', async () => {
    const { batch } = open();
    const up = batch.series(UP);
    for (const timeMs of [NOW_MS + 600_001, 0.5, Number.NaN, -(2 ** 51)]) batch.sample(up, timeMs, 1);
    batch.sample(up, NOW_MS + 600_000, 1);
    await batch.flush();
    assert.equal(batch.totals().samples, 1);
    assert.deepEqual(batch.totals().rejected, { invalid: 4 });
    for (const error of batch.totals().errors) assert.match(error, /series \{__name__="up", job="node"\}/);
  });

  it('lists so many errors and counts the rest', async () => {
    const { batch } = open({ errorsListedMax: 2 });
    for (let at = 0; at < 5; at++) batch.refuse('invalid', `error ${at}`);
    assert.deepEqual(batch.totals().errors, ['error 0', 'error 1']);
    assert.equal(batch.totals().errorsLeftOut, 3);
  });

  it('keeps what was stored before when the store fails, and counts nothing of the rest', async () => {
    const { appender, batch } = open();
    batch.sample(batch.series(UP), NOW_MS, 1);
    await batch.flush();
    appender.failure = new Error('no space left');
    batch.sample(batch.series(UP), NOW_MS + 1, 1);
    await assert.rejects(batch.flush(), /no space left/);
    assert.equal(batch.totals().samples, 1);
  });

  it('says when it is full, and grows until then', async () => {
    const { appender, batch } = open({ batchRowsMax: 10_000 });
    const up = batch.series(UP);
    for (let at = 0; !batch.isFull; at++) batch.sample(up, NOW_MS - 20_000 + at, at);
    await batch.flush();
    assert.equal(batch.isFull, false);
    assert.equal(appender.samples.get('{__name__="up", job="node"}')?.length, 10_000);
    assert.equal(appender.samples.get('{__name__="up", job="node"}')?.at(-1)?.bits, bitsOfNumber(9_999));
  });
});
