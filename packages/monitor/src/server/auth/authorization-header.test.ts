import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readAuthorization } from './authorization-header.ts';

const basic = (pair: string | Buffer) => `Basic ${Buffer.from(pair).toString('base64')}`;

test('names and passwords of any characters come out as they went in', () => {
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(
      text.filter((name) => !name.includes(':')),
      text,
      (username, password) => {
        assert.deepEqual(readAuthorization(basic(`${username}:${password}`)), { kind: 'basic', username, password });
      },
    ),
  );
  assert.deepEqual(readAuthorization(basic('zoë:pä:ss:')), { kind: 'basic', username: 'zoë', password: 'pä:ss:' });
  assert.deepEqual(readAuthorization(basic(':')), { kind: 'basic', username: '', password: '' });
});

test('a token is taken whole, and the scheme in any case', () => {
  assert.deepEqual(readAuthorization('Bearer abc.def'), { kind: 'bearer', token: 'abc.def' });
  assert.deepEqual(readAuthorization('bEARER  abc '), { kind: 'bearer', token: 'abc' });
});

test('no header is no credential, and what is none is malformed', () => {
  assert.equal(readAuthorization(undefined), undefined);
  const malformed = [
    '',
    'Basic',
    'Basic !!!',
    basic('no colon'),
    basic(Buffer.from([0xff, 0x3a, 0x61])),
    'Digest username="a"',
    'Bearer a b',
    `Bearer ${'x'.repeat(9000)}`,
  ];
  for (const header of malformed)
    assert.deepEqual(readAuthorization(header), { kind: 'malformed' }, header.slice(0, 40));
});
