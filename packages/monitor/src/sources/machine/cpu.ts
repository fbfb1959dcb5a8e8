// CPU time from /proc/stat, and the share that was in use between two readings.
// Source: https://docs.kernel.org/filesystems/proc.html#miscellaneous-kernel-statistics-in-proc-stat

import { cpus } from 'node:os';
import type { CpuTime, CpuTimes } from './machine-reading.ts';

/** Cores shown; those with higher numbers are left out. */
export const MAX_CORES = 256;

/** `undefined` where the text is not that of /proc/stat. */
export function parseProcStat(text: string): CpuTimes | undefined {
  let all: CpuTime | undefined;
  const cores = new Map<string, CpuTime>();
  for (const line of text.split('\n')) {
    const match = /^cpu(\d*) +(.*)$/.exec(line);
    // The lines of the processors come first, and what follows them can be long.
    if (match === null) break;
    const time = cpuTimeOf(match[2] ?? '');
    if (time === undefined) return undefined;
    if (match[1] === '') all = time;
    else if (cores.size < MAX_CORES) cores.set(match[1] ?? '', time);
  }
  return all === undefined ? undefined : { all, cores };
}

/** user nice system idle iowait irq softirq steal guest guest_nice; the guests' time is within user and nice. */
function cpuTimeOf(fields: string): CpuTime | undefined {
  const times = fields.split(' ').slice(0, 8).map(Number);
  if (times.length < 4 || times.some(Number.isNaN)) return undefined;
  const total = times.reduce((sum, time) => sum + time, 0);
  return { idle: (times[3] ?? 0) + (times[4] ?? 0), total };
}

/** The same by Node, for systems without /proc; waiting for disks is not told apart from idling there. */
export function readCpuTimesOfNode(): CpuTimes | undefined {
  const cores = new Map<string, CpuTime>();
  let idle = 0;
  let total = 0;
  for (const [index, { times }] of cpus().entries()) {
    const coreTotal = times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
    total += coreTotal;
    if (index < MAX_CORES) cores.set(String(index), { idle: times.idle, total: coreTotal });
  }
  return total === 0 ? undefined : { all: { idle, total }, cores };
}

/** Share in use, 0 to 1, between two readings; `undefined` when no time passed or the counters went back. */
export function usageRatio(before: CpuTime | undefined, after: CpuTime): number | undefined {
  if (before === undefined) return undefined;
  const total = after.total - before.total;
  if (total <= 0) return undefined;
  // The kernel lets iowait go back a little now and then.
  return Math.min(1, Math.max(0, 1 - (after.idle - before.idle) / total));
}
