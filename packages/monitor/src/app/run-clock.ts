// The clock of a run. Live targets run on the system's time. A recording at its own pace is rebased to now and runs on it
// too; at another speed, or with its original times, the whole run follows a virtual clock, and then nothing but
// recordings can be watched: a live target has no samples from another time.

import type { TargetConfig } from '../config/schema.ts';
import type { WorkerSettings } from '../engine/protocol.ts';
import { type Clock, SteadyClock } from '../model/clock.ts';
import { ChainpulseError } from '../model/errors.ts';
import { VirtualClock } from '../model/virtual-clock.ts';

export interface RunClock {
  readonly clock: Clock;
  /** How the storage worker makes the same clock. */
  readonly forWorker: WorkerSettings['clock'];
  readonly isVirtual: boolean;
  /** How far the system's clock was set back and not yet made up for. */
  readonly aheadMs: () => number;
}

/** `firstTimestampMs` is the earliest of the recordings. @throws {ChainpulseError} `replay_mixed` */
export function runClockFor(targets: readonly TargetConfig[], firstTimestampMs: number | undefined): RunClock {
  const recordings = targets.flatMap(({ url }) => (url.kind === 'replay' ? [url] : []));
  const first = recordings.find(({ speed, time }) => speed !== 1 || time === 'original');
  if (first === undefined) {
    const clock = new SteadyClock();
    return { clock, forWorker: 'system', isVirtual: false, aheadMs: () => clock.aheadMs() };
  }
  const { speed, time, text } = first;
  if (recordings.length < targets.length) {
    throw mixed(`"${text}" runs on a time of its own, so nothing live can be watched beside it`);
  }
  const other = recordings.find((recording) => recording.speed !== speed || recording.time !== time);
  if (other !== undefined) throw mixed(`"${text}" and "${other.text}" ask for different speeds or times`);
  const startMs = time === 'original' && firstTimestampMs !== undefined ? firstTimestampMs : Date.now();
  const settings = { startMs, speed };
  return { clock: new VirtualClock(settings), forWorker: settings, isVirtual: true, aheadMs: () => 0 };
}

function mixed(why: string): ChainpulseError {
  return new ChainpulseError('replay_mixed', `${why}: start a monitor of its own for each.`);
}
