// Takes pushes where the store is: unpacks, decodes, stores and says what became of them. Decoders remember series from
// push to push, so one receiver takes them all; pushes may be under way side by side. Invariant: what the answer counts as
// written is durable and visible to the next query; a failure of the store is thrown, and the sender keeps the push.

import { MalformedBytes } from '../../encoding/malformed-bytes.ts';
import type { Clock } from '../../model/clock.ts';
import type { Appender } from '../../storage/interface.ts';
import { ExpositionError } from '../scrape/line-cursor.ts';
import { BodyBuffer } from './body-buffer.ts';
import type { PushAnswer, PushOutcome, PushRequest, PushTotals } from './interface.ts';
import { DEFAULT_PUSH_LIMITS, type PushLimits } from './limits.ts';
import { MalformedPush, OversizedPush } from './malformed.ts';
import { OtlpReceiver } from './otlp/otlp-receiver.ts';
import type { OtlpOutcome } from './otlp/outcome.ts';
import type { OtlpSettings } from './otlp/settings.ts';
import { Slices } from './pacing.ts';
import { PushBatch, type SeriesOrigins } from './push-batch.ts';
import { Write1Decoder } from './remote-write/write-1.ts';
import { Write2Decoder } from './remote-write/write-2.ts';
import { ImportDecoder } from './text/import-decoder.ts';
import { unpack } from './unpack.ts';

export interface PushReceiverOptions {
  readonly appender: Appender;
  readonly clock: Clock;
  readonly limits?: Partial<PushLimits>;
  /** How OTLP becomes series. */
  readonly otlp?: Partial<OtlpSettings>;
}

/** Batches that wait for the next push, and the rows of the largest that does: memory is used again, within bounds. */
const IDLE_BATCHES_MAX = 4;
const IDLE_ROWS_MAX = 65_536;

export class PushReceiver {
  readonly #appender: Appender;
  readonly #clock: Clock;
  readonly #limits: PushLimits;
  readonly #buffer = new BodyBuffer();
  readonly #idle: PushBatch[] = [];
  readonly #write1: Write1Decoder;
  readonly #write2: Write2Decoder;
  readonly #text: ImportDecoder;
  readonly #otlp: OtlpReceiver;

  constructor({ appender, clock, limits, otlp }: PushReceiverOptions) {
    this.#appender = appender;
    this.#clock = clock;
    this.#limits = { ...DEFAULT_PUSH_LIMITS, ...limits };
    this.#write1 = new Write1Decoder(this.#limits);
    this.#write2 = new Write2Decoder(this.#limits);
    this.#text = new ImportDecoder(this.#limits);
    this.#otlp = new OtlpReceiver(otlp);
  }

  /** @throws {ChainpulseError} of the store, and the signal's reason when it is aborted. */
  async push(request: PushRequest, signal?: AbortSignal): Promise<PushAnswer> {
    const slices = new Slices(signal);
    let taken: Buffer | undefined;
    const reserve = (bytes: number) => (taken = this.#buffer.take(bytes));
    try {
      const maxBytes = this.#limits.unpackedBytesMax;
      const body = await unpack(request.body, request.encoding, { maxBytes, slices, reserve });
      return await this.#decode(request, body, slices);
    } catch (error) {
      return unreadable(error, this.#batch(undefined).totals());
    } finally {
      if (taken !== undefined) this.#buffer.giveBack(taken);
    }
  }

  async #decode(request: PushRequest, body: Uint8Array, slices: Slices): Promise<PushAnswer> {
    switch (request.protocol) {
      case 'remote-write-1':
        return this.#pushWrite1(body, slices);
      case 'remote-write-2':
        return this.#pushWrite2(body, slices);
      case 'text':
      case 'openmetrics':
        return this.#pushText(request, body, slices);
      case 'otlp-protobuf':
      case 'otlp-json':
        return this.#pushOtlp(request, body, slices);
    }
  }

  async #pushWrite1(body: Uint8Array, slices: Slices): Promise<PushAnswer> {
    const request = this.#write1.open(body);
    const batch = this.#batch(request);
    const answer = await this.#store(batch, request.decode(batch, slices), () => request.refusedForLabels);
    this.#write1.done(request);
    return this.#done(batch, answer);
  }

