import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { PushAnswer } from '../interface.ts';
import { PushReceiver } from '../push-receiver.ts';
import { bitsOfNumber, CollectingAppender } from '../testing/collecting-appender.ts';

const NOW_MS = 1_700_000_000_000;

function start() {
  const appender = new CollectingAppender();
  const receiver = new PushReceiver({ appender, clock: { nowMs: () => NOW_MS }, limits: { batchRowsMax: 50 } });
  /** The pieces of one text, as far as they can be read. */
  const push = async (protocol: 'text' | 'openmetrics', pieces: readonly string[]): Promise<PushAnswer[]> => {
    const answers: PushAnswer[] = [];
    let linesBefore = 0;
    let hasEnded = false;
    for (const [at, text] of pieces.entries()) {
      const piece = { linesBefore, isLast: at === pieces.length - 1, hasEnded };
      const body = new Uint8Array(Buffer.from(text));
      const answer = await receiver.push({ protocol, encoding: 'identity', body, receivedMs: NOW_MS, piece });
      answers.push(answer);
      if (answer.outcome === 'malformed') break;
      linesBefore += answer.text!.lines;
      ({ hasEnded } = answer.text!);
    }
    return answers;
  };
  return { appender, push };
}

function times(appender: CollectingAppender, series: string): number[] | undefined {
  return appender.samples.get(series)?.map(({ timeMs }) => timeMs);
}

