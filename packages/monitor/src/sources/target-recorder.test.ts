import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NativeHistogram } from '../model/batch.ts';
import { ChainpulseError } from '../model/errors.ts';
import { labelsFromRecord } from '../model/labels.ts';
import { bitsOf, isStaleAt, writeStaleAt } from '../model/staleness.ts';
import type { SampleSink } from './interface.ts';
import { TargetRecorder } from './target-recorder.ts';
import { withTargetLabels } from './target-series.ts';
import { MemoryAppender } from './testing/memory-appender.ts';

const HISTOGRAM: NativeHistogram = {
  schema: 0,
  zeroThreshold: 0.001,
  zeroCount: 1,
  count: 4,
  sum: 7.5,
  positiveSpans: [{ offset: 0, length: 2 }],
  positiveCounts: Float64Array.of(1, 2),
  negativeSpans: [],
  negativeCounts: new Float64Array(0),
};
const TARGET = labelsFromRecord({ job: 'j', instance: 'i' });

function slot(sink: SampleSink, name: string, labels: Record<string, string> = {}): number {
  return sink.slotOf(labelsFromRecord({ __name__: name, ...labels }));
}

function setUp() {
  const appender = new MemoryAppender();
  const recorder = new TargetRecorder(TARGET, appender);
  let timestampMs = 0;
  const collect = async (samples: Record<string, number>) => {
    const sink = recorder.begin();
    for (const [name, value] of Object.entries(samples)) sink.add(slot(sink, name), value);
    return recorder.recordSuccess({ timestampMs: (timestampMs += 1000), durationSeconds: 0.5 });
  };
  const fail = async () => {
    recorder.begin();
    return recorder.recordFailure({ timestampMs: (timestampMs += 1000), durationSeconds: 0.25 });
  };
  const values = (name: string) => appender.valuesOf(`${name}{instance="i",job="j"}`);
  return { appender, recorder, collect, fail, values };
}

describe('a target', () => {
  test('gets up and its siblings with every collection', async () => {
    const { collect, fail, values } = setUp();
    assert.deepEqual((await collect({ a: 1, b: 2 })).acceptedSamples, 5);
    await fail();
    assert.deepEqual(values('up'), [1, 0]);
    assert.deepEqual(values('scrape_duration_seconds'), [0.5, 0.25]);
    assert.deepEqual(values('scrape_samples_scraped'), [2, 0]);
  });

  test('whose own series bears the name of one of these keeps ours and counts its as a duplicate', async () => {
    const { collect, values } = setUp();
    const outcome = await collect({ up: 17 });
    assert.deepEqual(values('up'), [1]);
    assert.equal(outcome.rejectedSamples.duplicate, 1);
  });

  test('that says a series twice is taken at its first word', async () => {
    const { recorder, values } = setUp();
    const sink = recorder.begin();
    sink.add(slot(sink, 'a'), 1);
    sink.add(slot(sink, 'a'), 2);
    const outcome = await recorder.recordSuccess({ timestampMs: 1000, durationSeconds: 0 });
    assert.deepEqual(values('a'), [1]);
    assert.equal(outcome.rejectedSamples.duplicate, 1);
    assert.deepEqual(values('scrape_samples_scraped'), [2]);
  });

  test('whose collection was refused leaves none of its series in the store', async () => {
    const { appender, recorder } = setUp();
    const sink = recorder.begin();
    sink.add(slot(sink, 'a'), 1);
    await recorder.recordFailure({ timestampMs: 1000, durationSeconds: 0 });
    recorder.begin();
    await recorder.recordSuccess({ timestampMs: 2000, durationSeconds: 0 });
    assert.equal(appender.samples().size, 3);
  });

  test('that stamps a sample more than ten minutes ahead does not shut its series against later ones', async () => {
    const { recorder, values } = setUp();
    const nowMs = 1_700_000_000_000;
    const aheadMs = [1000 * nowMs, nowMs + 600_001 + 1000, nowMs + 600_000 + 2000];
    for (const [index, ownMs] of aheadMs.entries()) {
      const sink = recorder.begin();
      sink.add(slot(sink, 'a'), index, ownMs);
      const outcome = await recorder.recordSuccess({ timestampMs: nowMs + 1000 * index, durationSeconds: 0 });
      assert.equal(outcome.rejectedSamples.invalid, index < 2 ? 1 : 0);
    }
    assert.deepEqual(values('a'), [2]);
  });

  test('whose clock stands still or steps back gets rising timestamps all the same', async () => {
    const { appender, recorder } = setUp();
    for (const timestampMs of [5000, 5000, 4000]) {
      recorder.begin();
      await recorder.recordSuccess({ timestampMs, durationSeconds: 0 });
    }
    assert.deepEqual(
      appender.batches.map((batch) => batch.timestampsMs),
      [5000, 5001, 5002],
    );
  });
});

