// The writing side of the queue: what sources append, checked, bounded and durable before it is answered. Whether a sample
// fits behind the others of its series is for the server to say.

import type { Batch, MetricMetadata } from '../../../model/batch.ts';
import type { Clock } from '../../../model/clock.ts';
import { bitsOf } from '../../../model/staleness.ts';
import type { AppendOutcome, RejectReason } from '../../interface.ts';
import { batchTooLarge } from '../../sqlite/failures.ts';
import type { RemoteLimits } from '../limits.ts';
import type { SendRecord } from '../send/observer.ts';
import type { Sender } from '../send/sender.ts';
import type { DurableQueue } from './durable-queue.ts';
import type { EntryRows } from './entry-codec.ts';
import type { KnownMetadata } from './known-metadata.ts';
import { OWN_SPACE, type SeriesDictionary } from './series-dictionary.ts';

/** Timestamps lie within ± this many milliseconds, as in the embedded store. */
const TIMESTAMP_MAX_MS = 2 ** 50;
/** The server counts as taking samples when it has taken some within so many milliseconds. */
const TAKING_WITHIN_MS = 10_000;

export interface QueueAppenderParts {
  readonly queue: DurableQueue;
  readonly dictionary: SeriesDictionary;
  readonly metadata: KnownMetadata;
  readonly sender: Sender;
  readonly record: SendRecord;
  readonly limits: RemoteLimits;
  readonly clock: Clock;
}

export class QueueAppender {
  readonly #parts: QueueAppenderParts;
  newestTimeMs: number | undefined;

  constructor(parts: QueueAppenderParts) {
    this.#parts = parts;
  }

  /** `space` says whose references the batch has. */
  async append(batch: Batch, space: number): Promise<AppendOutcome> {
    const { queue, limits, metadata, clock, sender, record } = this.#parts;
    if (batch.refs.length > limits.batchSamplesMax) throw batchTooLarge(batch.refs.length, limits.batchSamplesMax);
    if (queue.sizeBytes >= limits.queueMaxBytes) await this.#makeRoom();
    const nowMs = clock.nowMs();
    const news = metadata.news(batch.metadata ?? []);
    const { rows, outcome } = this.#admit(batch, space, news, nowMs);
    const unknown = outcome.rejectedSamples.unknown_series;
    // Whoever has its own references is told and asks anew; the store beside the queue knows them and stored the samples.
    if (space !== OWN_SPACE && unknown > 0) record.drop('size', unknown, this.#noRoom());
    if (rows.refs.length > 0 || news.length > 0) {
      queue.append(rows, nowMs, () => metadata.write(news));
      metadata.committed(news);
      for (const timeMs of rows.timestampsMs) this.newestTimeMs = Math.max(this.newestTimeMs ?? timeMs, timeMs);
      sender.wake();
    }
    return outcome;
  }

  #noRoom(): string {
    return `the queue has no room for their series: it knows ${this.#parts.limits.seriesMax} at most, and forgets those that were long idle`;
  }

  /** Waits for the server to take some, if it does; then the oldest go. */
  async #makeRoom(): Promise<void> {
    const { queue, limits, record, clock, sender } = this.#parts;
    const endMs = performance.now() + limits.appendWaitMaxMs;
    while (
      queue.sizeBytes >= limits.queueMaxBytes &&
      clock.nowMs() - (record.lastSuccessMs ?? -Infinity) < TAKING_WITHIN_MS
    ) {
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) break;
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, leftMs);
      await Promise.race([sender.progress(), late.promise]);
      clearTimeout(timer);
    }
    const { samples } = queue.dropToSize(limits.queueMaxBytes);
    if (samples > 0) record.drop('size', samples, `the queue is full (${limits.queueMaxBytes} bytes): the oldest went`);
  }

  /** What of the batch can be sent at all. */
  #admit(batch: Batch, space: number, metadata: readonly MetricMetadata[], nowMs: number) {
    const { dictionary } = this.#parts;
    const count = batch.refs.length;
    const rejected: Record<RejectReason, number> = {
      out_of_order: 0,
      duplicate: 0,
      too_old: 0,
      invalid: 0,
      series_limit: 0,
      unknown_series: 0,
    };
    const sourceBits = bitsOf(batch.values);
    const refs = new Uint32Array(count);
    const timestampsMs = new Float64Array(count);
    const valueBits = new Uint32Array(2 * count);
    /** Rows of the entry by rows of the batch; only needed when something hangs on rows. */
    const placeOf =
      batch.histograms === undefined && batch.exemplars === undefined ? undefined : new Map<number, number>();
    let kept = 0;
    for (let row = 0; row < count; row++) {
      const ref = batch.refs[row]!;
      const timeMs = typeof batch.timestampsMs === 'number' ? batch.timestampsMs : batch.timestampsMs[row]!;
      const slot = ref === 0 ? -1 : dictionary.slotOf(space, ref);
      const reason = reasonOf(ref, slot, timeMs);
      if (reason !== undefined) {
        rejected[reason]++;
        continue;
      }
      dictionary.touch(slot, nowMs);
      placeOf?.set(row, kept);
      refs[kept] = ref;
      timestampsMs[kept] = timeMs;
      valueBits[2 * kept] = sourceBits[2 * row]!;
      valueBits[2 * kept + 1] = sourceBits[2 * row + 1]!;
      kept++;
    }
    const placed = <T extends { readonly row: number }>(items: readonly T[] = []) =>
      items.flatMap((item) => {
        const row = placeOf?.get(item.row);
        return row === undefined ? [] : [{ ...item, row }];
      });
    const rows: EntryRows = {
      space,
      refs: refs.subarray(0, kept),
      timestampsMs: timestampsMs.subarray(0, kept),
      valueBits: valueBits.subarray(0, 2 * kept),
      histograms: placed(batch.histograms),
      exemplars: [...placed(batch.exemplars), ...withRows(batch.seriesExemplars, refs.subarray(0, kept))].filter(
        ({ exemplar }) => Number.isInteger(exemplar.timestampMs),
      ),
      metadata,
    };
    const outcome: AppendOutcome = {
      acceptedSamples: kept,
      acceptedExemplars: rows.exemplars.length,
      rejectedSamples: rejected,
    };
    return { rows, outcome };
  }
}

/** An exemplar goes with a sample of its series; one whose series has none in this batch is left out. */
function withRows(exemplars: Batch['seriesExemplars'] = [], refs: Uint32Array) {
  if (exemplars.length === 0) return [];
  const rowOf = new Map<number, number>();
  for (const [row, ref] of refs.entries()) rowOf.set(ref, row);
  return exemplars.flatMap(({ ref, exemplar }) => {
    const row = rowOf.get(ref);
    return row === undefined ? [] : [{ row, exemplar }];
  });
}

function reasonOf(ref: number, slot: number, timeMs: number): RejectReason | undefined {
  if (ref === 0) return 'series_limit';
  if (!Number.isInteger(timeMs) || Math.abs(timeMs) > TIMESTAMP_MAX_MS) return 'invalid';
  return slot < 0 ? 'unknown_series' : undefined;
}
