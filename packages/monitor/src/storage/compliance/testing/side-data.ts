import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Batch, NativeHistogram } from '../../../model/batch.ts';
import { labelsFromRecord, labelsToRecord } from '../../../model/labels.ts';
import type { StoreStats } from '../../interface.ts';
import {
  batch,
  beforeAndAfter,
  byLabels,
  collect,
  NONE_REJECTED,
  NOW_MS,
  resolve,
  resolveMany,
  type Subject,
} from './subject.ts';

export function describeSideData(subject: Subject): void {
  describeHistograms(subject);
  describeExemplars(subject);

  it('keeps the latest word on a metric', async () => {
    const up = { name: 'up', type: 'gauge', help: 'Old.', unit: '' } as const;
    const seen = { name: 'seen_total', type: 'counter', help: 'Seen.', unit: 'bytes' } as const;
    await subject.store().append({ ...batch([], NOW_MS, []), metadata: [up, seen] });
    await subject.store().append({ ...batch([], NOW_MS, []), metadata: [{ ...up, help: 'New.' }] });
    for await (const store of beforeAndAfter(subject)) {
      assert.deepEqual(await store.metadata('up', 0), [{ ...up, help: 'New.' }]);
      assert.deepEqual(await store.metadata('absent', 0), []);
      assert.equal((await store.metadata('', 0)).length, 2);
      assert.equal((await store.metadata('', 1)).length, 1);
    }
  });

  it('counts what it holds', async () => {
    const { counts } = subject.can;
    const store = subject.store();
    assert.equal(store.stats().newestTimeMs, undefined);
    const refs = await resolveMany(store, 3);
    const [first] = refs;
    await store.append(batch([...refs], NOW_MS, [1, 2, 3]));
    await store.append(batch([first!], NOW_MS + 5, [1]));
    const stats: StoreStats = store.stats();
    assert.equal(stats.totalSeries, 3);
    assert.equal(stats.activeSeries, 3);
    assert.deepEqual([stats.oldestTimeMs, stats.newestTimeMs], [counts === 'store' ? NOW_MS : undefined, NOW_MS + 5]);
    assert.equal(Math.max(...Object.values(stats.errorsTotal)), 0);
    if (counts === 'queue') {
      assert.equal(stats.headSamples, 4);
      assert.equal((await subject.settled()).stats().headSamples, 0);
    }
  });

  it('refuses every call after it was closed', async () => {
    const store = subject.store();
    await subject.restart();
    const code = { code: 'storage_closed' };
    await assert.rejects(store.append(batch([], NOW_MS, [])), code);
    await assert.rejects(store.resolveSeries([]), code);
    await assert.rejects(collect(store), code);
    await assert.rejects(store.maintain(NOW_MS), code);
    await store.close();
  });
}

function describeHistograms(subject: Subject): void {
  const { can } = subject;
  const sent = async (histogram: NativeHistogram): Promise<Batch> => {
    const [a, b] = await resolveMany(subject.store(), 2);
    return { ...batch([a!, b!], NOW_MS, [7, 0]), histograms: [{ row: 1, histogram }] };
  };

  if (!can.nativeHistograms) {
    it('loses native histograms, and keeps the floats beside them', async () => {
      await subject.store().append(await sent(HISTOGRAM));
      const found = await collect(await subject.settled());
      assert.deepEqual(
        found.map(({ values, histograms }) => [[...values], histograms]),
        [[[7], undefined]],
      );
    });
    return;
  }

  const all = can.customBounds ? [HISTOGRAM, WITH_CUSTOM_BOUNDS] : [HISTOGRAM];
  for (const histogram of [...all, FRACTIONAL, COUNTER]) {
    const { schema, isGauge = false, count } = histogram;
    it(`gives a native histogram back as it was (schema ${schema}, gauge ${isGauge}, count ${count})`, async () => {
      await subject.store().append(await sent(histogram));
      for await (const store of beforeAndAfter(subject)) {
        const [floats, histograms] = (await collect(store)).sort(byLabels);
        assert.deepEqual([...floats!.values], [7]);
        assert.equal(floats!.histograms, undefined);
        assert.equal(histograms!.values.length, 0);
        assert.deepEqual(histograms!.histograms, [{ timestampMs: NOW_MS, histogram }]);
      }
    });
  }

  if (!can.customBounds) {
    it('loses native histograms with bucket limits of their own', async () => {
      await subject.store().append(await sent(WITH_CUSTOM_BOUNDS));
      const found = await collect(await subject.settled());
      assert.deepEqual(
        found.map(({ values, histograms }) => [[...values], histograms]),
        [[[7], undefined]],
      );
    });
  }

  if (can.judges !== 'append') return;
  it('keeps the first of two histograms of one time, and takes it once more for there already', async () => {
    const one = await sent(HISTOGRAM);
    const other = { ...one, histograms: [{ row: 1, histogram: { ...HISTOGRAM, count: 99 } }] };
    await subject.store().append(copyOf(one));
    assert.equal((await subject.store().append(copyOf(one))).acceptedSamples, 2);
    assert.deepEqual((await subject.store().append(copyOf(other))).rejectedSamples, { ...NONE_REJECTED, duplicate: 1 });
    await subject.restart();
    // After a restart the store need not notice it, but never shows it.
    await subject.store().append(copyOf(other));
    const [, histograms] = (await collect(subject.store())).sort(byLabels);
    assert.deepEqual(histograms!.histograms, [{ timestampMs: NOW_MS, histogram: HISTOGRAM }]);
  });
}

