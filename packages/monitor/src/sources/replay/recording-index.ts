// What is in a recording, learned in one pass before anything is played: its targets, their spacing, and its runs. A run
// is a stretch of the file in which time does not go back; a file that holds one target after the other has one a
// target, an interleaved file has one in all. Playing merges the runs, each read by a reader of its own.

import { ChainpulseError } from '../../model/errors.ts';
import { malformed, type RecordedAnswer, readRecords } from './recording-reader.ts';

export interface RecordingIndex {
  readonly firstTimestampMs: number;
  readonly lastTimestampMs: number;
  /** By name. */
  readonly targets: ReadonlyMap<string, RecordedTarget>;
  /** The numbers of the first and the last record of each run. */
  readonly runs: readonly RecordRun[];
}

export interface RecordedTarget {
  readonly name: string;
  readonly records: number;
  readonly lastTimestampMs: number;
  /** The usual time from one record to the next (the median), in milliseconds. */
  readonly intervalMs: number;
}

export interface RecordRun {
  readonly firstRecord: number;
  readonly lastRecord: number;
}

const MAX_RECORDS = 1_000_000;
const MAX_TARGETS = 1000;
/** Each run that is open costs a window of 8 MiB. */
const MAX_RUNS = 16;
/** Of a target that was recorded once. */
const LONE_INTERVAL_MS = 5000;

/** @throws {ChainpulseError} `recording_unreadable`, `recording_malformed`, `recording_too_large`. */
export async function indexRecording(file: string): Promise<RecordingIndex> {
  const timesByTarget = new Map<string, number[]>();
  const runs: { firstRecord: number; lastRecord: number }[] = [];
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  let beforeMs = Number.POSITIVE_INFINITY;
  for await (const { number, timestampMs, target } of readRecords(file, () => false)) {
    if (timestampMs < beforeMs) runs.push({ firstRecord: number, lastRecord: number });
    runs.at(-1)!.lastRecord = number;
    beforeMs = timestampMs;
    firstMs = Math.min(firstMs, timestampMs);
    lastMs = Math.max(lastMs, timestampMs);
    const times = timesByTarget.get(target);
    if (times === undefined) timesByTarget.set(target, [timestampMs]);
    else times.push(timestampMs);
    checkSize(file, number, timesByTarget.size, runs.length);
  }
  if (runs.length === 0) throw malformed(file, 1, 0, 'it holds no record');
  const targets = new Map<string, RecordedTarget>();
  for (const [name, times] of timesByTarget) targets.set(name, describeTarget(file, name, times));
  return { firstTimestampMs: firstMs, lastTimestampMs: lastMs, targets, runs };
}

function checkSize(file: string, records: number, targets: number, runs: number): void {
  const refuse = (problem: string): never => {
    throw new ChainpulseError('recording_too_large', `The recording ${file} cannot be replayed: ${problem}.`);
  };
  if (records > MAX_RECORDS) refuse(`it has more than ${MAX_RECORDS} records; cut it into shorter ones`);
  if (targets > MAX_TARGETS) refuse(`it has more than ${MAX_TARGETS} targets; cut it into smaller ones`);
  if (runs > MAX_RUNS) {
    refuse(`its time goes back more than ${MAX_RUNS - 1} times; write its records in the order of their time`);
  }
}

function describeTarget(file: string, name: string, times: number[]): RecordedTarget {
  times.sort((a, b) => a - b);
  const gaps: number[] = [];
  for (const [index, timestampMs] of times.entries()) {
    if (index === 0) continue;
    const gapMs = timestampMs - times[index - 1]!;
    if (gapMs === 0) {
      throw new ChainpulseError(
        'recording_malformed',
        `The recording ${file} is malformed: it has two records of ${name} at ${timestampMs} ms.`,
      );
    }
    gaps.push(gapMs);
  }
  gaps.sort((a, b) => a - b);
  const intervalMs = gaps[gaps.length >> 1] ?? LONE_INTERVAL_MS;
  return { name, records: times.length, lastTimestampMs: times.at(-1)!, intervalMs };
}

/** All records in the order of their time. */
export async function* recordsByTime(
  file: string,
  runs: readonly RecordRun[],
): AsyncGenerator<RecordedAnswer, void, void> {
  const open: { head: RecordedAnswer; rest: AsyncGenerator<RecordedAnswer, void, void> }[] = [];
  try {
    for (const run of runs) {
      const rest = recordsOfRun(file, run);
      const { value: head } = await rest.next();
      if (head !== undefined) open.push({ head, rest });
    }
    while (open.length > 0) {
      const next = open.reduce((a, b) => (b.head.timestampMs < a.head.timestampMs ? b : a));
      yield next.head;
      const { value: head } = await next.rest.next();
      if (head === undefined) open.splice(open.indexOf(next), 1);
      else next.head = head;
    }
  } finally {
    for (const { rest } of open) await rest.return();
  }
}

async function* recordsOfRun(file: string, run: RecordRun): AsyncGenerator<RecordedAnswer, void, void> {
  const isInRun = (number: number) => number >= run.firstRecord && number <= run.lastRecord;
  for await (const record of readRecords(file, (header) => isInRun(header.number))) {
    if (isInRun(record.number)) yield record;
    if (record.number >= run.lastRecord) return;
  }
}
