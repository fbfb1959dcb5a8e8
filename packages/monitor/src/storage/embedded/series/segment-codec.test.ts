import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Label, type Labels, labelsFrom, labelsKey } from '../../../model/labels.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { ColdSegment } from './cold-segment.ts';
import { encodeSegment, type SegmentRows } from './segment-codec.ts';
import { anyLabels } from './testing/arbitraries.ts';

interface Series {
  readonly ref: number;
  readonly latestMs: number;
  readonly labels: Labels;
}

const anySeries: fc.Arbitrary<Series[]> = fc
  .array(
    fc.record({
      gap: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.nat(100_000)),
      latestMs: fc.oneof(fc.nat(100), fc.constantFrom(2 ** 50, -(2 ** 50)), fc.integer()),
      labels: anyLabels,
    }),
    { maxLength: 30 },
  )
  .map((series) => {
    let ref = 0;
    return series.map(({ gap, ...rest }) => ({ ...rest, ref: (ref += gap + 1) }));
  });

function rowsOf(series: readonly Series[]): SegmentRows {
  const dictionary: Label[] = [];
  const labels: number[] = [];
  for (const { name, value } of series.flatMap((each) => each.labels)) {
    let place = dictionary.findIndex((label) => label.name === name && label.value === value);
    if (place < 0) place = dictionary.push({ name, value }) - 1;
    labels.push(place);
  }
  return {
    refs: Uint32Array.from(series, ({ ref }) => ref),
    latestMs: Float64Array.from(series, ({ latestMs }) => latestMs),
    counts: Uint32Array.from(series, (each) => each.labels.length),
    labels: Uint32Array.from(labels),
    dictionary,
  };
}

function encoded(series: readonly Series[]): Uint8Array {
  return encodeSegment(rowsOf(series)).payload.slice();
}

function decoded(payload: Uint8Array): Series[] {
  const segment = new ColdSegment(payload);
  return Array.from(segment.refs, (ref, row) => ({
    ref,
    latestMs: segment.latestMs[row]!,
    labels: segment.labelsOf(row),
  }));
}

describe('a segment of series', () => {
  it('gives every series back as it was', () => {
    fc.assert(fc.property(anySeries, (series) => assert.deepEqual(decoded(encoded(series)), series)));
  });

  it('answers for each label which series carry it, and for each series its label of a name', () => {
    fc.assert(
      fc.property(anySeries, (series) => {
        const segment = new ColdSegment(encoded(series));
        const names = new Set(series.flatMap(({ labels }) => labels.map(({ name }) => name)));
        assert.deepEqual(new Set(segment.names()), names);
        for (const name of names) {
          const finder = segment.labelFinder(name);
          for (const label of segment.labelsNamed(name)) {
            const value = segment.valueOf(label);
            assert.equal(segment.labelOf(name, value), label);
            const carriers = series.flatMap(({ labels }, row) =>
              labels.some((own) => own.name === name && own.value === value) ? [row] : [],
            );
            assert.deepEqual([...segment.list(label)], carriers);
            assert.ok(carriers.every((row) => finder(row) === label));
          }
          assert.equal(segment.labelOf(name, 'no such value'), -1);
          for (const [row, { labels }] of series.entries()) {
            if (!labels.some((own) => own.name === name)) assert.equal(finder(row), -1);
          }
        }
        assert.equal(segment.labelFinder('no such name')(0), -1);
      }),
    );
  });

  it('is the bytes of the fixture', () => {
    const fixture = JSON.parse(readFileSync(new URL('testdata/segment.json', import.meta.url), 'utf8'));
    const series: Series[] = fixture.series.map(
      (each: { ref: number; latestMs: number; labels: [string, string][] }) => ({
        ...each,
        labels: labelsFrom(each.labels),
      }),
    );
    assert.equal(Buffer.from(encoded(series)).toString('hex'), fixture.hex.join(''));
    assert.deepEqual(decoded(Buffer.from(fixture.hex.join(''), 'hex')), series);
  });

  it('takes few bytes for series that are alike', () => {
    const series = Array.from({ length: 1000 }, (_, at) => ({
      ref: at + 1,
      latestMs: 1_700_000_000_000,
      labels: labelsFrom([
        ['__name__', `a_metric_with_a_long_name_${Math.floor(at / 10)}_bucket`],
        ['instance', '10.0.0.1:9000'],
        ['le', String(at % 10)],
      ]),
    }));
    assert.ok(encoded(series).length < 8 * 1000);
  });

  it('is damaged or well-formed whatever the bytes: nothing else is thrown', () => {
    const check = (payload: Uint8Array) => {
      try {
        const series = decoded(payload);
        for (const { labels } of series) labelsKey(labels);
      } catch (error) {
        assert.ok(error instanceof DamagedBytes, String(error));
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), check));
    fc.assert(
      fc.property(
        anySeries,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        fc.nat(),
        (series, flips, cut) => {
          const payload = encoded(series);
          for (const [at, byte] of flips) payload[at % payload.length] = byte;
          check(payload);
          check(payload.subarray(0, cut % payload.length));
        },
      ),
    );
  });

  it('refuses labels that would unpack to endless text', () => {
    const one = encoded([{ ref: 1, latestMs: 0, labels: labelsFrom([['n', 'x'.repeat(60_000)]]) }]);
    // One name, and of it values that each share all with the one before.
    const start = Buffer.from(one).indexOf(Buffer.from([1, 1, 'n'.charCodeAt(0), 1, 0]));
    assert.ok(start > 0);
    const values = 20_000;
    const head = Buffer.concat([one.subarray(0, start), Buffer.from([1, 1, 'n'.charCodeAt(0)])]);
    const shared = Buffer.from([0xe0, 0xd4, 0x03, 0]);
    const first = one.subarray(start + 4, start + 8 + 60_000);
    const count = Buffer.from([
      (values % 128) | 128,
      (Math.floor(values / 128) % 128) | 128,
      Math.floor(values / 16384),
    ]);
    const bomb = Buffer.concat([head, count, first, ...Array.from({ length: values - 1 }, () => shared)]);
    assert.throws(() => new ColdSegment(bomb), /too long/);
  });
});
