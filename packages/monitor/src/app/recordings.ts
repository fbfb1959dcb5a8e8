// The recordings among the targets: all are read through before anything is started, so that what is wrong with one is
// said at once, and so that the run's clock can start where they do.

import type { Config } from '../config/schema.ts';
import { labelsFrom } from '../model/labels.ts';
import { openReplay, type Replay } from '../sources/replay/open-replay.ts';
import type { TargetAdapters } from './target-adapters.ts';

export interface Recordings {
  readonly replays: readonly Replay[];
  /** Unix milliseconds of the earliest record; undefined without a recording. */
  readonly firstTimestampMs: number | undefined;
  /** Fulfilled when all have been played to their end, or were stopped; never without a recording. */
  readonly ended: () => Promise<unknown>;
}

/** @throws {ChainpulseError} as `openReplay` does. */
export async function openRecordings(config: Config, adapters: TargetAdapters): Promise<Recordings> {
  const replays: Replay[] = [];
  for (const target of config.targets) {
    const { url, job = '', chain = '', node = '', sampleLimit } = target;
    if (url.kind !== 'replay') continue;
    const { file, speed, time } = url;
    const given = [
      ['job', job],
      ['chain', chain],
      ['node', node],
    ] as const;
    const labels = labelsFrom(given);
    replays.push(
      await openReplay({
        file,
        speed,
        time,
        labels,
        sampleLimit: sampleLimit ?? config.collection.sampleLimit,
        renamingOf: ({ id }) => adapters.renamingOf(target, id),
      }),
    );
  }
  const starts = replays.map(({ firstTimestampMs }) => firstTimestampMs);
  return {
    replays,
    firstTimestampMs: starts.length === 0 ? undefined : Math.min(...starts),
    ended: () => (replays.length === 0 ? new Promise(() => {}) : Promise.all(replays.map((replay) => replay.ended))),
  };
}
