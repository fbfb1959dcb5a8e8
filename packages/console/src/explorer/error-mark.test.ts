import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, positionIn } from '../api/prometheus.ts';
import { splitAtPosition } from './error-mark.ts';

test('the place is read from the way Prometheus writes it', () => {
  assert.deepEqual(positionIn('invalid parameter "query": 1:15: parse error: unexpected ")"'), { line: 1, column: 15 });
  assert.deepEqual(positionIn('2:3: parse error: no'), { line: 2, column: 3 });
  assert.deepEqual(new ApiError('bad_data', 'holt_winters is not supported (line 2, column 7)').position, {
    line: 2,
    column: 7,
  });
});

test('an error without a place has none, even with times or addresses in it', () => {
  assert.equal(positionIn('query timed out'), undefined);
  assert.equal(positionIn('127.0.0.1:9090 refused'), undefined);
});

test('the mark covers the word that begins at the place', () => {
  assert.deepEqual(splitAtPosition('sum(rte(up[1m]))', { line: 1, column: 5 }), ['sum(', 'rte', '(up[1m]))']);
  assert.deepEqual(splitAtPosition('up\n+ )', { line: 2, column: 3 }), ['up\n+ ', ')', '']);
});

test('a place at or behind the end marks the end', () => {
  assert.deepEqual(splitAtPosition('sum(', { line: 1, column: 5 }), ['sum(', '', '']);
  assert.deepEqual(splitAtPosition('sum(', { line: 9, column: 90 }), ['sum(', '', '']);
  assert.deepEqual(splitAtPosition('', { line: 1, column: 1 }), ['', '', '']);
});
