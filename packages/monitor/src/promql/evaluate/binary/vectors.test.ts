import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueryFeatures } from '../../features.ts';
import type { Matching } from '../../parse/syntax-tree.ts';
import { failure } from '../../testing/questions.ts';
import type { StepSeries } from '../series.ts';
import { ALL_LABELS, contextOf, histogramOf, SPAN, streamOf, type Table, tableOf } from './testing/streams.ts';
import { combineVectors } from './vectors.ts';

interface Question {
  readonly operator: string;
  readonly left: Table;
  readonly right: Table;
  readonly matching?: Matching;
  readonly bool?: boolean;
  readonly features?: Partial<QueryFeatures>;
}

async function ask({ operator, left, right, matching = ALL_LABELS, bool = false, features }: Question) {
  const context = contextOf(features);
  const stepCount = Object.values({ ...left, ...right })[0]?.length ?? 1;
  const node = { operator: { operator, bool }, matching, span: SPAN };
  const stream = combineVectors({ node, left: () => streamOf(left), right: () => streamOf(right), stepCount }, context);
  const table = await tableOf(stream);
  return { table, infos: context.notes.infos(), warnings: context.notes.warnings() };
}

async function tableFor(question: Question): Promise<Table> {
  return (await ask(question)).table;
}

const __ = undefined;

test('two vectors meet where both have a sample, and arithmetic drops the name', async () => {
  const left = { 'a x=1': [6, 8, __], 'a x=2': [1, 1, 1] };
  const right = { 'b x=1': [2, __, 2], 'b x=3': [1, 1, 1] };
  assert.deepEqual(await tableFor({ operator: '/', left, right }), { ' x=1': [3, __, __] });
  assert.deepEqual(await tableFor({ operator: 'atan2', left, right }), { ' x=1': [Math.atan2(6, 2), __, __] });
});

test('a comparison keeps the values and the name of the left, with bool it says 0 or 1 and has no name', async () => {
  const left = { 'a x=1': [6, 1, NaN] };
  const right = { 'b x=1': [2, 2, 2] };
  assert.deepEqual(await tableFor({ operator: '>', left, right }), { 'a x=1': [6, __, __] });
  assert.deepEqual(await tableFor({ operator: '>', left, right, bool: true }), { ' x=1': [1, 0, 0] });
  const delayed = { operator: '>', left, right, bool: true, features: { delayedNameRemoval: true } };
  assert.deepEqual(await tableFor(delayed), { 'a x=1': [1, 0, 0] });
});

test('series of the one side that follow each other are one partner', async () => {
  const matching: Matching = { on: true, labels: ['x'], many: 'left', include: ['v'] };
  const left = { 'a x=1 y=1': [1, 2, 3], 'a x=1 y=2': [4, 5, 6] };
  const right = { 'b x=1 v=old': [10, __, __], 'b x=1 v=new': [__, 10, 10] };
  assert.deepEqual(await tableFor({ operator: '*', left, right, matching }), {
    ' v=old x=1 y=1': [10, __, __],
    ' v=new x=1 y=1': [__, 20, 30],
    ' v=old x=1 y=2': [40, __, __],
    ' v=new x=1 y=2': [__, 50, 60],
  });
});

test('one-to-many computes and compares in the order that is written', async () => {
  const matching: Matching = { on: true, labels: ['x'], many: 'right', include: [] };
  const left = { 'a x=1': [10, 1] };
  const right = { 'b x=1 y=1': [2, 2], 'b x=1 y=2': [20, __] };
  assert.deepEqual(await tableFor({ operator: '-', left, right, matching }), {
    ' x=1 y=1': [8, -1],
    ' x=1 y=2': [-10, __],
  });
  assert.deepEqual(await tableFor({ operator: '>', left, right, matching }), { 'b x=1 y=1': [10, __] });
});

test('a label taken over that the one side lacks is taken away', async () => {
  const matching: Matching = { on: true, labels: ['x'], many: 'left', include: ['y'] };
  const left = { 'a x=1 y=1': [1] };
  assert.deepEqual(await tableFor({ operator: '+', left, right: { 'b x=1': [1] }, matching }), { ' x=1': [2] });
});

