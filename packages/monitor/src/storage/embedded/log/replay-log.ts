// Puts the batches of the log that are in no chunk back into the head after a start, in the order of their commits.

import { DamagedBytes } from '../../sqlite/failures.ts';
import type { Heads } from '../head/heads.ts';
import type { SeriesRegistry } from '../series/series-registry.ts';
import type { DecodedRows } from './batch-codec.ts';
import type { BatchLog } from './batch-log.ts';

export interface ReplayParts {
  readonly series: Pick<SeriesRegistry, 'slotOf' | 'latestMs' | 'latestBits'>;
  readonly heads: Heads;
  readonly nowMs: number;
}

/** @throws {DamagedBytes} */
export function replayLog(log: BatchLog, { series, heads, nowMs }: ReplayParts): void {
  const slotOf = (ref: number): number => {
    const slot = series.slotOf(ref);
    if (slot < 0) throw new DamagedBytes(`a batch has samples of series ${ref}, which is not there`);
    return slot;
  };
  log.replay(slotOf, (rows) => {
    heads.take({ ...rows, late: moveLatestForward(rows, series) }, nowMs, slotOf);
  });
}

/** By row: 1 when the sample is late. */
function moveLatestForward(
  { count, slots, timestampsMs, valueBits }: DecodedRows,
  series: ReplayParts['series'],
): Uint8Array {
  const { latestMs, latestBits } = series;
  const late = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const slot = slots[row]!;
    if (timestampsMs[row]! <= latestMs[slot]!) {
      late[row] = 1;
      continue;
    }
    latestMs[slot] = timestampsMs[row]!;
    latestBits[2 * slot] = valueBits[2 * row]!;
    latestBits[2 * slot + 1] = valueBits[2 * row + 1]!;
  }
  return late;
}