  async #pushWrite2(body: Uint8Array, slices: Slices): Promise<PushAnswer> {
    const request = this.#write2.open(body);
    const batch = this.#batch(request);
    let isStored = false;
    try {
      const answer = await this.#store(batch, request.decode(batch, slices), () => 0);
      isStored = answer.outcome === 'stored' || answer.outcome === 'partial';
      this.#write2.done(request);
      return this.#done(batch, answer);
    } finally {
      // What was said of metrics may not be stored: it is told again when it comes again.
      if (!isStored) this.#write2.forgetMetadata();
    }
  }

  async #pushText(request: PushRequest, body: Uint8Array, slices: Slices): Promise<PushAnswer> {
    const { linesBefore, isLast, hasEnded } = request.piece ?? { linesBefore: 0, isLast: true, hasEnded: false };
    const format = request.protocol === 'openmetrics' ? 'openmetrics' : 'text';
    const piece = this.#text.open({ body, format, receivedMs: request.receivedMs, linesBefore, isLast, hasEnded });
    const batch = this.#batch(piece);
    try {
      const answer = await this.#store(batch, piece.decode(batch, slices), () => 0);
      return this.#done(batch, { ...answer, text: { lines: piece.lines, hasEnded: piece.hasEnded } });
    } catch (error) {
      this.#text.forgetMetadata();
      throw error;
    }
  }

  async #pushOtlp({ protocol, receivedMs }: PushRequest, body: Uint8Array, slices: Slices): Promise<PushAnswer> {
    const batch = this.#batch(undefined);
    const format = protocol === 'otlp-json' ? 'json' : 'protobuf';
    let outcome: OtlpOutcome | undefined;
    const receive = async () => {
      outcome = await this.#otlp.receive({ body, format, receivedMs }, batch, slices);
    };
    const answer = await this.#store(batch, receive(), () => 0);
    if (outcome === undefined) return this.#done(batch, answer);
    const { passedOverDataPoints, warnings } = outcome;
    const rejectedDataPoints = passedOverDataPoints + batch.refusedUnits;
    return this.#done(batch, { ...answer, otlp: { rejectedDataPoints, warnings } });
  }

  #batch(origins: SeriesOrigins | undefined): PushBatch {
    const nowMs = this.#clock.nowMs();
    const idle = this.#idle.pop();
    idle?.restart(nowMs, origins);
    if (idle !== undefined) return idle;
    const limits = this.#limits;
    return new PushBatch({ appender: this.#appender, limits, nowMs, isStoreHere: true, ...(origins && { origins }) });
  }

  /** The batch is needed no more. That of a push that failed may still be in use, and is left alone. */
  #done(batch: PushBatch, answer: PushAnswer): PushAnswer {
    if (this.#idle.length < IDLE_BATCHES_MAX && batch.capacity <= IDLE_ROWS_MAX) this.#idle.push(batch);
    return answer;
  }

  /** What a text has before a line that cannot be read is stored; of a message that cannot be read, nothing is believed. */
  async #store(batch: PushBatch, decoded: Promise<void>, unheard: () => number): Promise<PushAnswer> {
    try {
      await decoded;
    } catch (error) {
      if (error instanceof ExpositionError) await batch.flush();
      return unreadable(error, batch.totals());
    }
    await batch.flush();
    const totals = batch.totals();
    const errors = totals.errors.length + totals.errorsLeftOut;
    return { ...totals, outcome: errors > unheard() ? 'partial' : 'stored' };
  }
}

function unreadable(error: unknown, totals: PushTotals): PushAnswer {
  const isUnreadable = error instanceof MalformedBytes;
  const outcome: PushOutcome | undefined =
    error instanceof OversizedPush
      ? 'too_large'
      : isUnreadable || error instanceof MalformedPush || error instanceof ExpositionError
        ? 'malformed'
        : undefined;
  if (outcome === undefined) throw error;
  const message = isUnreadable ? `the body ${error.message}` : (error as Error).message;
  // What ends the push is said first.
  return { ...totals, errors: [message, ...totals.errors], outcome };
}
