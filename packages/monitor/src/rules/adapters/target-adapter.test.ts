// An adapter at work on a target, from the page's samples to what the store is given.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { labelsFromRecord } from '../../model/labels.ts';
import { TargetRecorder } from '../../sources/target-recorder.ts';
import { MemoryAppender } from '../../sources/testing/memory-appender.ts';
import type { Adapter } from './adapter.ts';
import { readAdapter } from './read-adapter.ts';
import { TargetAdapter } from './target-adapter.ts';
import { LANGUAGES } from './testing/languages.ts';

const TARGET = labelsFromRecord({ job: 'j', instance: 'i' });

function adapterOf(text: string): Adapter {
  const { adapter, problems } = readAdapter(text, 'test.yaml', LANGUAGES);
  assert.deepEqual(problems, []);
  return adapter!;
}

type Page = Readonly<Record<string, number>>;

function setUp(text: string) {
  const adapter = adapterOf(text);
  const appender = new MemoryAppender();
  const clashes: string[] = [];
  const asked: string[][] = [];
  const renaming = new TargetAdapter({
    choose: (names) => {
      asked.push([...names].toSorted());
      return adapter;
    },
    onClash: (message) => clashes.push(message),
  });
  const recorder = new TargetRecorder(TARGET, appender, ['up'], renaming);
  let timestampMs = 0;
  const sinkOf = (page: Page, ownMs?: number) => {
    const sink = recorder.begin();
    for (const [series, value] of Object.entries(page)) {
      const [name = '', inner = ''] = series.split(/[{}]/);
      const labels = [...inner.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, label = '', text = '']) => [label, text]);
      sink.add(sink.slotOf(labelsFromRecord({ __name__: name, ...Object.fromEntries(labels) })), value, ownMs);
    }
    return sink;
  };
  const end = () => recorder.recordSuccess({ timestampMs: (timestampMs += 1000), durationSeconds: 0 });
  const collect = (page: Page, ownMs?: number) => {
    sinkOf(page, ownMs);
    return end();
  };
  return { appender, clashes, asked, recorder, sinkOf, end, collect };
}

const RENAME = `rename:
  - { source_labels: [__name__], regex: "theirs(_bucket|_sum|_count)?", target_label: __name__, replacement: "chain_blocks_validation_duration_seconds$1" }
  - { source_labels: [__name__, kind], regex: "height;head", target_label: __name__, replacement: chain_blocks_head_height }
  - { source_labels: [__name__], regex: chain_blocks_head_height, target_label: kind, replacement: "" }
  - { action: drop, source_labels: [__name__], regex: "noise_.*" }
  - { source_labels: [__name__], regex: "gwei", target_label: __name__, replacement: chain_validator_stake }
scale: [{ metric: chain_validator_stake, divide: 1000000000 }]
`;

