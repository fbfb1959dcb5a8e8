import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CollectionError } from '../interface.ts';
import { ExpositionParser } from './exposition-parser.ts';
import { ExpositionError } from './line-cursor.ts';
import type { ExpositionFormat } from './metadata-syntax.ts';
import { type CollectedSample, CollectingSink } from './testing/collecting-sink.ts';

const NO_LIMIT = 1_000_000;

async function parse(text: string | Buffer, format: ExpositionFormat = 'text'): Promise<CollectingSink> {
  const sink = new CollectingSink();
  await new ExpositionParser().parse({ body: Buffer.from(text), format, sink, sampleLimit: NO_LIMIT });
  return sink;
}

describe('the text format', () => {
  const good: [line: string, ...samples: CollectedSample[]][] = [
    [''],
    ['a 1', ['a{}', 1]],
    ['a 1\n', ['a{}', 1]],
    ['a{} 1', ['a{}', 1]],
    ['a:b_c9 -1.5e3', ['a:b_c9{}', -1500]],
    ['  a\t\t1  \n', ['a{}', 1]],
    ['a 1 1700000000123', ['a{}', 1, 1_700_000_000_123]],
    ['a 1 -5', ['a{}', 1, -5]],
    ['a{x="1",} 2', ['a{x="1"}', 2]],
    ['a { x = "1" , y = "2" } 3', ['a{x="1",y="2"}', 3]],
    ['a{y="2",x="1"} 3', ['a{x="1",y="2"}', 3]],
    ['a{x=""} 3', ['a{}', 3]],
    ['a{x="} 1 # {"} 3', ['a{x="} 1 # {"}', 3]],
    ['a{x="q\\"b\\\\n\\n\\d"} 1', [`a{x=${JSON.stringify('q"b\\n\n\\d')}}`, 1]],
    ['a{x="é 😀"} 1', ['a{x="é 😀"}', 1]],
    ['{"a.b"} 1', ['a.b{}', 1]],
    ['{"a.b", "c d"="e", f="g"} 1', ['a.b{c d="e",f="g"}', 1]],
    ['a{"c.d"="e"} 1', ['a{c.d="e"}', 1]],
    ['# a comment\n#\n\n#HELP x\na 1\n# EOF\nb 2', ['a{}', 1], ['b{}', 2]],
    ['a +Inf\nb -Inf', ['a{}', Infinity], ['b{}', -Infinity]],
    ['a 1\na 2', ['a{}', 1], ['a{}', 2]],
  ];
  for (const [text, ...samples] of good) {
    test(`reads ${JSON.stringify(text)}`, async () => {
      assert.deepEqual((await parse(text)).samples, samples);
    });
  }

  test('NaN is a number that is none', async () => {
    const [sample] = (await parse('a NaN')).samples;
    assert.ok(Number.isNaN(sample?.[1]));
  });

  test('metadata is unescaped and joined by family', async () => {
    const { described } = await parse(
      '# HELP a_total How\\nmany \\\\ "x"\n# TYPE a_total counter\n# TYPE b untyped\n# HELP "c.d" dots\n# HELP e\na_total 1\n',
    );
    assert.deepEqual(described, [
      { name: 'a_total', type: 'counter', help: 'How\nmany \\ "x"', unit: '' },
      { name: 'b', type: 'unknown', help: '', unit: '' },
      { name: 'c.d', type: 'unknown', help: 'dots', unit: '' },
      { name: 'e', type: 'unknown', help: '', unit: '' },
    ]);
  });
});

describe('OpenMetrics', () => {
  test('seconds become milliseconds, exemplars come behind their samples, # UNIT is metadata', async () => {
    const sink = await parse(
      '# TYPE a_seconds histogram\n# UNIT a_seconds seconds\n# HELP a_seconds A \\"b\\".\n' +
        'a_seconds_bucket{le="1"} 2 1520879607.789 # {trace_id="x y",span="}"} 0.67 1520879600.1\n' +
        'a_seconds_bucket{le="+Inf"} 3 # {} 4\na_seconds_count 3\na_seconds_created 1.5e9\n# EOF\n',
      'openmetrics',
    );
    assert.deepEqual(sink.samples, [
      ['a_seconds_bucket{le="1"}', 2, 1_520_879_607_789],
      ['a_seconds_bucket{le="+Inf"}', 3],
      ['a_seconds_count{}', 3],
      ['a_seconds_created{}', 1.5e9],
    ]);
    assert.deepEqual(sink.exemplars, [
      [
        'a_seconds_bucket{le="1"}',
        {
          labels: [
            { name: 'span', value: '}' },
            { name: 'trace_id', value: 'x y' },
          ],
          value: 0.67,
          timestampMs: 1_520_879_600_100,
        },
      ],
      ['a_seconds_bucket{le="+Inf"}', { labels: [], value: 4, timestampMs: undefined }],
    ]);
    assert.deepEqual(sink.described, [{ name: 'a_seconds', type: 'histogram', help: 'A "b".', unit: 'seconds' }]);
  });

  test('# EOF may end the body without a new line', async () => {
    assert.deepEqual((await parse('a 1\n# EOF', 'openmetrics')).samples, [['a{}', 1]]);
  });
});

