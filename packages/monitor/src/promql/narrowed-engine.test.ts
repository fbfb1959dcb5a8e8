import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsFromRecord } from '../model/labels.ts';
import { createQueryEngine } from './engine.ts';
import { QueryError, type QueryResult } from './interface.ts';
import { type AnsweringEngine, narrowedEngine } from './narrowed-engine.ts';
import { InMemoryQueryable } from './testing/in-memory-queryable.ts';
import { asRecord } from './testing/questions.ts';

const MONITOR = labelsFromRecord({ monitor: 'rpc-1' });
const EMPTY: QueryResult = { type: 'vector', timeMs: 0, samples: [], warnings: [], infos: [] };

/** What is asked of the engine behind. */
async function asked(expression: string, labels = MONITOR): Promise<string> {
  let seen = '';
  const engine: AnsweringEngine = {
    instant: async (query) => {
      seen = query.expression;
      return EMPTY;
    },
    range: async () => EMPTY,
  };
  await narrowedEngine(engine, labels).instant({ expression, timeMs: 0 });
  return seen;
}

/** Without the label. */
function off(expression: string): string {
  return `label_replace(${expression},"monitor","","","")`;
}

test('every selector gets the labels, wherever it stands and whatever the evaluator here thinks of the rest', async () => {
  const expected = {
    up: 'up{monitor="rpc-1"}',
    'up{}': 'up{monitor="rpc-1"}',
    '{job="a",}': '{monitor="rpc-1",job="a",}',
    '{"up.time"}': '{monitor="rpc-1","up.time"}',
    'max_over_time(sum(a)[1h:1m])': 'max_over_time(sum(a{monitor="rpc-1"})[1h:1m])',
    '1 + time()': '1 + time()',
    'offset offset (1m) * min_of(1, 2) * 1.': 'offset{monitor="rpc-1"} offset (1m) * min_of(1, 2) * 1.',
    'rate(up) * 2': 'rate(up{monitor="rpc-1"}) * 2',
  };
  for (const [expression, sent] of Object.entries(expected)) assert.equal(await asked(expression), sent);
  assert.equal(await asked('up', labelsFromRecord({ b: '"\\\n', a: 'x' })), 'up{a="x",b="\\"\\\\\\n"}');
});

test('the labels are taken off before what could tell, and nowhere else', async () => {
  const a = 'a{monitor="rpc-1"}';
  const expected = {
    'a - b offset 5m': `${off(a)} - ${off('b{monitor="rpc-1"} offset 5m')}`,
    'a * 2 or -b ^ 2 # c': `${off(`${a} * 2`)} or ${off('-b{monitor="rpc-1"} ^ 2')} # c`,
    'sum(a) / sum(a)': `sum(${a}) / sum(${a})`,
    'sum by (monitor) (rate(a{x="}"}[5m] offset 1m)) / on (job) group_left (x) b @ end()':
      `${off('sum by (monitor) (rate(a{monitor="rpc-1",x="}"}[5m] offset 1m))')}` +
      ` / on (job) group_left (x) ${off('b{monitor="rpc-1"} @ end()')}`,
    'sum without (monitor) (a) > sum without (job) (a)': `sum without (monitor) (${a}) > ${off(`sum without (job) (${a})`)}`,
    'sort(topk(scalar(a), timestamp((a))))': `sort(topk(scalar(${a}), timestamp((${a}))))`,
    'label_join(rate(a[1m]), "b", "", "c")': `label_join(${off(`rate(${a}[1m])`)}, "b", "", "c")`,
    'count_values("monitor", a)': `count_values("monitor", ${off(a)})`,
    // Where the places of notes are.
    '((a + 1)) - ((b[5m]))': `((${off(`${a} + 1`)})) - ((b{monitor="rpc-1"}[5m]))`,
    'limit_ratio(0.5, a)': `limit_ratio(0.5, ${off(a)})`,
    'absent((a)) + absent(sum(a))': `${off(`absent((${a}))`)} + absent(sum(${a}))`,
    'absent(sum without () (a)) + b': `absent(sum without () (${a})) + ${off('b{monitor="rpc-1"}')}`,
    // What is no instant vector is refused there, in the server's words.
    'a[5m] + a': `${a}[5m] + ${off(a)}`,
  };
  for (const [expression, sent] of Object.entries(expected)) assert.equal(await asked(expression), sent);
  const two = labelsFromRecord({ monitor: 'x', zone: 'y' });
  assert.equal(
    await asked('a{zone="z"} + a', two),
    `${off('a{monitor="x",zone="z"}')} + label_replace(${off('a{monitor="x",zone="y"}')},"zone","","","")`,
  );
});

test('info takes over what is known of the monitor', async () => {
  const a = 'a{monitor="rpc-1"}';
  const expected = {
    'info(a, {x="y"})': off(`info(${a}, {monitor="rpc-1",x="y"})`),
    // Series of which nothing is known stay where nothing is asked for.
    'info(a, {x=~".*"})': off(`info(${a}, {monitor=~"rpc-1|",x=~".*"})`),
    // A label more would leave out all others.
    'info(a, {__name__="b_info"}) + info(a)': `${off(`info(${a}, {__name__="b_info"})`)} + ${off(`info(${a})`)}`,
    'info(a, {monitor=~".+"})': `info(${off(a)}, {monitor=~".+"})`,
    'info(a{monitor=~".+"})': 'info(a{monitor=~".+"})',
  };
  for (const [expression, sent] of Object.entries(expected)) assert.equal(await asked(expression), sent);
});