function describeExemplars(subject: Subject): void {
  const { can } = subject;
  const what = can.exemplars
    ? 'gives exemplars back in the range, each once however often it is sent'
    : 'loses exemplars';
  it(what, async () => {
    const ref = await resolve(subject.store(), { __name__: 'a' });
    const first = { labels: labelsFromRecord({ trace_id: 'ä' }), value: 0.25, timestampMs: NOW_MS - 3 };
    const second = { labels: labelsFromRecord({ trace_id: 'b' }), value: 1, timestampMs: NOW_MS + 4 };
    const send = async (timestampMs: number, exemplar: typeof first) => {
      await subject.store().append({ ...batch([ref], timestampMs, [1]), exemplars: [{ row: 0, exemplar }] });
    };
    await send(NOW_MS, first);
    await send(NOW_MS + 5, second);
    await subject.restart();
    await send(NOW_MS + 10, second);
    const store = await subject.settled();
    const read = async (minTimeMs: number) => {
      const found = [];
      const range = { minTimeMs, maxTimeMs: NOW_MS + 100 };
      for await (const series of store.selectExemplars({ ...range, matchers: [] })) found.push(series);
      return found.map(({ labels, exemplars }) => [labelsToRecord(labels), exemplars]);
    };
    assert.deepEqual(await read(NOW_MS - 3), can.exemplars ? [[{ __name__: 'a' }, [first, second]]] : []);
    assert.deepEqual(await read(NOW_MS), can.exemplars ? [[{ __name__: 'a' }, [second]]] : []);
    assert.deepEqual(await read(NOW_MS + 5), []);
  });
}

/** A store may hand the columns of a batch on. */
function copyOf(given: Batch): Batch {
  return { ...given, refs: given.refs.slice(), values: given.values.slice() };
}

const HISTOGRAM: NativeHistogram = {
  schema: -3,
  zeroThreshold: 2.9e-39,
  zeroCount: 2,
  count: 12,
  sum: -18.4,
  positiveSpans: [
    { offset: -7, length: 2 },
    { offset: 3, length: 1 },
  ],
  positiveCounts: Float64Array.of(1, 2, 3),
  negativeSpans: [{ offset: 0, length: 1 }],
  negativeCounts: Float64Array.of(4),
  isGauge: true,
};

const WITH_CUSTOM_BOUNDS: NativeHistogram = {
  schema: -53,
  zeroThreshold: 0,
  zeroCount: 0,
  count: 6,
  sum: 3.5,
  positiveSpans: [{ offset: 0, length: 3 }],
  positiveCounts: Float64Array.of(1, 2, 3),
  negativeSpans: [],
  negativeCounts: new Float64Array(0),
  customBounds: Float64Array.of(0.1, 1),
};

/** Its counts are no whole numbers, as after a division. */
const FRACTIONAL: NativeHistogram = {
  ...HISTOGRAM,
  schema: 2,
  zeroCount: 0.5,
  count: 5,
  positiveCounts: Float64Array.of(1.25, 0.25, 1),
  negativeCounts: Float64Array.of(2),
};

const { isGauge: _, ...counter } = HISTOGRAM;
const COUNTER: NativeHistogram = { ...counter, schema: 8, sum: 18.4 };
