import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Labels, labelsFromRecord, labelsToRecord } from '../../../model/labels.ts';
import type { Store } from '../../interface.ts';
import { ALL_TIME, batch, NOW_MS, type Subject } from './subject.ts';

export function describeLabels(subject: Subject): void {
  const { exactLabelRanges } = subject.can;
  const fill = async (): Promise<Store> => {
    const store = subject.store();
    const all = [
      { __name__: 'a', zone: 'eu' },
      { __name__: 'b', zone: 'us' },
      { __name__: 'c', chain: 'x' },
    ];
    const refs = await store.resolveSeries(all.map(labelsFromRecord));
    const timestampsMs = Float64Array.of(NOW_MS, NOW_MS + 10, NOW_MS + 20);
    const [first] = refs;
    await store.append({ refs, timestampsMs, values: new Float64Array(3) });
    await store.append(batch([first!], NOW_MS + 30, [1]));
    await store.resolveSeries([labelsFromRecord({ __name__: 'without', any: 'sample' })]);
    return subject.settled();
  };
  const names = (found: readonly Labels[]) => found.map((labels) => labelsToRecord(labels)['__name__'] ?? '').sort();

  it('lists series, label names and label values, sorted, and only of series with samples', async () => {
    const store = await fill();
    const request = { ...ALL_TIME, matcherSets: [], limit: 0 };
    assert.deepEqual(names(await store.series(request)), ['a', 'b', 'c']);
    assert.deepEqual(await store.labelNames(request), ['__name__', 'chain', 'zone']);
    assert.deepEqual(await store.labelValues('zone', request), ['eu', 'us']);
    assert.deepEqual(await store.labelValues('nowhere', request), []);
  });

  it(`counts a series when it has a sample in the range${exactLabelRanges ? '' : ', or near it'}`, async () => {
    const store = await fill();
    const request = { minTimeMs: NOW_MS + 5, maxTimeMs: NOW_MS + 15, matcherSets: [], limit: 0 };
    const found = names(await store.series(request));
    if (exactLabelRanges) {
      assert.deepEqual(found, ['b']);
      assert.deepEqual(await store.labelNames(request), ['__name__', 'zone']);
      assert.deepEqual(await store.labelValues('zone', request), ['us']);
    } else {
      assert.ok(found.includes('b') && found.length > 1, `more than exactly what is there: ${found.join()}`);
      assert.ok((await store.labelValues('zone', request)).includes('us'));
    }
  });

  it('takes series that match any of the matcher sets, once', async () => {
    const store = await fill();
    const eu = { name: 'zone', operator: '=', value: 'eu' } as const;
    const zoned = { name: 'zone', operator: '!=', value: '' } as const;
    const request = { ...ALL_TIME, matcherSets: [[eu], [zoned]], limit: 0 };
    assert.deepEqual(names(await store.series(request)), ['a', 'b']);
    const both = { ...request, matcherSets: [[eu, { ...zoned, operator: '=' as const }]] };
    assert.deepEqual(await store.series(both), []);
  });

  it('keeps to the limit', async () => {
    const store = await fill();
    const request = { ...ALL_TIME, matcherSets: [], limit: 1 };
    assert.equal((await store.series(request)).length, 1);
    assert.deepEqual(await store.labelNames(request), ['__name__']);
    assert.deepEqual(await store.labelValues('__name__', request), ['a']);
  });
}
