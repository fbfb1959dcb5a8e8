import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { LocalStore } from '../../interface.ts';
import { ALL_TIME, batch, beforeAndAfter, everything, NOW_MS, resolveMany, type Subject } from './subject.ts';

const METHODS = ['deleteSeries', 'cleanTombstones', 'cardinality', 'copyTo'] as const;

export function describeLocal(subject: Subject): void {
  if (!subject.can.local) {
    it('neither deletes nor copies: its history is elsewhere', () => {
      for (const method of METHODS) assert.ok(!(method in subject.store()), method);
    });
    return;
  }
  const local = () => subject.store() as LocalStore;
  const matcherSets = [[{ name: '__name__', operator: '=', value: 'n0' }]] as const;
  const fill = async (): Promise<void> => {
    const refs = await resolveMany(local(), 2);
    for (let step = 0; step < 3; step++) await local().append(batch([...refs], NOW_MS + step, [step, step]));
  };
  const samplesAt = (name: string, ...steps: number[]) => ({
    labels: { __name__: name },
    samples: steps.map((step) => [NOW_MS + step, step]),
  });

  it('deletes the series that match, and no other', async () => {
    await fill();
    assert.equal(await local().deleteSeries({ ...ALL_TIME, matcherSets }), 1);
    for await (const store of beforeAndAfter(subject)) {
      assert.deepEqual(await everything(store), [samplesAt('n1', 0, 1, 2)]);
    }
    await local().cleanTombstones();
    assert.deepEqual(await everything(local()), [samplesAt('n1', 0, 1, 2)]);
  });

  it('deletes the samples of a range, both ends included', async () => {
    await fill();
    const range = { minTimeMs: NOW_MS + 1, maxTimeMs: NOW_MS + 1 };
    assert.equal(await local().deleteSeries({ ...range, matcherSets }), 1);
    for await (const store of beforeAndAfter(subject)) {
      assert.deepEqual(await everything(store), [samplesAt('n0', 0, 2), samplesAt('n1', 0, 1, 2)]);
    }
  });

  it('counts which metrics have the most series', async () => {
    await fill();
    const { series, seriesByMetric } = await local().cardinality(10);
    assert.equal(series, 2);
    assert.deepEqual(seriesByMetric.map(({ name, value }) => `${name} ${value}`).sort(), ['n0 1', 'n1 1']);
  });
}
