// Keeps the young generations of V8's heaps small, for a command whose work leaves little behind that lives: they would grow to 32 MiB
// twice over in each thread, fill with what is dead already, and make memory of a process that reads and forgets.

import { setFlagsFromString } from 'node:v8';

/** Half of the young generation of a thread that is started from now on. */
const SEMI_SPACE_MB = 4;

/**
 * Before threads are started: they get so much and no more, and the heap of this one stays as large as it is. V8 looks at these
 * flags when it makes a heap and when it would enlarge one, so they may be set while it runs.
 */
export function keepHeapsSmall(): void {
  setFlagsFromString(`--min-semi-space-size=${SEMI_SPACE_MB}`);
  setFlagsFromString(`--max-semi-space-size=${SEMI_SPACE_MB}`);
  setFlagsFromString('--semi-space-growth-factor=1');
}
