import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SelectedSamples, SeriesSamples } from '../../storage/interface.ts';
import { DEFAULT_QUERY_LIMITS } from '../limits.ts';
import { QueryBudget } from './budget.ts';
import { StoredSeries } from './stored-series.ts';

const ALL = [1, 2, 3, 4, 5, 6].map(seriesOf);

test('gives what is made of each series, at hand or not, and leaves out what nothing is made of', async () => {
  for (const isAtHand of [() => true, () => false, (at: number) => at % 2 === 0]) {
    for (const isMadeAtOnce of [true, false]) {
      for (const sliceMs of [0, 1000]) {
        const made = new StoredSeries(
          () => taken(isAtHand),
          ({ values: [value] }) => {
            const item = value! % 3 === 0 ? undefined : { value };
            return isMadeAtOnce ? item : Promise.resolve(item);
          },
          budget(sliceMs),
        );
        assert.deepEqual(await valuesOf(made), [1, 2, 4, 5]);
        assert.deepEqual(await made.next(), { done: true, value: undefined });
      }
    }
  }
});

test('iterates a store that gives series in no other way, and ends that when it is ended', async () => {
  let isEnded = false;
  async function* iterated(): AsyncGenerator<SeriesSamples> {
    try {
      yield* ALL;
    } finally {
      isEnded = true;
    }
  }
  const series = new StoredSeries(iterated, ({ values: [value] }) => ({ value }), budget(1000));
  assert.deepEqual(await valuesOf(series, 2), [1, 2]);
  assert.ok(isEnded);
  assert.deepEqual(await series.next(), { done: true, value: undefined });
});

test('begins when the first series is asked for, and fails as the store or what is made fails', async () => {
  let begun = 0;
  const nothing = new StoredSeries(
    () => {
      begun++;
      return undefined;
    },
    () => ({ value: 0 }),
    budget(1000),
  );
  assert.equal(begun, 0);
  assert.deepEqual(await valuesOf(nothing), []);
  assert.equal(begun, 1);
  const failing = () => {
    throw new Error('broken');
  };
  const broken: SelectedSamples = { take: failing, [Symbol.asyncIterator]: failing };
  await assert.rejects(
    valuesOf(
      new StoredSeries(
        () => broken,
        () => ({ value: 0 }),
        budget(1000),
      ),
    ),
    /broken/,
  );
  await assert.rejects(valuesOf(new StoredSeries(() => taken(() => true), failing, budget(1000))), /broken/);
});

function taken(isAtHand: (at: number) => boolean): SelectedSamples {
  let at = 0;
  return {
    take: () => {
      const series = ALL[at];
      return isAtHand(at++) ? series : Promise.resolve(series);
    },
    [Symbol.asyncIterator]: () => assert.fail('it can be taken from'),
  };
}

/** Every look at the clock takes so long: a slice is 8 ms. */
function budget(lookMs: number, signal?: AbortSignal): QueryBudget {
  let nowMs = 0;
  return new QueryBudget({
    limits: DEFAULT_QUERY_LIMITS,
    timeoutMs: Number.POSITIVE_INFINITY,
    signal,
    monotonicMs: () => (nowMs += lookMs),
    yieldToOthers: () => Promise.resolve(),
  });
}

async function valuesOf(series: AsyncIterable<{ value: number | undefined }>, count = Infinity): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const { value } of series) if (values.push(value) === count) break;
  return values;
}

function seriesOf(value: number): SeriesSamples {
  return { labels: [], timestampsMs: Float64Array.of(value), values: Float64Array.of(value) };
}

test('ends the store it iterates when what is made of a series fails, and when the query is given up', async () => {
  const controller = new AbortController();
  const making: Readonly<Record<string, (series: SeriesSamples) => object | Promise<object>>> = {
    'at once': () => {
      throw new Error('broken');
    },
    later: () => Promise.reject(new Error('broken')),
    'the pause': ({ values }) => {
      controller.abort();
      return { value: values[0] };
    },
  };
  for (const [fails, itemOf] of Object.entries(making)) {
    let isEnded = false;
    async function* iterated(): AsyncGenerator<SeriesSamples> {
      try {
        yield* ALL;
      } finally {
        isEnded = true;
      }
    }
    const series = new StoredSeries(iterated, itemOf, budget(1000, controller.signal));
    await assert.rejects(series.next(), fails === 'the pause' ? { type: 'canceled' } : /broken/);
    assert.ok(isEnded, fails);
  }
});
