// What a recorder hands over, read back from the embedded store.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { NativeHistogram } from '../model/batch.ts';
import { labelsFromRecord } from '../model/labels.ts';
import { bitsOf, isStaleAt } from '../model/staleness.ts';
import { openEmbeddedStore } from '../storage/embedded/open.ts';
import type { Appender, SeriesSamples } from '../storage/interface.ts';
import { TargetRecorder } from './target-recorder.ts';

const START_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
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

test('histograms, exemplars and stale markers are there, also after the store has let go of idle series', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-recorded-'));
  t.after(() => rmSync(directory, { recursive: true }));
  let nowMs = START_MS;
  const clock = { nowMs: () => nowMs };
  const store = await openEmbeddedStore({ directory, retentionMs: undefined, durability: 'normal', clock });
  t.after(() => store.close());
  let unknown = 0;
  const appender: Appender = {
    resolveSeries: (series) => store.resolveSeries(series),
    append: async (batch) => {
      const outcome = await store.append(batch);
      unknown += outcome.rejectedSamples.unknown_series;
      return outcome;
    },
  };
  const recorder = new TargetRecorder(labelsFromRecord({ job: 'j' }), appender);
  const collect = async (hasHistogram: 'with histogram' | 'without') => {
    const sink = recorder.begin();
    const counter = sink.slotOf(labelsFromRecord({ __name__: 'c' }));
    sink.add(counter, nowMs - START_MS);
    sink.exemplar?.(counter, { labels: labelsFromRecord({ trace_id: 't' }), value: 5, timestampMs: undefined });
    if (hasHistogram === 'with histogram')
      sink.histogram?.(sink.slotOf(labelsFromRecord({ __name__: 'h' })), HISTOGRAM);
    const { acceptedSamples, rejectedSamples } = await recorder.recordSuccess({
      timestampMs: nowMs,
      durationSeconds: 0,
    });
    assert.equal(acceptedSamples, 5);
    assert.ok(
      Object.values(rejectedSamples).every((count) => count === 0),
      JSON.stringify(rejectedSamples),
    );
  };
  await collect('with histogram');
  for (let hours = 0; hours < 5; hours++) {
    nowMs += HOUR_MS;
    await store.maintain(nowMs);
  }
  assert.equal(store.stats().activeSeries, 0);
  await collect('with histogram');
  assert.equal(unknown, 5, 'the store had let go of all of them');
  nowMs += 1000;
  await collect('without');

  const times = [0, 5 * HOUR_MS, 5 * HOUR_MS + 1000];
  const counter = await read('c');
  assert.deepEqual(
    [...counter.timestampsMs],
    times.map((time) => START_MS + time),
  );
  assert.deepEqual([...counter.values], times);
  const { histograms, timestampsMs, values } = await read('h');
  assert.deepEqual(
    histograms,
    times.slice(0, 2).map((time) => ({ timestampMs: START_MS + time, histogram: HISTOGRAM })),
  );
  assert.deepEqual([[...timestampsMs], isStaleAt(bitsOf(values), 0)], [[nowMs], true]);
  const exemplars = [];
  for await (const series of store.selectExemplars(select('c'))) exemplars.push(...series.exemplars);
  assert.deepEqual(
    exemplars.map(({ timestampMs, value }) => [timestampMs, value]),
    [[START_MS, 5]],
  );

  function select(name: string) {
    return { matchers: [{ name: '__name__', operator: '=', value: name }], minTimeMs: 0, maxTimeMs: nowMs } as const;
  }

  async function read(name: string): Promise<SeriesSamples> {
    const found: SeriesSamples[] = [];
    for await (const series of store.select(select(name))) found.push(series);
    assert.equal(found.length, 1);
    return found[0]!;
  }
});
