import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CollectionError } from '../../interface.ts';
import { MalformedFamilies } from './family-reader.ts';
import { encodeFamilies, pairs, TYPE } from './testing/encode-families.ts';
import { BOTH, gauges, parse } from './testing/parsed-page.ts';

describe('a page is refused by the place of what is wrong', () => {
  const inGauge = (metric: object) =>
    encodeFamilies({ name: 'g', type: TYPE.gauge, metric: [{ gauge: { value: 1 }, ...metric }] });
  const broken = (text: string, body: Buffer) => {
    const copy = Buffer.from(body);
    copy[copy.indexOf(text)] = 0xff;
    return copy;
  };
  const pages: readonly (readonly [what: string, body: Uint8Array, problem: RegExp])[] = [
    ['cut off', gauges('a', 'b').subarray(0, -3), /^byte \d+: \d+ bytes are said to follow/],
    ['text', Buffer.from('a 1\n# TYPE b gauge\nb 2\n'), /^byte \d+: /],
    ['a web page', Buffer.from('<!doctype html><html>'), /^byte \d+: /],
    ['no name', gauges(''), /no name/],
    ['a name that is no UTF-8', broken('zz', gauges('zz')), /a metric's name is not valid UTF-8/],
    ['a help that is no UTF-8', broken('zz', encodeFamilies({ name: 'g', help: 'zz' })), /a help is not valid UTF-8/],
    [
      'a label that is no UTF-8',
      broken('zz', inGauge({ label: pairs({ a: 'zz' }) })),
      /metric "g": the value of the label "a"/,
    ],
    ['a label without a name', inGauge({ label: pairs({ '': 'b' }) }), /a label has no name/],
    ['a label twice', inGauge({ label: [...pairs({ a: '1' }), ...pairs({ a: '1' })] }), /"a" is given twice/],
    ['__name__ as a label', inGauge({ label: pairs({ __name__: 'b' }) }), /__name__ is the metric's name/],
    [
      'le of its own',
      encodeFamilies({ name: 'h', type: TYPE.histogram, metric: [{ label: pairs({ le: 'b' }), histogram: {} }] }),
      /"le" is given twice/,
    ],
    [
      'a value of another type',
      encodeFamilies({ name: 'g', type: TYPE.gauge, metric: [{ counter: { value: 1 } }] }),
      /it is a gauge and a metric of it has none/,
    ],
    ['no value', encodeFamilies({ name: 'h', type: TYPE.histogram, metric: [{}] }), /it is a histogram and/],
    [
      'a type that there is not',
      Buffer.from([5, 0x0a, 1, 0x67, 0x18, 9]),
      /metric "g": there is no type 9: types are 0 counter/,
    ],
    ['labels without end', inGauge({ label: pairs({ a: 'x'.repeat(33_000) }) }), /longer than 32768 bytes/],
    [
      'a metric without end',
      encodeFamilies({
        name: 'h',
        type: TYPE.histogram,
        metric: [{ histogram: { positiveDelta: Array(1_100_000).fill(0) } }],
      }),
      /longer than 1048576 bytes/,
    ],
    [
      'buckets without end',
      encodeFamilies({
        name: 'h',
        type: TYPE.histogram,
        metric: [{ histogram: { positiveDelta: Array(20_000).fill(0) } }],
      }),
      /more than 10000 buckets/,
    ],
    ['a help without end', encodeFamilies({ name: 'g', help: 'x'.repeat(70_000) }), /longer than 65536 bytes/],
  ];
  for (const [what, body, problem] of pages) {
    test(what, async () => {
      await assert.rejects(parse(body), (error: Error) => {
        assert.ok(error instanceof MalformedFamilies, String(error));
        assert.match(error.message, problem);
        assert.ok(error.byte >= 0 && error.byte <= body.length);
        return true;
      });
    });
  }

  // Each message with a field of a known number and another wire type, which no reader takes for unknown.
  const message = (field: number, ...bytes: number[]) => [(field << 3) | 2, bytes.length, ...bytes];
  const metricOf = (type: number, ...fields: number[]) => [...message(1, 0x67), 0x18, type, ...message(4, ...fields)];
  const wrongTypes: readonly (readonly [what: string, family: readonly number[], field: number])[] = [
    ['a family', [...metricOf(1, ...message(2)), 0x10, 1], 2],
    ['a metric', metricOf(1, ...message(2), 0x08, 1), 1],
    ['a label', metricOf(1, ...message(1, ...message(1, 0x61), 0x10, 1), ...message(2)), 2],
    ['a gauge', metricOf(1, ...message(2, 0x08, 1)), 1],
    ['a counter', metricOf(0, ...message(3, 0x10, 1)), 2],
    ['an exemplar', metricOf(0, ...message(3, ...message(2, 0x10, 1))), 2],
    ['a summary', metricOf(2, ...message(4, 0x10, 1)), 2],
    ['a quantile', metricOf(2, ...message(4, ...message(3, 0x10, 1))), 2],
    ['a histogram', metricOf(4, ...message(7, 0x10, 1)), 2],
    ['a bucket', metricOf(4, ...message(7, ...message(3, 0x10, 1))), 2],
    ['a span', metricOf(4, ...message(7, ...message(12, ...message(1)))), 1],
  ];
  for (const [what, family, field] of wrongTypes) {
    test(`a field of ${what} has another type than its own`, async () => {
      const problem = new RegExp(`field ${field} has wire type \\d, which is not its own`);
      await assert.rejects(parse(Uint8Array.of(family.length, ...family)), problem);
    });
  }

  test('a field that nobody knows is passed over, whatever its type', async () => {
    const family = metricOf(1, ...message(2, 0x10, 1), 0x78, 1);
    assert.deepEqual((await parse(Uint8Array.of(family.length, ...family))).samples, [['g{}', 0]]);
  });

  test('more samples, families, native buckets or exemplars than the limit refuse it', async () => {
    const limits: readonly (readonly [body: Buffer, sampleLimit: number, problem: RegExp])[] = [
      [encodeFamilies({ name: 'h', type: TYPE.histogram, metric: [{ histogram: BOTH }] }), 5, /more than 5 samples/],
      [encodeFamilies({ name: 'g', metric: [{}, {}, {}] }), 2, /more than 2 samples: raise the target's sampleLimit/],
      [encodeFamilies({ name: 'a' }, { name: 'b' }, { name: 'c' }), 2, /more than 2 metric families/],
      [
        encodeFamilies({
          name: 'h',
          type: TYPE.histogram,
          metric: [{ histogram: { positiveSpan: [{ length: 30 }], positiveDelta: Array(30).fill(0) } }],
        }),
        2,
        /more than 20 buckets of native histograms/,
      ],
      [
        encodeFamilies({
          name: 'h',
          type: TYPE.histogram,
          metric: [{ histogram: { zeroCount: 1, sampleCount: 1, exemplars: [{}, {}, {}] } }],
        }),
        2,
        /more than 2 exemplars/,
      ],
    ];
    for (const [body, sampleLimit, problem] of limits) {
      await assert.rejects(parse(body, { sampleLimit }), (error: Error) => {
        assert.ok(error instanceof CollectionError && error.outcome === 'too_large', String(error));
        assert.match(error.message, problem);
        return true;
      });
    }
    assert.equal((await parse(gauges('a', 'b', 'c'), { sampleLimit: 3 })).samples.length, 3);
  });
});
