import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failure } from '../../testing/questions.ts';
import { scalarFunction } from './operators.ts';
import { contextOf, histogramOf, SPAN, streamOf, type Table, tableOf } from './testing/streams.ts';
import { combineWithScalar } from './vector-scalar.ts';

interface Question {
  readonly operator: string;
  readonly table: Table;
  readonly scalar: readonly number[];
  readonly scalarSide?: 'left' | 'right';
  readonly bool?: boolean;
}

async function ask({ operator, table, scalar, scalarSide = 'right', bool = false }: Question) {
  const context = contextOf();
  const operands = {
    operator: { operator, bool },
    vector: streamOf(table),
    scalar: Float64Array.from(scalar),
    scalarSide,
    span: SPAN,
  };
  return { table: await tableOf(combineWithScalar(operands, context)), infos: context.notes.infos() };
}

const __ = undefined;

test('each value with the scalar of its step', async () => {
  const table = { 'a x=1': [7, __, -7] };
  const scalar = [2, 2, 4];
  assert.deepEqual((await ask({ operator: '%', table, scalar })).table, { ' x=1': [1, __, -3] });
  assert.deepEqual((await ask({ operator: '-', table, scalar, scalarSide: 'left' })).table, { ' x=1': [-5, __, 11] });
  const powers = await ask({ operator: '^', table: { a: [1, -1, 2] }, scalar: [NaN, Infinity, 3] });
  assert.deepEqual(powers.table, { '': [1, 1, 8] });
});

test('a filter keeps the values of the vector on whichever side it is', async () => {
  const table = { 'a x=1': [7, __, -7] };
  const scalar = [2, 2, 4];
  assert.deepEqual((await ask({ operator: '>', table, scalar })).table, { 'a x=1': [7, __, __] });
  assert.deepEqual((await ask({ operator: '>', table, scalar, scalarSide: 'left' })).table, { 'a x=1': [__, __, -7] });
  assert.deepEqual((await ask({ operator: '>', table, scalar, bool: true })).table, { ' x=1': [1, __, 0] });
  assert.deepEqual((await ask({ operator: '==', table, scalar })).table, {});
});

test('a histogram is scaled, divided and trimmed, and goes with nothing else', async () => {
  const h = histogramOf(4);
  const table = { a: [h, 2] };
  const scalar = [2, 2];
  assert.deepEqual((await ask({ operator: '*', table, scalar, scalarSide: 'left' })).table, { '': [h.times(2), 4] });
  assert.deepEqual((await ask({ operator: '/', table, scalar })).table, { '': [h.dividedBy(2), 1] });
  const trimmed = await ask({ operator: '</', table, scalar });
  assert.deepEqual(trimmed.table, { a: [h.trimmedAbove(2), __] });
  assert.deepEqual(trimmed.infos, [
    'PromQL info: incompatible sample types encountered for binary operator "</": float </ float (1:1)',
  ]);
  const divisor = await ask({ operator: '/', table, scalar, scalarSide: 'left' });
  assert.deepEqual(divisor.table, { '': [__, 1] });
  assert.deepEqual(divisor.infos, [
    'PromQL info: incompatible sample types encountered for binary operator "/": float / histogram (1:1)',
  ]);
});

test('of several pairs that do not fit at one step the last is noted', async () => {
  const { infos } = await ask({
    operator: '>/',
    table: { 'a x=1': [1], 'a x=2': [histogramOf(1)] },
    scalar: [1],
    scalarSide: 'left',
  });
  assert.deepEqual(infos, [
    'PromQL info: incompatible sample types encountered for binary operator ">/": float >/ histogram (1:1)',
  ]);
});

test('two scalars compute, but for the operators of histograms', () => {
  assert.equal(scalarFunction({ operator: '<=', bool: true })(1, 1), 1);
  assert.throws(
    () => scalarFunction({ operator: '</', bool: false }),
    failure('execution', /^operator "<\/" not allowed for Scalar operations$/),
  );
});