describe('an import of text', () => {
  it('reads samples with their times, and gives those without the time of the request', async () => {
    const { appender, push } = start();
    const [answer] = await push('text', ['# a comment\n\nup{job="node"} 1.5 1000\nup{job="node"} 2 -5\nup 3\n']);
    assert.deepEqual([answer!.outcome, answer!.samples, answer!.text], ['stored', 3, { lines: 5, hasEnded: false }]);
    assert.deepEqual(appender.samples.get('{__name__="up", job="node"}'), [
      { timeMs: 1000, bits: bitsOfNumber(1.5) },
      { timeMs: -5, bits: bitsOfNumber(2) },
    ]);
    assert.deepEqual(times(appender, '{__name__="up"}'), [NOW_MS]);
  });

  it('reads OpenMetrics: times in seconds, exemplars, metadata', async () => {
    const { appender, push } = start();
    const [answer] = await push('openmetrics', [
      '# TYPE http_requests counter\n# HELP http_requests Requests.\n# UNIT http_requests requests\n' +
        'http_requests_total{code="200"} 17 1520879607.789 # {trace_id="abc"} 0.67 1520879606\n' +
        'http_requests_total{code="200"} 18 1520879608 # {trace_id="def"} 0.5\n# EOF\n',
    ]);
    assert.deepEqual([answer!.outcome, answer!.samples, answer!.exemplars], ['stored', 2, 2]);
    assert.deepEqual(
      times(appender, '{__name__="http_requests_total", code="200"}'),
      [1_520_879_607_789, 1_520_879_608_000],
    );
    assert.deepEqual(appender.exemplars.get('{__name__="http_requests_total", code="200"}'), [
      { labels: [{ name: 'trace_id', value: 'abc' }], value: 0.67, timestampMs: 1_520_879_606_000 },
      { labels: [{ name: 'trace_id', value: 'def' }], value: 0.5, timestampMs: 1_520_879_608_000 },
    ]);
    assert.deepEqual(appender.metadata.at(-1), {
      name: 'http_requests',
      type: 'counter',
      help: 'Requests.',
      unit: 'requests',
    });
  });

  it('is the same text in whatever pieces it comes', async () => {
    const series = fc.constantFrom(
      'up',
      'up{a="1"}',
      'up {a="1"}',
      'up{a="1",}',
      'up{b="}"}',
      'u{c="\\"x"}',
      '{"a b", d="é"}',
    );
    const line = fc
      .tuple(series, fc.integer(), fc.nat(NOW_MS))
      .map(([name, value, timeMs]) => `${name} ${value} ${timeMs}\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 120 }), fc.array(fc.nat(120)), async (lines, cuts) => {
        const whole = start();
        await whole.push('text', [lines.join('')]);
        const pieces = start();
        const places = [0, ...cuts.toSorted((a, b) => a - b), lines.length];
        await pieces.push(
          'text',
          places.slice(1).map((end, at) => lines.slice(places[at], end).join('')),
        );
        assert.deepEqual(pieces.appender.collected(), whole.appender.collected());
        // And as what each line says.
        const fresh = start();
        for (const each of lines) await fresh.push('text', [each]);
        assert.deepEqual(fresh.appender.collected(), whole.appender.collected());
      }),
      { numRuns: 50 },
    );
  });

  it('keeps what stands before a bad line, and says where it is', async () => {
    const cases: readonly [text: string, message: RegExp][] = [
      ['up 1 1\nup 2 2\nup{a="1 3 3\nup 4 4\n', /^line 3, column 6: /],
      ['up 1 1\nup 2 2\nup x\n', /^line 3, column 4: the value "x" is no number/],
      ['up 1 1\nup 2 2\nup 1 1.5\n', /^line 3, column 6: the timestamp/],
      ['up 1 1\nup 2 2\nup 1 3 4\n', /^line 3, column 8: expected the end of the line/],
      ['up 1 1\nup 2 2\n{a="1"} 1\n', /^line 3, column 1: expected the name of a metric/],
    ];
    for (const [text, message] of cases) {
      const { appender, push } = start();
      const [answer] = await push('text', [text]);
      assert.deepEqual([answer!.outcome, answer!.samples, answer!.text?.lines], ['malformed', 2, 2]);
      assert.match(answer!.errors[0]!, message);
      assert.deepEqual(times(appender, '{__name__="up"}'), [1, 2]);
      // The same bad line is bad again.
      assert.equal((await push('text', [text.split('\n')[2]!]))[0]!.outcome, 'malformed');
    }
  });

  it('counts lines over pieces', async () => {
    const answers = await start().push('text', ['up 1 1\nup 2 2\n', '# HELP up Up.\nup 3 3\n', 'up 4 4\nup =\n']);
    assert.match(answers.at(-1)!.errors[0]!, /^line 6, column 4: /);
  });

  it('wants the end that OpenMetrics demands, over pieces too, and nothing behind it', async () => {
    const ended = await start().push('openmetrics', ['up 1 1\n', '# EOF\n', '']);
    assert.deepEqual(
      ended.map(({ outcome }) => outcome),
      ['stored', 'stored', 'stored'],
    );
    const cut = await start().push('openmetrics', ['up 1 1\n', 'up 2 2\n']);
    assert.deepEqual([cut[1]!.outcome, cut[1]!.samples], ['malformed', 1]);
    assert.match(cut[1]!.errors[0]!, /line 3, column 1: "# EOF" is missing/);
    const more = await start().push('openmetrics', ['up 1 1\n# EOF\n', 'up 2 2\n']);
    assert.match(more[1]!.errors[0]!, /line 3, column 1: expected nothing after/);
  });

  it('puts metadata together whose lines stand in different pieces, and tells it once', async () => {
    const { appender, push } = start();
    await push('text', ['# HELP up Up.\n', '# TYPE up gauge\nup 1 1\n', '# HELP up Up.\n# TYPE up gauge\n']);
    assert.deepEqual(appender.metadata, [
      { name: 'up', type: 'unknown', help: 'Up.', unit: '' },
      { name: 'up', type: 'gauge', help: 'Up.', unit: '' },
    ]);
  });

  it('tells metadata again that the store failed to take', async () => {
    const { appender, push } = start();
    appender.failure = new Error('no space left');
    await assert.rejects(push('text', ['# HELP up Up.\nup 1 1\n']), /no space left/);
    await push('text', ['# HELP up Up.\nup 1 1\n']);
    assert.deepEqual(appender.metadata, [{ name: 'up', type: 'unknown', help: 'Up.', unit: '' }]);
  });

  it('refuses lines that are too long or no UTF-8', async () => {
    const [long] = await start().push('text', [`up{a="${'x'.repeat(40_000)}"} 1\n`]);
    assert.match(long!.errors[0]!, /longer than/);
    const receiver = new PushReceiver({ appender: new CollectingAppender(), clock: { nowMs: () => NOW_MS } });
    const body = Uint8Array.of(0x75, 0x70, 0xff, 0x20, 0x31, 0x0a);
    const answer = await receiver.push({ protocol: 'text', encoding: 'identity', body, receivedMs: NOW_MS });
    assert.match(answer.errors[0]!, /line 1, .*UTF-8/);
  });

  it('any text comes to a clean answer', async () => {
    const piece = fc.array(
      fc.constantFrom('up', '{', '}', 'a', '="', '"', ',', ' ', '1', '\n', '#', ' # {', 'EOF', '\\', 'é'),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(piece, fc.constantFrom('text' as const, 'openmetrics' as const), async (parts, format) => {
        const [answer] = await start().push(format, [parts.join('')]);
        if (answer!.outcome === 'malformed') assert.match(answer!.errors[0]!, /^line \d+, column \d+: /);
      }),
      { numRuns: 500 },
    );
  });
});