describe('malformed input is refused where it is', () => {
  const bad: [text: string, line: number, column: number, problem: RegExp, format?: ExpositionFormat][] = [
    ['a', 1, 2, /the value is missing/],
    ['a 1\nb \n', 2, 3, /the value is missing/],
    ['a 1\n<html>', 2, 1, /name of a metric, found "<"/],
    ['9a 1', 1, 1, /name of a metric/],
    ['{} 1', 1, 1, /name of a metric/],
    ['{x="1"} 1', 1, 1, /name of a metric/],
    ['{__name__="a"} 1', 1, 2, /__name__/],
    ['a{__name__="b"} 1', 1, 3, /__name__/],
    ['a{"b"} 1', 1, 6, /expected "="/],
    ['a{x="1"} one', 1, 10, /"one" is no number/],
    ['a{x="1"}1', 1, 9, /expected a blank/],
    ['a-b 1', 1, 2, /expected a blank.*found "-"/],
    ['a{x=1} 1', 1, 5, /value in quotes/],
    ['a{x} 1', 1, 4, /expected "="/],
    ['a{x:y="1"} 1', 1, 4, /expected "="/],
    ['a{="1"} 1', 1, 3, /name of a label/],
    ['a{x="1" y="2"} 1', 1, 9, /expected "," or "}"/],
    ['a{x="1"', 1, 8, /expected "," or "}".*end of the line/],
    ['a{x="1', 1, 5, /quote is not closed/],
    ['a{x="1\n"} 1', 1, 5, /quote is not closed/],
    ['a{x="1\\', 1, 5, /quote is not closed/],
    ['a{x="1",x="2"} 1', 1, 9, /"x" is given twice/],
    ['é{} 1', 1, 1, /found "é"/],
    ['a{x="éé"} y', 1, 11, /"y" is no number/],
    ['a 1 2 3', 1, 7, /end of the line/],
    ['a 1 1.5', 1, 5, /whole milliseconds/],
    ['a 1 x', 1, 5, /the timestamp "x" is no number/],
    ['a 1 # {} 1', 1, 5, /the timestamp "#"/],
    ['a 1\r\n', 1, 3, /is no number/],
    ['a 1e999', 1, 3, /too large/],
    ['# TYPE a histogramm\n', 1, 10, /no type of a metric; types are counter/],
    ['# TYPE\n', 1, 7, /name of a metric after "# TYPE"/],
    ['# HELP a{b} text\n', 1, 9, /expected a blank/],
    ['a 1\n# EOF\nb 1\n', 3, 1, /after "# EOF"/, 'openmetrics'],
    ['a 1\n', 2, 1, /"# EOF" is missing/, 'openmetrics'],
    ['a 1', 2, 1, /"# EOF" is missing/, 'openmetrics'],
    ['', 1, 1, /"# EOF" is missing/, 'openmetrics'],
    ['a 1\n\n# EOF', 2, 1, /no empty lines/, 'openmetrics'],
    ['# a comment\n# EOF', 1, 1, /no comments/, 'openmetrics'],
    ['# EOF x', 1, 6, /after "# EOF"|end/, 'openmetrics'],
    ['a 1 # x\n# EOF', 1, 7, /labels of an exemplar/, 'openmetrics'],
    ['a 1 # {"x"} 1\n# EOF', 1, 7, /no metric name/, 'openmetrics'],
    ['a 1 # {}\n# EOF', 1, 9, /exemplar's value is missing/, 'openmetrics'],
    ['a 1 nan\n# EOF', 1, 5, /no time in seconds/, 'openmetrics'],
    ['a 1 # {} 1 inf\n# EOF', 1, 12, /exemplar's timestamp is no time in seconds/, 'openmetrics'],
    ['a 1 # {x="1",x="2"} 1\n# EOF', 1, 14, /"x" is given twice/, 'openmetrics'],
  ];
  for (const [text, line, column, problem, format = 'text'] of bad) {
    test(`${format} ${JSON.stringify(text)}`, async () => {
      await assert.rejects(parse(text, format), (error: ExpositionError) => {
        assert.ok(error instanceof ExpositionError, String(error));
        assert.match(error.message, problem);
        assert.deepEqual([error.line, error.column], [line, column], error.message);
        assert.ok(error.message.startsWith(`line ${line}, column ${column}: `));
        return true;
      });
    });
  }

  test('bytes that are no UTF-8', async () => {
    const body = Buffer.concat([Buffer.from('a 1\nb{x="é'), Buffer.from([0xc3, 0x28]), Buffer.from('"} 1\n')]);
    await assert.rejects(parse(body), { message: 'line 2, column 7: the text is not valid UTF-8' });
  });

  test('a line of more than 256 KiB', async () => {
    await assert.rejects(parse(`a 1\nb{x="${'y'.repeat(300_000)}"} 1`), /line 2, column 1: the line is longer/);
  });

  test('an exemplar that is no UTF-8, on a line that begins as the one before it', async () => {
    const parser = new ExpositionParser();
    const sink = new CollectingSink();
    const bodyOf = (last: number) =>
      Buffer.concat([Buffer.from('a 1 # {x="'), Buffer.from([0x61, last]), Buffer.from('"} 1\n# EOF\n')]);
    const request = { format: 'openmetrics', sink, sampleLimit: NO_LIMIT } as const;
    await parser.parse({ ...request, body: bodyOf(0x62) });
    await assert.rejects(parser.parse({ ...request, body: bodyOf(0xff) }), {
      message: 'line 1, column 12: the text is not valid UTF-8',
    });
  });

  test('a number of thousands of digits', async () => {
    await assert.rejects(parse(`a 0.${'1'.repeat(5000)}`), /line 1, column 3: the value is 5002 characters long/);
  });
});

describe('limits', () => {
  test('one sample more than the limit refuses the exposition', async () => {
    const sink = new CollectingSink();
    const request = { format: 'text', sink, sampleLimit: 2 } as const;
    const parser = new ExpositionParser();
    await parser.parse({ ...request, body: Buffer.from('a 1\nb 1\n') });
    await assert.rejects(
      parser.parse({ ...request, body: Buffer.from('a 1\nb 1\nc 1\n') }),
      (error) => error instanceof CollectionError && error.outcome === 'too_large',
    );
  });

  test('metadata without end is refused too', async () => {
    const body = Buffer.from('# HELP a b\n'.repeat(7));
    const request = { body, format: 'text', sink: new CollectingSink(), sampleLimit: 2 } as const;
    await assert.rejects(new ExpositionParser().parse(request), { code: 'collection_too_large' });
  });
});

describe('the cache', () => {
  test('an unchanged series costs no reading of labels, in order or out of it', async () => {
    const sink = new CollectingSink();
    const parser = new ExpositionParser();
    const lines = Array.from({ length: 100 }, (_, index) => `m{i="${index}"} ${index}\n`);
    const parseLines = (given: readonly string[]) =>
      parser.parse({ body: Buffer.from(given.join('')), format: 'text', sink, sampleLimit: NO_LIMIT });
    await parseLines(lines);
    assert.equal(sink.slotsAsked, 100);
    await parseLines(lines);
    await parseLines(lines.toReversed());
    await parseLines([...lines.slice(50), ...lines.slice(0, 20)]);
    assert.equal(sink.slotsAsked, 100);
    await parseLines([...lines.slice(0, 50), 'm{i="new"} 1\n', ...lines.slice(50)]);
    assert.equal(sink.slotsAsked, 101);
  });

  test('metadata is described when it is new and when it has changed, and not otherwise', async () => {
    const sink = new CollectingSink();
    const parser = new ExpositionParser();
    const parseText = (text: string) =>
      parser.parse({ body: Buffer.from(text), format: 'text', sink, sampleLimit: NO_LIMIT });
    await parseText('# HELP a x\n# TYPE a gauge\na 1\n');
    await parseText('# HELP a x\n# TYPE a gauge\na 2\n');
    await parseText('b 1\n# TYPE a gauge\n# HELP a x\na 2\n');
    assert.equal(sink.described.length, 1);
    await parseText('# HELP a y\n# TYPE a gauge\na 2\n');
    assert.deepEqual(sink.described.at(-1), { name: 'a', type: 'gauge', help: 'y', unit: '' });
    assert.equal(sink.described.length, 2);
  });

  test('what a refused exposition described is described again', async () => {
    const sink = new CollectingSink();
    const parser = new ExpositionParser();
    const parseText = (text: string) =>
      parser.parse({ body: Buffer.from(text), format: 'text', sink, sampleLimit: NO_LIMIT });
    await assert.rejects(parseText('# TYPE a gauge\na 1\nb\n'));
    assert.equal(sink.described.length, 0);
    await parseText('# TYPE a gauge\na 1\n');
    assert.equal(sink.described.length, 1);
  });

  test('slots that the sink has forgotten are asked for again', async () => {
    const sink = new CollectingSink();
    const parser = new ExpositionParser();
    const request = { body: Buffer.from('a 1\nb 2\n'), format: 'text', sink, sampleLimit: NO_LIMIT } as const;
    await parser.parse(request);
    sink.forget();
    sink.take();
    await parser.parse(request);
    assert.deepEqual(sink.take(), [
      ['a{}', 1],
      ['b{}', 2],
    ]);
  });

  test('slots are asked for again of another sink', async () => {
    const parser = new ExpositionParser();
    const request = { format: 'text', sampleLimit: NO_LIMIT } as const;
    await parser.parse({ ...request, body: Buffer.from('x 0\na 1\nb 2\n'), sink: new CollectingSink() });
    const another = new CollectingSink();
    await parser.parse({ ...request, body: Buffer.from('a 1\nb 2\n'), sink: another });
    assert.deepEqual(another.samples, [
      ['a{}', 1],
      ['b{}', 2],
    ]);
  });

  test('a body is read in slices, and a reader that was called off stops between them', async () => {
    const abort = new AbortController();
    let slices = 0;
    const parser = new ExpositionParser({
      yieldToOthers: async () => {
        if (++slices === 2) abort.abort(new Error('called off'));
      },
    });
    const body = Buffer.from(Array.from({ length: 300_000 }, (_, index) => `m{i="${index}"} 1\n`).join(''));
    const request = { body, format: 'text', sink: new CollectingSink(), sampleLimit: NO_LIMIT } as const;
    await assert.rejects(parser.parse({ ...request, signal: abort.signal }), /called off/);
    assert.equal(slices, 2);
  });

  const value = fc.oneof(
    fc.integer().map(String),
    fc.double({ noNaN: true }).map((given) => String(given).replace('Infinity', 'Inf')),
  );
  const exemplar = fc.constantFrom('', ' # {} 1', ' # {x="y"} 2 5.5', ' # {x="é"} 3', ' # {x=1} 3');
  const sampleLine = fc
    .tuple(
      fc.constantFrom('a', 'ab', 'a_b', 'b'),
      fc.constantFrom(
        '',
        '{}',
        ' {x="1"}',
        '{x="1"}',
        '{x="1",}',
        '{x="1",y="2"}',
        '{y="2",x="1"}',
        '{x="\\""}',
        '{x="}"}',
        '{x="é"}',
      ),
      fc.constantFrom(' ', '  ', '\t'),
      value,
      fc.constantFrom('', '', '', ' 1700000000000', ' '),
      fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 1, arbitrary: exemplar }),
    )
    .map((parts) => parts.join(''));
  const otherLine = fc.constantFrom('', '# TYPE a gauge', '# TYPE a counter', '# HELP a b', '# c', '#', ' a{x="1"} 5');
  const brokenLine = fc.constantFrom('a', 'a{x="1" 1', 'a {', 'a 1 2 3', 'a{x="1"}5');
  const line = fc.oneof(
    { weight: 30, arbitrary: sampleLine },
    { weight: 5, arbitrary: otherLine },
    { weight: 1, arbitrary: brokenLine },
  );
  const bodies = fc.array(fc.array(line, { maxLength: 12 }), { minLength: 2, maxLength: 6 });

  test('a parser with memory gives exactly what a fresh one gives, errors and all', async () => {
    const formats = fc.constantFrom<ExpositionFormat>('text', 'openmetrics');
    await fc.assert(
      fc.asyncProperty(bodies, fc.boolean(), formats, async (given, isShuffled, format) => {
        const parser = new ExpositionParser();
        const sink = new CollectingSink();
        let before: string[] = [];
        for (const lines of given) {
          // Mostly the lines of before with a few changes, as expositions are.
          const mixed = isShuffled
            ? [...before.toReversed(), ...lines]
            : [...before.slice(lines.length >> 1), ...lines];
          before = mixed.slice(-20);
          const shown = format === 'text' ? mixed : [...mixed.filter((each) => each.trim() !== ''), '# EOF'];
          const body = Buffer.from(shown.join('\n'));
          const request = { body, format, sampleLimit: NO_LIMIT };
          const fresh = new CollectingSink();
          const expected = await outcomeOf(new ExpositionParser().parse({ ...request, sink: fresh }));
          assert.equal(await outcomeOf(parser.parse({ ...request, sink })), expected);
          assert.deepEqual(sink.take(), fresh.take());
          assert.deepEqual(sink.exemplars.splice(0), fresh.exemplars);
        }
      }),
      { numRuns: 1500 },
    );
  });
});

async function outcomeOf(parsing: Promise<void>): Promise<string> {
  return parsing.then(
    () => 'ok',
    (error: Error) => error.message,
  );
}
