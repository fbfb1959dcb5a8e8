import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryError } from './interface.ts';
import { parseSelector } from './selector.ts';

test('a selector gives its matchers, the name among them', () => {
  assert.deepEqual(parseSelector('up{job=~"a|b"}'), [
    { name: 'job', operator: '=~', value: 'a|b' },
    { name: '__name__', operator: '=', value: 'up' },
  ]);
});

test('anything but a plain selector is refused', () => {
  for (const text of ['up[5m]', 'up offset 1m', 'up @ 5', 'rate(up[5m])', '1', 'up + up', '{}', '', 'up{']) {
    assert.throws(
      () => parseSelector(text),
      (error) => error instanceof QueryError && error.type === 'bad_data',
      text,
    );
  }
});
