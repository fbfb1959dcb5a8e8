// Files of /proc and /sys. They live in memory, so reading one at once costs microseconds, less than handing it to a thread.

import { readFileSync } from 'node:fs';

/** The text, or `undefined` where the file cannot be read: another system, a container, no permission. */
export function readProcFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

/** The whole number at the start of a text, or `undefined`. */
export function wholeNumber(text: string | undefined): number | undefined {
  const digits = /^\s*(\d+)/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}
