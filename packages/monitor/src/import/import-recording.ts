// Imports a recording (docs/formats/recording.md) with its own times: the replay, on a clock that does not wait. So an imported
// recording has what a played one has: `up`, the count of samples, and stale markers where a series or a target ends.

import { ChainpulseError } from '../model/errors.ts';
import type { Labels } from '../model/labels.ts';
import { openReplay } from '../sources/replay/open-replay.ts';
import type { Timers } from '../sources/target-loop.ts';
import type { Appender, RejectReason } from '../storage/interface.ts';
import { GatheringAppender } from './gathering-appender.ts';
import { type ImportTotals, newImportTotals } from './import-totals.ts';

export interface RecordingImport {
  readonly file: string;
  /** On top of `job` "replay" and `instance`, the recorded target. */
  readonly labels: Labels;
  readonly appender: Appender;
  /** Records that cannot be read are counted and passed over; without it the first ends the import. */
  readonly skipsBadRecords: boolean;
  readonly signal: AbortSignal;
  /** Told after each record. */
  readonly onRecord: (records: number, totals: ImportTotals) => void;
  /** Told once, before the first record. */
  readonly onOpen: (records: number) => void;
}

const MESSAGES_LISTED_MAX = 10;

/** @throws {ChainpulseError} as `openReplay` does, `import_stopped` at a bad record, and what the store throws. */
export async function importRecording(options: RecordingImport): Promise<ImportTotals> {
  const { file, labels, appender, skipsBadRecords, signal, onRecord, onOpen } = options;
  const replay = await openReplay({ file, time: 'original', labels, timers: unhurried(() => clock) });
  const clock = { timeMs: replay.firstTimestampMs, nowMs: () => clock.timeMs };
  onOpen(replay.targets.reduce((sum, { records }) => sum + records, 0));
  const totals = newImportTotals();
  const badMessages: string[] = [];
  totals.badLineMessages = badMessages;
  const gathering = new GatheringAppender(appender);
  const watched = watchedAppender(gathering);
  const ahead: RejectedSamples = {};
  const tally = () => {
    totals.samples = gathering.acceptedSamples;
    totals.rejected = sumOf(gathering.rejectedSamples, ahead);
    return totals;
  };
  let records = 0;
  let problem: Error | undefined;
  const end = (error: Error) => {
    problem ??= error;
    void replay.stop();
  };
  const stop = () => void replay.stop();
  signal.addEventListener('abort', stop, { once: true });
  replay.start({
    appender: watched.appender,
    clock,
    onStatusChange: ({ health, reason }) => {
      if (health !== 'down' || reason === NO_ANSWER) return;
      totals.badLines++;
      if (badMessages.length < MESSAGES_LISTED_MAX) badMessages.push(reason);
      if (!skipsBadRecords) end(new ChainpulseError('import_stopped', `${file}: ${reason}`));
    },
    observer: {
      collectionEnded: ({ rejectedSamples }) => {
        // What the store refuses is told later; this is what was not even given to it.
        addRejected(ahead, rejectedSamples);
        if (watched.failure !== undefined) end(watched.failure);
        onRecord(++records, tally());
      },
    },
  });
  await replay.ended;
  signal.removeEventListener('abort', stop);
  if (watched.failure === undefined) await gathering.flush();
  if (problem !== undefined) throw problem;
  if (!signal.aborted && records === 0)
    throw new ChainpulseError('import_stopped', `${file} changed while it was read.`);
  return tally();
}

type RejectedSamples = Partial<Record<RejectReason, number>>;

function addRejected(sum: RejectedSamples, more: Readonly<Record<string, number | undefined>>): void {
  for (const [reason, count = 0] of Object.entries(more) as [RejectReason, number][]) {
    sum[reason] = (sum[reason] ?? 0) + count;
  }
}

function sumOf(...parts: readonly RejectedSamples[]): RejectedSamples {
  const sum: RejectedSamples = {};
  for (const part of parts) addRejected(sum, part);
  return sum;
}

/** What a replay says of a target that did not answer when it was recorded: nothing is wrong with the file. */
const NO_ANSWER = 'The recording has no answer here.';

/** Who waits is woken at once, at the time that was waited for. */
function unhurried(clockOf: () => { timeMs: number }): Timers {
  return {
    nowMs: () => performance.now(),
    after: (delayMs, wake) => {
      const turn = setImmediate(() => {
        clockOf().timeMs += delayMs;
        wake();
      });
      return () => clearImmediate(turn);
    },
  };
}

/** A replay goes on when the store fails; an import does not. */
function watchedAppender(appender: Appender): { appender: Appender; failure: Error | undefined } {
  const watched = {
    failure: undefined as Error | undefined,
    appender: {
      resolveSeries: (series: readonly Labels[]) => appender.resolveSeries(series).catch(keep),
      append: (batch: Parameters<Appender['append']>[0]) => appender.append(batch).catch(keep),
    },
  };
  function keep(error: Error): never {
    watched.failure ??= error;
    throw error;
  }
  return watched;
}
