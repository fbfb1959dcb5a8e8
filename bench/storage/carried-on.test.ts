import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { labelsKey, labelValue, METRIC_NAME } from '../../packages/monitor/src/model/labels.ts';
import { bitsOf, isStaleAt } from '../../packages/monitor/src/model/staleness.ts';
import { carriedOn } from './carried-on.ts';
import { LODESTAR_HOUR, type Recording, readRecording } from './recording.ts';

const HOURS = 3;
let recording: Recording;

before(async () => {
  recording = await readRecording(LODESTAR_HOUR, 'lodestar');
});

function workload(seed: number) {
  return carriedOn('test', recording, { hours: HOURS, seed, job: 'lodestar' });
}

/** By series the values it had, hour by hour; stale markers left out. */
function valuesByHour(seed: number): number[][][] {
  const { series, scrapes } = workload(seed);
  const values = series.map(() => Array.from({ length: HOURS }, (): number[] => []));
  const firstMs = recording.targets[0]!.timesMs[0]!;
  for (const scrape of scrapes()) {
    const bits = bitsOf(scrape.values);
    const hour = Math.floor((scrape.timestampMs - firstMs) / 3_600_000);
    for (let row = 0; row < scrape.count; row++) {
      if (!isStaleAt(bits, row)) values[scrape.series[row]!]![hour]!.push(scrape.values[row]!);
    }
  }
  return values;
}

describe('a recording that is carried on', () => {
  test('begins with the recording, to the bit, with stale markers where a series or a target went away', () => {
    const scrapesSeen = recording.targets.map(() => 0);
    let [stale, expectedStale] = [0, 0];
    for (const { target, timestampMs, count, series, values } of workload(1).scrapes()) {
      const { timesMs, isUp, counts } = recording.targets[target]!;
      const scrape = scrapesSeen[target]!++;
      if (scrape >= timesMs.length) break;
      assert.equal(timestampMs, timesMs[scrape]);
      assert.deepEqual([...values.subarray(0, 2)], [isUp[scrape], counts[scrape]]);
      const bits = bitsOf(values);
      let samples = 0;
      for (let row = 2; row < count; row++) {
        const recorded = recording.series[series[row]!]!;
        if (isStaleAt(bits, row)) {
          assert.equal(recorded.isPresent[scrape], 0);
          assert.equal(recorded.isPresent[scrape - 1], 1);
          stale++;
        } else {
          assert.ok(Object.is(values[row], recorded.values[scrape]));
          samples++;
        }
      }
      assert.equal(samples, counts[scrape]);
    }
    for (const { isPresent } of recording.series) {
      for (let scrape = 1; scrape < isPresent.length; scrape++) {
        if (isPresent[scrape - 1] === 1 && isPresent[scrape] === 0) expectedStale++;
      }
    }
    assert.ok(expectedStale > 0);
    assert.equal(stale, expectedStale);
  });

  test('is the same for the same seed and another for another', () => {
    const [first, again, other] = [valuesByHour(1), valuesByHour(1), valuesByHour(2)];
    assert.deepEqual(first, again);
    assert.notDeepEqual(first, other);
  });

  test('keeps whole numbers whole, counters rising, and every histogram cumulative with its count', () => {
    const { series, scrapes } = workload(1);
    const buckets = new Map<string, { readonly series: number; readonly bound: number }[]>();
    const counts = new Map<string, number>();
    for (const [index, labels] of series.entries()) {
      const name = labelValue(labels, METRIC_NAME);
      const key = labelsKey(labels.filter((label) => label.name !== METRIC_NAME && label.name !== 'le'));
      if (name.endsWith('_count')) counts.set(name.slice(0, -'_count'.length) + key, index);
      if (!name.endsWith('_bucket')) continue;
      const family = name.slice(0, -'_bucket'.length) + key;
      const bound = Number(labelValue(labels, 'le').replace('+Inf', 'Infinity'));
      buckets.set(family, [...(buckets.get(family) ?? []), { series: index, bound }]);
    }
    for (const list of buckets.values()) list.sort((a, b) => a.bound - b.bound);
    assert.ok(buckets.size > 100);
    const current = new Float64Array(series.length);
    let checked = 0;
    for (const scrape of scrapes()) {
      const bits = bitsOf(scrape.values);
      current.fill(Number.NaN);
      for (let row = 0; row < scrape.count; row++) {
        if (!isStaleAt(bits, row)) current[scrape.series[row]!] = scrape.values[row]!;
      }
      for (const [family, list] of buckets) {
        if (Number.isNaN(current[list[0]!.series])) continue;
        let below = 0;
        for (const bucket of list) {
          const value = current[bucket.series]!;
          assert.ok(Number.isInteger(value) && value >= below, `${family}: ${value} after ${below}`);
          below = value;
        }
        assert.equal(below, current[counts.get(family)!], family);
        checked++;
      }
    }
    assert.ok(checked > 100_000);
  });

  test('is no literal repetition: its hours pack together little better than alone', () => {
    const values = valuesByHour(1);
    const changing = values.filter((hours) => hours.every((hour) => hour.some((value) => value !== hour[0])));
    const packed = (hours: readonly number[]): number => {
      const columns = changing.flatMap((series) => hours.map((hour) => Float64Array.from(series[hour]!)));
      return zstdCompressSync(Buffer.concat(columns.map(({ buffer }) => Buffer.from(buffer)))).length;
    };
    const doublesAlone = packed([1]) + packed([2]);
    assert.ok(packed([1, 2]) > 0.9 * doublesAlone);
    assert.ok(packed([1, 1]) < 0.9 * 2 * packed([1]), 'this test could not tell a repetition');
  });
});
