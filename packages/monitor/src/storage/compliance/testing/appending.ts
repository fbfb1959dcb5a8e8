import assert from 'node:assert/strict';
import { it } from 'node:test';
import { labelsFromRecord } from '../../../model/labels.ts';
import { bitsOf, isStaleAt, writeStaleAt } from '../../../model/staleness.ts';
import {
  batch,
  beforeAndAfter,
  byLabels,
  collect,
  countsOf,
  everything,
  NONE_REJECTED,
  NOW_MS,
  resolve,
  resolveMany,
  type Subject,
} from './subject.ts';

export function describeAppending(subject: Subject): void {
  const { can } = subject;
  describeReferences(subject);

  it('shows what was appended, and again after a restart', async () => {
    const store = subject.store();
    const ref = await resolve(store, { __name__: 'up', job: 'node' });
    const outcome = await store.append(batch([ref], NOW_MS, [1]));
    assert.deepEqual(countsOf(outcome), { acceptedSamples: 1, rejectedSamples: NONE_REJECTED });
    await store.append(batch([ref], NOW_MS + 5000, [0]));
    const samples = [
      [NOW_MS, 1],
      [NOW_MS + 5000, 0],
    ];
    for await (const seen of beforeAndAfter(subject)) {
      assert.deepEqual(await everything(seen), [{ labels: { __name__: 'up', job: 'node' }, samples }]);
    }
  });

  const when = can.readYourWrites ? 'to the very next read' : 'only once the other server has it';
  it(`shows what was appended ${when}`, async () => {
    const ref = await resolve(subject.store(), { __name__: 'a' });
    await subject.store().append(batch([ref], NOW_MS, [1]));
    assert.equal((await collect(subject.store())).length, can.readYourWrites ? 1 : 0);
    assert.equal((await collect(await subject.settled())).length, 1);
  });

  describeValues(subject);

  it('takes a timestamp a row, and several samples of one series in one batch', async () => {
    const ref = await resolve(subject.store(), { __name__: 'a' });
    const timestampsMs = Float64Array.of(NOW_MS, NOW_MS + 1, NOW_MS + 3);
    await subject
      .store()
      .append({ refs: Uint32Array.of(ref, ref, ref), timestampsMs, values: Float64Array.of(1, 2, 3) });
    const [found] = await collect(await subject.settled());
    assert.deepEqual([...found!.timestampsMs], [NOW_MS, NOW_MS + 1, NOW_MS + 3]);
    assert.deepEqual([...found!.values], [1, 2, 3]);
  });

  if (can.judges === 'append') describeOwnJudgement(subject);
  else describeForeignJudgement(subject);

  it('drops rows of reference 0 and of references that were never given out, and timestamps that are none', async () => {
    const refs = await resolveMany(subject.store(), 4);
    const outcome = await subject.store().append({
      refs: Uint32Array.of(0, 4_000_000_000, ...refs),
      timestampsMs: Float64Array.of(NOW_MS, NOW_MS, Number.NaN, 0.5, Number.POSITIVE_INFINITY, 2 ** 60),
      values: new Float64Array(6),
    });
    assert.deepEqual(countsOf(outcome), {
      acceptedSamples: 0,
      rejectedSamples: { ...NONE_REJECTED, series_limit: 1, unknown_series: 1, invalid: 4 },
    });
    assert.deepEqual(await collect(await subject.settled()), []);
  });

  it('takes an empty batch', async () => {
    const outcome = await subject.store().append(batch([], NOW_MS, []));
    assert.deepEqual(countsOf(outcome), { acceptedSamples: 0, rejectedSamples: NONE_REJECTED });
  });

  it(`takes timestamp 0${can.beforeEpoch ? ' and those before 1970' : ', and loses those before 1970'}`, async () => {
    const ref = await resolve(subject.store(), { __name__: 'a' });
    await subject.store().append({
      refs: Uint32Array.of(ref, ref),
      timestampsMs: Float64Array.of(-5, 0),
      values: Float64Array.of(1, 2),
    });
    const [found] = await everything(await subject.settled());
    const expected = [
      [-5, 1],
      [0, 2],
    ];
    assert.deepEqual(found?.samples, can.beforeEpoch ? expected : expected.slice(1));
  });
}

function describeReferences(subject: Subject): void {
  it('gives the same reference for the same labels, also after a restart', async () => {
    const series = [labelsFromRecord({ __name__: 'a' }), labelsFromRecord({ __name__: 'b' })];
    const [a, b] = await subject.store().resolveSeries(series);
    assert.ok(a !== undefined && b !== undefined && a > 0 && b > 0 && a !== b);
    await subject.store().append(batch([a, b], NOW_MS, [1, 2]));
    assert.deepEqual([...(await subject.store().resolveSeries([...series].reverse()))], [b, a]);
    await subject.restart();
    assert.deepEqual([...(await subject.store().resolveSeries(series))], [a, b]);
  });

  it('gives one reference to labels that come twice in one request', async () => {
    const labels = labelsFromRecord({ __name__: 'twice' });
    const [first, second] = await subject.store().resolveSeries([labels, labels]);
    assert.equal(first, second);
  });

  it('takes references of before a restart', async () => {
    const ref = await resolve(subject.store(), { __name__: 'a' });
    await subject.store().append(batch([ref], NOW_MS, [1]));
    await subject.restart();
    assert.equal((await subject.store().append(batch([ref], NOW_MS + 1, [2]))).acceptedSamples, 1);
    const [found] = await collect(await subject.settled());
    assert.deepEqual([...found!.values], [1, 2]);
  });
}

