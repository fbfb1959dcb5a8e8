// Puts small batches together, so that what is cheap to read is not held up by a durable commit each. A batch is answered at
// once, as if everything had been taken; what really became of it is counted when it is stored. Bounded: from so many rows on
// the next batch waits until those before are stored.

import type { Batch } from '../model/batch.ts';
import type { Labels } from '../model/labels.ts';
import { bitsOf } from '../model/staleness.ts';
import type { Appender, AppendOutcome, RejectReason } from '../storage/interface.ts';

const ROWS_MAX = 50_000;

export class GatheringAppender implements Appender {
  /** Of what was stored so far. */
  acceptedSamples = 0;
  readonly rejectedSamples: Record<RejectReason, number> = noneRejected();
  readonly #appender: Appender;
  #waiting: Batch[] = [];
  #rows = 0;

  constructor(appender: Appender) {
    this.#appender = appender;
  }

  resolveSeries(series: readonly Labels[]): Promise<Uint32Array> {
    return this.#appender.resolveSeries(series);
  }

  /** @throws what the store throws of batches before. */
  async append(batch: Batch): Promise<AppendOutcome> {
    const rows = batch.refs.length;
    this.#waiting.push(batch);
    this.#rows += rows;
    if (this.#rows >= ROWS_MAX) await this.flush();
    return { acceptedSamples: rows, rejectedSamples: noneRejected() };
  }

  /** Stores everything. @throws what the store throws. */
  async flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const batch = joined(this.#waiting, this.#rows);
    this.#waiting = [];
    this.#rows = 0;
    const { acceptedSamples, rejectedSamples } = await this.#appender.append(batch);
    this.acceptedSamples += acceptedSamples;
    for (const [reason, count] of Object.entries(rejectedSamples) as [RejectReason, number][]) {
      this.rejectedSamples[reason] += count;
    }
  }
}

function joined(batches: readonly Batch[], rows: number): Batch {
  const refs = new Uint32Array(rows);
  const timestampsMs = new Float64Array(rows);
  const values = new Float64Array(rows);
  const bits = bitsOf(values);
  const histograms: NonNullable<Batch['histograms']>[number][] = [];
  const exemplars: NonNullable<Batch['exemplars']>[number][] = [];
  let start = 0;
  for (const batch of batches) {
    refs.set(batch.refs, start);
    if (typeof batch.timestampsMs === 'number') {
      timestampsMs.fill(batch.timestampsMs, start, start + batch.refs.length);
    } else timestampsMs.set(batch.timestampsMs, start);
    // As words: a stale marker would not survive as a number.
    bits.set(bitsOf(batch.values), 2 * start);
    for (const { row, histogram } of batch.histograms ?? []) histograms.push({ row: start + row, histogram });
    for (const { row, exemplar } of batch.exemplars ?? []) exemplars.push({ row: start + row, exemplar });
    start += batch.refs.length;
  }
  return {
    refs,
    timestampsMs,
    values,
    histograms,
    exemplars,
    metadata: batches.flatMap(({ metadata = [] }) => metadata),
  };
}

function noneRejected(): Record<RejectReason, number> {
  return { out_of_order: 0, duplicate: 0, too_old: 0, invalid: 0, series_limit: 0, unknown_series: 0 };
}
