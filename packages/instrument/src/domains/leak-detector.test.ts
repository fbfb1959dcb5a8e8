import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LeakDetector } from './leak-detector.ts';

const SLICE_MS = 300_000;

/** Feeds the minimum of each slice with values above it, which a collection would have freed; answers with the suspicion. */
function suspicionAfter(minima: readonly (number | undefined)[]): boolean | undefined {
  let nowMs = 1_700_000_100_000;
  const detector = new LeakDetector(() => nowMs);
  // The slice in which it begins does not count, and the last one counts when the next begins.
  for (const minimum of [1, ...minima, 1]) {
    for (const above of minimum === undefined ? [] : [5_000, 0, 9_000]) {
      detector.sample({ heapUsedBytes: (minimum ?? 0) + above });
    }
    nowMs += SLICE_MS;
  }
  return detector.read().get('heap_growth');
}

/** 13 minima that rise by `step` but in the slices of `flat`. */
function rising(step: number, ...flat: number[]): number[] {
  let value = 1_000;
  return Array.from({ length: 13 }, (_, i) => (value += i === 0 || flat.includes(i) ? 0 : step));
}

describe('the leak detector', () => {
  it('says nothing before it knows 13 whole slices', () => {
    assert.equal(suspicionAfter(rising(50).slice(0, 12)), undefined);
    assert.equal(suspicionAfter(rising(50)), true);
  });

  it('suspects a minimum that rose in 10 of 12 slices, and not in 9', () => {
    assert.equal(suspicionAfter(rising(50, 3, 7)), true);
    assert.equal(suspicionAfter(rising(50, 3, 7, 11)), false);
  });

  it('suspects a growth by more than 20 % in all, and not by 20 %', () => {
    const byOneFifth = [...rising(10).slice(0, 12), 1_200];
    assert.equal(suspicionAfter(byOneFifth), false);
    assert.equal(suspicionAfter([...rising(10).slice(0, 12), 1_201]), true);
  });

  it('looks at the latest slices alone', () => {
    const flat = Array.from({ length: 12 }, () => 2_000);
    assert.equal(suspicionAfter([...rising(50), ...flat]), false);
    assert.equal(suspicionAfter([...flat, ...rising(50)]), true);
  });

  it('does not see what collections free', () => {
    assert.equal(suspicionAfter(Array.from({ length: 13 }, () => 1_000)), false);
  });

  it('begins anew after a gap', () => {
    assert.equal(suspicionAfter([...rising(50).slice(0, 6), undefined, ...rising(50).slice(6)]), undefined);
  });

  it('begins anew when the clock is set back', () => {
    let nowMs = 100 * SLICE_MS;
    const detector = new LeakDetector(() => nowMs);
    for (const value of [1, ...rising(50), 1]) {
      detector.sample({ openFdCount: value });
      nowMs += SLICE_MS;
    }
    assert.equal(detector.read().get('fd_growth'), true);
    nowMs = 0;
    detector.sample({ openFdCount: 1 });
    assert.equal(detector.read().get('fd_growth'), undefined);
  });

  it('tells the measures apart, and leaves out what is no number', () => {
    let nowMs = 0;
    const detector = new LeakDetector(() => nowMs);
    for (const value of [1, ...rising(50), 1]) {
      detector.sample({ residentBytes: value, handleCount: 7, externalBytes: Number.NaN, openFdCount: -1 });
      detector.sample({ residentBytes: 5n, handleCount: null } as never);
      nowMs += SLICE_MS;
    }
    assert.deepEqual(
      detector.read(),
      new Map([
        ['rss_growth', true],
        ['handle_growth', false],
      ]),
    );
  });
});