describe('stale markers', () => {
  test('are written once for a series that went away, and it may come back', async () => {
    const { collect, values } = setUp();
    await collect({ a: 1, b: 1 });
    await collect({ a: 2 });
    await collect({ a: 3 });
    await collect({ a: 4, b: 4 });
    assert.deepEqual(values('a'), [1, 2, 3, 4]);
    assert.deepEqual(values('b'), [1, 'stale', 4]);
  });

  test('are written for all when the target is down, but for up and its siblings', async () => {
    const { collect, fail, values } = setUp();
    await collect({ a: 1, b: 1 });
    await fail();
    await fail();
    await collect({ a: 2 });
    assert.deepEqual(values('a'), [1, 'stale', 2]);
    assert.deepEqual(values('b'), [1, 'stale']);
    assert.deepEqual(values('up'), [1, 0, 0, 1]);
  });

  test('end everything, up included, when the target is watched no longer', async () => {
    const { recorder, collect, values } = setUp();
    await collect({ a: 1 });
    await recorder.recordEnd(1000);
    await recorder.recordEnd(9000);
    for (const name of ['a', 'up', 'scrape_duration_seconds', 'scrape_samples_scraped']) {
      assert.deepEqual(values(name).slice(1), ['stale'], name);
    }
  });

  test('are not written for a target that was never collected', async () => {
    const { appender, recorder } = setUp();
    await recorder.recordEnd(1000);
    assert.equal(appender.batches.length, 0);
  });

  test('are not written for series that come with their own timestamps', async () => {
    const { appender, recorder, values } = setUp();
    const sink = recorder.begin();
    sink.add(slot(sink, 'a'), 1, 400);
    sink.add(slot(sink, 'b'), 1);
    sink.add(slot(sink, 'a'), 2, 500);
    sink.add(slot(sink, 'a'), 3, 500);
    const outcome = await recorder.recordSuccess({ timestampMs: 1000, durationSeconds: 0 });
    assert.equal(outcome.rejectedSamples.duplicate, 1);
    const timestampsMs = appender.batches[0]?.timestampsMs;
    assert.deepEqual(timestampsMs, Float64Array.of(1000, 1000, 1000, 400, 1000, 500));
    recorder.begin();
    await recorder.recordSuccess({ timestampMs: 2000, durationSeconds: 0 });
    assert.deepEqual(values('a'), [1, 2]);
    assert.deepEqual(values('b'), [1, 'stale']);
  });

  test('never come of a NaN that a target says, whatever its bits', async () => {
    const { recorder, values } = setUp();
    const column = new Float64Array(1);
    writeStaleAt(bitsOf(column), 0);
    const sink = recorder.begin();
    sink.add(slot(sink, 'a'), column[0]!);
    await recorder.recordSuccess({ timestampMs: 1000, durationSeconds: 0 });
    assert.deepEqual(values('a'), [Number.NaN]);
  });
});

