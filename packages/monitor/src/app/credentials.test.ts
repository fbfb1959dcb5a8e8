import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorizationIn } from './credentials.ts';

test('user and password of an address are unescaped, and a percent sign alone stands for itself', () => {
  const inAddress = (address: string) => {
    const [, pair] = authorizationIn(new URL(address))?.split(' ') ?? [];
    return pair === undefined ? undefined : Buffer.from(pair, 'base64').toString();
  };
  assert.equal(inAddress('http://host/'), undefined);
  assert.equal(inAddress('http://joe:p%40ss@host/'), 'joe:p@ss');
  assert.equal(inAddress('http://joe:50%@host/'), 'joe:50%');
  assert.equal(inAddress('http://joe@host/'), 'joe:');
});
