import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryGate } from './query-gate.ts';

const FOREVER_MS = 100_000;
const NEVER = new AbortController().signal;

test('those beyond the limit wait, and take their turn in order', async () => {
  const gate = new QueryGate({ maxConcurrentQueries: 1, maxWaitingQueries: 2 });
  const leaveFirst = await gate.enter(FOREVER_MS, NEVER);
  const entered: string[] = [];
  const second = gate.enter(FOREVER_MS, NEVER).then((leave) => {
    entered.push('second');
    return leave;
  });
  const third = gate.enter(FOREVER_MS, NEVER).then((leave) => {
    entered.push('third');
    return leave;
  });
  assert.deepEqual(entered, []);
  leaveFirst();
  leaveFirst();
  const leaveSecond = await second;
  assert.deepEqual(entered, ['second']);
  leaveSecond();
  (await third)();
  assert.deepEqual(entered, ['second', 'third']);
});

test('more waiting than the bound are refused', async () => {
  const gate = new QueryGate({ maxConcurrentQueries: 1, maxWaitingQueries: 1 });
  const leave = await gate.enter(FOREVER_MS, NEVER);
  const waiting = gate.enter(FOREVER_MS, NEVER);
  await assert.rejects(gate.enter(FOREVER_MS, NEVER), { type: 'unavailable' });
  leave();
  (await waiting)();
  (await gate.enter(FOREVER_MS, NEVER))();
});

test('a query whose time is over while it waits gives its place in the queue up', async () => {
  const gate = new QueryGate({ maxConcurrentQueries: 1, maxWaitingQueries: 1 });
  const leave = await gate.enter(FOREVER_MS, NEVER);
  await assert.rejects(gate.enter(1, NEVER), { type: 'timeout', message: 'query timed out in query queue' });
  const next = gate.enter(FOREVER_MS, NEVER);
  leave();
  (await next)();
});

test('a query whose client leaves while it waits never takes a turn', async () => {
  const gate = new QueryGate({ maxConcurrentQueries: 1, maxWaitingQueries: 1 });
  const leave = await gate.enter(FOREVER_MS, NEVER);
  const client = new AbortController();
  const waiting = gate.enter(FOREVER_MS, client.signal);
  client.abort();
  await assert.rejects(waiting, { type: 'canceled' });
  leave();
  (await gate.enter(FOREVER_MS, NEVER))();
});
