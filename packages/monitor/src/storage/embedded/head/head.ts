// The head: the samples that are in the log of batches but in no chunk yet, those that came in order and those that came
// late, and exemplars. A head that is being sealed is frozen: it is only read, and dropped whole when its chunks count.

import type { Exemplar } from '../../../model/batch.ts';
import type { HistogramSample } from '../../interface.ts';
import { InOrderSamples, type SlabPool } from './in-order-samples.ts';
import { LateSamples } from './late-samples.ts';
import type { ValueBits } from './sorted-samples.ts';

export class Head {
  readonly inOrder: InOrderSamples;
  readonly late = new LateSamples();
  readonly #exemplars = new Map<number, Exemplar[]>();

  constructor(pool: SlabPool) {
    this.inOrder = new InOrderSamples(pool);
  }

  get samples(): number {
    return this.inOrder.samples + this.late.samples;
  }

  get minTimeMs(): number {
    return Math.min(this.inOrder.minTimeMs, this.late.minTimeMs);
  }

  get maxTimeMs(): number {
    return Math.max(this.inOrder.maxTimeMs, this.late.maxTimeMs);
  }

  isEmpty(): boolean {
    return this.samples === 0 && this.#exemplars.size === 0;
  }

  has(slot: number): boolean {
    return this.inOrder.has(slot) || this.late.has(slot) || this.#exemplars.has(slot);
  }

  /** What is stored for this time of the series: the words of the value, or of the histogram's digest. */
  find(slot: number, timeMs: number): ValueBits | undefined {
    return this.inOrder.find(slot, timeMs) ?? this.late.find(slot, timeMs);
  }

  pushExemplar(slot: number, exemplar: Exemplar): void {
    const own = this.#exemplars.get(slot);
    if (own === undefined) this.#exemplars.set(slot, [exemplar]);
    else own.push(exemplar);
  }

  exemplarsOf(slot: number): readonly Exemplar[] {
    return this.#exemplars.get(slot) ?? [];
  }

  /** Those of both kinds, each in order of time, the late ones behind the others. */
  histogramsOf(slot: number): readonly HistogramSample[] {
    return [...this.inOrder.histogramsOf(slot), ...this.late.histogramsOf(slot)];
  }

  /** Hands the memory back; the head must not be used afterwards. */
  release(): void {
    this.inOrder.release();
  }
}
