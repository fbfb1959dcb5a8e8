// Sends a registry's metrics to a receiver at an interval. One request is under way at a time, in the order in which snapshots
// were taken; what cannot be sent waits in a bounded queue and is tried again later. Nothing here throws after the start:
// failures are counted, told to `onError` and kept for `statistics()`.

import type { DroppedSamplesReason } from '../domains/table/push.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { backOffMs, retryAfterMs } from './back-off.ts';
import { sampleCount, snapshotBatches } from './batches.ts';
import { describeAnswer, type Exchange, exchange } from './exchange.ts';
import { type CheckedPushOptions, checkedPushOptions, type PushOptions } from './push-options.ts';
import { PushRecord, type PushStatistics } from './push-record.ts';
import type { EncodedRequest, Verdict } from './push-target.ts';
import { type QueuedRequest, RequestQueue } from './request-queue.ts';

export interface Push {
  /** Takes a snapshot now and sends all that waits. True when nothing is left waiting; never rejects. */
  flush(): Promise<boolean>;
  /** Takes a last snapshot and sends all that waits, for as long as there is time; then drops the rest. Never rejects. */
  stop(options?: StopOptions): Promise<void>;
  statistics(): PushStatistics;
}

export interface StopOptions {
  /** Default 5 s; `Infinity` waits for as long as it takes. */
  readonly deadlineMs?: number;
}

const DEFAULT_STOP_DEADLINE_MS = 5000;

/**
 * Begins to push. No timer of it keeps the process alive.
 * @throws {InstrumentError} `option_invalid`, or when the registry has other metrics of the names of its own
 */
export function startPush(options: PushOptions): Push {
  return new Pusher(checkedPushOptions(options));
}

class Pusher implements Push {
  readonly #options: CheckedPushOptions;
  readonly #record: PushRecord;
  readonly #queue: RequestQueue;
  /** Ends what is under way when there is no more time. */
  readonly #abort = new AbortController();
  #cancelInterval: () => void = () => undefined;
  #cancelBackOff: (() => void) | undefined;
  #collecting: Promise<void> | undefined;
  #sending: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #failuresInRow = 0;
  /** Told when nothing waits and nothing is under way. */
  #idleListeners: (() => void)[] = [];

  constructor(options: CheckedPushOptions) {
    this.#options = options;
    this.#record = new PushRecord(options);
    this.#queue = new RequestQueue({ maxRequests: options.maxQueuedRequests, maxBytes: options.maxQueuedBytes });
    this.#scheduleCollection(options.random() * options.intervalMs);
  }

  async flush(): Promise<boolean> {
    if (this.#stopped !== undefined) return false;
    // One that began before does not hold what was recorded since.
    await this.#collecting;
    await this.#collectAndSend();
    return this.#queue.length === 0;
  }

  stop({ deadlineMs = DEFAULT_STOP_DEADLINE_MS }: StopOptions = {}): Promise<void> {
    this.#stopped ??= this.#stop(deadlineMs >= 0 ? deadlineMs : DEFAULT_STOP_DEADLINE_MS);
    return this.#stopped;
  }

  statistics(): PushStatistics {
    return this.#record.statistics(this.#queue);
  }

  async #stop(deadlineMs: number): Promise<void> {
    this.#cancelInterval();
    const expired = new Promise<void>((resolve) => {
      this.#abort.signal.addEventListener('abort', () => resolve());
    });
    const cancelDeadline = this.#options.clock.foreground(deadlineMs, () => this.#abort.abort());
    await Promise.race([expired, this.#finish()]);
    cancelDeadline();
    this.#abort.abort();
    this.#cancelBackOff?.();
    this.#cancelBackOff = undefined;
    await this.#collecting;
    await this.#sending;
    this.#drop('stopped', this.#queue.clear(), 'the push was stopped');
  }

  async #finish(): Promise<void> {
    await this.#collecting;
    await this.#collectAndSend();
    if (this.#queue.length > 0) await new Promise<void>((resolve) => this.#idleListeners.push(resolve));
  }

  #scheduleCollection(delayMs: number): void {
    this.#cancelInterval = this.#options.clock.background(delayMs, () => {
      this.#scheduleCollection(this.#options.intervalMs);
      // Slower than the interval: that snapshot is left out.
      if (this.#collecting === undefined) void this.#collect().then(() => this.#send());
    });
  }

