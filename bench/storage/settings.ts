// What the environment may change of the storage benchmarks, and the workloads that follow from it.

import { carriedOn } from './carried-on.ts';
import { CONTENDERS, type Contender } from './contenders.ts';
import { LODESTAR_HOUR, type Recording, readRecording } from './recording.ts';
import type { Workload } from './workload.ts';

const JOB = 'lodestar';
const MS_A_DAY = 86_400_000;
const MS_AN_HOUR = 3_600_000;

/** How long the recording is carried on to. */
export const HOURS = Number(process.env['BENCH_STORAGE_HOURS'] ?? 24);
export const ROUNDS = Number(process.env['BENCH_STORAGE_ROUNDS'] ?? 3);
const SEED = Number(process.env['BENCH_STORAGE_SEED'] ?? 1);
const JITTER_MS = Number(process.env['BENCH_STORAGE_JITTER_MS'] ?? 0);
const WANTED = process.env['BENCH_STORAGE_CONTENDERS']?.split(',');

/** Those that can take part, ours first. */
export function contendersHere(): Contender[] {
  return CONTENDERS.filter(({ id, missing }) => missing === undefined && isWanted(id));
}

/** A line for each that cannot. */
export function absentContenders(): string[] {
  return CONTENDERS.filter(({ id }) => isWanted(id)).flatMap(({ name, missing }) =>
    missing === undefined ? [] : [`${name} is left out: ${missing}.`],
  );
}

function isWanted(id: string): boolean {
  return WANTED === undefined || WANTED.includes(id);
}

let recording: Promise<Recording> | undefined;

/** Read once. */
export function lodestarRecording(): Promise<Recording> {
  recording ??= readRecording(LODESTAR_HOUR, JOB);
  return recording;
}

/**
 * The recorded hour, carried on to so many hours (1: as it is). Moved by whole days, so that it has its place among the windows
 * that stores cut time into, and ends before now: some refuse what is ahead.
 */
export async function lodestar(hours: number): Promise<Workload> {
  const read = await lodestarRecording();
  const endMs = read.targets[0]!.timesMs[0]! + hours * MS_AN_HOUR;
  const shiftMs = -MS_A_DAY * Math.ceil((endMs - Date.now()) / MS_A_DAY);
  const name = hours === 1 ? 'lodestar-hour' : `lodestar-hour, carried on to ${hours} h`;
  return carriedOn(name, read, { hours, seed: SEED, job: JOB, shiftMs, jitterMs: JITTER_MS });
}
