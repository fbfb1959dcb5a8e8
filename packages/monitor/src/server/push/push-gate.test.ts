// Turns of pushes: every place that is left goes to somebody who is still there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushGate } from './push-gate.ts';

test('a sender that had gone before it asked for its turn takes no place from the next', async () => {
  const gate = new PushGate({ maxRunning: 1, maxWaiting: 1 });
  const { signal } = new AbortController();
  const leave = await gate.enter(signal);
  await assert.rejects(gate.enter(AbortSignal.abort()), { code: 'aborted' });
  const next = gate.enter(signal);
  leave();
  const leaveNext = await next;
  leaveNext();
  (await gate.enter(signal))();
});
