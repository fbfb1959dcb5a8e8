// How a reading shares its thread with others.

import type { Pace, Pauses } from '../sqlite/pacing.ts';

export function pausesOf(pace: Pace, assertOpen: () => void): Pauses {
  return { isOver: () => pace.isOver(), rest: () => restIfDue(pace, assertOpen) };
}

/** The store may have been closed meanwhile. */
export async function restIfDue(pace: Pace, assertOpen: () => void): Promise<void> {
  if (!pace.isOver()) return;
  await pace.rest();
  assertOpen();
}
