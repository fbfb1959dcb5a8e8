// Empties the queue into the server: takes a window from the front, sends it by several shards at once, acknowledges it, and
// takes the next. Every series belongs to one shard within a window, and a window ends before the next begins, so the samples
// of a series arrive in their order whatever fails meanwhile. What cannot be delivered is sent again until it is older than
// the queue may be; what the server refuses for good is cut into ever smaller requests, so that only what is at fault is lost.
// Invariant: a window is acknowledged when each of its samples was taken by the server or is counted as dropped.

import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../../model/clock.ts';
import type { RetentionClock } from '../../retention-clock.ts';
import type { ExternalLabels } from '../external-labels.ts';
import type { RemoteLimits } from '../limits.ts';
import type { DurableQueue, QueueWindow } from '../queue/durable-queue.ts';
import type { KnownMetadata } from '../queue/known-metadata.ts';
import type { SeriesDictionary } from '../queue/series-dictionary.ts';
import { RemoteWriteEncoder } from '../wire/remote-write.ts';
import { backOffMs } from './back-off.ts';
import type { SendRecord } from './observer.ts';
import { halvesOf, type Outgoing, outgoingOf, type Shipment, shardCount, shardsOf } from './outgoing.ts';
import type { Verdict, WriteClient } from './write-client.ts';

/** By the version that was asked for. */
const CUSTOM_BOUNDS_NEED_2 = {
  1: 'remote write 1.0 cannot carry native histograms with bucket limits of their own, and a server that knows 2.0 takes them with storage.remote.protocol "2.0"; what follows is only counted',
  2: 'the server does not know remote write 2.0, and 1.0 cannot carry native histograms with bucket limits of their own; what follows is only counted',
} as const;

export interface SenderParts {
  readonly queue: DurableQueue;
  readonly dictionary: SeriesDictionary;
  readonly metadata: KnownMetadata;
  readonly external: ExternalLabels;
  readonly client: WriteClient;
  readonly record: SendRecord;
  readonly limits: RemoteLimits;
  readonly clock: Clock;
  /** What waited too long is told by it. */
  readonly age: RetentionClock;
  readonly random: () => number;
}

/** After a failure of the queue's own file, before it is read again. */
const QUEUE_RETRY_MS = 1000;

export class Sender {
  readonly #parts: SenderParts;
  readonly #encoder: RemoteWriteEncoder;
  readonly #stopped = new AbortController();
  #wake = Promise.withResolvers<void>();
  #progress = Promise.withResolvers<void>();
  #isFlushing = false;
  #running: Promise<void> | undefined;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#encoder = new RemoteWriteEncoder((name) => parts.metadata.ofSeries(name));
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Something was appended. */
  wake(): void {
    this.#wake.resolve();
  }

  /** Fulfilled when the next window is through, or the sender has stopped. */
  progress(): Promise<void> {
    return this.#progress.promise;
  }

  /** Fulfilled when everything that was appended before is through: sent, or dropped and counted. */
  async flush(): Promise<void> {
    this.#isFlushing = true;
    try {
      while (!this.#parts.queue.isEmpty && !this.#stopped.signal.aborted) {
        this.wake();
        await this.progress();
      }
    } finally {
      this.#isFlushing = false;
    }
  }

  /** Ends it; what is under way is abandoned and sent at the next start. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#wake.resolve();
    await this.#running;
    this.#progress.resolve();
    this.#parts.client.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.#turn(signal);
      } catch (error) {
        if (signal.aborted) return;
        // The file of the queue failed, not the server: what was taken is taken again.
        this.#parts.record.queueFailed(error instanceof Error ? error.message : String(error));
        await sleep(QUEUE_RETRY_MS, signal);
      }
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { queue, limits, record, clock } = this.#parts;
    this.#wake = Promise.withResolvers<void>();
    if (queue.isEmpty) {
      await this.#wake.promise;
      return;
    }
    if (queue.samples < limits.requestSamplesMax) await this.#linger(signal);
    const shards = shardCount(queue.samples, limits.requestSamplesMax, limits.shardsMax);
    const window = queue.take(limits.windowSamplesMax);
    if (window === undefined) return;
    record.shards = shards;
    if (await this.#sendWindow(window, shards, signal)) {
      queue.acknowledge(window.lastSequence, clock.nowMs(), limits.resendMs);
    } else queue.rewind();
    this.#progress.resolve();
    this.#progress = Promise.withResolvers<void>();
  }

  /** Waits for more, while what waits does not fill a request. */
  async #linger(signal: AbortSignal): Promise<void> {
    const { queue, limits, clock } = this.#parts;
    const dueMs = (queue.oldestWrittenMs() ?? Number.NEGATIVE_INFINITY) + limits.lingerMs;
    const startMs = performance.now();
    while (!signal.aborted && !this.#isFlushing && queue.samples < limits.requestSamplesMax) {
      // The clock may stand still or run fast: the wait is bounded in real time as well.
      const leftMs = Math.min(dueMs - clock.nowMs(), limits.lingerMs - (performance.now() - startMs));
      if (leftMs <= 0) return;
      this.#wake = Promise.withResolvers<void>();
      await Promise.race([this.#wake.promise, sleep(leftMs, signal)]);
    }
  }

  /** False when the server is gone and may have lost what it took before. */
  async #sendWindow(window: QueueWindow, shards: number, signal: AbortSignal): Promise<boolean> {
    const { dictionary, record, limits, external } = this.#parts;
    for (const { entry, reason } of window.damaged) {
      record.drop('damaged', entry.samples, `an entry of the queue is damaged (${reason})`);
    }
    const outgoing = outgoingOf(window.entries, dictionary, external);
    if (outgoing.unknownRows > 0) {
      record.drop('damaged', outgoing.unknownRows, 'the queue has samples of series that it does not know');
    }
    const shardShipments = shardsOf(outgoing, shards, limits.requestSamplesMax);
    const delivery = new Delivery(this.#parts, this.#encoder, outgoing, window.oldestWrittenMs, signal);
    const outcomes = await Promise.allSettled(shardShipments.map((shipments) => delivery.sendAll(shipments)));
    signal.throwIfAborted();
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    for (const failure of failures) if (!(failure instanceof ServerGone)) throw failure;
    return failures.length === 0;
  }
}

class ServerGone extends Error {}

/** The sending of one window. */
class Delivery {
  readonly #parts: SenderParts;
  readonly #encoder: RemoteWriteEncoder;
  readonly #outgoing: Outgoing;
  readonly #oldestWrittenMs: number;
  readonly #signal: AbortSignal;

