import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complete, matchingNames, wordAt } from './completion.ts';

const NAMES = ['chain_blocks_head_gas_used', 'chain_blocks_head_height', 'up'];

test('the word before the cursor is completed with what follows it', () => {
  assert.deepEqual(wordAt('rate(chain_bl', 13), { start: 5, end: 13, text: 'chain_bl' });
  assert.deepEqual(wordAt('sum(up) + 1', 5), { start: 4, end: 6, text: 'u' });
});

test('no metric is offered inside braces, brackets and strings', () => {
  assert.equal(wordAt('up{jo', 5), undefined);
  assert.equal(wordAt('rate(up[5m', 10), undefined);
  assert.equal(wordAt('label_replace(up, "ch', 21), undefined);
  assert.equal(wordAt('up{a="\\"}"} + u', 15)?.text, 'u');
});

test('nothing is offered where no word stands', () => {
  assert.equal(wordAt('', 0), undefined);
  assert.equal(wordAt('up + ', 5), undefined);
});

test('names that begin with the word come before names that contain its parts', () => {
  assert.deepEqual(matchingNames(['a_head', 'head_a'], 'head'), ['head_a', 'a_head']);
  assert.deepEqual(matchingNames(NAMES, 'head_hei'), ['chain_blocks_head_height']);
  assert.deepEqual(matchingNames(NAMES, 'hei_head'), []);
});

test('a name that is written out is not offered again', () => {
  assert.deepEqual(matchingNames(NAMES, 'up'), []);
});

test('at most fifty names are offered', () => {
  assert.equal(
    matchingNames(
      Array.from({ length: 400 }, (_, index) => `name_${index}`),
      'name',
    ).length,
    50,
  );
});

test('completing replaces the whole word and puts the cursor behind it', () => {
  const word = wordAt('rate(chain_bl[1m])', 13);
  assert.ok(word);
  assert.deepEqual(complete('rate(chain_bl[1m])', word, 'chain_blocks_head_height'), {
    text: 'rate(chain_blocks_head_height[1m])',
    cursor: 29,
  });
});
