// What Linux tells of a process under /proc. These files live in memory, so reading one at once costs microseconds. What
// cannot be read (another system, no permission, no such process) is undefined, never 0. Source: proc(5).

import { readdirSync, readFileSync } from 'node:fs';

/** A process by its number, or the own one. */
export type ProcessId = number | 'self';

/** Of /proc/PID/stat, whose numbers are of the whole process. */
export interface ProcessTimes {
  readonly userSeconds: number;
  readonly systemSeconds: number;
  /** After the system's start; with the number it tells one process from another for ever. */
  readonly startTicks: number;
}

/** Of /proc/PID/status. */
export interface ProcessMemory {
  readonly residentBytes: number | undefined;
  readonly virtualBytes: number | undefined;
  /** The data segment. */
  readonly dataBytes: number | undefined;
  readonly threads: number | undefined;
}

/** Of /proc/PID/io: what went to and came from disks. */
export interface ProcessDiskBytes {
  readonly read: number | undefined;
  readonly written: number | undefined;
}

/** The kernel counts CPU time and starts in these for every program, whatever its own clock. */
const TICKS_A_SECOND = 100;
/** Of processes that have ended and wait for their parent to take note. */
const ENDED_STATES = new Set(['Z', 'X', 'x']);

/** Whether this system tells of processes at all. */
export function hasProcFiles(): boolean {
  return readProcFile('/proc/self/stat') !== undefined;
}

export function readTimes(pid: ProcessId): ProcessTimes | undefined {
  const text = readProcFile(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name before it may hold anything, brackets and spaces too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (ENDED_STATES.has(fields[0] ?? '')) return undefined;
  const [user, system, startTicks] = [fields[11], fields[12], fields[19]].map(wholeNumber);
  if (user === undefined || system === undefined || startTicks === undefined) return undefined;
  return { userSeconds: user / TICKS_A_SECOND, systemSeconds: system / TICKS_A_SECOND, startTicks };
}

export function readMemory(pid: ProcessId): ProcessMemory {
  const text = readProcFile(`/proc/${pid}/status`) ?? '';
  return {
    residentBytes: kibibytes(field(text, 'VmRSS')),
    virtualBytes: kibibytes(field(text, 'VmSize')),
    dataBytes: kibibytes(field(text, 'VmData')),
    threads: wholeNumber(field(text, 'Threads')),
  };
}

export function readDiskBytes(pid: ProcessId): ProcessDiskBytes {
  const text = readProcFile(`/proc/${pid}/io`) ?? '';
  return { read: wholeNumber(field(text, 'read_bytes')), written: wholeNumber(field(text, 'write_bytes')) };
}

export function countDescriptors(pid: ProcessId): number | undefined {
  try {
    const count = readdirSync(`/proc/${pid}/fd`).length;
    // One of the own ones is the folder that is being read.
    return pid === 'self' || pid === process.pid ? count - 1 : count;
  } catch {
    return undefined;
  }
}

/** Absent where there is no limit. */
export function mostDescriptors(pid: ProcessId): number | undefined {
  const text = readProcFile(`/proc/${pid}/limits`) ?? '';
  return wholeNumber(/^Max open files(.*)$/m.exec(text)?.[1]);
}

/** Unix time in seconds. It moves with the system's clock, so it is to be asked once a process. */
export function startTimeSeconds({ startTicks }: ProcessTimes): number | undefined {
  const bootSeconds = wholeNumber(/^btime (.*)$/m.exec(readProcFile('/proc/stat') ?? '')?.[1]);
  return bootSeconds === undefined ? undefined : bootSeconds + startTicks / TICKS_A_SECOND;
}

function readProcFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

/** What is behind `NAME:` at the start of a line. */
function field(text: string, name: string): string | undefined {
  const start = text.startsWith(`${name}:`) ? 0 : text.indexOf(`\n${name}:`) + 1;
  if (start === 0 && !text.startsWith(`${name}:`)) return undefined;
  const end = text.indexOf('\n', start);
  return text.slice(start + name.length + 1, end === -1 ? undefined : end);
}

function kibibytes(text: string | undefined): number | undefined {
  const count = wholeNumber(text);
  return count === undefined ? undefined : count * 1024;
}

/** The whole number at the start of a text. */
function wholeNumber(text: string | undefined): number | undefined {
  const digits = /^\s*(\d+)/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}
