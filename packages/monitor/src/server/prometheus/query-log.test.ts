import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryLog } from './query-log.ts';

const LIMITS = { slowQueryMs: 100, maxSlowQueriesListed: 2, maxListedExpressionCharacters: 5 };
const question = (query: string) => ({
  kind: 'instant' as const,
  path: '/api/v1/query',
  query,
  start: '',
  end: '',
  step: '',
  client: '127.0.0.1',
});

test('what is asked is listed until it ends, waiting or running', () => {
  const log = new QueryLog(LIMITS);
  const first = log.began(question('up'), 10);
  log.began(question('a long one'), 20);
  first.admitted();
  assert.deepEqual(
    log.active().map(({ query, startedMs, isWaiting }) => ({ query, startedMs, isWaiting })),
    [
      { query: 'up', startedMs: 10, isWaiting: false },
      { query: 'a lon…', startedMs: 20, isWaiting: true },
    ],
  );
  assert.equal(first.ended('ok', 0.099), undefined);
  assert.deepEqual(
    log.active().map(({ query }) => query),
    ['a lon…'],
  );
  assert.deepEqual(log.slow(), []);
});

test('the last that were slow are listed, the slowest first', () => {
  const log = new QueryLog(LIMITS);
  for (const [query, seconds] of [
    ['a', 9],
    ['b', 0.1],
    ['c', 2],
  ] as const) {
    assert.equal(log.began(question(query), 0).ended('timeout', seconds)?.durationSeconds, seconds);
  }
  assert.deepEqual(
    log.slow().map(({ query, outcome }) => [query, outcome]),
    [
      ['c', 'timeout'],
      ['b', 'timeout'],
    ],
  );
});
