// What every implementation of `Store` must do, as one suite of tests. An implementation calls `describeStore` from a
// test of its own with a way to open a fresh, empty store and to open the same one again.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Batch, NativeHistogram } from '../model/batch.ts';
import { type Labels, labelsFromRecord, labelsToRecord } from '../model/labels.ts';
import type { MatchOperator } from '../model/matcher.ts';
import { bitsOf, isStaleAt, writeStaleAt } from '../model/staleness.ts';
import type { SeriesSamples, Store } from './interface.ts';

interface StoreUnderTest {
  readonly store: Store;
  /** Closes the store and opens it again over the same data. */
  restart(): Promise<Store>;
  dispose(): Promise<void>;
}

/** A fresh store whose clock stands at `nowMs`. */
export type StoreFactory = (options: {
  readonly nowMs: number;
  readonly retentionMs: number | undefined;
}) => Promise<StoreUnderTest>;

const NOW_MS = 1_700_000_000_000;
const ALL_TIME = { minTimeMs: Number.NEGATIVE_INFINITY, maxTimeMs: Number.POSITIVE_INFINITY };
const NONE_REJECTED = { out_of_order: 0, duplicate: 0, too_old: 0, invalid: 0, series_limit: 0 };

export function describeStore(name: string, factory: StoreFactory): void {
  describe(`${name} as a Store`, () => {
    let subject: StoreUnderTest;
    let store: Store;
    beforeEach(async () => {
      subject = await factory({ nowMs: NOW_MS, retentionMs: undefined });
      ({ store } = subject);
    });
    afterEach(() => subject.dispose());

    describeAppending(
      () => store,
      async () => (store = await subject.restart()),
    );
    describeSelecting(() => store);
    describeLabels(() => store);
    describeSideData(
      () => store,
      async () => (store = await subject.restart()),
    );
  });
  describeRetention(factory);
}

