import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AttemptTime, DEFAULT_ATTEMPT_LIMITS, FailedAttempts } from './failed-attempts.ts';

/** Time that stands still until it is moved; who waits is let go on by hand. */
class HandTime implements AttemptTime {
  timeMs = 0;
  readonly waiting: (() => void)[] = [];

  nowMs(): number {
    return this.timeMs;
  }

  wait(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  release(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

const LIMITS = { ...DEFAULT_ATTEMPT_LIMITS, freeFailures: 3, maxWaitingPerAddress: 2, maxWaiting: 3, maxAddresses: 4 };

function slowed(attempts: FailedAttempts, address: string): void {
  for (let count = 0; count < LIMITS.freeFailures; count++) attempts.failed(address);
}

test('a few failures are free; then each request of the address waits, and those of others do not', async () => {
  const time = new HandTime();
  const attempts = new FailedAttempts(LIMITS, time);
  assert.equal(attempts.failed('10.0.0.1'), false);
  assert.equal(attempts.failed('10.0.0.1'), false);
  assert.equal(await attempts.turnOf('10.0.0.1'), 'judge');
  assert.equal(attempts.failed('10.0.0.1'), true, 'told once, when it begins');
  assert.equal(attempts.failed('10.0.0.1'), false);
  assert.equal(await attempts.turnOf('10.0.0.2'), 'judge');
  const turn = attempts.turnOf('10.0.0.1');
  assert.equal(time.waiting.length, 1);
  time.release();
  assert.equal(await turn, 'judge');
});

test('only a few wait at once, of one address and of all', async () => {
  const time = new HandTime();
  const attempts = new FailedAttempts(LIMITS, time);
  slowed(attempts, '10.0.0.1');
  slowed(attempts, '10.0.0.2');
  const waiting = [attempts.turnOf('10.0.0.1'), attempts.turnOf('10.0.0.1')];
  assert.equal(await attempts.turnOf('10.0.0.1'), 'refused');
  waiting.push(attempts.turnOf('10.0.0.2'));
  assert.equal(await attempts.turnOf('10.0.0.2'), 'refused');
  time.release();
  assert.deepEqual(await Promise.all(waiting), ['judge', 'judge', 'judge']);
});

test('failures are forgiven with time', async () => {
  const time = new HandTime();
  const attempts = new FailedAttempts(LIMITS, time);
  slowed(attempts, '10.0.0.1');
  time.timeMs += LIMITS.forgivenEachMs;
  assert.equal(await attempts.turnOf('10.0.0.1'), 'judge');
  assert.equal(attempts.failed('10.0.0.1'), true);
});

test('a bounded number of addresses is remembered, and a network of IPv6 is one', async () => {
  const time = new HandTime();
  const attempts = new FailedAttempts(LIMITS, time);
  for (const end of ['1', '2:3', 'ffff']) attempts.failed(`2001:db8::${end}`);
  const turn = attempts.turnOf('2001:db8:0:0:1::');
  time.release();
  assert.equal(await turn, 'judge');
  assert.equal(time.waiting.length, 0);
  void attempts.turnOf('2001:db8:0:0:9:9:9:9');
  assert.equal(time.waiting.length, 1, 'the same /64');
  void attempts.turnOf('2001:db8:0:1::1');
  assert.equal(time.waiting.length, 1, 'another /64');
  slowed(attempts, '10.0.0.1');
  for (let host = 2; host <= 6; host++) attempts.failed(`10.0.0.${host}`);
  assert.equal(await attempts.turnOf('10.0.0.1'), 'judge', 'forgotten for those that failed later');
});
