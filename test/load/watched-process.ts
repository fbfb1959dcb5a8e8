// What the kernel counts of a process while it runs: its memory moment by moment, and its processor time. Linux only.

import { readFileSync } from 'node:fs';
import { cpuSecondsOf, residentBytesOf } from '../../bench/child-process.ts';

const LOOK_EVERY_MS = 100;

export class WatchedProcess {
  /** Resident memory, one every look. */
  readonly residentBytes: number[] = [];
  cpuSeconds = 0;
  residentPeakBytes = 0;
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** To be called when it has ended; what was seen last stays. */
  end(): void {
    clearInterval(this.#timer);
  }

  /** The most memory of the first quarter of its life, and of the rest. */
  peaksByQuarter(): { readonly first: number; readonly rest: number } {
    const quarter = Math.ceil(this.residentBytes.length / 4);
    const peak = (bytes: readonly number[]) => bytes.reduce((a, b) => Math.max(a, b), 0);
    return { first: peak(this.residentBytes.slice(0, quarter)), rest: peak(this.residentBytes.slice(quarter)) };
  }

  #look(): void {
    try {
      const residentBytes = residentBytesOf(this.#pid);
      // One that has ended and was not yet taken note of has no memory.
      if (!(residentBytes > 0)) return;
      this.residentBytes.push(residentBytes);
      this.cpuSeconds = cpuSecondsOf(this.#pid);
      const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
      this.residentPeakBytes = 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
    } catch {
      // It has ended.
    }
  }
}