describe('a store that fails', () => {
  const full = new ChainpulseError('storage_full', 'no space left');

  test('loses the collection and nothing else: the next marks what went away in between', async () => {
    const { appender, collect, values } = setUp();
    await collect({ a: 1, b: 1 });
    appender.failure = full;
    await assert.rejects(collect({ a: 2, c: 2 }), full);
    appender.failure = undefined;
    await collect({ a: 3, c: 3 });
    assert.deepEqual(values('a'), [1, 3]);
    assert.deepEqual(values('b'), [1, 'stale']);
    assert.deepEqual(values('c'), [3]);
  });

  test('gets the metadata again that it did not take', async () => {
    const { appender, recorder } = setUp();
    const metadata = { name: 'a', type: 'gauge', help: 'h', unit: '' } as const;
    recorder.begin().describe(metadata);
    appender.failure = full;
    await assert.rejects(recorder.recordSuccess({ timestampMs: 1, durationSeconds: 0 }), full);
    appender.failure = undefined;
    for (const timestampMs of [2, 3]) {
      recorder.begin();
      await recorder.recordSuccess({ timestampMs, durationSeconds: 0 });
    }
    assert.deepEqual(appender.metadata.get('a'), metadata);
    assert.deepEqual(
      appender.batches.map((batch) => batch.metadata?.length),
      [1, undefined],
    );
  });

  test('that refuses series gets their samples not at all, and the series again a minute later', async () => {
    const { appender, recorder, values } = setUp();
    appender.seriesLimit = 4;
    const collectAt = async (timestampMs: number) => {
      const sink = recorder.begin();
      for (const name of ['a', 'b', 'c']) sink.add(slot(sink, name), timestampMs);
      return (await recorder.recordSuccess({ timestampMs, durationSeconds: 0 })).rejectedSamples.series_limit;
    };
    assert.equal(await collectAt(1000), 2);
    appender.seriesLimit = 100;
    assert.equal(await collectAt(60_999), 2);
    assert.equal(appender.resolvedSeries, 6);
    assert.equal(await collectAt(61_000), 0);
    assert.deepEqual(values('c'), [61_000]);
  });
});

describe('native histograms', () => {
  test('go into the batch at their rows, and end with a stale marker', async () => {
    const { appender, recorder } = setUp();
    const sink = recorder.begin();
    sink.add(slot(sink, 'a'), 1);
    sink.histogram?.(slot(sink, 'h'), HISTOGRAM);
    sink.histogram?.(slot(sink, 'h'), { ...HISTOGRAM, sum: 9 });
    sink.add(slot(sink, 'b'), 2);
    const outcome = await recorder.recordSuccess({ timestampMs: 1000, durationSeconds: 0 });
    assert.deepEqual(outcome, { acceptedSamples: 6, rejectedSamples: { ...outcome.rejectedSamples, duplicate: 1 } });
    assert.equal(recorder.samplesGiven, 4);
    recorder.begin();
    await recorder.recordSuccess({ timestampMs: 2000, durationSeconds: 0 });
    assert.deepEqual(appender.samples().get('h{instance="i",job="j"}'), [
      { timestampMs: 1000, value: 7.5, histogram: HISTOGRAM },
      { timestampMs: 2000, value: 'stale' },
    ]);
    assert.deepEqual(appender.valuesOf('b{instance="i",job="j"}'), [2, 'stale']);
  });

  test('with the bits of a stale marker as their sum are stored with an ordinary NaN', async () => {
    const { appender, recorder } = setUp();
    const sums = new Float64Array(1);
    writeStaleAt(bitsOf(sums), 0);
    const sink = recorder.begin();
    sink.histogram?.(slot(sink, 'h'), { ...HISTOGRAM, sum: sums[0]! });
    await recorder.recordSuccess({ timestampMs: 1000, durationSeconds: 0 });
    const [sample] = appender.samples().get('h{instance="i",job="j"}') ?? [];
    assert.ok(Number.isNaN(sample?.value));
    sums[0] = sample?.histogram?.sum ?? 0;
    assert.ok(Number.isNaN(sums[0]) && !isStaleAt(bitsOf(sums), 0));
  });
});