function describeAppending(current: () => Store, restart: () => Promise<Store>): void {
  it('gives the same reference for the same labels, also after a restart', async () => {
    const series = [labelsFromRecord({ __name__: 'a' }), labelsFromRecord({ __name__: 'b' })];
    const [a, b] = await current().resolveSeries(series);
    assert.ok(a !== undefined && b !== undefined && a > 0 && b > 0 && a !== b);
    await current().append(batch([a, b], NOW_MS, [1, 2]));
    assert.deepEqual([...(await current().resolveSeries([...series].reverse()))], [b, a]);
    await restart();
    assert.deepEqual([...(await current().resolveSeries(series))], [a, b]);
  });

  it('gives one reference to labels that come twice in one request', async () => {
    const labels = labelsFromRecord({ __name__: 'twice' });
    const [first, second] = await current().resolveSeries([labels, labels]);
    assert.equal(first, second);
  });

  it('shows what was appended to the next read, and again after a restart', async () => {
    const ref = await resolve(current(), { __name__: 'up', job: 'node' });
    const outcome = await current().append(batch([ref], NOW_MS, [1]));
    assert.deepEqual(outcome, { acceptedSamples: 1, rejectedSamples: NONE_REJECTED });
    await current().append(batch([ref], NOW_MS + 5000, [0]));
    const expected = [
      {
        labels: { __name__: 'up', job: 'node' },
        samples: [
          [NOW_MS, 1],
          [NOW_MS + 5000, 0],
        ],
      },
    ];
    assert.deepEqual(await everything(current()), expected);
    await restart();
    assert.deepEqual(await everything(current()), expected);
  });

  it('keeps the bits of every value: stale markers, NaNs, infinities, negative zero', async () => {
    const refs = await resolveMany(current(), 6);
    const values = Float64Array.from([0, Number.NaN, Number.POSITIVE_INFINITY, -0, 5e-324, Number.NEGATIVE_INFINITY]);
    writeStaleAt(bitsOf(values), 0);
    const expected = [...bitsOf(values)];
    await current().append({ refs, timestampsMs: NOW_MS, values });
    for await (const store of beforeAndAfter(current, restart)) {
      const found = await collect(store);
      const bits = found.sort(byNumber).flatMap((series) => [...bitsOf(series.values)]);
      assert.deepEqual(bits, expected);
      assert.ok(isStaleAt(bitsOf(found[0]!.values), 0));
    }
  });

  it('takes a timestamp a row, and several samples of one series in one batch', async () => {
    const ref = await resolve(current(), { __name__: 'a' });
    const timestampsMs = Float64Array.of(NOW_MS, NOW_MS + 1, NOW_MS + 3);
    await current().append({ refs: Uint32Array.of(ref, ref, ref), timestampsMs, values: Float64Array.of(1, 2, 3) });
    const [found] = await collect(current());
    assert.deepEqual([...found!.timestampsMs], [...timestampsMs]);
    assert.deepEqual([...found!.values], [1, 2, 3]);
  });

  it('refuses what is not after the latest sample, says why, and stores the rest of the batch', async () => {
    const [a, b] = await resolveMany(current(), 2);
    await current().append(batch([a!], NOW_MS, [1]));
    for await (const store of beforeAndAfter(current, restart)) {
      const outcome = await store.append({
        refs: Uint32Array.of(a!, a!, a!, b!),
        timestampsMs: Float64Array.of(NOW_MS - 1, NOW_MS, NOW_MS, NOW_MS),
        values: Float64Array.of(1, 1, 2, 7),
      });
      // The sample that says exactly the same is accepted, as it is there already.
      assert.deepEqual(outcome, {
        acceptedSamples: 2,
        rejectedSamples: { ...NONE_REJECTED, out_of_order: 1, duplicate: 1 },
      });
    }
    assert.deepEqual(
      (await everything(current())).map(({ samples }) => samples),
      [[[NOW_MS, 1]], [[NOW_MS, 7]]],
    );
  });

  it('checks a batch against itself', async () => {
    const ref = await resolve(current(), { __name__: 'a' });
    const outcome = await current().append({
      refs: Uint32Array.of(ref, ref, ref, ref),
      timestampsMs: Float64Array.of(NOW_MS, NOW_MS, NOW_MS, NOW_MS - 1),
      values: Float64Array.of(1, 1, 2, 3),
    });
    assert.deepEqual(outcome, {
      acceptedSamples: 2,
      rejectedSamples: { ...NONE_REJECTED, out_of_order: 1, duplicate: 1 },
    });
  });

  it('drops rows of reference 0 and of references that were never given out, and timestamps that are none', async () => {
    const refs = await resolveMany(current(), 4);
    const outcome = await current().append({
      refs: Uint32Array.of(0, 4_000_000_000, ...refs),
      timestampsMs: Float64Array.of(NOW_MS, NOW_MS, Number.NaN, 0.5, Number.POSITIVE_INFINITY, 2 ** 60),
      values: new Float64Array(6),
    });
    assert.deepEqual(outcome, {
      acceptedSamples: 0,
      rejectedSamples: { ...NONE_REJECTED, series_limit: 1, invalid: 5 },
    });
    assert.deepEqual(await collect(current()), []);
  });

  it('takes an empty batch', async () => {
    const outcome = await current().append(batch([], NOW_MS, []));
    assert.deepEqual(outcome, { acceptedSamples: 0, rejectedSamples: NONE_REJECTED });
  });

  it('takes timestamp 0 and those before 1970', async () => {
    const ref = await resolve(current(), { __name__: 'a' });
    await current().append({
      refs: Uint32Array.of(ref, ref),
      timestampsMs: Float64Array.of(-5, 0),
      values: Float64Array.of(1, 2),
    });
    assert.deepEqual((await everything(current()))[0]?.samples, [
      [-5, 1],
      [0, 2],
    ]);
  });
}