  constructor(
    parts: SenderParts,
    encoder: RemoteWriteEncoder,
    outgoing: Outgoing,
    oldestWrittenMs: number,
    signal: AbortSignal,
  ) {
    this.#parts = parts;
    this.#encoder = encoder;
    this.#outgoing = outgoing;
    this.#oldestWrittenMs = oldestWrittenMs;
    this.#signal = signal;
  }

  async sendAll(shipments: readonly Shipment[]): Promise<void> {
    for (const shipment of shipments) await this.#sendWithin(shipment, { left: this.#parts.limits.splitRequestsMax });
  }

  /** `budget` is of the whole request that was cut. */
  async #sendWithin(whole: Shipment, budget: { left: number }): Promise<void> {
    const { record, clock } = this.#parts;
    const { version } = this.#parts.client;
    const shipment = this.#sendable(whole, version);
    if (shipment.rows.length === 0 && shipment.metadata.length === 0) return;
    const verdict = await this.#deliver(shipment, version);
    // Another version may carry less of it.
    if (verdict.kind === 'other_version') return this.#sendWithin(whole, budget);
    if (verdict.kind === 'sent') {
      record.sent(shipment.rows.length, clock.nowMs());
      return;
    }
    if (verdict.kind === 'too_old') {
      record.drop('age', shipment.rows.length, `the server took nothing for too long: ${verdict.message}`);
      return;
    }
    const halves = verdict.mayBeOne && budget.left > 0 ? halvesOf(shipment) : undefined;
    if (halves === undefined) {
      record.refused(shipment.rows.length, verdict.message, clock.nowMs());
      return;
    }
    budget.left -= 2;
    for (const half of halves) await this.#sendWithin(half, budget);
  }

  /** Without what the version cannot carry: a server would store it without its limits, and so wrong. */
  #sendable(shipment: Shipment, version: 1 | 2): Shipment {
    const { client, record } = this.#parts;
    const { histograms } = this.#outgoing;
    if (version === 2 || histograms.size === 0) return shipment;
    const rows = shipment.rows.filter((row) => histograms.get(row)?.customBounds === undefined);
    const lost = shipment.rows.length - rows.length;
    if (lost > 0) record.drop('unsupported', lost, CUSTOM_BOUNDS_NEED_2[client.wantedVersion]);
    return { ...shipment, rows };
  }

  /** Sends it until the server says yes or no, or it is too old, or the client has found that another version is spoken. */
  async #deliver(
    shipment: Shipment,
    version: 1 | 2,
  ): Promise<Exclude<Verdict, { kind: 'again' }> | { readonly kind: 'too_old'; readonly message: string }> {
    const { client, record, limits, age, random } = this.#parts;
    const samples = shipment.rows.length;
    for (let failures = 0; ; ) {
      if (client.version !== version) return { kind: 'other_version' };
      // In 2.0 metadata goes with the series; a request of metadata alone would be empty.
      if (version === 2 && samples === 0) return { kind: 'sent' };
      const startMs = performance.now();
      const verdict = await client.send(version, this.#encoder.encode(version, this.#outgoing, shipment), this.#signal);
      const durationMs = performance.now() - startMs;
      if (verdict.kind === 'other_version') return verdict;
      if (verdict.kind !== 'again') {
        record.requestEnded(verdict.kind, durationMs);
        return verdict;
      }
      record.requestEnded('failed', durationMs);
      record.failed(samples, verdict.message);
      if (verdict.isGone && this.#parts.queue.keepsAny) throw new ServerGone();
      failures++;
      if (age.nowMs() - this.#oldestWrittenMs > limits.queueMaxAgeMs) {
        return { kind: 'too_old', message: verdict.message };
      }
      await sleep(backOffMs(limits, failures, random(), verdict.waitMs), this.#signal);
      this.#signal.throwIfAborted();
    }
  }
}

/** Ends early, without an error, when the signal is aborted. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