describe('exemplars', () => {
  const labels = labelsFromRecord({ trace_id: 't' });

  test('get the time of their sample when they come without, and are stored once', async () => {
    const { appender, recorder } = setUp();
    const collectAt = async (timestampMs: number, value: number) => {
      const sink = recorder.begin();
      sink.add(slot(sink, 'a'), 1);
      sink.exemplar?.(slot(sink, 'a'), { labels, value, timestampMs: undefined });
      sink.add(slot(sink, 'own'), 1, timestampMs - 100);
      sink.exemplar?.(slot(sink, 'own'), { labels, value, timestampMs: undefined });
      sink.add(slot(sink, 'timed'), 1);
      sink.exemplar?.(slot(sink, 'timed'), { labels, value, timestampMs: 10 * value });
      await recorder.recordSuccess({ timestampMs, durationSeconds: 0 });
    };
    for (const [timestampMs, value] of [
      [1000, 1],
      [2000, 1],
      [3000, 2],
    ] as const) {
      await collectAt(timestampMs, value);
    }
    assert.deepEqual(Object.fromEntries(appender.exemplars()), {
      'a{instance="i",job="j"}': [
        { labels, value: 1, timestampMs: 1000 },
        { labels, value: 2, timestampMs: 3000 },
      ],
      'own{instance="i",job="j"}': [
        { labels, value: 1, timestampMs: 900 },
        { labels, value: 2, timestampMs: 2900 },
      ],
      'timed{instance="i",job="j"}': [
        { labels, value: 1, timestampMs: 10 },
        { labels, value: 2, timestampMs: 20 },
      ],
    });
  });

  test('of a sample that is not kept, and from the far future, are left out', async () => {
    const { appender, recorder } = setUp();
    const sink = recorder.begin();
    sink.add(slot(sink, 'a'), 1);
    sink.add(slot(sink, 'a'), 2);
    sink.exemplar?.(slot(sink, 'a'), { labels, value: 1, timestampMs: 5 });
    sink.add(slot(sink, 'b'), 1);
    sink.exemplar?.(slot(sink, 'b'), { labels, value: 1, timestampMs: 601_001 });
    sink.add(slot(sink, 'c'), 1, 1e12);
    sink.exemplar?.(slot(sink, 'c'), { labels, value: 1, timestampMs: 5 });
    await recorder.recordSuccess({ timestampMs: 1000, durationSeconds: 0 });
    assert.equal(appender.exemplars().size, 0);
  });

  test('that the store did not take are offered again', async () => {
    const { appender, recorder } = setUp();
    for (const [timestampMs, failure] of [
      [1000, new ChainpulseError('storage_full', 'no space left')],
      [2000, undefined],
    ] as const) {
      const sink = recorder.begin();
      sink.add(slot(sink, 'a'), 1);
      sink.exemplar?.(slot(sink, 'a'), { labels, value: 1, timestampMs: 5 });
      appender.failure = failure;
      const recording = recorder.recordSuccess({ timestampMs, durationSeconds: 0 });
      await (failure === undefined ? recording : assert.rejects(recording, failure));
    }
    assert.equal(appender.exemplars().get('a{instance="i",job="j"}')?.length, 1);
  });
});

