// An appender that tells of every commit: how long it took, what it stored, and when storing fails or works again.

import type { Batch } from '../model/batch.ts';
import type { Labels } from '../model/labels.ts';
import type { Appender, AppendOutcome } from '../storage/interface.ts';

export interface CommitObserver {
  committed(commit: { readonly durationSeconds: number; readonly timeMs: number; readonly samples: number }): void;
  appendFailed(error: Error): void;
  /** Series that got no reference because a limit is reached. */
  seriesRefused(count: number): void;
}

export class ObservedAppender implements Appender {
  readonly #appender: Appender;
  readonly #observer: CommitObserver;

  constructor(appender: Appender, observer: CommitObserver) {
    this.#appender = appender;
    this.#observer = observer;
  }

  async resolveSeries(series: readonly Labels[]): Promise<Uint32Array> {
    const refs = await this.#told(this.#appender.resolveSeries(series));
    const refused = refs.reduce((count, ref) => (ref === 0 ? count + 1 : count), 0);
    if (refused > 0) this.#observer.seriesRefused(refused);
    return refs;
  }

  async append(batch: Batch): Promise<AppendOutcome> {
    // The batch is given away by the call: what is needed of it afterwards is read before.
    const timeMs = latestOf(batch.timestampsMs);
    const startMs = performance.now();
    const outcome = await this.#told(this.#appender.append(batch));
    const durationSeconds = (performance.now() - startMs) / 1000;
    this.#observer.committed({ durationSeconds, timeMs, samples: outcome.acceptedSamples });
    return outcome;
  }

  async #told<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.#observer.appendFailed(error as Error);
      throw error;
    }
  }
}

function latestOf(timestampsMs: Batch['timestampsMs']): number {
  if (typeof timestampsMs === 'number') return timestampsMs;
  return timestampsMs.reduce((latest, timeMs) => Math.max(latest, timeMs), Number.NEGATIVE_INFINITY);
}
