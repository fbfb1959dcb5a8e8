// What each format holds, how lines that cannot be read are told, and that a file may be cut anywhere.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChainpulseError } from '../model/errors.ts';
import { MemoryAppender } from '../sources/testing/memory-appender.ts';
import { importLines, type LineImport, type LinePosition } from './import-lines.ts';
import type { ImportTotals } from './import-totals.ts';
import type { LineFormat } from './interface.ts';

const NOW_MS = 1_700_000_000_000;
const BEGINNING: LinePosition = { offset: 0, lines: 0, header: undefined };

async function* chunked(text: string | Buffer, chunkBytes: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

interface Imported {
  readonly appender: MemoryAppender;
  readonly totals: ImportTotals;
  readonly positions: LinePosition[];
}

async function importText(
  format: LineFormat,
  text: string | Buffer,
  options: Partial<LineImport> & { chunkBytes?: number } = {},
): Promise<Imported> {
  const appender = new MemoryAppender();
  const positions: LinePosition[] = [];
  const totals = await importLines({
    chunks: chunked(text, options.chunkBytes ?? 1000),
    format,
    from: BEGINNING,
    appender,
    nowMs: NOW_MS,
    skipsBadLines: false,
    signal: new AbortController().signal,
    onStored: (position) => void positions.push(position),
    ...options,
  });
  return { appender, totals, positions };
}

/** Each series with its samples, as text. */
function contents(appender: MemoryAppender): Record<string, string> {
  return Object.fromEntries(
    Array.from(appender.samples(), ([text, samples]) => [
      text,
      samples
        .map(({ timestampMs, value }) => `${Object.is(value, -0) ? '-0' : value}@${timestampMs - NOW_MS}`)
        .join(' '),
    ]),
  );
}

const FILES: Readonly<Record<LineFormat, string>> = {
  text: `# HELP m some "help"\n# TYPE m gauge\nm{a="1"} 1 ${NOW_MS}\nm{a="1"} NaN ${NOW_MS + 1}\nm{a="x\\ny \\"q\\" \\\\"} -0 ${NOW_MS}\n`,
  openmetrics: `# TYPE m gauge\nm{a="1"} 1 1700000000\nm{a="1"} NaN 1700000000.001\nm{a="x\\ny \\"q\\" \\\\"} -0 1700000000\n# EOF\n`,
  'tsdb-dump': `{__name__="m", a="1"} 1 ${NOW_MS}\n{__name__="m", a="1"} 2e+30 ${NOW_MS + 1}\n{__name__="m", a="x\\ny \\"q\\" \\\\"} -0 ${NOW_MS}\n`,
  json: `{"metric":{"__name__":"m","a":"1"},"values":[1,2.5],"timestamps":[${NOW_MS},${NOW_MS + 1}]}\n{"metric":{"__name__":"m","a":"x\\ny \\"q\\" \\\\"},"values":[-0],"timestamps":[${NOW_MS}]}\n`,
  csv: `__name__,a,timestamp,value\nm,1,${NOW_MS},1\nm,1,${NOW_MS + 1},2.5\nm,"x\ny ""q"" \\",${NOW_MS},-0\n`,
  influx: `m,a=1 value=1 ${NOW_MS}000000\nm,a=1 value=2.5 ${NOW_MS + 1}000000\n# comment\nm,a=x\\ny\\ "q"\\ \\\\\\,\\=b value=-0 ${NOW_MS}999999\n`,
};

test('every format gives its samples, with labels, values and times as they are', async () => {
  const oddLabel = 'm{a="x\\ny \\"q\\" \\\\"}';
  const plain = 'm{a="1"}';
  for (const format of ['text', 'openmetrics'] as const) {
    const { appender } = await importText(format, FILES[format]);
    assert.deepEqual(contents(appender), { [plain]: '1@0 NaN@1', [oddLabel]: '-0@0' }, format);
  }
  for (const format of ['json', 'csv'] as const) {
    const { appender } = await importText(format, FILES[format]);
    assert.deepEqual(contents(appender), { [plain]: '1@0 2.5@1', [oddLabel]: '-0@0' }, format);
  }
  const dump = await importText('tsdb-dump', FILES['tsdb-dump']);
  assert.deepEqual(contents(dump.appender), { [plain]: '1@0 2e+30@1', [oddLabel]: '-0@0' });
  const influx = await importText('influx', FILES.influx);
  assert.deepEqual(contents(influx.appender), {
    [plain]: '1@0 2.5@1',
    'm{a="x\\\\ny \\"q\\" \\\\,=b"}': '-0@0',
  });
});

test('a file may come in chunks of any size, and its last line may lack its end', async () => {
  for (const [format, text] of Object.entries(FILES) as [LineFormat, string][]) {
    const whole = contents((await importText(format, text)).appender);
    for (const chunkBytes of [1, 7, 64]) {
      const { appender, totals, positions } = await importText(format, text, { chunkBytes });
      assert.deepEqual(contents(appender), whole, `${format} in ${chunkBytes}`);
      assert.equal(totals.samples, 3);
      assert.equal(positions.at(-1)?.offset, Buffer.byteLength(text));
    }
    const cut = text.replace(/\n$/, '').replaceAll('\n', format === 'json' || format === 'influx' ? '\r\n' : '\n');
    assert.deepEqual(contents((await importText(format, cut)).appender), whole, format);
  }
});

test('what ends a series, and what is no finite number, is told apart', async () => {
  const times = [0, 1, 2, 3].map((at) => NOW_MS + at);
  const json = `{"metric":{"__name__":"m"},"values":[null,"NaN","Infinity","-Infinity"],"timestamps":[${times.join()}]}`;
  const values = 'stale@0 NaN@1 Infinity@2 -Infinity@3';
  assert.equal(contents((await importText('json', json)).appender)['m{}'], values);
  const csv = `__name__,timestamp,value\n${times.map((time, at) => `m,${time},${['', 'NaN', '+Inf', '-Inf'][at]}`).join('\n')}`;
  assert.equal(contents((await importText('csv', csv)).appender)['m{}'], values);
  const dump = `{__name__="m"} NaN ${NOW_MS}\n{__name__="m"} +Inf ${NOW_MS + 1}\n`;
  assert.equal(contents((await importText('tsdb-dump', dump)).appender)['m{}'], 'stale@0 Infinity@1');
});

test('line protocol of other programs: fields become series, integers and truth values numbers, text nothing', async () => {
  const line = `cpu,host=a usage_idle=98.5,n=3i,u=4u,on=t,off=FALSE,name="a, b=c \\" d",value=7 ${NOW_MS}123456\nmem free=1\n`;
  const { appender } = await importText('influx', line);
  assert.deepEqual(contents(appender), {
    'cpu_usage_idle{host="a"}': '98.5@0',
    'cpu_n{host="a"}': '3@0',
    'cpu_u{host="a"}': '4@0',
    'cpu_on{host="a"}': '1@0',
    'cpu_off{host="a"}': '0@0',
    'cpu{host="a"}': '7@0',
    'mem_free{}': '1@0',
  });
});

test('Go quotes more than JSON does', async () => {
  const { appender } = await importText(
    'tsdb-dump',
    `{__name__="m", a="\\u00e9\\x07\\U0001f600\\t", "b c"="d"} 1 ${NOW_MS}\n`,
  );
  assert.deepEqual([...appender.samples().keys()], ['m{a="é\\u0007😀\\t",b c="d"}']);
});

test('a native histogram comes back as it was exported', async () => {
  const native = {
    schema: 3,
    zeroThreshold: 0.001,
    zeroCount: 1,
    count: 7.5,
    sum: 'NaN',
    positiveSpans: [[-2, 1]],
    positiveCounts: [4.5],
    negativeSpans: [[1, 1]],
    negativeCounts: [2],
  };
  const line = { metric: { __name__: 'h' }, histograms: [{ count: '7.5', native }], timestamps: [NOW_MS] };
  const { appender, totals } = await importText('json', JSON.stringify(line));
  assert.equal(totals.histograms, 1);
  assert.deepEqual(appender.samples().get('h{}')?.[0]?.histogram, {
    schema: 3,
    zeroThreshold: 0.001,
    zeroCount: 1,
    count: 7.5,
    sum: Number.NaN,
    positiveSpans: [{ offset: -2, length: 1 }],
    positiveCounts: Float64Array.of(4.5),
    negativeSpans: [{ offset: 1, length: 1 }],
    negativeCounts: Float64Array.of(2),
  });
});

const BAD_LINES: readonly [LineFormat, string, RegExp][] = [
  ['text', 'm 1 x', /^line 2, column 5: the timestamp "x" is no number/],
  ['openmetrics', 'm{a="1" 1', /^line 2, column 9: expected "," or "}"/],
  ['tsdb-dump', 'm 1 2', /^line 2, column 1: expected "{" and the labels of a series, found "m"/],
  [
    'tsdb-dump',
    '{a="b"} 1 2',
    /^line 2, column 8: the series has no __name__|^line 2, column 7: the series has no __name__/,
  ],
  ['tsdb-dump', '{__name__="m"} 1', /^line 2, column 17: the time in milliseconds is missing/],
  ['tsdb-dump', '{__name__="m"', /^line 2, column 1: the labels have no "}"/],
  ['tsdb-dump', '{__name__="h"} {count:1, sum:2} 5', /^line 2, column 16: a native histogram as promtool prints it/],
  [
    'json',
    '{"metric":{"__name__":"m"},"values":[1,"x"],"timestamps":[1,2]}',
    /^line 2, column 1: "\\"x\\"" among "values"|^line 2, column 1: "x" among "values" is no number/,
  ],
  ['json', '{"metric":{"__name__":"m"},"values":[1],"timestamps":[1,2]}', /as many as there are timestamps/],
  ['json', '{"metric":{"a":"m"},"values":[1],"timestamps":[1]}', /"metric" has no __name__/],
  [
    'json',
    '{"metric":{"__name__":"m"},"values":[1],"timestamps":[1.5]}',
    /expected "timestamps", whole Unix milliseconds/,
  ],
  [
    'json',
    '{"metric":{"__name__":"m"},"histograms":[{"count":"1"}],"timestamps":[1]}',
    /expected a histogram with its "native" form/,
  ],
  ['json', '[1]', /^line 2, column 1: expected an object/],
  ['json', '{"metric": nonsense}', /^line 2, column 1: the line is no JSON: Unexpected token/],
  ['csv', 'm,1,x,1', /^line 2, column 5: the time in milliseconds "x" is no number/],
  ['csv', 'm,1,2,3,4', /the row has 5 cells, the first row has 4/],
  ['csv', ',1,2,3', /the cell __name__ is empty/],
  ['csv', 'm', /the row has no cells for time and value/],
  ['influx', 'm', /expected a field: name=value/],
  ['influx', 'm value=', /the value of the field is missing/],
  ['influx', 'm value=x 1', /"x" is no value/],
  ['influx', 'm value=1 soon', /^line 2, column 11: the time is no number of nanoseconds/],
  ['influx', 'm,a value=1 1', /expected a tag, name=value, found "a"/],
];

function beginOf(format: LineFormat): string {
  switch (format) {
    case 'text':
      return `first 1 ${NOW_MS}\n`;
    case 'openmetrics':
      return 'first 1 1700000000\n';
    case 'tsdb-dump':
      return `{__name__="first"} 1 ${NOW_MS}\n`;
    case 'json':
      return `{"metric":{"__name__":"first"},"values":[1],"timestamps":[${NOW_MS}]}\n`;
    case 'csv':
      return '__name__,a,timestamp,value\n';
    case 'influx':
      return `first value=1 ${NOW_MS}000000\n`;
  }
}

test('the first line that cannot be read ends the import with its place; what stands before is stored', async () => {
  for (const [format, line, message] of BAD_LINES) {
    const appender = new MemoryAppender();
    const positions: LinePosition[] = [];
    const text = `${beginOf(format)}${line}\n${beginOf(format).replace('first', 'last')}`;
    await assert.rejects(
      importText(format, text, { appender, onStored: (position) => void positions.push(position) }),
      { code: 'exposition_malformed', message },
      line,
    );
    const stored = Object.entries(contents(appender)).filter(([, samples]) => samples !== '');
    assert.deepEqual(Object.fromEntries(stored), format === 'csv' ? {} : { 'first{}': '1@0' }, line);
    assert.deepEqual(positions, []);
  }
});

test('lines that cannot be read are passed over and counted where that is wanted', async () => {
  for (const [format, line, message] of BAD_LINES) {
    const last = format === 'csv' ? `last,,${NOW_MS},1\n` : beginOf(format).replace('first', 'last');
    const text = `${beginOf(format)}${line}\n${last}${line}\n${format === 'openmetrics' ? '# EOF\n' : ''}`;
    const { appender, totals } = await importText(format, text, { skipsBadLines: true });
    const kept = Object.keys(contents(appender)).filter((series) => /first|last/.test(series));
    assert.equal(kept.length, format === 'csv' ? 1 : 2, line);
    assert.equal(totals.badLines, 2, line);
    assert.match(totals.badLineMessages[0] ?? '', message, line);
  }
});

test('a file that was cut off, and bytes that are no text, are told', async () => {
  await assert.rejects(importText('openmetrics', 'm 1 1\n'), { message: /"# EOF" is missing/ });
  const notText = Buffer.concat([Buffer.from('{__name__="'), Buffer.from([0xff]), Buffer.from(`"} 1 ${NOW_MS}\n`)]);
  for (const format of ['text', 'json', 'tsdb-dump', 'csv', 'influx'] as const) {
    const begin = format === 'csv' ? '__name__,timestamp,value\n' : '';
    const row = format === 'csv' ? Buffer.concat([Buffer.from([0xff]), Buffer.from(`,${NOW_MS},1\n`)]) : notText;
    await assert.rejects(
      importText(format, Buffer.concat([Buffer.from(begin), row])),
      { code: 'exposition_malformed' },
      format,
    );
  }
});

test('no bytes make it fail in any other way', async () => {
  const formats = fc.constantFrom<LineFormat>('text', 'openmetrics', 'tsdb-dump', 'json', 'csv', 'influx');
  const mutation = fc.record({ at: fc.nat(), byte: fc.nat(255), isInserted: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(formats, fc.array(mutation, { maxLength: 6 }), fc.boolean(), async (format, mutations, skips) => {
      const bytes = [...Buffer.from(FILES[format].repeat(2))];
      for (const { at, byte, isInserted } of mutations) bytes.splice(at % bytes.length, isInserted ? 0 : 1, byte);
      try {
        await importText(format, Buffer.from(bytes), { skipsBadLines: skips, chunkBytes: 50 });
      } catch (error) {
        assert.ok(error instanceof ChainpulseError && error.code === 'exposition_malformed', String(error));
      }
    }),
    { numRuns: 500 },
  );
});

test('many pieces: what the store takes is in order, and no more than two are on their way', async () => {
  const lines = 240_000;
  const text = Array.from(
    { length: lines },
    (_, at) => `{__name__="m", n="${at % 500}"} ${at} ${NOW_MS - lines + at}\n`,
  ).join('');
  const appender = new MemoryAppender();
  let underWay = 0;
  let most = 0;
  const counting = {
    resolveSeries: appender.resolveSeries.bind(appender),
    append: async (batch: Parameters<MemoryAppender['append']>[0]) => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 2));
      underWay--;
      return appender.append(batch);
    },
  };
  const { totals, positions } = await importText('tsdb-dump', text, {
    appender: counting as unknown as MemoryAppender,
    chunkBytes: 100_000,
  });
  assert.equal(totals.samples, lines);
  assert.ok(positions.length > 2 && most <= 2, `${positions.length} pieces, ${most} at once`);
  assert.equal(appender.samples().get('m{n="0"}')?.length, lines / 500);
  assert.deepEqual(
    positions.map(({ offset }) => offset),
    positions.map(({ offset }) => offset).sort((a, b) => a - b),
  );
  assert.deepEqual(positions.at(-1), { offset: text.length, lines, header: undefined });
});

test('an import that is ended tells how far it came, and goes on there, also in the middle of a table', async () => {
  const rows = 600_000;
  const text = `__name__,n,timestamp,value\n${Array.from({ length: rows }, (_, at) => `m,${at % 10},${NOW_MS - rows + at},${at}\n`).join('')}`;
  const controller = new AbortController();
  const appender = new MemoryAppender();
  let reached: LinePosition = BEGINNING;
  const first = await importText('csv', text, {
    appender,
    signal: controller.signal,
    chunkBytes: 100_000,
    onStored: (position) => {
      reached = position;
      controller.abort();
    },
  });
  assert.ok(reached.offset > 0 && reached.offset < text.length);
  const rest = Buffer.from(text).subarray(reached.offset);
  const second = await importText('csv', rest, { appender, from: reached, chunkBytes: 100_000 });
  assert.ok(first.totals.samples + second.totals.samples >= rows);
  const kept = [...appender.samples().values()].flat();
  assert.equal(kept.length, rows);
  await assert.rejects(importText('csv', 'm,1,x,2\n', { from: reached }), {
    message: new RegExp(`^line ${reached.lines + 1}, column 5`),
  });
});
