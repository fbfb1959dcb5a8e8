// The head: the samples that are in the log of batches but in no block yet, a chain of small fixed runs a series. Runs
// lie in slabs that one head hands on to the next, so that appending allocates nothing a sample. A head that is being
// sealed is frozen: it is only read, and dropped whole when its block is complete.

import type { Exemplar } from '../../model/batch.ts';
import type { HistogramSample, TimeRange } from '../interface.ts';
import type { Columns } from './columns.ts';

const RUN_SAMPLES = 8;
const SLAB_RUNS = 4096;

interface Slab {
  readonly timesMs: Float64Array;
  readonly bits: Uint32Array;
  /** The run after each run in its chain. */
  readonly next: Uint32Array;
}

/** Slabs that are free; shared by the heads of one store. */
export type SlabPool = Slab[];

export class Head {
  readonly #pool: SlabPool;
  readonly #slabs: Slab[] = [];
  #runs = 0;
  #firstRun = new Uint32Array(1024);
  #lastRun = new Uint32Array(1024);
  #counts = new Uint32Array(1024);
  readonly #histograms = new Map<number, HistogramSample[]>();
  readonly #exemplars = new Map<number, Exemplar[]>();
  samples = 0;
  minTimeMs = Number.POSITIVE_INFINITY;
  maxTimeMs = Number.NEGATIVE_INFINITY;

  constructor(pool: SlabPool) {
    this.#pool = pool;
  }

  /** Appends one sample; `low` and `high` are the words of its value. */
  push(slot: number, timeMs: number, low: number, high: number): void {
    if (slot >= this.#counts.length) this.#grow(slot);
    const count = this.#counts[slot]!;
    const within = count % RUN_SAMPLES;
    const run = within === 0 ? this.#startRun(slot, count) : this.#lastRun[slot]!;
    const slab = this.#slabs[Math.floor(run / SLAB_RUNS)]!;
    const at = (run % SLAB_RUNS) * RUN_SAMPLES + within;
    slab.timesMs[at] = timeMs;
    slab.bits[2 * at] = low;
    slab.bits[2 * at + 1] = high;
    this.#counts[slot] = count + 1;
    this.samples++;
    this.#cover(timeMs);
  }

  pushHistogram(slot: number, sample: HistogramSample): void {
    pushTo(this.#histograms, slot, sample);
    this.samples++;
    this.#cover(sample.timestampMs);
  }

  pushExemplar(slot: number, exemplar: Exemplar): void {
    pushTo(this.#exemplars, slot, exemplar);
    this.#cover(exemplar.timestampMs);
  }

  isEmpty(): boolean {
    return this.samples === 0 && this.#exemplars.size === 0;
  }

  has(slot: number): boolean {
    return (this.#counts[slot] ?? 0) > 0 || this.#histograms.has(slot) || this.#exemplars.has(slot);
  }

  histogramsOf(slot: number): readonly HistogramSample[] {
    return this.#histograms.get(slot) ?? [];
  }

  exemplarsOf(slot: number): readonly Exemplar[] {
    return this.#exemplars.get(slot) ?? [];
  }

  /** Appends the samples in the range to `columns`. */
  read(slot: number, { minTimeMs, maxTimeMs }: TimeRange, columns: Columns): void {
    if (minTimeMs > this.maxTimeMs || maxTimeMs < this.minTimeMs) return;
    const count = this.#counts[slot] ?? 0;
    columns.ensure(count);
    let run = this.#firstRun[slot]!;
    let { length } = columns;
    for (let done = 0; done < count; done += RUN_SAMPLES) {
      const slab = this.#slabs[Math.floor(run / SLAB_RUNS)]!;
      const start = (run % SLAB_RUNS) * RUN_SAMPLES;
      const end = start + Math.min(RUN_SAMPLES, count - done);
      for (let at = start; at < end; at++) {
        const timeMs = slab.timesMs[at]!;
        if (timeMs < minTimeMs || timeMs > maxTimeMs) continue;
        columns.timesMs[length] = timeMs;
        columns.bits[2 * length] = slab.bits[2 * at]!;
        columns.bits[2 * length + 1] = slab.bits[2 * at + 1]!;
        length++;
      }
      run = slab.next[run % SLAB_RUNS]!;
    }
    columns.length = length;
  }

  /** Hands the slabs back; the head must not be used afterwards. */
  release(): void {
    this.#pool.push(...this.#slabs);
    this.#slabs.length = 0;
  }

  #cover(timeMs: number): void {
    if (timeMs < this.minTimeMs) this.minTimeMs = timeMs;
    if (timeMs > this.maxTimeMs) this.maxTimeMs = timeMs;
  }

  #startRun(slot: number, count: number): number {
    const run = this.#runs++;
    if (run % SLAB_RUNS === 0) this.#slabs.push(this.#pool.pop() ?? newSlab());
    if (count === 0) {
      this.#firstRun[slot] = run;
    } else {
      const last = this.#lastRun[slot]!;
      this.#slabs[Math.floor(last / SLAB_RUNS)]!.next[last % SLAB_RUNS] = run;
    }
    this.#lastRun[slot] = run;
    return run;
  }

  #grow(slot: number): void {
    const capacity = Math.max(slot + 1, 2 * this.#counts.length);
    this.#firstRun = grown(this.#firstRun, capacity);
    this.#lastRun = grown(this.#lastRun, capacity);
    this.#counts = grown(this.#counts, capacity);
  }
}

function newSlab(): Slab {
  return {
    timesMs: new Float64Array(SLAB_RUNS * RUN_SAMPLES),
    bits: new Uint32Array(2 * SLAB_RUNS * RUN_SAMPLES),
    next: new Uint32Array(SLAB_RUNS),
  };
}

function grown(column: Uint32Array, capacity: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(capacity);
  larger.set(column);
  return larger;
}

function pushTo<T>(lists: Map<number, T[]>, slot: number, item: T): void {
  const list = lists.get(slot);
  if (list === undefined) lists.set(slot, [item]);
  else list.push(item);
}
