// One thread's registry as another thread sees it: its buffers as they come, its log read as far as it is written, and from
// both the families with their present values. Nothing here waits for the thread, or needs it to be alive.

import type { Label } from '../../labels.ts';
import { asFamilySnapshot, readPoint, type SharedFamily, type SharedPoint } from '../../series/shared-family.ts';
import { CHUNK_SLOTS } from '../../series/values.ts';
import type { FamilySnapshot } from '../../snapshot/snapshot.ts';
import type { ThreadMessage } from './grant.ts';
import { type LogEntry, ThreadLogReader } from './thread-log.ts';

interface SeenSeries {
  /** Its chunk may come later than its entry in the log, which is read past the messages. */
  readonly slot: number;
  readonly labels: readonly Label[];
  readonly createdMs: number;
}

interface SeenFamily {
  readonly family: SharedFamily;
  /** By row. */
  readonly series: Map<number, SeenSeries>;
}

/** A log is begun anew seldom; one that was each time is shown as it was read last. */
const MAX_READS = 8;

export class ThreadView {
  readonly #fetch: () => void;
  readonly #chunks: Float64Array[] = [];
  #generation = -1;
  #logs: ThreadLogReader[] = [];
  #families: (SeenFamily | undefined)[] = [];

  /** `fetch` is to call `receive` with all that has come. */
  constructor(fetch: () => void) {
    this.#fetch = fetch;
  }

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
    for (const buffer of message.buffers) this.#logs.push(new ThreadLogReader(buffer));
  }

  families(): FamilySnapshot[] {
    this.#catchUp();
    for (let reads = 1; ; reads++) {
      const generation = this.#generation;
      const read = this.#families.map((seen) => (seen === undefined ? undefined : readSeries(seen, this.#chunks)));
      this.#catchUp();
      const isSame = this.#generation === generation;
      if (!isSame && reads < MAX_READS) continue;
      return this.#families.flatMap((seen, number) => {
        if (seen === undefined) return [];
        const points: SharedPoint[] = [];
        for (const { row, series, point } of read[number] ?? []) {
          // What ended meanwhile may have been read when its row was another's already.
          if (!isSame || seen.series.get(row) === series) points.push(point);
        }
        return [asFamilySnapshot(seen.family, points)];
      });
    }
  }

  /** Reads the log as far as it is written, in buffers too that come only now. */
  #catchUp(): void {
    for (;;) {
      for (const log of this.#logs) for (const entry of log.next()) this.#apply(entry);
      // Only the last buffer is still written to.
      this.#logs.splice(0, this.#logs.length - 1);
      const [log] = this.#logs;
      if (log?.isContinued !== true) return;
      this.#fetch();
      if (this.#logs.at(-1) === log) return;
    }
  }

  #apply(entry: LogEntry): void {
    switch (entry[0]) {
      case 'family':
        this.#families[entry[1]] = { family: entry[2], series: new Map() };
        return;
      case 'series': {
        const [, familyNumber, row, slot, labels, createdMs] = entry;
        this.#families[familyNumber]?.series.set(row, { slot, labels, createdMs });
        return;
      }
      case 'end':
        this.#families[entry[1]]?.series.delete(entry[2]);
        return;
    }
  }
}

interface SeenPoint {
  readonly row: number;
  readonly series: SeenSeries;
  readonly point: SharedPoint;
}

function readSeries({ family, series }: SeenFamily, chunks: readonly Float64Array[]): readonly SeenPoint[] {
  const points: SeenPoint[] = [];
  for (const [row, seen] of series) {
    const values = chunks[Math.floor(seen.slot / CHUNK_SLOTS)];
    if (values === undefined) continue;
    const { labels, createdMs } = seen;
    const point = readPoint(family, { values, offset: seen.slot % CHUNK_SLOTS, labels, createdMs });
    if (point !== undefined) points.push({ row, series: seen, point });
  }
  return points;
}
