import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import promClient from 'prom-client';
import { renderSnapshotText } from '../../exposition/snapshot-text.ts';
import { arbitrarySnapshot } from '../../exposition/testing/arbitrary-snapshot.ts';
import { renderText } from '../../exposition/text.ts';
import { bounded } from '../../labels.ts';
import { Registry } from '../../registry.ts';
import { MetricsAssertionError } from '../failures.ts';
import { runAccuracyScenario } from '../scenarios/run-accuracy-scenario.ts';
import { assertExposes, assertValidExposition, parseExposition } from './parse-exposition.ts';
import { readExposition } from './read-exposition.ts';

const help = 'Measured.';

const PAGE = `# A comment, and an empty line.

# HELP http_requests_total Requests,\\n with a backslash \\\\.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{ method = "get" , code="400", }\t3
# TYPE latency_seconds histogram
latency_seconds_bucket{le="0.5"} 1
latency_seconds_bucket{le="+Inf"} 3
latency_seconds_sum 1.5e-3
latency_seconds_count 3
# TYPE rpc_seconds summary
rpc_seconds{quantile="0.5"} 0.2
rpc_seconds_sum 17
rpc_seconds_count 2
 untyped_without_help -Inf
weird{path="C:\\\\DIR\\"\\n{},=",__proto__="x"} NaN
# TYPE temperature gauge
temperature -0.5
`;

/** Pages with one mistake: what is told of it, and whether Prometheus's parser refuses it as well. */
const INVALID: readonly (readonly [what: string, page: string, message: RegExp, byPrometheus: 'refused' | 'taken'])[] =
  [
    ['no line feed at the end', 'a 1', /line 1: the last line does not end/, 'refused'],
    ['a name that is none', '1a 1\n', /line 1, column 1: expected the name of a metric/, 'refused'],
    ['no value', 'a\n', /line 1, column 2: expected a value, found ""/, 'refused'],
    ['a value that is no number', 'a 1\na_b one\n', /line 2, column 5: expected a value, found "one"/, 'refused'],
    [
      'a time that is no whole number',
      'a 1 1.5\n',
      /line 1, column 5: expected a time in whole milliseconds/,
      'refused',
    ],
    ['something after the time', 'a 1 2 3\n', /line 1, column 7: expected the end of the line/, 'refused'],
    ['a carriage return', 'a 1\r\n', /line 1, column 3: expected a value/, 'refused'],
    ['labels that do not end', 'a{b="c" 1\n', /line 1, column 9: expected "," or "}"/, 'refused'],
    ['a label without quotes', 'a{b=c} 1\n', /line 1, column 5: expected a label value in double quotes/, 'refused'],
    [
      'a label value that does not end',
      'a{b="c} 1\n',
      /line 1, column 5: the label value has no closing quote/,
      'refused',
    ],
    ['a label name that is none', 'a{1b="c"} 1\n', /line 1, column 3: expected the name of a label/, 'refused'],
    ['a label without a value', 'a{b} 1\n', /line 1, column 4: expected "="/, 'refused'],
    ['a stray backslash in a label', 'a{b="\\x"} 1\n', /line 1, column 6: a backslash stands only before/, 'refused'],
    ['a label twice', 'a{b="1",b="2"} 1\n', /line 1, column 9: the label b is there twice/, 'refused'],
    ['a stray backslash in HELP', '# HELP a x\\y\na 1\n', /line 1: HELP of a has a stray backslash/, 'refused'],
    ['TYPE twice', '# TYPE a gauge\n# TYPE a gauge\na 1\n', /line 2: TYPE of a was said in line 1/, 'refused'],
    ['HELP twice', '# HELP a x\n# HELP a x\na 1\n', /line 2: HELP of a was said in line 1/, 'refused'],
    ['TYPE after a sample', 'a 1\n# TYPE a gauge\n', /line 2: TYPE of a comes after its samples/, 'refused'],
    ['a type that is none', '# TYPE a metre\na 1\n', /line 1: "metre" is no type/, 'refused'],
    ['HELP of a name that is none', '# HELP 1a x\n', /line 1: "1a" is no name of a metric/, 'refused'],
    ['a metric in two pieces', 'a{x="1"} 1\nb 1\na{x="2"} 1\n', /line 3: the lines of a are not together/, 'taken'],
    ['a series twice', 'a{x="1",y="2"} 1\na{y="2",x="1"} 1\n', /line 2: a\{x="1",y="2"\} was there in line 1/, 'taken'],
    ['a negative counter', '# TYPE a counter\na -1\n', /line 2: a is a counter and has the value -1/, 'taken'],
    ['a counter that is NaN', '# TYPE a counter\na NaN\n', /line 2: a is a counter and has the value NaN/, 'taken'],
    ['a quantile above 1', '# TYPE a summary\na{quantile="2"} 1\n', /line 2: .*quantile is not from 0 to 1/, 'taken'],
    [
      'buckets out of order',
      histogram('h_bucket{le="2"} 1\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n'),
      /line 3: h_bucket\{le="1"\} is not in ascending order/,
      'taken',
    ],
    [
      'buckets that are not cumulated',
      histogram('h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n'),
      /line 3: h_bucket\{le="\+Inf"\} has 1, less than the 2 of the bucket before/,
      'taken',
    ],
    [
      'a last bucket that is not the count',
      histogram('h_bucket{le="+Inf"} 2\nh_sum 1\nh_count 3\n'),
      /line 4: h_count is 3, and the bucket with le="\+Inf" is 2/,
      'taken',
    ],
    [
      'no last bucket',
      histogram('h_bucket{le="1"} 2\nh_sum 1\nh_count 2\n'),
      /line 2: h has no bucket with le="\+Inf"/,
      'taken',
    ],
    ['no count', histogram('h_bucket{le="+Inf"} 2\nh_sum 1\n'), /line 2: h has no _count/, 'taken'],
    ['no sum', histogram('h_bucket{le="+Inf"} 2\nh_count 2\n'), /line 2: h has no _sum/, 'taken'],
    [
      'a bound that is no number',
      histogram('h_bucket{le="x"} 2\nh_bucket{le="+Inf"} 2\nh_sum 1\nh_count 2\n'),
      /line 2: h_bucket\{le="x"\} has an le that is no number/,
      'refused',
    ],
    [
      'a histogram with labels of which one lacks buckets',
      histogram('h_bucket{le="+Inf",x="1"} 2\nh_sum{x="1"} 1\nh_count{x="1"} 2\nh_sum{x="2"} 1\nh_count{x="2"} 2\n'),
      /line 6: h\{x="2"\} has no bucket/,
      'taken',
    ],
  ];