function describeSelecting(current: () => Store): void {
  it('selects by each of the four operators; an absent label has the value ""', async () => {
    const all = [{ __name__: 'a', zone: 'eu' }, { __name__: 'a', zone: 'us' }, { __name__: 'a' }, { __name__: 'b' }];
    const refs = await current().resolveSeries(all.map(labelsFromRecord));
    await current().append({ refs, timestampsMs: NOW_MS, values: Float64Array.of(0, 1, 2, 3) });
    const select = async (...matchers: [string, MatchOperator, string][]) => {
      const request = matchers.map(([name, operator, value]) => ({ name, operator, value }));
      const found: number[] = [];
      for await (const { values } of current().select({ ...ALL_TIME, matchers: request })) found.push(...values);
      return found.sort((a, b) => a - b);
    };
    assert.deepEqual(await select(['__name__', '=', 'a']), [0, 1, 2]);
    assert.deepEqual(await select(['__name__', '=', 'a'], ['zone', '=', 'eu']), [0]);
    assert.deepEqual(await select(['zone', '=', '']), [2, 3]);
    assert.deepEqual(await select(['zone', '!=', 'eu']), [1, 2, 3]);
    assert.deepEqual(await select(['zone', '!=', '']), [0, 1]);
    assert.deepEqual(await select(['zone', '=~', 'e.|u.']), [0, 1]);
    assert.deepEqual(await select(['zone', '=~', 'e']), [], 'an expression is anchored at both ends');
    assert.deepEqual(await select(['zone', '=~', 'eu|']), [0, 2, 3]);
    assert.deepEqual(await select(['zone', '!~', 'e.*']), [1, 2, 3]);
    assert.deepEqual(await select(['zone', '!~', '.+'], ['__name__', '=', 'b']), [3]);
    assert.deepEqual(await select(['__name__', '=', 'c']), []);
    assert.deepEqual(await select(['nowhere', '=~', '.+']), []);
    assert.deepEqual(await select(), [0, 1, 2, 3]);
  });

  it('gives the samples of the range, both ends included, and no series without any', async () => {
    const [a, b] = await resolveMany(current(), 2);
    for (let step = 0; step < 100; step++) await current().append(batch([a!], NOW_MS + step * 10, [step]));
    await current().append(batch([b!], NOW_MS - 100, [1]));
    const found = await collect(current(), NOW_MS + 200, NOW_MS + 220);
    assert.deepEqual(
      found.map(({ values }) => [...values]),
      [[20, 21, 22]],
    );
    assert.deepEqual(await collect(current(), NOW_MS + 201, NOW_MS + 209), []);
  });

  it('fails a selection whose expression is not valid', async () => {
    const matchers = [{ name: 'a', operator: '=~', value: '(' }] as const;
    await assert.rejects(async () => {
      for await (const _ of current().select({ ...ALL_TIME, matchers }));
    });
  });

  it('gives columns that stay as they are whatever is read or appended later', async () => {
    const ref = await resolve(current(), { __name__: 'a' });
    await current().append(batch([ref], NOW_MS, [1]));
    const [kept] = await collect(current());
    await current().append(batch([ref], NOW_MS + 1, [2]));
    await collect(current());
    assert.deepEqual([[...kept!.timestampsMs], [...kept!.values]], [[NOW_MS], [1]]);
  });

  it('goes on with a selection while samples are appended, without a gap or a double', async () => {
    const refs = await resolveMany(current(), 50);
    for (let step = 0; step < 5; step++) await current().append(batch([...refs], NOW_MS + step, Array(50).fill(step)));
    let step = 5;
    for await (const { values } of current().select({ ...ALL_TIME, matchers: [] })) {
      assert.deepEqual([...values], [...values.keys()]);
      assert.ok(values.length >= 5);
      await current().append(batch([...refs], NOW_MS + step, Array(50).fill(step)));
      step++;
    }
    assert.equal(step, 55);
  });
}

function describeLabels(current: () => Store): void {
  const fill = async () => {
    const all = [
      { __name__: 'a', zone: 'eu' },
      { __name__: 'b', zone: 'us' },
      { __name__: 'c', chain: 'x' },
    ];
    const refs = await current().resolveSeries(all.map(labelsFromRecord));
    const timestampsMs = Float64Array.of(NOW_MS, NOW_MS + 10, NOW_MS + 20);
    await current().append({ refs, timestampsMs, values: new Float64Array(3) });
    await current().append(batch([refs[0]!], NOW_MS + 30, [1]));
    await current().resolveSeries([labelsFromRecord({ __name__: 'without', any: 'sample' })]);
  };
  const names = (found: readonly Labels[]) => found.map((labels) => labelsToRecord(labels)['__name__'] ?? '').sort();

  it('lists series, label names and label values, sorted, and only of series with samples', async () => {
    await fill();
    const request = { ...ALL_TIME, matcherSets: [], limit: 0 };
    assert.deepEqual(names(await current().series(request)), ['a', 'b', 'c']);
    assert.deepEqual(await current().labelNames(request), ['__name__', 'chain', 'zone']);
    assert.deepEqual(await current().labelValues('zone', request), ['eu', 'us']);
    assert.deepEqual(await current().labelValues('nowhere', request), []);
  });

  it('counts a series when it has a sample in the range', async () => {
    await fill();
    const request = { minTimeMs: NOW_MS + 5, maxTimeMs: NOW_MS + 15, matcherSets: [], limit: 0 };
    assert.deepEqual(names(await current().series(request)), ['b']);
    assert.deepEqual(await current().labelNames(request), ['__name__', 'zone']);
    assert.deepEqual(await current().labelValues('zone', request), ['us']);
  });

  it('takes series that match any of the matcher sets, once', async () => {
    await fill();
    const eu = { name: 'zone', operator: '=', value: 'eu' } as const;
    const zoned = { name: 'zone', operator: '!=', value: '' } as const;
    const request = { ...ALL_TIME, matcherSets: [[eu], [zoned]], limit: 0 };
    assert.deepEqual(names(await current().series(request)), ['a', 'b']);
    const both = { ...request, matcherSets: [[eu, { ...zoned, operator: '=' as const }]] };
    assert.deepEqual(await current().series(both), []);
  });

  it('keeps to the limit', async () => {
    await fill();
    const request = { ...ALL_TIME, matcherSets: [], limit: 1 };
    assert.equal((await current().series(request)).length, 1);
    assert.deepEqual(await current().labelNames(request), ['__name__']);
    assert.deepEqual(await current().labelValues('__name__', request), ['a']);
  });
}

