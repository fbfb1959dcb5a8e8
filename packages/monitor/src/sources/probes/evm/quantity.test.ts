import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseNumber, parseQuantity, toQuantity, weiToNative } from './quantity.ts';

it('reads quantities up to 256 bits, 0 among them', () => {
  assert.equal(parseQuantity('0x0'), 0n);
  assert.equal(parseQuantity(`0x${'f'.repeat(64)}`), 2n ** 256n - 1n);
  assert.equal(parseNumber('0x20000000000001'), Number(2n ** 53n + 1n));
});

it('refuses everything else', () => {
  for (const value of ['', '0x', '12', '-0x1', '0xg', `0x${'f'.repeat(65)}`, 12, 0, null, undefined, {}, ['0x1']]) {
    assert.equal(parseQuantity(value), undefined, JSON.stringify(value));
  }
});

it('writes what it reads', () => {
  for (const value of [0, 1, 255, 2 ** 53 - 1]) assert.equal(parseNumber(toQuantity(value)), value);
});

it('keeps the precision of a double from wei to native currency', () => {
  assert.equal(weiToNative(0n), 0);
  assert.equal(weiToNative(1n), 1e-18);
  assert.equal(weiToNative(123_456_789_000_000_000_000_000_001n), 123_456_789);
});