function histogram(lines: string): string {
  return `# TYPE h histogram\n${lines}`;
}

function failuresOf(page: string): readonly string[] {
  try {
    assertValidExposition(page);
  } catch (error) {
    assert.ok(error instanceof MetricsAssertionError);
    return error.failures;
  }
  return [];
}

/** Undefined when there is no promtool. */
function isRefusedByPrometheus(page: string): boolean | undefined {
  const { error, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' });
  return error === undefined ? stderr.includes('error while linting') || stderr.includes('parsing error') : undefined;
}

describe('a page', () => {
  it('is read with everything that it says', () => {
    const page = assertValidExposition(PAGE);
    assert.equal(page.value('http_requests_total', { code: '200', method: 'post' }), 1027);
    assert.equal(page.samples.get('http_requests_total{code="200",method="post"}')?.timestampMs, 1395066363000);
    assert.equal(page.value('http_requests_total', { code: '400', method: 'get' }), 3);
    assert.equal(page.value('latency_seconds_bucket', { le: '+Inf' }), 3);
    assert.equal(page.value('latency_seconds_sum'), 0.0015);
    assert.equal(page.value('untyped_without_help'), Number.NEGATIVE_INFINITY);
    assert.equal(page.value('nothing'), undefined);
    const weird = page.families.get('weird')?.samples[0];
    assert.deepEqual(Object.entries(weird?.labels ?? {}), [
      ['path', 'C:\\DIR"\n{},='],
      ['__proto__', 'x'],
    ]);
    const described = Array.from(page.families.values(), ({ name, type, samples }) => [name, type, samples.length]);
    assert.deepEqual(described, [
      ['http_requests_total', 'counter', 2],
      ['latency_seconds', 'histogram', 4],
      ['rpc_seconds', 'summary', 3],
      ['untyped_without_help', 'untyped', 1],
      ['weird', 'untyped', 1],
      ['temperature', 'gauge', 1],
    ]);
    assert.equal(page.families.get('http_requests_total')?.help, 'Requests,\n with a backslash \\.');
  });

  it('is taken by Prometheus where it is valid here', (context) => {
    const refused = isRefusedByPrometheus(PAGE);
    if (refused === undefined) context.skip('promtool is not installed');
    else assert.equal(refused, false);
  });

  for (const [what, page, message, byPrometheus] of INVALID) {
    it(`is not valid with ${what}`, (context) => {
      const failures = failuresOf(page);
      assert.equal(failures.length, 1, failures.join('\n'));
      assert.match(failures[0]!, message);
      const refused = isRefusedByPrometheus(page);
      if (refused === undefined) context.diagnostic('not compared with Prometheus: promtool is not installed');
      else assert.equal(refused ? 'refused' : 'taken', byPrometheus);
    });
  }

  it('has all its mistakes told at once, in the order of lines', () => {
    assert.deepEqual(
      failuresOf('a 1\na 2\nb x\n# TYPE c counter\nc -1\n').map((failure) => failure.split(':')[0]),
      ['line 2', 'line 3, column 3', 'line 5'],
    );
  });

  it('is parsed with mistakes that are not of syntax', () => {
    assert.equal(parseExposition('a 1\na 2\n').value('a'), 2);
    assert.throws(() => parseExposition('a 1\nb x\n'), /The page cannot be read:\n {2}- line 2, column 3/);
    assert.equal(parseExposition('').samples.size, 0);
  });

  it('of any text is read without throwing', () => {
    const bits = fc.constantFrom('a', '{', '}', '"', '\\', '\n', '=', ',', ' ', '1', '# TYPE ', '# HELP ', '+Inf', 'é');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(bits).map((each) => each.join('')),
        ),
        (text) => {
          const { families, problems } = readExposition(text);
          const lineCount = text.split('\n').length;
          assert.ok(problems.every(({ line }) => line >= 1 && line <= lineCount));
          for (const { samples } of families.values())
            for (const { value } of samples) assert.equal(typeof value, 'number');
        },
      ),
    );
  });
});

