// Samples that came in order of time: a chain of small fixed runs a series. Runs lie in slabs that one head hands on to
// the next, so that appending allocates nothing a sample.

import type { HistogramSample, TimeRange } from '../../interface.ts';
import type { Columns } from '../columns.ts';
import type { ValueBits } from './sorted-samples.ts';

const RUN_SAMPLES = 8;
const SLAB_RUNS_BITS = 12;
const SLAB_RUNS = 1 << SLAB_RUNS_BITS;
const INITIAL_SLOTS = 1024;
const NO_HISTOGRAMS: readonly HistogramSample[] = [];

interface Slab {
  readonly timesMs: Float64Array;
  readonly bits: Uint32Array;
  /** The run after each run in its chain. */
  readonly next: Uint32Array;
}

/** Slabs that are free; shared by the heads of one store. */
export type SlabPool = Slab[];

interface StoredHistogram extends ValueBits {
  readonly sample: HistogramSample;
}

export class InOrderSamples {
  readonly #pool: SlabPool;
  readonly #slabs: Slab[] = [];
  #runs = 0;
  #firstRun = new Uint32Array(INITIAL_SLOTS);
  #lastRun = new Uint32Array(INITIAL_SLOTS);
  #counts = new Uint32Array(INITIAL_SLOTS);
  readonly #histograms = new Map<number, StoredHistogram[]>();
  samples = 0;
  minTimeMs = Number.POSITIVE_INFINITY;
  maxTimeMs = Number.NEGATIVE_INFINITY;

  constructor(pool: SlabPool) {
    this.#pool = pool;
  }

  /** `timeMs` is after all times of the series here; `low` and `high` are the words of the value. */
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
    this.#cover(timeMs);
  }

  /** `low` and `high` are the words of the histogram's digest. */
  pushHistogram(slot: number, sample: HistogramSample, low: number, high: number): void {
    const own = this.#histograms.get(slot);
    const stored = { sample, low, high };
    if (own === undefined) this.#histograms.set(slot, [stored]);
    else own.push(stored);
    this.#cover(sample.timestampMs);
  }

  has(slot: number): boolean {
    return (this.#counts[slot] ?? 0) > 0 || this.#histograms.has(slot);
  }

  /** What is stored for this time of the series: the words of the value, or of the histogram's digest. */
  find(slot: number, timeMs: number): ValueBits | undefined {
    const histogram = this.#histograms.get(slot)?.find(({ sample }) => sample.timestampMs === timeMs);
    if (histogram !== undefined) return histogram;
    const count = this.#counts[slot] ?? 0;
    let run = this.#firstRun[slot]!;
    for (let done = 0; done < count; done += RUN_SAMPLES) {
      const slab = this.#slabs[Math.floor(run / SLAB_RUNS)]!;
      const start = (run % SLAB_RUNS) * RUN_SAMPLES;
      const end = start + Math.min(RUN_SAMPLES, count - done);
      if (slab.timesMs[start]! > timeMs) return undefined;
      if (slab.timesMs[end - 1]! >= timeMs) {
        const at = slab.timesMs.subarray(start, end).indexOf(timeMs) + start;
        return at < start ? undefined : { low: slab.bits[2 * at]!, high: slab.bits[2 * at + 1]! };
      }
      run = slab.next[run % SLAB_RUNS]!;
    }
    return undefined;
  }

  histogramsOf(slot: number): readonly HistogramSample[] {
    return this.#histograms.get(slot)?.map(({ sample }) => sample) ?? NO_HISTOGRAMS;
  }

  /** Appends the values in the range to `columns`, in order of time. */
  read(slot: number, { minTimeMs, maxTimeMs }: TimeRange, columns: Columns): void {
    if (minTimeMs > this.maxTimeMs || maxTimeMs < this.minTimeMs) return;
    const count = this.#counts[slot] ?? 0;
    columns.ensure(count);
    const slabs = this.#slabs;
    let run = this.#firstRun[slot]!;
    for (let done = 0; done < count; done += RUN_SAMPLES) {
      const slab = slabs[run >>> SLAB_RUNS_BITS]!;
      const { timesMs } = slab;
      let from = (run & (SLAB_RUNS - 1)) * RUN_SAMPLES;
      let to = from + Math.min(RUN_SAMPLES, count - done);
      run = slab.next[run & (SLAB_RUNS - 1)]!;
      if (timesMs[to - 1]! < minTimeMs) continue;
      while (timesMs[from]! < minTimeMs) from++;
      while (to > from && timesMs[to - 1]! > maxTimeMs) to--;
      if (from === to) break;
      copyRun(slab, from, to, columns);
    }
  }

  /** Hands the slabs back; nothing may be read or written afterwards. */
  release(): void {
    this.#pool.push(...this.#slabs);
    this.#slabs.length = 0;
  }

  #cover(timeMs: number): void {
    this.samples++;
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

/** There must be room. */
function copyRun({ timesMs, bits }: Slab, from: number, to: number, columns: Columns): void {
  const into = columns.bits;
  let { length } = columns;
  for (let at = from; at < to; at++) {
    columns.timesMs[length] = timesMs[at]!;
    into[2 * length] = bits[2 * at]!;
    into[2 * length + 1] = bits[2 * at + 1]!;
    length++;
  }
  columns.length = length;
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
