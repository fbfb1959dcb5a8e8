// The memory of a registry that another thread reads: its chunks are shared, and a log in shared memory says what they hold.

import type { Label } from '../../labels.ts';
import type { RegistryMemory } from '../../series/registry-memory.ts';
import type { SharedFamily } from '../../series/shared-family.ts';
import type { ThreadMessage } from './grant.ts';
import { Stamps } from './stamps.ts';
import { ThreadLogWriter } from './thread-log.ts';

const DOUBLE_BYTES = 8;
/** A log shorter than this is never begun anew. */
const MIN_REWRITE_BYTES = 256 * 1024;
/** A log is begun anew when it is so many times as long as it was when it last was. */
const REWRITE_GROWTH = 4;

interface LiveSeries {
  readonly slot: number;
  readonly labels: readonly Label[];
  readonly createdMs: number;
}

export class ThreadMemory implements RegistryMemory {
  readonly #send: (message: ThreadMessage) => void;
  readonly #stamps: Stamps;
  readonly #families: { readonly family: SharedFamily; readonly series: Map<number, LiveSeries> }[] = [];
  #generation = 0;
  #log: ThreadLogWriter;
  #rewriteAtBytes = MIN_REWRITE_BYTES;

  constructor(send: (message: ThreadMessage) => void, stamps: SharedArrayBuffer) {
    this.#send = send;
    this.#stamps = new Stamps(stamps);
    this.#log = new ThreadLogWriter((buffer) => this.#send({ kind: 'log', generation: 0, buffers: [buffer] }));
  }

  allocate(slots: number): Float64Array {
    const buffer = new SharedArrayBuffer(slots * DOUBLE_BYTES);
    this.#send({ kind: 'values', buffer });
    return new Float64Array(buffer);
  }

  nextStamp(): number {
    return this.#stamps.next();
  }

  familyMade(family: SharedFamily): number {
    const familyNumber = this.#families.push({ family, series: new Map() }) - 1;
    this.#log.append(['family', familyNumber, family]);
    return familyNumber;
  }

  seriesMade(familyNumber: number, row: number, slot: number, labels: readonly Label[], createdMs: number): void {
    this.#families[familyNumber]?.series.set(row, { slot, labels, createdMs });
    this.#log.append(['series', familyNumber, row, slot, labels, createdMs]);
  }

  seriesRemoved(familyNumber: number, row: number): void {
    this.#families[familyNumber]?.series.delete(row);
    // In the old log in any case: whoever still reads it must not take what comes into these slots for the series.
    this.#log.append(['end', familyNumber, row]);
    if (this.#log.writtenBytes > this.#rewriteAtBytes) this.#rewrite();
  }

  /** Only what is alive, in a log of its own. */
  #rewrite(): void {
    this.#generation++;
    const held: SharedArrayBuffer[] = [];
    let isHeld = true;
    const generation = this.#generation;
    const log = new ThreadLogWriter((buffer) => {
      if (isHeld) held.push(buffer);
      else this.#send({ kind: 'log', generation, buffers: [buffer] });
    });
    for (const [familyNumber, { family, series }] of this.#families.entries()) {
      log.append(['family', familyNumber, family]);
      for (const [row, { slot, labels, createdMs }] of series) {
        log.append(['series', familyNumber, row, slot, labels, createdMs]);
      }
    }
    this.#send({ kind: 'log', generation, buffers: held });
    isHeld = false;
    this.#log.endsHere();
    this.#rewriteAtBytes = Math.max(MIN_REWRITE_BYTES, REWRITE_GROWTH * log.writtenBytes);
    this.#log = log;
  }
}