function describeSideData(current: () => Store, restart: () => Promise<Store>): void {
  it('gives native histograms back as they were, beside the floats of other series', async () => {
    const [a, b] = await resolveMany(current(), 2);
    const sent: Batch = {
      ...batch([a!, b!], NOW_MS, [7, 0]),
      histograms: [{ row: 1, histogram: HISTOGRAM }],
    };
    await current().append(sent);
    assert.deepEqual((await current().append(sent)).acceptedSamples, 2, 'the same once more is there already');
    const other = { ...sent, histograms: [{ row: 1, histogram: { ...HISTOGRAM, count: 99 } }] };
    for await (const store of beforeAndAfter(current, restart)) {
      const [floats, histograms] = (await collect(store)).sort(byNumber);
      assert.deepEqual([...floats!.values], [7]);
      assert.equal(floats!.histograms, undefined);
      assert.equal(histograms!.values.length, 0);
      assert.deepEqual(histograms!.histograms, [{ timestampMs: NOW_MS, histogram: HISTOGRAM }]);
      assert.deepEqual((await store.append(other)).rejectedSamples, { ...NONE_REJECTED, duplicate: 1 });
    }
  });

  it('gives exemplars back in the range, each once however often it is sent', async () => {
    const ref = await resolve(current(), { __name__: 'a' });
    const first = { labels: labelsFromRecord({ trace_id: 'ä' }), value: 0.25, timestampMs: NOW_MS - 3 };
    const second = { labels: labelsFromRecord({ trace_id: 'b' }), value: 1, timestampMs: NOW_MS + 4 };
    const send = async (timestampMs: number, exemplar: typeof first) => {
      await current().append({ ...batch([ref], timestampMs, [1]), exemplars: [{ row: 0, exemplar }] });
    };
    await send(NOW_MS, first);
    await send(NOW_MS + 5, second);
    await restart();
    await send(NOW_MS + 10, second);
    const read = async (minTimeMs: number) => {
      const found = [];
      const range = { minTimeMs, maxTimeMs: NOW_MS + 100 };
      for await (const series of current().selectExemplars({ ...range, matchers: [] })) found.push(series);
      return found.map(({ labels, exemplars }) => [labelsToRecord(labels), exemplars]);
    };
    assert.deepEqual(await read(NOW_MS - 3), [[{ __name__: 'a' }, [first, second]]]);
    assert.deepEqual(await read(NOW_MS), [[{ __name__: 'a' }, [second]]]);
    assert.deepEqual(await read(NOW_MS + 5), []);
  });

  it('keeps the latest word on a metric', async () => {
    const up = { name: 'up', type: 'gauge', help: 'Old.', unit: '' } as const;
    const seen = { name: 'seen_total', type: 'counter', help: 'Seen.', unit: 'bytes' } as const;
    await current().append({ ...batch([], NOW_MS, []), metadata: [up, seen] });
    await current().append({ ...batch([], NOW_MS, []), metadata: [{ ...up, help: 'New.' }] });
    for await (const store of beforeAndAfter(current, restart)) {
      assert.deepEqual(await store.metadata('up', 0), [{ ...up, help: 'New.' }]);
      assert.deepEqual(await store.metadata('absent', 0), []);
      assert.equal((await store.metadata('', 0)).length, 2);
      assert.equal((await store.metadata('', 1)).length, 1);
    }
  });

  it('counts what it holds', async () => {
    assert.equal(current().stats().oldestTimeMs, undefined);
    const refs = await resolveMany(current(), 3);
    await current().append(batch([...refs], NOW_MS, [1, 2, 3]));
    await current().append(batch([refs[0]!], NOW_MS + 5, [1]));
    const stats = current().stats();
    assert.equal(stats.totalSeries, 3);
    assert.equal(stats.activeSeries, 3);
    assert.deepEqual([stats.oldestTimeMs, stats.newestTimeMs], [NOW_MS, NOW_MS + 5]);
    assert.deepEqual(stats.errorsTotal, { append: 0, read: 0, seal: 0, delete: 0, checkpoint: 0 });
  });

  it('refuses every call after it was closed', async () => {
    const store = current();
    await restart();
    const code = { code: 'storage_closed' };
    await assert.rejects(store.append(batch([], NOW_MS, [])), code);
    await assert.rejects(store.resolveSeries([]), code);
    await assert.rejects(collect(store), code);
    await assert.rejects(store.maintain(NOW_MS), code);
    await store.close();
  });
}