describe('a store that has let go of references', () => {
  test('is asked for them again, and gets what belongs to them at once: nothing is lost and nothing twice', async () => {
    const { appender, recorder, values } = setUp();
    const names = ['a', 'b', 'h', 'goes'];
    const collectAt = async (timestampMs: number, given: readonly string[]) => {
      const sink = recorder.begin();
      for (const name of given) {
        const own = slot(sink, name, { x: 'é,1"' });
        if (name === 'h') sink.histogram?.(own, HISTOGRAM);
        else sink.add(own, timestampMs);
        sink.exemplar?.(own, { labels: [], value: timestampMs, timestampMs: undefined });
      }
      sink.describe({ name: `m${timestampMs}`, type: 'gauge', help: '', unit: '' });
      return recorder.recordSuccess({ timestampMs, durationSeconds: 0 });
    };
    await collectAt(1000, names);
    const text = (name: string) => `${name}{instance="i",job="j",x="é,1\\""}`;
    appender.forget(text('a'), text('h'), text('goes'), 'up{instance="i",job="j"}');
    const outcome = await collectAt(2000, ['a', 'b', 'h']);
    assert.equal(outcome.acceptedSamples, 7);
    assert.ok(
      Object.values(outcome.rejectedSamples).every((count) => count === 0),
      JSON.stringify(outcome),
    );
    assert.deepEqual(values('up'), [1, 1]);
    assert.deepEqual(appender.valuesOf(text('a')), [1000, 2000]);
    assert.deepEqual(appender.valuesOf(text('b')), [1000, 2000]);
    assert.deepEqual(appender.valuesOf(text('goes')), [1000, 'stale']);
    assert.equal(appender.samples().get(text('h'))?.[1]?.histogram, HISTOGRAM);
    for (const name of ['a', 'b', 'h']) {
      assert.deepEqual(
        appender
          .exemplars()
          .get(text(name))
          ?.map(({ value }) => value),
        [1000, 2000],
        name,
      );
    }
    assert.deepEqual([...appender.metadata.keys()], ['m1000', 'm2000']);
    const { resolvedSeries } = appender;
    await collectAt(3000, names);
    assert.equal(appender.resolvedSeries, resolvedSeries, 'the new references are kept');
    assert.deepEqual(appender.valuesOf(text('goes')), [1000, 'stale', 3000]);
  });

  test('and refuses their series now has them counted as over the limit', async () => {
    const { appender, collect, values } = setUp();
    await collect({ a: 1, b: 1 });
    appender.forget('a{instance="i",job="j"}');
    appender.seriesLimit = 4;
    const { acceptedSamples, rejectedSamples } = await collect({ a: 2, b: 2 });
    assert.equal(acceptedSamples, 4);
    assert.equal(rejectedSamples.series_limit, 1);
    assert.equal(rejectedSamples.unknown_series, 0);
    assert.deepEqual(values('b'), [1, 2]);
  });

  test('and fails then is asked again by the next collection', async () => {
    const { appender, collect, values } = setUp();
    await collect({ a: 1 });
    appender.forget('a{instance="i",job="j"}');
    appender.resolvingFailure = new ChainpulseError('storage_io', 'the disk is gone');
    await assert.rejects(collect({ a: 2 }), /the disk is gone/);
    appender.resolvingFailure = undefined;
    await collect({ a: 3 });
    assert.deepEqual(values('a'), [1, 3]);
    assert.deepEqual(values('up'), [1, 1, 1]);
  });
});

describe('labels', () => {
  const merge = (own: Record<string, string>) => withTargetLabels(labelsFromRecord(own), TARGET);

  test('of the target are added', () => {
    assert.deepEqual(
      merge({ __name__: 'a', z: '1' }),
      labelsFromRecord({ __name__: 'a', z: '1', job: 'j', instance: 'i' }),
    );
  });

  test('that clash are kept as exported_', () => {
    assert.deepEqual(merge({ job: 'x' }), labelsFromRecord({ job: 'j', instance: 'i', exported_job: 'x' }));
    assert.deepEqual(
      merge({ job: 'x', exported_job: 'y', instance: 'z' }),
      labelsFromRecord({
        job: 'j',
        instance: 'i',
        exported_job: 'y',
        exported_exported_job: 'x',
        exported_instance: 'z',
      }),
    );
  });
});

test('series that come and go are forgotten, and those that stay keep their meaning', async () => {
  const { appender, recorder, values } = setUp();
  const generations = 12;
  let forgotten = 0;
  let stay = -1;
  let staysFrom = -1;
  for (let generation = 1; generation <= generations; generation++) {
    const sink = recorder.begin();
    if (sink.firstSlot !== staysFrom) {
      if (stay >= 0) assert.throws(() => sink.add(stay, 0), /forgotten/);
      forgotten++;
      stay = slot(sink, 'stays');
      staysFrom = sink.firstSlot;
    }
    sink.add(stay, generation);
    for (let index = 0; index < 4000; index++) sink.add(slot(sink, 'comes', { i: `${generation}-${index}` }), 1);
    await recorder.recordSuccess({ timestampMs: generation * 1000, durationSeconds: 0 });
  }
  assert.ok(forgotten >= 3, `forgotten ${forgotten} times`);
  assert.deepEqual(
    values('stays'),
    Array.from({ length: generations }, (_, index) => index + 1),
  );
  for (const [series, samples] of appender.samples()) {
    if (!series.startsWith('comes') || series.includes(`"${generations}-`)) continue;
    assert.deepEqual(
      samples.map(({ value }) => value),
      [1, 'stale'],
      series,
    );
  }
  assert.equal(appender.resolvedSeries, 4000 * generations + 4, 'a series that stays is resolved once');
});
