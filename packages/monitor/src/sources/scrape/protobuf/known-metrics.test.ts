import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CollectionError } from '../../interface.ts';
import { CollectingSink } from '../testing/collecting-sink.ts';
import { MalformedFamilies } from './family-reader.ts';
import { ProtobufParser } from './protobuf-parser.ts';
import { encodeFamilies, pairs, TYPE } from './testing/encode-families.ts';
import { BOTH, gauges, parse, REQUEST } from './testing/parsed-page.ts';

describe('what is remembered', () => {
  test('an unchanged series costs no reading of labels, in order or out of it', async () => {
    const sink = new CollectingSink();
    const parser = new ProtobufParser();
    const metric = (index: number, value: number) => ({ label: pairs({ i: `${index}` }), gauge: { value } });
    const page = (indices: readonly number[], value: number) =>
      encodeFamilies(
        { name: 'g', type: TYPE.gauge, metric: indices.map((index) => metric(index, value)) },
        { name: 'h', type: TYPE.histogram, metric: [{ histogram: { ...BOTH, sampleSum: value } }] },
      );
    const request = { ...REQUEST, sink };
    await parser.parse({ ...request, body: page([1, 2, 3, 4], 1) });
    assert.equal(sink.slotsAsked, 10);
    await parser.parse({ ...request, body: page([1, 2, 3, 4], 2) });
    await parser.parse({ ...request, body: page([4, 2, 1], 3) });
    await parser.parse({ ...request, body: page([1, 2, 3, 4], 4) });
    assert.equal(sink.slotsAsked, 10);
    await parser.parse({ ...request, body: page([0, 1, 2, 3, 4], 5) });
    assert.equal(sink.slotsAsked, 11);
  });

  test('metadata is described when it is new and when it has changed, and not otherwise', async () => {
    const sink = new CollectingSink();
    const parser = new ProtobufParser();
    const page = (help: string) => encodeFamilies({ name: 'a', type: TYPE.gauge }, { name: 'b', help, unit: 's' });
    for (const help of ['one', 'one', 'two', 'two']) await parser.parse({ ...REQUEST, body: page(help), sink });
    assert.deepEqual(
      sink.described.map(({ name, help, unit }) => `${name} ${help} ${unit}`),
      ['a  ', 'b one s', 'b two s'],
    );
  });

  test('slots are asked for again of a sink that has forgotten them, and of another', async () => {
    const sink = new CollectingSink();
    const parser = new ProtobufParser();
    await parser.parse({ ...REQUEST, body: gauges('a', 'b'), sink });
    sink.forget();
    await parser.parse({ ...REQUEST, body: gauges('a', 'b'), sink });
    const other = new CollectingSink();
    await parser.parse({ ...REQUEST, body: gauges('a', 'b'), sink: other });
    assert.deepEqual([sink.slotsAsked, other.slotsAsked], [4, 2]);
  });

  test('is bounded when series come and go', async () => {
    const sink = new CollectingSink();
    const parser = new ProtobufParser();
    const page = (round: number) =>
      encodeFamilies({
        name: 'g',
        metric: Array.from({ length: 600 }, (_, i) => ({ label: pairs({ i: `${round}-${i}` }), counter: {} })),
      });
    for (let round = 0; round < 4; round++) await parser.parse({ ...REQUEST, body: page(round), sink });
    sink.slotsAsked = 0;
    await parser.parse({ ...REQUEST, body: page(0), sink });
    assert.equal(sink.slotsAsked, 600, 'what came first was forgotten');
  });

  test('a body is read in slices, and a reader that was called off stops between them', async () => {
    const abort = new AbortController();
    let slices = 0;
    const parser = new ProtobufParser({
      yieldToOthers: async () => {
        if (++slices === 2) abort.abort(new Error('called off'));
      },
    });
    const metric = Array.from({ length: 100_000 }, (_, i) => ({ label: pairs({ i: `${i}` }), gauge: { value: 1 } }));
    const body = encodeFamilies({ name: 'g', type: TYPE.gauge, metric });
    await assert.rejects(
      parser.parse({ ...REQUEST, body, sink: new CollectingSink(), signal: abort.signal }),
      /called off/,
    );
    assert.equal(slices, 2);
  });

  test('large metrics are as many slices', async () => {
    let slices = 0;
    const parser = new ProtobufParser({
      yieldToOthers: async () => {
        slices++;
      },
    });
    const exemplars = Array.from({ length: 9000 }, () => ({
      label: pairs({ trace_id: 'x'.repeat(64) }),
      timestamp: {},
    }));
    const metric = Array.from({ length: 10 }, (_, i) => ({
      label: pairs({ i: `${i}` }),
      histogram: { zeroCount: 1, sampleCount: 1, exemplars },
    }));
    const body = encodeFamilies({ name: 'h', type: TYPE.histogram, metric });
    await parser.parse({ ...REQUEST, body, sink: new CollectingSink() });
    assert.ok(slices >= 2, `${slices}`);
  });

  const text = fc.constantFrom('a', 'b', 'é', '');
  const exemplar = fc.record(
    {
      label: fc.constantFrom([], pairs({ t: 'x' })),
      value: fc.nat(3),
      timestamp: fc.option(fc.record({ seconds: fc.nat(9) }), { nil: undefined }),
    },
    { requiredKeys: ['value'] },
  );
  const histogram = fc.record(
    {
      sampleCount: fc.constantFrom(6, 7),
      sampleSum: fc.nat(9),
      bucket: fc.array(
        fc.record(
          { cumulativeCount: fc.nat(9), upperBound: fc.constantFrom(1, 2.5, Infinity), exemplar },
          { requiredKeys: [] },
        ),
        { maxLength: 3 },
      ),
      positiveSpan: fc.constantFrom([], [{ offset: 0, length: 2 }]),
      positiveDelta: fc.constantFrom([], [2, 2]),
      exemplars: fc.array(exemplar, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
  const metric = fc.record(
    {
      label: fc
        .uniqueArray(fc.tuple(fc.constantFrom('x', 'y', 'le'), text), { maxLength: 2, selector: ([name]) => name })
        .map((each) => pairs(Object.fromEntries(each))),
      gauge: fc.record({ value: fc.double() }, { requiredKeys: [] }),
      counter: fc.record({ value: fc.nat(9), exemplar }, { requiredKeys: ['value'] }),
      untyped: fc.record({ value: fc.nat(9) }),
      summary: fc.record({
        sampleCount: fc.nat(9),
        quantile: fc.array(fc.record({ quantile: fc.constantFrom(0.5, 1), value: fc.nat(9) }), { maxLength: 2 }),
      }),
      histogram,
      timestampMs: fc.nat(5),
    },
    { requiredKeys: ['gauge', 'counter', 'untyped', 'summary', 'histogram'] },
  );
  const family = fc.record(
    {
      name: fc.constantFrom('a', 'b', 'ab'),
      help: text,
      type: fc.nat(5),
      unit: text,
      metric: fc.array(metric, { maxLength: 5 }),
    },
    { requiredKeys: ['name'] },
  );
  const families = fc.array(fc.array(family, { maxLength: 4 }), { minLength: 2, maxLength: 5 });
  const damage = fc.option(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) }), {
    nil: undefined,
    freq: 3,
  });

  test('a parser with memory gives exactly what a fresh one gives, errors and all', async () => {
    await fc.assert(
      fc.asyncProperty(
        families,
        fc.array(damage, { minLength: 5, maxLength: 5 }),
        fc.boolean(),
        async (given, damages, classicHistograms) => {
          const parser = new ProtobufParser();
          const sink = new CollectingSink();
          let before: (typeof given)[number] = [];
          for (const [round, some] of given.entries()) {
            // Mostly what came before, as pages are.
            before = [...before.slice(some.length >> 1), ...some].slice(-8);
            const body = damaged(encodeFamilies(...before), damages[round]);
            const fresh = new CollectingSink();
            const request = { ...REQUEST, classicHistograms };
            const expected = await outcomeOf(
              new ProtobufParser().parse({ ...request, body: Buffer.from(body), sink: fresh }),
            );
            assert.equal(await outcomeOf(parser.parse({ ...request, body, sink })), expected);
            assert.deepEqual(sink.take(), fresh.take());
            assert.deepEqual(sink.histograms.splice(0), fresh.histograms);
            assert.deepEqual(sink.exemplars.splice(0), fresh.exemplars);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('any bytes give samples or an error with a place', async () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(fc.array(family, { maxLength: 4 }), fc.array(damage, { minLength: 1, maxLength: 6 }))
        .map(([some, damages]) => damages.reduce(damaged, encodeFamilies(...some))),
      fc
        .tuple(fc.array(family, { minLength: 1, maxLength: 3 }), fc.nat(300))
        .map(([some, length]) => encodeFamilies(...some).subarray(0, length)),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (body) => {
        const { length } = body;
        await parse(body, { sampleLimit: 50 }).catch((error: unknown) => {
          if (error instanceof CollectionError) assert.equal(error.outcome, 'too_large');
          else {
            assert.ok(error instanceof MalformedFamilies, String(error));
            assert.ok(error.byte >= 0 && error.byte <= length);
          }
        });
      }),
      { numRuns: 5000 },
    );
  });
});

function damaged(body: Buffer, damage: { readonly at: number; readonly byte: number } | undefined): Buffer {
  if (damage !== undefined && body.length > 0)
    body[Math.min(body.length - 1, Math.floor(damage.at * body.length))] = damage.byte;
  return body;
}

async function outcomeOf(parsing: Promise<void>): Promise<string> {
  return parsing.then(
    () => 'ok',
    (error: Error) => error.message,
  );
}
