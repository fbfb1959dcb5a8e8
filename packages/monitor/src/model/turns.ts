// Turns of long work on one thread: of all that waits here one goes on in each turn of the event loop, in the order of asking.
// So whatever comes in from outside waits for one piece of long work at the most, however much of it is under way.

import { setImmediate } from 'node:timers';

/** State of this thread, as its event loop is. */
const waiting: (() => void)[] = [];

/** Fulfilled when it is the caller's turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(goOn);
  });
}

function goOn(): void {
  const resolve = waiting.shift();
  if (waiting.length > 0) setImmediate(goOn);
  resolve?.();
}
