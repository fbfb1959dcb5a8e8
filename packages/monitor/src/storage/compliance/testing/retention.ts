import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  ALL_TIME,
  batch,
  countsOf,
  everything,
  NONE_REJECTED,
  NOW_MS,
  resolve,
  resolveMany,
  type StoreFactory,
  type StoreUnderTest,
} from './subject.ts';

export function describeRetention(factory: StoreFactory): void {
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
      assert.deepEqual(countsOf(outcome), { acceptedSamples: 1, rejectedSamples: { ...NONE_REJECTED, too_old: 1 } });
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
