import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { QueryGate } from './query-gate.ts';

const FOREVER_MS = 100_000;
const NEVER = new AbortController().signal;

test('those beyond the limit wait, and take their turn in order', async () => {
  const gate = new QueryGate({ maxConcurrentQueries: 1, maxWaitingQueries: 2 });
  const first = await gate.enter(FOREVER_MS, NEVER);
  const entered: string[] = [];
  const second = gate.enter(FOREVER_MS, NEVER).then((place) => {
    entered.push('second');
    return place;
  });
  const third = gate.enter(FOREVER_MS, NEVER).then((place) => {
    entered.push('third');
    return place;
  });
  assert.deepEqual(entered, []);
  first.leave();
  first.leave();
  const secondPlace = await second;
  assert.deepEqual(entered, ['second']);
  secondPlace.leave();
  (await third).leave();
  assert.deepEqual(entered, ['second', 'third']);
});

test('more waiting than the bound are refused', async () => {
  const gate = new QueryGate({ maxConcurrentQueries: 1, maxWaitingQueries: 1 });
  const place = await gate.enter(FOREVER_MS, NEVER);
  const waiting = gate.enter(FOREVER_MS, NEVER);
  await assert.rejects(gate.enter(FOREVER_MS, NEVER), { type: 'unavailable' });
  place.leave();
  (await waiting).leave();
  (await gate.enter(FOREVER_MS, NEVER)).leave();
});

test('a query whose time is over while it waits gives its place in the queue up', async () => {
  const gate = new QueryGate({ maxConcurrentQueries: 1, maxWaitingQueries: 1 });
  const place = await gate.enter(FOREVER_MS, NEVER);
  await assert.rejects(gate.enter(1, NEVER), { type: 'timeout', message: 'query timed out in query queue' });
  const next = gate.enter(FOREVER_MS, NEVER);
  place.leave();
  (await next).leave();
});

test('a query whose client leaves while it waits never takes a turn', async () => {
  const gate = new QueryGate({ maxConcurrentQueries: 1, maxWaitingQueries: 1 });
  const place = await gate.enter(FOREVER_MS, NEVER);
  const client = new AbortController();
  const waiting = gate.enter(FOREVER_MS, client.signal);
  client.abort();
  await assert.rejects(waiting, { type: 'canceled' });
  place.leave();
  (await gate.enter(FOREVER_MS, NEVER)).leave();
});

test('one whose client has gone already never enters', async () => {
  const gate = new QueryGate({ maxConcurrentQueries: 1, maxWaitingQueries: 1 });
  await assert.rejects(gate.enter(FOREVER_MS, AbortSignal.abort()), { type: 'canceled' });
  (await gate.enter(FOREVER_MS, NEVER)).leave();
});

test('a place is held until its client has gone and its work has ended, however it ends', async () => {
  const gate = new QueryGate({ maxConcurrentQueries: 1, maxWaitingQueries: 1 });
  const place = await gate.enter(FOREVER_MS, NEVER);
  const work = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  place.leaveAfter(work.promise, closed.promise);
  let hasEntered = false;
  const next = gate.enter(FOREVER_MS, NEVER).then((entered) => {
    hasEntered = true;
    return entered;
  });
  closed.resolve();
  await nextTurn();
  assert.equal(hasEntered, false);
  work.reject(new Error('canceled'));
  (await next).leave();
});

test('an answer that is read too slowly gives way to those who wait, the oldest first', async () => {
  const gate = new QueryGate({ maxConcurrentQueries: 2, maxWaitingQueries: 1, maxSendMsWhileOthersWait: 1 });
  const disconnected: string[] = [];
  const older = await gate.enter(FOREVER_MS, NEVER);
  const newer = await gate.enter(FOREVER_MS, NEVER);
  older.sends(() => {
    disconnected.push('older');
    older.leave();
  });
  newer.sends(() => disconnected.push('newer'));
  await sleep(5);
  assert.deepEqual(disconnected, []);
  const next = await gate.enter(FOREVER_MS, NEVER);
  assert.deepEqual(disconnected, ['older']);
  newer.leave();
  next.leave();
});

test('an answer that is read too slowly gives way to those who lack memory, when it has had its time', async () => {
  const gate = new QueryGate({ maxConcurrentQueries: 3, maxWaitingQueries: 1, maxSendMsWhileOthersWait: 1 });
  const patient = new QueryGate({
    maxConcurrentQueries: 3,
    maxWaitingQueries: 1,
    maxSendMsWhileOthersWait: FOREVER_MS,
  });
  const disconnected: string[] = [];
  for (const [name, one] of Object.entries({ gate, patient })) {
    const place = await one.enter(FOREVER_MS, NEVER);
    place.sends(() => disconnected.push(name));
  }
  await sleep(5);
  assert.deepEqual(disconnected, []);
  for (const one of [gate, patient, gate]) one.makeRoom();
  assert.deepEqual(disconnected, ['gate']);
});
