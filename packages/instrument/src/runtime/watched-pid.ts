// Which process is meant, and whether it is there now. A number means one process: when it ends, another one that is given
// the same number later is not taken for it. A function or a file is asked anew each time, so it follows a restart.

import { readFileSync } from 'node:fs';
import { InstrumentError } from '../errors.ts';
import { type ProcessTimes, readTimes, startTimeSeconds } from './proc-files.ts';

/**
 * A process: its number; a function that gives the number, or undefined while there is none; or the file into which a
 * service writes the number of its process. What the function throws, and what the file lacks, counts as no process.
 */
export type PidSource = number | (() => number | undefined) | { readonly file: string };

export interface FoundProcess {
  readonly pid: number;
  readonly times: ProcessTimes;
  /** Unix time. */
  readonly startTimeSeconds: number | undefined;
  /** Whether it is another process than the one found before. */
  readonly isNew: boolean;
}

export class WatchedPid {
  readonly #readPid: () => number | undefined;
  readonly #isFixed: boolean;
  #last: FoundProcess | undefined;

  /** @throws {InstrumentError} `option_invalid` for what names no process */
  constructor(source: PidSource) {
    this.#readPid = pidReader(source);
    this.#isFixed = typeof source === 'number';
    // Which process the number means is known now; later it might be another's.
    if (this.#isFixed) this.#last = this.#look();
  }

  find(): FoundProcess | undefined {
    const found = this.#look();
    if (found === undefined) return undefined;
    if (this.#isFixed && found.isNew) return undefined;
    this.#last = found;
    return found;
  }

  #look(): FoundProcess | undefined {
    const pid = this.#pid();
    const times = pid === undefined ? undefined : readTimes(pid);
    if (pid === undefined || times === undefined) return undefined;
    const last = this.#last;
    const isNew = last === undefined || last.pid !== pid || last.times.startTicks !== times.startTicks;
    return { pid, times, isNew, startTimeSeconds: isNew ? startTimeSeconds(times) : last.startTimeSeconds };
  }

  #pid(): number | undefined {
    try {
      const pid = this.#readPid();
      return isPid(pid) ? pid : undefined;
    } catch {
      return undefined;
    }
  }
}

function pidReader(source: PidSource): () => number | undefined {
  if (typeof source === 'function') return source;
  if (isPid(source)) return () => source;
  if (typeof source === 'object' && source !== null && typeof source.file === 'string') {
    return () => Number.parseInt(readFileSync(source.file, 'latin1'), 10);
  }
  throw new InstrumentError(
    'option_invalid',
    `${typeof source === 'number' ? source : typeof source} is no process: give a process id, a function, or { file }.`,
  );
}

function isPid(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
