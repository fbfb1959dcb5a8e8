import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { nextConsolidation, SEGMENT_SERIES_MAX, SEGMENT_TEXT_BYTES_MAX } from './consolidation.ts';
import { RefRanges } from './ref-ranges.ts';
import type { SegmentEntry } from './segment-table.ts';

function segment(series: number, rows = series, textBytes = series): SegmentEntry {
  const refs = new RefRanges(Uint32Array.of(1, series));
  const sizes = { latestMs: 0, dataBytes: 0, directoryBytes: 0 };
  return { id: 0, kind: 'cold', rows, textBytes, refs, ...sizes };
}

describe('consolidation', () => {
  it('comes to an end with few segments, and never makes one over the bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.nat(9))), (sizes) => {
        let segments = sizes.map(([series, textShare]) => segment(series, series, textShare * 300_000));
        let total = segments.length;
        for (let next = nextConsolidation(segments); next !== undefined; next = nextConsolidation(segments)) {
          assert.ok(next.end - next.start >= 2);
          const sources = segments.slice(next.start, next.end);
          const series = sources.reduce((sum, { refs }) => sum + refs.count, 0);
          const textBytes = sources.reduce((sum, source) => sum + source.textBytes, 0);
          assert.ok(series <= SEGMENT_SERIES_MAX && textBytes <= SEGMENT_TEXT_BYTES_MAX);
          segments = segments.toSpliced(next.start, sources.length, segment(series, series, textBytes));
          assert.ok(segments.length < total);
          total = segments.length;
        }
      }),
    );
  });

  it('writes a series again a logarithmic number of times when series come one by one', () => {
    let segments: SegmentEntry[] = [];
    let written = 0;
    for (let series = 0; series < 1000; series++) {
      segments.push(segment(1));
      for (let next = nextConsolidation(segments); next !== undefined; next = nextConsolidation(segments)) {
        const sum = segments.slice(next.start, next.end).reduce((total, { refs }) => total + refs.count, 0);
        segments = segments.toSpliced(next.start, next.end - next.start, segment(sum));
        written += sum;
      }
    }
    assert.ok(segments.length <= 12, `${segments.length} segments`);
    assert.ok(written <= 11 * 1000, `${written} writes`);
  });

  it('writes a segment again that has lost half of its series', () => {
    assert.deepEqual(nextConsolidation([segment(100), segment(10, 20)]), { start: 1, end: 2 });
    assert.equal(nextConsolidation([segment(100), segment(11, 20)]), undefined);
  });
});
