// One thread's registry as another thread sees it: its buffers as they come, its log read as far as it is written, and from
// both the families with their present values. Nothing here waits for the thread, or needs it to be alive.

import type { Label } from '../../labels.ts';
import { asFamilySnapshot, readPoint, type SharedFamily } from '../../series/shared-family.ts';
import { CHUNK_SLOTS } from '../../series/values.ts';
import type { FamilySnapshot } from '../../snapshot/snapshot.ts';
import type { ThreadMessage } from './grant.ts';
import { type LogEntry, ThreadLogReader } from './thread-log.ts';

interface SeenSeries {
  readonly values: Float64Array;
  readonly offset: number;
  readonly labels: readonly Label[];
  readonly createdMs: number;
}

interface SeenFamily {
  readonly family: SharedFamily;
  readonly series: Map<number, SeenSeries>;
}

export class ThreadView {
  readonly #chunks: Float64Array[] = [];
  #generation = -1;
  #logs: ThreadLogReader[] = [];
  #families: (SeenFamily | undefined)[] = [];

  /** Takes what the thread sent. */
  receive(message: ThreadMessage): void {
    if (message.kind === 'values') {
      this.#chunks.push(new Float64Array(message.buffer));
      return;
    }
    if (message.generation > this.#generation) {
      this.#generation = message.generation;
      this.#logs = [];
      this.#families = [];
    }
    this.#logs.push(new ThreadLogReader(message.buffer));
  }

  families(): FamilySnapshot[] {
    for (const log of this.#logs) for (const entry of log.next()) this.#apply(entry);
    // Only the last buffer is still written to.
    this.#logs.splice(0, this.#logs.length - 1);
    return this.#families.flatMap((seen) => {
      if (seen === undefined) return [];
      const points = Array.from(seen.series.values(), (series) => readPoint(seen.family, series));
      return [
        asFamilySnapshot(
          seen.family,
          points.filter((point) => point !== undefined),
        ),
      ];
    });
  }

  #apply(entry: LogEntry): void {
    switch (entry[0]) {
      case 'family':
        this.#families[entry[1]] = { family: entry[2], series: new Map() };
        return;
      case 'series': {
        const [, familyNumber, row, slot, labels, createdMs] = entry;
        const values = this.#chunks[Math.floor(slot / CHUNK_SLOTS)];
        if (values === undefined) return;
        this.#families[familyNumber]?.series.set(row, { values, offset: slot % CHUNK_SLOTS, labels, createdMs });
        return;
      }
      case 'end':
        this.#families[entry[1]]?.series.delete(entry[2]);
        return;
    }
  }
}