function describeValues(subject: Subject): void {
  const { can } = subject;
  const append = async (values: Float64Array): Promise<void> => {
    const refs = await resolveMany(subject.store(), values.length);
    await subject.store().append({ refs, timestampsMs: NOW_MS, values });
  };

  if (can.values !== 'digits') {
    const zero = can.values === 'bits' ? -0 : 0;
    it(`keeps the bits of every value: NaNs, infinities, the smallest number; negative zero as ${Object.is(zero, 0) ? 'zero' : 'it is'}`, async () => {
      const given = [Number.NaN, Number.POSITIVE_INFINITY, -0, 5e-324, Number.NEGATIVE_INFINITY, 0.1 + 0.2];
      const expected = [...bitsOf(Float64Array.from(given, (value) => (value === 0 ? zero : value)))];
      await append(Float64Array.from(given));
      for await (const store of beforeAndAfter(subject)) {
        const found = (await collect(store)).sort(byLabels);
        assert.deepEqual(
          found.flatMap(({ values }) => [...bitsOf(values)]),
          expected,
        );
      }
    });
  } else {
    it('keeps some fifteen digits of a value and its infinities, and loses NaNs', async () => {
      const given = [1234.56789, Number.POSITIVE_INFINITY, Number.NaN, Number.NEGATIVE_INFINITY, 123456789.87654321];
      await append(Float64Array.from(given));
      for await (const store of beforeAndAfter(subject)) {
        const found = (await collect(store)).sort(byLabels).map(({ values }) => values[0]!);
        assert.equal(found.length, given.length - 1, 'the NaN is not there');
        const kept = given.filter((value) => !Number.isNaN(value));
        for (const [index, value] of kept.entries()) {
          const isSame = found[index] === value || Math.abs(found[index]! / value - 1) < 1e-14;
          assert.ok(isSame, `${found[index]} for ${value}`);
        }
      }
    });
  }

  it(can.staleMarkers ? 'keeps stale markers, told from other values' : 'loses stale markers', async () => {
    const values = Float64Array.of(0, 7);
    writeStaleAt(bitsOf(values), 0);
    await append(values);
    for await (const store of beforeAndAfter(subject)) {
      const found = (await collect(store)).sort(byLabels);
      assert.deepEqual(
        found.map((series) => isStaleAt(bitsOf(series.values), 0)),
        can.staleMarkers ? [true, false] : [false],
      );
    }
  });
}

function describeOwnJudgement(subject: Subject): void {
  const isKept = subject.can.outOfOrder === 'kept';
  /** Of one sample before the latest. */
  const early = isKept ? { acceptedSamples: 1, out_of_order: 0 } : { acceptedSamples: 0, out_of_order: 1 };

  it(`${isKept ? 'keeps' : 'refuses'} what is before the latest sample, says why, and stores the rest of the batch`, async () => {
    const [a, b] = await resolveMany(subject.store(), 2);
    await subject.store().append(batch([a!], NOW_MS, [1]));
    for await (const store of beforeAndAfter(subject)) {
      const outcome = await store.append({
        refs: Uint32Array.of(a!, a!, a!, b!),
        timestampsMs: Float64Array.of(NOW_MS - 1, NOW_MS, NOW_MS, NOW_MS),
        values: Float64Array.of(1, 1, 2, 7),
      });
      // The sample that says exactly the same is accepted, as it is there already.
      assert.deepEqual(countsOf(outcome), {
        acceptedSamples: 2 + early.acceptedSamples,
        rejectedSamples: { ...NONE_REJECTED, out_of_order: early.out_of_order, duplicate: 1 },
      });
    }
    const first = [[NOW_MS, 1]];
    assert.deepEqual(
      (await everything(subject.store())).map(({ samples }) => samples),
      [isKept ? [[NOW_MS - 1, 1], ...first] : first, [[NOW_MS, 7]]],
    );
  });

  it('checks a batch against itself', async () => {
    const ref = await resolve(subject.store(), { __name__: 'a' });
    const outcome = await subject.store().append({
      refs: Uint32Array.of(ref, ref, ref, ref),
      timestampsMs: Float64Array.of(NOW_MS, NOW_MS, NOW_MS, NOW_MS - 1),
      values: Float64Array.of(1, 1, 2, 3),
    });
    assert.deepEqual(countsOf(outcome), {
      acceptedSamples: 2 + early.acceptedSamples,
      rejectedSamples: { ...NONE_REJECTED, out_of_order: early.out_of_order, duplicate: 1 },
    });
  });
}

function describeForeignJudgement(subject: Subject): void {
  const isKept = subject.can.outOfOrder === 'kept';

  it(`accepts what is before the latest sample, and the other server ${isKept ? 'keeps' : 'refuses'} it`, async () => {
    const [a, b] = await resolveMany(subject.store(), 2);
    await subject.store().append(batch([a!], NOW_MS, [1]));
    await subject.settled();
    const outcome = await subject.store().append({
      refs: Uint32Array.of(a!, b!),
      timestampsMs: Float64Array.of(NOW_MS - 1, NOW_MS),
      values: Float64Array.of(2, 7),
    });
    assert.deepEqual(countsOf(outcome), { acceptedSamples: 2, rejectedSamples: NONE_REJECTED });
    const latest = [[NOW_MS, 1]];
    assert.deepEqual(
      (await everything(await subject.settled())).map(({ samples }) => samples),
      [isKept ? [[NOW_MS - 1, 2], ...latest] : latest, [[NOW_MS, 7]]],
    );
  });
}