function describeRetention(factory: StoreFactory): void {
  describe('retention', () => {
    const retentionMs = 3_600_000;
    let subject: StoreUnderTest;
    beforeEach(async () => {
      subject = await factory({ nowMs: NOW_MS, retentionMs });
    });
    afterEach(() => subject.dispose());

    it('refuses samples that are older', async () => {
      const ref = await resolve(subject.store, { __name__: 'a' });
      const outcome = await subject.store.append({
        refs: Uint32Array.of(ref, ref),
        timestampsMs: Float64Array.of(NOW_MS - retentionMs - 1, NOW_MS - retentionMs),
        values: Float64Array.of(1, 2),
      });
      assert.deepEqual(outcome, { acceptedSamples: 1, rejectedSamples: { ...NONE_REJECTED, too_old: 1 } });
    });

    it('hides what has become older from every read after maintenance', async () => {
      const [a, b] = await resolveMany(subject.store, 2);
      await subject.store.append(batch([a!, b!], NOW_MS, [1, 1]));
      await subject.store.append(batch([b!], NOW_MS + 10, [2]));
      await subject.store.maintain(NOW_MS + retentionMs + 5);
      assert.deepEqual(await everything(subject.store), [{ labels: { __name__: 'n1' }, samples: [[NOW_MS + 10, 2]] }]);
      assert.deepEqual(await subject.store.labelValues('__name__', { ...ALL_TIME, matcherSets: [], limit: 0 }), ['n1']);
    });
  });
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
  customBounds: Float64Array.of(0.1, 1),
  isGauge: true,
};

function batch(refs: readonly number[], timestampsMs: number, values: readonly number[]): Batch {
  return { refs: Uint32Array.from(refs), timestampsMs, values: Float64Array.from(values) };
}

/** The store as it is, and then the one that is opened again over the same data. */
async function* beforeAndAfter(current: () => Store, restart: () => Promise<Store>): AsyncGenerator<Store> {
  yield current();
  yield await restart();
}

async function resolve(store: Store, labels: Record<string, string>): Promise<number> {
  const [ref] = await store.resolveSeries([labelsFromRecord(labels)]);
  return ref!;
}

/** Series named n0, n1, … */
async function resolveMany(store: Store, count: number): Promise<Uint32Array> {
  return store.resolveSeries(Array.from({ length: count }, (_, index) => labelsFromRecord({ __name__: `n${index}` })));
}

async function collect(store: Store, minTimeMs = -1e15, maxTimeMs = 1e15): Promise<SeriesSamples[]> {
  const found: SeriesSamples[] = [];
  for await (const series of store.select({ minTimeMs, maxTimeMs, matchers: [] })) found.push(series);
  return found;
}

async function everything(store: Store) {
  return (await collect(store)).sort(byNumber).map(({ labels, timestampsMs, values }) => ({
    labels: labelsToRecord(labels),
    samples: [...timestampsMs].map((timestampMs, index) => [timestampMs, values[index]]),
  }));
}

function byNumber(one: SeriesSamples, other: SeriesSamples): number {
  return JSON.stringify(one.labels) < JSON.stringify(other.labels) ? -1 : 1;
}