  async #collectAndSend(): Promise<void> {
    await this.#collect();
    this.#cancelBackOff?.();
    this.#cancelBackOff = undefined;
    await this.#send();
  }

  #collect(): Promise<void> {
    this.#collecting ??= this.#collectOnce().finally(() => {
      this.#collecting = undefined;
    });
    return this.#collecting;
  }

  async #collectOnce(): Promise<void> {
    const { registry, to, maxSamplesPerRequest } = this.#options;
    try {
      await this.#refresh();
      const snapshot = to.prepare(registry.snapshot());
      const parts = to.takesParts ? snapshotBatches(snapshot, maxSamplesPerRequest) : [snapshot];
      if (!to.takesParts) this.#drop('superseded', this.#queue.clear());
      for (const part of parts) await this.#enqueue(part);
    } catch {
      this.#record.failed('A snapshot could not be taken.', 0);
    }
  }

  /** A source that hangs is not waited for any longer than a receiver. */
  async #refresh(): Promise<void> {
    const { registry, clock, timeoutMs } = this.#options;
    const { signal } = this.#abort;
    if (signal.aborted) return;
    let end: () => void = () => undefined;
    const expired = new Promise<void>((resolve) => {
      end = resolve;
    });
    const cancel = clock.background(timeoutMs, end);
    signal.addEventListener('abort', end);
    await Promise.race([registry.refresh(), expired]);
    signal.removeEventListener('abort', end);
    cancel();
  }

  async #enqueue(snapshot: Snapshot): Promise<void> {
    const { clock } = this.#options;
    const samples = sampleCount(snapshot);
    if (samples === 0) return;
    const queuedAtMs = clock.nowMs();
    const encoded = await this.#encode(snapshot, samples, queuedAtMs);
    if (encoded === undefined) return;
    if (this.#abort.signal.aborted) this.#drop('stopped', [encoded], 'the push was stopped');
    else this.#drop('queue_full', this.#queue.push(encoded), 'the queue was full');
  }

  async #encode(snapshot: Snapshot, samples: number, queuedAtMs: number): Promise<QueuedRequest | undefined> {
    const { to } = this.#options;
    const { dialect } = to;
    try {
      // Both at once: an answer that comes in between may change the dialect.
      const [request, fallback] = await Promise.all([to.encode(snapshot), to.encodeFallback?.(snapshot)]);
      return { request: compact(request), dialect, samples, queuedAtMs, fallback: fallback && compact(fallback) };
    } catch {
      this.#record.dropped('internal', samples);
      this.#record.failed('A snapshot could not be encoded.', samples);
      return undefined;
    }
  }

  /** Sends what waits, unless that is under way or a failure is to be waited out. */
  #send(): Promise<void> {
    if (this.#sending === undefined && this.#cancelBackOff === undefined) {
      this.#sending = this.#sendAll().finally(() => {
        this.#sending = undefined;
        if (this.#queue.length > 0) return;
        for (const tell of this.#idleListeners.splice(0)) tell();
      });
    }
    return this.#sending ?? Promise.resolve();
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      const waiting = this.#abort.signal.aborted ? undefined : this.#queue.take();
      if (waiting === undefined) return;
      if (!(await this.#sendOne(this.#inCurrentDialect(waiting)))) return;
    }
  }

  #inCurrentDialect(waiting: QueuedRequest): QueuedRequest {
    const { fallback } = waiting;
    const { dialect } = this.#options.to;
    if (fallback === undefined || waiting.dialect === dialect) return waiting;
    return { ...waiting, request: fallback, dialect, fallback: undefined };
  }

  /** False when there is no use in sending the next one now. */
  async #sendOne(waiting: QueuedRequest): Promise<boolean> {
    const { to, clock, timeoutMs } = this.#options;
    const result = await exchange(to.endpoint, waiting.request, { timeoutMs, clock, signal: this.#abort.signal });
    const verdict =
      result.kind === 'answered' ? to.judge(result.answer, waiting.samples) : ({ kind: 'retry' } as const);
    switch (verdict.kind) {
      case 'ok':
        this.#accepted(waiting, verdict);
        return true;
      case 'rejected': {
        const lost = waiting.samples - verdict.writtenSamples;
        this.#failuresInRow = 0;
        this.#record.ended('rejected');
        this.#record.dropped('rejected', lost);
        this.#record.failed(this.#describe(waiting, result), lost);
        return true;
      }
      case 'other_dialect':
        this.#changedDialect(waiting, result);
        return true;
      case 'retry':
        this.#tryAgain(waiting, result);
        return false;
    }
  }

  #accepted({ request, samples }: QueuedRequest, { rejectedSamples, reason }: Extract<Verdict, { kind: 'ok' }>): void {
    const { endpoint } = this.#options.to;
    this.#failuresInRow = 0;
    this.#record.ended('ok');
    if (rejectedSamples === 0) return;
    const lost = Math.min(rejectedSamples, samples);
    this.#record.dropped('rejected', lost);
    const why = endpoint.redact(reason ?? '').slice(0, 200);
    this.#record.failed(`${request.method} ${endpoint.shownUrl}: ${why}`, lost);
  }

  #changedDialect(waiting: QueuedRequest, result: Exchange): void {
    if (waiting.fallback !== undefined) {
      this.#record.ended('retried');
      this.#putBack(waiting);
      return;
    }
    this.#record.ended('rejected');
    this.#record.dropped('rejected', waiting.samples);
    this.#record.failed(this.#describe(waiting, result), waiting.samples);
  }

  #tryAgain(waiting: QueuedRequest, result: Exchange): void {
    const { clock, retryForMs, random } = this.#options;
    const isStopped = this.#abort.signal.aborted;
    const isExpired = clock.nowMs() - waiting.queuedAtMs >= retryForMs;
    this.#record.ended(isStopped || isExpired ? 'failed' : 'retried');
    if (isStopped || isExpired) {
      this.#record.dropped(isStopped ? 'stopped' : 'expired', waiting.samples);
      this.#record.failed(this.#describe(waiting, result), waiting.samples);
      if (isStopped) return;
    } else {
      this.#record.failed(this.#describe(waiting, result), 0);
      this.#putBack(waiting);
    }
    this.#failuresInRow++;
    const header = result.kind === 'answered' ? result.answer.headers.get('retry-after') : null;
    const delayMs = backOffMs(this.#failuresInRow, random(), retryAfterMs(header, clock.nowMs()));
    this.#cancelBackOff = clock.background(delayMs, () => {
      this.#cancelBackOff = undefined;
      void this.#send();
    });
  }

  #putBack(waiting: QueuedRequest): void {
    const isSuperseded = !this.#options.to.takesParts && this.#queue.length > 0;
    if (isSuperseded) this.#drop('superseded', [waiting]);
    else this.#drop('queue_full', this.#queue.putBack(waiting), 'the queue was full');
  }

  /** @param why left out for what is no failure */
  #drop(reason: DroppedSamplesReason, requests: readonly QueuedRequest[], why?: string): void {
    let samples = 0;
    for (const request of requests) samples += request.samples;
    if (samples === 0) return;
    this.#record.dropped(reason, samples);
    if (why !== undefined) this.#record.failed(`${samples} samples were dropped because ${why}.`, samples);
  }

  #describe({ request }: QueuedRequest, result: Exchange): string {
    const { endpoint } = this.#options.to;
    const what = result.kind === 'answered' ? describeAnswer(endpoint, result.answer) : result.reason;
    return `${request.method} ${endpoint.shownUrl} ${what}`;
  }
}

/** Without the room around the bytes that encoders leave, which would wait with them and be counted by nobody. */
function compact(request: EncodedRequest): EncodedRequest {
  const { body } = request;
  return body.length === body.buffer.byteLength ? request : { ...request, body: new Uint8Array(body) };
}
