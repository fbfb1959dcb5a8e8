// All series of delta temporality that are added up at present. Bounded in number; one that gets nothing for a while is
// forgotten and starts at zero when it comes back, which PromQL sees as the reset of a counter.

import { labelsKey } from '../../../../model/labels.ts';
import type { KnownPoint } from '../known-point.ts';
import type { OtlpLimits } from '../limits.ts';
import { type DeltaKind, DeltaStream } from './delta-stream.ts';

/** How often those that are to be forgotten are looked for. */
const SWEEP_INTERVAL_MS = 60_000;

export class DeltaStreams {
  readonly #limits: OtlpLimits;
  readonly #byLabels = new Map<string, DeltaStream>();
  #nowMs = 0;
  #sweptMs = Number.NEGATIVE_INFINITY;

  constructor(limits: OtlpLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#byLabels.size;
  }

  /** Before each push. */
  begin(nowMs: number): void {
    this.#nowMs = nowMs;
    if (nowMs - this.#sweptMs < SWEEP_INTERVAL_MS) return;
    this.#sweptMs = nowMs;
    for (const [key, stream] of this.#byLabels) {
      if (nowMs - stream.seenMs <= this.#limits.deltaStaleMs) continue;
      stream.isForgotten = true;
      this.#byLabels.delete(key);
    }
  }

  /** Undefined when there are as many as there may be. */
  streamOf(known: KnownPoint, kind: DeltaKind): DeltaStream | undefined {
    const kept = known.delta;
    if (kept !== undefined && !kept.isForgotten) {
      kept.seenMs = this.#nowMs;
      return kept;
    }
    const key = `${kind} ${labelsKey(known.labels)}`;
    let stream = this.#byLabels.get(key);
    if (stream === undefined) {
      if (this.#byLabels.size >= this.#limits.deltaSeries) return undefined;
      stream = new DeltaStream(kind, this.#nowMs, this.#limits.deltaBuckets);
      this.#byLabels.set(key, stream);
    }
    stream.seenMs = this.#nowMs;
    known.delta = stream;
    return stream;
  }
}