test('two of the one side at a step are refused where the other side has anything', async () => {
  const matching: Matching = { on: true, labels: ['x'] };
  const right = { 'b x=1 y=1': [1, 1], 'b x=1 y=2': [__, 1] };
  const fine = { operator: '+', left: { 'a x=2': [1, __], 'a x=1': [1, __] }, right, matching };
  assert.deepEqual(await tableFor(fine), { ' x=1': [2, __] });
  await assert.rejects(
    tableFor({ ...fine, left: { 'a x=2': [1, 1] } }),
    failure(
      'execution',
      /^found duplicate series for the match group \{x="1"\} on the right hand-side of the operation: \[\{__name__="b", x="1", y="2"\}, \{__name__="b", x="1", y="1"\}\];many-to-many matching not allowed: matching labels must be unique on one side$/,
    ),
  );
});

test('two matches of the same at a step are refused, also where a filter keeps neither', async () => {
  const matching: Matching = { on: true, labels: ['x'] };
  const left = { 'a x=1 y=1': [1, __], 'a x=1 y=2': [__, 1] };
  const right = { 'b x=1': [5, 5] };
  assert.deepEqual(await tableFor({ operator: '+', left, right, matching }), { ' x=1': [6, 6] });
  const both = { 'a x=1 y=1': [1, 1], 'a x=1 y=2': [__, 1] };
  const oneToOne = /^multiple matches for labels: many-to-one matching must be explicit \(group_left\/group_right\)$/;
  await assert.rejects(tableFor({ operator: '>', left: both, right, matching }), failure('execution', oneToOne));
  const grouped: Matching = { on: true, labels: ['x'], many: 'left', include: ['y'] };
  const manyToOne = /^multiple matches for labels: grouping labels must ensure unique matches$/;
  await assert.rejects(
    tableFor({ operator: '>', left: both, right, matching: grouped }),
    failure('execution', manyToOne),
  );
});

test('results that differ in the type alone are one series, and refused where they meet', async () => {
  const left = { 'a x=1 __type__=gauge': [1, __], 'a x=1 __type__=counter': [__, 2] };
  const right = { 'b x=1 __type__=gauge': [1, 1], 'b x=1 __type__=counter': [1, 1] };
  assert.deepEqual(await tableFor({ operator: '+', left, right }), { ' x=1': [2, 3] });
  const meeting = { 'a x=1 __type__=gauge': [1, __], 'a x=1 __type__=counter': [1, 2] };
  await assert.rejects(tableFor({ operator: '+', left: meeting, right }), failure('execution', /same labelset/));
});

test('at a single moment results that are called the same stay until names go at the end', async () => {
  const left = { 'a x=1 __type__=gauge': [1], 'a x=1 __type__=counter': [2] };
  const right = { 'b x=1 __type__=gauge': [1], 'b x=1 __type__=counter': [1] };
  const node = { operator: { operator: '+', bool: false }, matching: ALL_LABELS, span: SPAN };
  const pair = { node, left: () => streamOf(left), right: () => streamOf(right), stepCount: 1 };
  const values: (number | undefined)[] = [];
  for await (const series of combineVectors(pair, contextOf({ delayedNameRemoval: true })))
    values.push(series.values[0]);
  assert.deepEqual(values, [2, 3]);
  await assert.rejects(tableOf(combineVectors(pair, contextOf())), failure('execution', /same labelset/));
});

test('the labels of a message are quoted as Go does', async () => {
  const left = { 'b x=1': [1] };
  const right = { 'b x=1 y.z=a\u0001': [1], 'b x=1 y.z=b': [1] };
  const matching: Matching = { on: true, labels: ['x'] };
  const message = /\[\{__name__="b", x="1", "y\.z"="b"\}, \{__name__="b", x="1", "y\.z"="a\\x01"\}\]/;
  await assert.rejects(tableFor({ operator: '+', left, right, matching }), failure('execution', message));
});

