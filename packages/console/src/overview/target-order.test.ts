import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WireTarget } from '../../../monitor/src/server/wire.ts';
import { chosenTargets, countsOf, sortTargets, stateWordOf } from './target-order.ts';
import { wireTarget as target } from './testing/wire-target.ts';

const down = (id: string, sinceMs: number): WireTarget => target(id, { health: 'down', reason: 'refused', sinceMs });

test('what is down comes first, the latest on top, and the others follow by name', () => {
  const targets = [
    target('n10'),
    target('n2'),
    down('old', 10),
    target('new', { health: 'unknown' }),
    down('late', 20),
  ];
  assert.deepEqual(
    sortTargets(targets).map(({ id }) => id),
    ['late', 'old', 'new', 'n2', 'n10'],
  );
});

test('the limit never hides a target that is down', () => {
  const sorted = sortTargets([target('a'), down('b', 1), down('c', 2), target('d')]);
  assert.deepEqual(
    chosenTargets(sorted, '', 1).map(({ id }) => id),
    ['c', 'b'],
  );
  assert.equal(chosenTargets(sorted, '', 3).length, 3);
});

test('a filter finds words in names, addresses, labels and reasons, whatever the limit', () => {
  const sorted = sortTargets([target('a'), down('b', 1), target('c', { labels: { job: 'x', chain: 'mainnet' } })]);
  const found = (filter: string) => chosenTargets(sorted, filter, 1).map(({ id }) => id);
  assert.deepEqual(found('REFUSED'), ['b']);
  assert.deepEqual(found('chain=main http'), ['c']);
  assert.deepEqual(found('nothing'), []);
});

test('a target that is not known any more is not said to be waiting', () => {
  assert.equal(stateWordOf(target('a', { health: 'unknown' })), 'Waiting');
  assert.equal(stateWordOf(target('a', { health: 'unknown', reason: 'The recording has ended.' })), 'Unknown');
});

test('the counts name the worst first and no state that nothing is in', () => {
  const ended = target('e', { health: 'unknown', reason: 'The recording has ended.' });
  const targets = [target('a'), down('b', 1), target('c'), target('d', { health: 'unknown' }), ended];
  assert.equal(countsOf(targets), '1 down, 1 unknown, 1 waiting, 2 up');
  assert.equal(countsOf([target('a')]), '1 up');
  assert.equal(countsOf([]), '');
});
