// The clock of a run. Live targets run on the system's time. A recording at its own pace is rebased to now and runs on it
// too; at another speed, or with its original times, the whole run follows a virtual clock, and then nothing but
// recordings can be watched: a live target has no samples from another time.

import type { TargetConfig } from '../config/schema.ts';
import type { WorkerSettings } from '../engine/protocol.ts';
import { type PacedClock, STEP_SETTLED_AFTER_MS, SteadyClock, type StepBack } from '../model/clock.ts';
import { ChainpulseError } from '../model/errors.ts';
import { VirtualClock } from '../model/virtual-clock.ts';

export interface History {
  /** Time of the latest sample. */
  readonly newestTimeMs: number | undefined;
  /** Whether there is any sample from one time to the other. */
  readonly hasSamples: (minTimeMs: number, maxTimeMs: number) => Promise<boolean>;
}

export interface RunClock {
  readonly clock: PacedClock;
  /** How the storage worker makes the same clock. */
  readonly forWorker: WorkerSettings['clock'];
  readonly isVirtual: boolean;
  /** How far the system's clock was set back and not yet made up for. */
  readonly aheadMs: () => number;
  /** Takes note of what is in the store. @throws {ChainpulseError} `clock_behind_history` */
  readonly followHistory: (history: History) => Promise<void>;
  /** The recordings have ended: a clock of their own stands still then. */
  readonly recordingsEnded: () => void;
}

/** What a restart makes up for by itself; a history further ahead is a clock that is or was wrong. */
const AHEAD_MAX_MS = 86_400_000;

/**
 * `firstTimestampMs` is the earliest of the recordings; `onStepBack` is told when a jump of the system's clock was taken back.
 * @throws {ChainpulseError} `replay_mixed`
 */
export function runClockFor(
  targets: readonly TargetConfig[],
  firstTimestampMs: number | undefined,
  onStepBack?: (wrong: StepBack) => void,
): RunClock {
  const recordings = targets.flatMap(({ url }) => (url.kind === 'replay' ? [url] : []));
  const first = recordings.find(({ speed, time }) => speed !== 1 || time === 'original');
  if (first === undefined) {
    return systemTime(new SteadyClock(undefined, onStepBack));
  }
  const { speed, time, text } = first;
  if (recordings.length < targets.length) {
    throw mixed(`"${text}" runs on a time of its own, so nothing live can be watched beside it`);
  }
  const other = recordings.find((recording) => recording.speed !== speed || recording.time !== time);
  if (other !== undefined) throw mixed(`"${text}" and "${other.text}" ask for different speeds or times`);
  const startMs = time === 'original' && firstTimestampMs !== undefined ? firstTimestampMs : Date.now();
  const settings = { startMs, speed };
  const clock = new VirtualClock(settings);
  return {
    clock,
    forWorker: settings,
    isVirtual: true,
    aheadMs: () => 0,
    // A replay with its own times writes what may be there already; another one goes on behind the one before.
    followHistory: async ({ newestTimeMs }) => {
      if (time === 'now' && newestTimeMs !== undefined) clock.continueFrom(newestTimeMs + 1);
    },
    recordingsEnded: () => clock.stop(),
  };
}

function systemTime(clock: SteadyClock): RunClock {
  return {
    clock,
    forWorker: 'system',
    isVirtual: false,
    aheadMs: () => clock.aheadMs(),
    followHistory: async (history) => {
      const { newestTimeMs = Number.NEGATIVE_INFINITY } = history;
      const nowMs = clock.nowMs();
      if (newestTimeMs < nowMs) clock.doubtSince(newestTimeMs);
      else if (await wasTakenBack(history.hasSamples, nowMs, newestTimeMs)) return;
      else if (newestTimeMs > nowMs + AHEAD_MAX_MS) throw behindHistory(newestTimeMs);
      else clock.continueFrom(newestTimeMs + 1);
    },
    recordingsEnded: () => {},
  };
}

/**
 * Whether the latest samples are what a jump left behind that was taken back: few, with nothing between them and now. When
 * the clock was ahead for longer, or is behind, the history goes on through the present.
 */
async function wasTakenBack(hasSamples: History['hasSamples'], nowMs: number, newestTimeMs: number): Promise<boolean> {
  const fromMs = nowMs + STEP_SETTLED_AFTER_MS;
  const toMs = newestTimeMs - STEP_SETTLED_AFTER_MS;
  return fromMs < toMs && !(await hasSamples(fromMs, toMs));
}

function behindHistory(newestTimeMs: number): ChainpulseError {
  return new ChainpulseError(
    'clock_behind_history',
    `The history reaches to ${new Date(newestTimeMs).toISOString()}, more than a day ahead of this machine's clock, so one of the two is wrong: ` +
      'set the clock right, or start with another folder (--data).',
  );
}

function mixed(why: string): ChainpulseError {
  return new ChainpulseError('replay_mixed', `${why}: start a monitor of its own for each.`);
}