describe('a target with an adapter', () => {
  test("is stored under the new names alone, with the target's labels, le kept", async () => {
    const { appender, asked, collect } = setUp(RENAME);
    const page = {
      'height{kind="head"}': 7,
      'height{kind="other"}': 8,
      'theirs_bucket{le="0.5"}': 3,
      theirs_count: 4,
      noise_x: 1,
    };
    const outcome = await collect(page);
    assert.deepEqual(asked, [['height', 'noise_x', 'theirs_bucket', 'theirs_count']]);
    assert.deepEqual(appender.valuesOf('chain_blocks_head_height{instance="i",job="j"}'), [7]);
    assert.deepEqual(appender.valuesOf('height{instance="i",job="j",kind="other"}'), [8]);
    assert.deepEqual(
      appender.valuesOf('chain_blocks_validation_duration_seconds_bucket{instance="i",job="j",le="0.5"}'),
      [3],
    );
    assert.equal(appender.resolvedSeries, 5, 'up and four of the page');
    assert.deepEqual(outcome, {
      acceptedSamples: 5,
      rejectedSamples: { ...outcome.rejectedSamples, duplicate: 0, series_limit: 0, invalid: 0 },
    });
  });

  test('keeps timestamps of its own, and marks what went away under the new name', async () => {
    const { appender, collect } = setUp(RENAME);
    await collect({ 'height{kind="head"}': 7 }, 123);
    assert.deepEqual(appender.samples().get('chain_blocks_head_height{instance="i",job="j"}'), [
      { timestampMs: 123, value: 7 },
    ]);
    await collect({ theirs_count: 1 });
    await collect({});
    assert.deepEqual(appender.valuesOf('chain_blocks_validation_duration_seconds_count{instance="i",job="j"}'), [
      1,
      'stale',
    ]);
  });

  test('has its reports as they are, even where a rule would drop them', async () => {
    const { appender, collect } = setUp('rename: [{ action: drop, source_labels: [__name__], regex: ".*" }]');
    const { acceptedSamples } = await collect({ a: 1 });
    assert.deepEqual(appender.valuesOf('up{instance="i",job="j"}'), [1]);
    assert.equal(acceptedSamples, 1);
  });

  test('has values in the canonical unit', async () => {
    const { appender, collect } = setUp(RENAME);
    await collect({ gwei: 32_079_309_523 });
    await collect({ gwei: 0 });
    await collect({ gwei: Number.NaN });
    assert.deepEqual(appender.valuesOf('chain_validator_stake{instance="i",job="j"}'), [32.079309523, 0, Number.NaN]);
  });

  test('loses a native histogram that would have to be scaled, and it is counted', async () => {
    const { sinkOf, end } = setUp(RENAME);
    const sink = sinkOf({});
    const empty = {
      positiveSpans: [],
      positiveCounts: new Float64Array(0),
      negativeSpans: [],
      negativeCounts: new Float64Array(0),
    };
    const histogram = { schema: 0, zeroThreshold: 0, zeroCount: 0, count: 0, sum: 0, ...empty };
    sink.histogram?.(sink.slotOf(labelsFromRecord({ __name__: 'gwei' })), histogram);
    assert.equal((await end()).rejectedSamples.invalid, 1);
  });

  test('stores the first of two series that become the same, counts the other and tells it once', async () => {
    const { appender, clashes, collect } = setUp('rename: [{ action: labeldrop, regex: version }]');
    const page = { 'a{version="1"}': 1, 'a{version="2"}': 2 };
    assert.equal((await collect(page)).rejectedSamples.duplicate, 1);
    assert.equal((await collect(page)).rejectedSamples.duplicate, 1);
    assert.deepEqual(appender.valuesOf('a{instance="i",job="j"}'), [1, 1]);
    assert.deepEqual(clashes, [
      'a{instance="i",job="j",version="2"} becomes a{instance="i",job="j"}, which another series of this target is already: the first of them is stored',
    ]);
    // The other takes its place when the first is gone, without a stale marker in between.
    await collect({ 'a{version="2"}': 3 });
    assert.deepEqual(appender.valuesOf('a{instance="i",job="j"}'), [1, 1, 3]);
    await collect({});
    assert.deepEqual(appender.valuesOf('a{instance="i",job="j"}'), [1, 1, 3, 'stale']);
  });

  test('tells ten clashes and then no more', async () => {
    const { clashes, collect } = setUp('rename: [{ action: labeldrop, regex: n }]');
    await collect(Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`a{n="${n}"}`, n])));
    assert.equal(clashes.length, 10);
    assert.match(clashes[9] ?? '', /counted and not told$/);
  });

  test('tells the store of the metrics under their names: canonical ones as the table has them', async () => {
    const { appender, sinkOf, end } = setUp(RENAME);
    const gauge = { type: 'gauge', help: 'Theirs.', unit: '' } as const;
    const sink = sinkOf({ 'height{kind="head"}': 1, 'height{kind="other"}': 2, theirs_count: 1, plain: 1 });
    for (const name of ['height', 'theirs', 'plain']) sink.describe({ ...gauge, name });
    await end();
    const { metadata } = appender;
    assert.deepEqual([...metadata.keys()].toSorted(), [
      'chain_blocks_head_height',
      'chain_blocks_validation_duration_seconds',
      'height',
      'plain',
    ]);
    assert.equal(metadata.get('chain_blocks_validation_duration_seconds')?.type, 'histogram');
    assert.equal(metadata.get('chain_blocks_head_height')?.help, 'Height of the head block of this node.');
    assert.equal(metadata.get('plain')?.help, 'Theirs.');
  });

  test('is asked who it is with the first samples, and not by a collection that failed', async () => {
    const { asked, recorder, collect } = setUp(RENAME);
    recorder.begin();
    await recorder.recordFailure({ timestampMs: 1, durationSeconds: 0 });
    assert.deepEqual(asked, []);
    await collect({ a: 1 });
    await collect({ b: 1 });
    assert.deepEqual(asked, [['a']]);
  });

  test('keeps its names when the store has let go of a series', async () => {
    const { appender, collect } = setUp(RENAME);
    const series = 'chain_validator_stake{instance="i",job="j"}';
    await collect({ gwei: 1e9 });
    appender.forget(series);
    await collect({ gwei: 2e9 });
    assert.deepEqual(appender.valuesOf(series), [1, 2]);
  });
});

test('a target that is none of the clients is stored as it shows itself', async () => {
  const appender = new MemoryAppender();
  const chosen: unknown[] = [];
  const renaming = new TargetAdapter({ choose: () => undefined, onChosen: (adapter) => chosen.push(adapter) });
  const recorder = new TargetRecorder(TARGET, appender, ['up'], renaming);
  const sink = recorder.begin();
  sink.add(sink.slotOf(labelsFromRecord({ __name__: 'a' })), 1);
  await recorder.recordSuccess({ timestampMs: 1, durationSeconds: 0 });
  assert.deepEqual(appender.valuesOf('a{instance="i",job="j"}'), [1]);
  assert.deepEqual(chosen, [undefined]);
});
