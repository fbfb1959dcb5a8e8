import assert from 'node:assert/strict';
import { it } from 'node:test';
import { labelsFromRecord } from '../../../model/labels.ts';
import type { MatchOperator } from '../../../model/matcher.ts';
import { ALL_TIME, batch, collect, NOW_MS, resolve, resolveMany, type Subject } from './subject.ts';

export function describeSelecting(subject: Subject): void {
  it('selects by each of the four operators; an absent label has the value ""', async () => {
    const all = [{ __name__: 'a', zone: 'eu' }, { __name__: 'a', zone: 'us' }, { __name__: 'a' }, { __name__: 'b' }];
    const refs = await subject.store().resolveSeries(all.map(labelsFromRecord));
    await subject.store().append({ refs, timestampsMs: NOW_MS, values: Float64Array.of(0, 1, 2, 3) });
    const store = await subject.settled();
    const select = async (...matchers: [string, MatchOperator, string][]) => {
      const request = matchers.map(([name, operator, value]) => ({ name, operator, value }));
      const found: number[] = [];
      for await (const { values } of store.select({ ...ALL_TIME, matchers: request })) found.push(...values);
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

  it('finds label values with any character', async () => {
    const texts = ['a"b', 'back\\slash', 'new\nline', 'äöü €', '{}', 'a,b=c', '"values":[1],"timestamps":[2]'];
    const refs = await subject
      .store()
      .resolveSeries(texts.map((text) => labelsFromRecord({ __name__: 'odd', label: text })));
    await subject.store().append({ refs, timestampsMs: NOW_MS, values: Float64Array.from(texts.keys()) });
    const store = await subject.settled();
    for (const [index, value] of texts.entries()) {
      const found = [];
      const matchers = [{ name: 'label', operator: '=', value }] as const;
      for await (const series of store.select({ ...ALL_TIME, matchers })) found.push(series);
      assert.deepEqual(
        found.map(({ labels, values }) => [labels, [...values]]),
        [[labelsFromRecord({ __name__: 'odd', label: value }), [index]]],
      );
    }
  });

  it('gives the samples of the range, both ends included, and no series without any', async () => {
    const [a, b] = await resolveMany(subject.store(), 2);
    for (let step = 0; step < 100; step++) await subject.store().append(batch([a!], NOW_MS + step * 10, [step]));
    await subject.store().append(batch([b!], NOW_MS - 100, [1]));
    const store = await subject.settled();
    const found = await collect(store, NOW_MS + 200, NOW_MS + 220);
    assert.deepEqual(
      found.map(({ values }) => [...values]),
      [[20, 21, 22]],
    );
    assert.deepEqual(await collect(store, NOW_MS + 201, NOW_MS + 209), []);
  });

  it('fails a selection whose expression is not valid', async () => {
    const matchers = [{ name: 'a', operator: '=~', value: '(' }] as const;
    await assert.rejects(async () => {
      for await (const _ of subject.store().select({ ...ALL_TIME, matchers }));
    });
  });

  it('gives columns that stay as they are whatever is read or appended later', async () => {
    const ref = await resolve(subject.store(), { __name__: 'a' });
    await subject.store().append(batch([ref], NOW_MS, [1]));
    const [kept] = await collect(await subject.settled());
    await subject.store().append(batch([ref], NOW_MS + 1, [2]));
    await collect(await subject.settled());
    assert.deepEqual([[...kept!.timestampsMs], [...kept!.values]], [[NOW_MS], [1]]);
  });

  it('goes on with a selection while samples are appended, without a gap or a double', async () => {
    const refs = await resolveMany(subject.store(), 50);
    const append = (step: number) =>
      subject.store().append(batch([...refs], NOW_MS + step, Array<number>(50).fill(step)));
    for (let step = 0; step < 5; step++) await append(step);
    const store = await subject.settled();
    let step = 5;
    for await (const { values } of store.select({ ...ALL_TIME, matchers: [] })) {
      assert.deepEqual([...values], [...values.keys()]);
      assert.ok(values.length >= 5);
      await append(step);
      step++;
    }
    assert.equal(step, 55);
  });
}