test('a selector that names a label decides about it alone', async () => {
  assert.equal(await asked('up{monitor!=""} - up'), `up{monitor!=""} - ${off('up{monitor="rpc-1"}')}`);
  assert.equal(await asked('up{"monitor"=""}'), 'up{"monitor"=""}');
  assert.equal(
    await asked('up{monitor="x"}', labelsFromRecord({ monitor: 'y', zone: 'eu' })),
    'up{zone="eu",monitor="x"}',
  );
});

/** Two monitors with the same series on one server, and a store with what one of them wrote. */
function fleetAndOwn() {
  const fleet = new InMemoryQueryable();
  const own = new InMemoryQueryable();
  for (const [monitor, factor] of [
    ['rpc-1', 1],
    ['rpc-2', 1000],
  ] as const) {
    for (const job of ['a', 'b']) {
      const samples = Array.from({ length: 20 }, (_, step) => [15 * step, factor * (step + job.length)] as const);
      fleet.addSeries({ __name__: 'seen_total', job, monitor }, samples);
      if (monitor === 'rpc-1') own.addSeries({ __name__: 'seen_total', job }, samples);
    }
  }
  return { fleet, own };
}

test('an expression means what it means over the store of one monitor', async () => {
  const { fleet, own } = fleetAndOwn();
  const narrowed = narrowedEngine(createQueryEngine({ queryable: fleet }), MONITOR);
  const local = createQueryEngine({ queryable: own });
  for (const expression of [
    'seen_total',
    'seen_total{job="a"}',
    'sum by (monitor) (seen_total)',
    'sum without (job) (rate(seen_total[1m]))',
    'seen_total - on (job) seen_total',
    'count({__name__=~".+"})',
    'scalar(sum(seen_total)) * 2',
    'label_replace(seen_total, "x", "$1", "job", "(.*)")',
    'max_over_time(sum(rate(seen_total[1m]))[2m:30s] offset 30s)',
    'seen_total or on (job) -seen_total',
    'seen_total or vector(1) or label_replace(seen_total, "monitor", "$1", "job", "(.*)")',
    'count_values("monitor", seen_total)',
    'label_join(seen_total, "seen_by", "-", "job", "monitor")',
    'seen_total{job="a"} * ignoring(job, __name__) vector(2)',
  ]) {
    const query = { expression, timeMs: 200_000 };
    assert.deepEqual(asRecord(await narrowed.instant(query)), asRecord(await local.instant(query)), expression);
    const range = { expression, startMs: 60_000, endMs: 240_000, stepMs: 30_000 };
    assert.deepEqual(asRecord(await narrowed.range(range)), asRecord(await local.range(range)), expression);
  }
});

test('series that the label puts in another order come in that of their labels', async () => {
  const fleet = new InMemoryQueryable();
  for (const labels of [{}, { instance: 'a' }])
    fleet.addSeries({ __name__: 'up', ...labels, monitor: 'rpc-1' }, [[0, 1]]);
  const narrowed = narrowedEngine(createQueryEngine({ queryable: fleet }), MONITOR);
  const range = await narrowed.range({ expression: 'up', startMs: 0, endMs: 0, stepMs: 1 });
  assert.deepEqual(Object.keys(asRecord(range)), ['up', 'up instance=a']);
});

test('one that names the label sees all monitors, and shows which is which', async () => {
  const narrowed = narrowedEngine(createQueryEngine({ queryable: fleetAndOwn().fleet }), MONITOR);
  const expression = 'count by (monitor) (seen_total{monitor=~".+"})';
  const expected = { 'monitor=rpc-1': 2, 'monitor=rpc-2': 2 };
  assert.deepEqual(asRecord(await narrowed.instant({ expression, timeMs: 200_000 })), expected);
});

test('an error and a note have their place in the expression as it was asked', async () => {
  const narrowed = narrowedEngine(createQueryEngine({ queryable: fleetAndOwn().fleet }), MONITOR);
  const refused = async (engine: AnsweringEngine, expression: string) => {
    try {
      await engine.instant({ expression, timeMs: 200_000 });
    } catch (error) {
      assert.ok(error instanceof QueryError);
      return { message: error.message, position: error.position, type: error.type };
    }
    return undefined;
  };
  const local = createQueryEngine({ queryable: fleetAndOwn().own });
  for (const expression of [
    'sum(',
    'seen_total + seen_total{job="a"} + rate(seen_total)',
    'seen_total +\n"𝄞" + seen_total{job="𝄞"} + sum("x")',
    'seen_total{monitor="\\q"}',
    'seen_total{"\\q"="x"}',
    'seen_total + seen_total default 1',
    'seen_total + {job=~".*"}',
    // Places of durations are in bytes, from where to where.
    'seen_total{job="𝄞"} - rate(seen_total[1s - 2s])',
    'seen_total offset (1 / 0)\n + seen_total',
    // Label sets are those that the series seem to have.
    'seen_total + on () seen_total',
  ]) {
    const expected = await refused(local, expression);
    assert.ok(expected !== undefined, expression);
    assert.deepEqual(await refused(narrowed, expression), expected);
  }
  const noted = { expression: 'seen_total + rate(seen[1m])', timeMs: 0 };
  const { infos } = await local.instant(noted);
  assert.deepEqual((await narrowed.instant(noted)).infos, infos);
});