describe('pages of libraries', () => {
  it('of this one are valid', () => {
    assertValidExposition(renderText(runAccuracyScenario().test.registry));
  });

  it('of prom-client are valid', async () => {
    const registry = new promClient.Registry();
    promClient.collectDefaultMetrics({ register: registry });
    const seconds = new promClient.Histogram({ name: 's', help, labelNames: ['x'], registers: [registry] });
    seconds.observe({ x: '"\\\n' }, 1);
    new promClient.Summary({ name: 'q', help, registers: [registry] }).observe(1);
    const page = assertValidExposition(await registry.metrics());
    assert.equal(page.value('s_count', { x: '"\\\n' }), 1);
  });
});

describe('assertExposes', () => {
  it('takes every page that is rendered from its snapshot', () => {
    fc.assert(
      fc.property(arbitrarySnapshot, (snapshot) => {
        assertExposes(new TextDecoder().decode(renderSnapshotText(snapshot)), snapshot);
      }),
    );
  });

  it('fails when one line is lost, added or changed', () => {
    const registry = new Registry();
    registry.counter({ name: 'a_total', help, labels: { peer: bounded(9) } }).inc({ peer: 'x' }, 4);
    registry.histogram({ name: 'h', help, buckets: [1] }).observe(1);
    registry.gauge({ name: 'zero', help }).set(0);
    const page = renderText(registry);
    const snapshot = registry.snapshot();
    assertExposes(page, snapshot);
    const lines = page.trimEnd().split('\n');
    for (const [i, line] of lines.entries()) {
      if (line.startsWith('#')) continue;
      const without = `${lines.toSpliced(i, 1).join('\n')}\n`;
      assert.throws(() => assertExposes(without, snapshot), /is not there, expected/);
      const changed = `${lines.with(i, `${line}1`).join('\n')}\n`;
      assert.throws(() => assertExposes(changed, snapshot), line.endsWith(' 0') ? /zero is 1, expected 0/ : /expected/);
    }
    assert.throws(() => assertExposes(`${page}more 1\n`, snapshot), /line \d+: more is not in the snapshot/);
    assert.throws(
      () => assertExposes(page.replace('peer="x"', 'peer="y"'), snapshot),
      /a_total\{peer="x"\} is not there/,
    );
  });
});