test('a fill stands for what is missing on either side', async () => {
  const matching: Matching = { on: false, labels: [], fillLeft: 100, fillRight: 1 };
  const left = { 'a x=1': [6, 8, __], 'a x=2': [1, __, __] };
  const right = { 'b x=1': [2, __, 2], 'b x=3': [__, __, 7] };
  assert.deepEqual(await tableFor({ operator: '-', left, right, matching }), {
    ' x=1': [4, 7, 98],
    ' x=2': [0, __, __],
    ' x=3': [__, __, 93],
  });
});

test('what does not fit has no result and is noted, and does not count as a match', async () => {
  const h = histogramOf(3);
  const { table, infos } = await ask({ operator: '+', left: { 'a x=1': [h, 1, h] }, right: { 'b x=1': [1, h, h] } });
  assert.equal(table[' x=1']?.[0], undefined);
  assert.equal(table[' x=1']?.[1], undefined);
  assert.deepEqual(table[' x=1']?.[2], h.plus(h)?.histogram);
  assert.deepEqual(infos, [
    'PromQL info: incompatible sample types encountered for binary operator "+": float + histogram (1:1)',
    'PromQL info: incompatible sample types encountered for binary operator "+": histogram + float (1:1)',
  ]);
  const matching: Matching = { on: false, labels: [], fillLeft: 2 };
  const filled = await ask({ operator: '*', left: { 'a x=1': [h] }, right: { 'b x=1': [h] }, matching });
  assert.deepEqual(filled.table, { ' x=1': [h.times(2)] });
});

test('histograms are added, subtracted and compared; the difference is a gauge', async () => {
  const [three, one] = [histogramOf(3), histogramOf(1)];
  const left = { a: [three, three] };
  const right = { b: [one, three] };
  const difference = (await tableFor({ operator: '-', left, right }))['']?.[0];
  assert.ok(typeof difference === 'object');
  assert.deepEqual([difference.count, difference.hint], [2, 'gauge']);
  assert.deepEqual(await tableFor({ operator: '==', left, right }), { a: [__, three] });
  assert.deepEqual(await tableFor({ operator: '!=', left, right, bool: true }), { '': [1, 0] });
});

test('custom buckets against exponential ones, and against other bounds', async () => {
  const left = { a: [histogramOf(3), histogramOf(3, [1, 2])] };
  const right = { b: [histogramOf(3, [1, 2]), histogramOf(3, [1, 3])] };
  const { table, infos, warnings } = await ask({ operator: '+', left, right });
  assert.equal(table['']?.[0], undefined);
  assert.ok(typeof table['']?.[1] === 'object');
  assert.deepEqual(warnings, ['PromQL warning: incompatible bucket layout encountered for binary operator + (1:1)']);
  assert.deepEqual(infos, ['PromQL info: mismatched custom buckets were reconciled during addition (1:1)']);
});

test('histograms that contradict each other about a reset have no sum', async () => {
  const left = { a: [histogramOf(3).withHint('reset')] };
  const right = { b: [histogramOf(3).withHint('no-reset')] };
  const { table, warnings } = await ask({ operator: '+', left, right });
  assert.deepEqual(table, {});
  assert.deepEqual(warnings, ['PromQL warning: conflicting counter resets during histogram addition (1:1)']);
});

test('the columns of the operands stay as they were', async () => {
  const matching: Matching = { on: true, labels: ['x'] };
  const left = { 'a x=1 y=1': [1, __], 'a x=1 y=2': [__, 1] };
  const right = { 'b x=1 z=1': [0, __], 'b x=1 z=2': [__, 0] };
  const series: StepSeries[] = [];
  for await (const one of streamOf(left)) series.push(one);
  const before = structuredClone(series);
  const node = { operator: { operator: '>', bool: false }, matching, span: SPAN };
  const replay = async function* () {
    yield* series;
  };
  const operands = { node, left: replay, right: () => streamOf(right), stepCount: 2 };
  assert.deepEqual(await tableOf(combineVectors(operands, contextOf())), { ' x=1': [1, 1] });
  assert.deepEqual(series, before);
});
