// An appender that sends each batch by remote write 2.0 and waits for the answer: for commands that put history into a running
// monitor, or into another server that takes it. Floats go bit for bit, stale markers, native histograms and exemplars too. A
// server that is busy or away for a moment is asked again; one that stays away ends it. References are this appender's own.

import { setTimeout as delay } from 'node:timers/promises';
import { compressSnappy } from '../encoding/compress-snappy.ts';
import { ProtobufWriter } from '../encoding/protobuf-writer.ts';
import type { Batch, Exemplar, MetricMetadata, NativeHistogram } from '../model/batch.ts';
import { ChainpulseError } from '../model/errors.ts';
import { type Labels, labelsKey } from '../model/labels.ts';
import { bitsOf } from '../model/staleness.ts';
import { reasonText } from '../sources/push/reasons.ts';
import type { Appender, AppendOutcome, RejectReason } from '../storage/interface.ts';
import { writeLabels } from '../storage/remote/wire/label-bytes.ts';
import { RemoteWriteEncoder } from '../storage/remote/wire/remote-write.ts';

/** Series that are told apart; further ones are refused, as a full store does. */
const SERIES_MAX = 2_000_000;
const METADATA_MAX = 20_000;
const ATTEMPTS = 8;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const TRY_AGAIN = new Set([408, 425, 429]);
/** Of a server's answer, so many characters are told. */
const WORDS_MAX = 500;
const NO_CONTENT_TYPE = 415;
const WRITTEN = 'x-prometheus-remote-write-samples-written';
const WRITTEN_HISTOGRAMS = 'x-prometheus-remote-write-histograms-written';
const HEADERS = {
  'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '2.0.0',
};
const SUFFIX = /_(?:total|bucket|sum|count|info|created)$/;
const REASONS: readonly RejectReason[] = [
  'out_of_order',
  'duplicate',
  'too_old',
  'invalid',
  'series_limit',
  'unknown_series',
];

export interface WriteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Posts a body. @throws when no answer comes. */
export type PostWrite = (body: Uint8Array, headers: Readonly<Record<string, string>>) => Promise<WriteAnswer>;

type Wait = (waitMs: number, value: undefined, options: { readonly signal: AbortSignal }) => Promise<unknown>;

export class RemoteWriteAppender implements Appender {
  readonly #post: PostWrite;
  readonly #signal: AbortSignal;
  readonly #wait: Wait;
  readonly #refs = new Map<string, number>();
  /** By reference; the first is 1. */
  readonly #labels: (Labels | undefined)[] = [undefined];
  readonly #metadata = new Map<string, MetricMetadata>();
  readonly #encoder = new RemoteWriteEncoder((name) => this.#metadataOf(name));
  readonly #writer = new ProtobufWriter();
  #hasAnswered = false;

  /** `signal` ends the waiting for a server that is busy. */
  constructor(post: PostWrite, signal: AbortSignal, wait: Wait = delay) {
    this.#post = post;
    this.#signal = signal;
    this.#wait = wait;
  }

  async resolveSeries(series: readonly Labels[]): Promise<Uint32Array> {
    return Uint32Array.from(series, (labels) => {
      const key = labelsKey(labels);
      const known = this.#refs.get(key);
      if (known !== undefined) return known;
      if (this.#refs.size >= SERIES_MAX) return 0;
      const ref = this.#labels.push(labels) - 1;
      this.#refs.set(key, ref);
      return ref;
    });
  }

  /** @throws {ChainpulseError} `write_failed`, `write_refused` */
  async append(batch: Batch): Promise<AppendOutcome> {
    for (const entry of batch.metadata ?? []) {
      if (this.#metadata.size < METADATA_MAX || this.#metadata.has(entry.name)) this.#metadata.set(entry.name, entry);
    }
    const rows = rowsBySeries(batch.refs);
    const refused = batch.refs.length - rows.length;
    if (rows.length === 0) return outcomeOf(0, refused, 'series_limit');
    const encoded = this.#encoder.encode(2, this.#outgoingOf(batch), { rows, metadata: [] });
    const answer = await this.#send(compressSnappy(encoded));
    const written = numberIn(answer, WRITTEN) + numberIn(answer, WRITTEN_HISTOGRAMS);
    const left = rows.length - written;
    if (refused > 0) return outcomeOf(written, refused + left, 'series_limit');
    const known = REASONS.find((reason) => answer.text.includes(reasonText(reason)));
    if (left <= 0 || known !== undefined) return outcomeOf(written, left, known ?? 'invalid');
    return { ...outcomeOf(written, left, 'invalid'), ...wordsOf(answer) };
  }

  #outgoingOf(batch: Batch) {
    const { refs, timestampsMs, values } = batch;
    const times = typeof timestampsMs === 'number' ? new Float64Array(refs.length).fill(timestampsMs) : timestampsMs;
    const histograms = new Map<number, NativeHistogram>();
    for (const { row, histogram } of batch.histograms ?? []) histograms.set(row, histogram);
    const exemplars = new Map<number, Exemplar[]>();
    for (const { row, exemplar } of batch.exemplars ?? [])
      exemplars.set(row, [...(exemplars.get(row) ?? []), exemplar]);
    return {
      slots: new Int32Array(refs),
      timestampsMs: times,
      valueBits: bitsOf(values),
      histograms,
      exemplars,
      metadata: [],
      unknownRows: 0,
      labelBytes: (ref: number) => {
        this.#writer.clear();
        writeLabels(this.#writer, this.#labels[ref]!);
        return this.#writer.written();
      },
    };
  }

  async #send(body: Uint8Array): Promise<WriteAnswer> {
    for (let attempt = 1, waitMs = FIRST_WAIT_MS; ; attempt++, waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      const answer = await this.#attempt(body, attempt === ATTEMPTS);
      if (answer !== undefined) return answer;
      await this.#wait(waitMs, undefined, { signal: this.#signal });
    }
  }

  /** Undefined when it is to be tried again. */
  async #attempt(body: Uint8Array, isLast: boolean): Promise<WriteAnswer | undefined> {
    let answer: WriteAnswer;
    try {
      answer = await this.#post(body, HEADERS);
    } catch (error) {
      // Whoever never answered is not away for a moment.
      const isFinal = isLast || !this.#hasAnswered || (error as ChainpulseError).code !== 'server_unreachable';
      if (isFinal || this.#signal.aborted) throw error;
      return undefined;
    }
    this.#hasAnswered = true;
    const { status, headers, text } = answer;
    // What is refused of a request comes with 400, and with what was written of the rest.
    if (headers[WRITTEN] !== undefined && status < 500) return answer;
    const words = text.trim().slice(0, WORDS_MAX);
    if (status >= 500 || TRY_AGAIN.has(status)) {
      if (!isLast) return undefined;
      throw new ChainpulseError('write_failed', `The server takes nothing (HTTP ${status}): ${words}`);
    }
    const mend =
      status === NO_CONTENT_TYPE || status < 300
        ? 'It does not take remote write 2.0: import into a Chainpulse monitor, or export as json or openmetrics and load that.'
        : 'Is the address that of the monitor?';
    throw new ChainpulseError('write_refused', `The server refused the samples (HTTP ${status}): ${words} ${mend}`);
  }

  #metadataOf(name: string): MetricMetadata | undefined {
    return this.#metadata.get(name) ?? this.#metadata.get(name.replace(SUFFIX, ''));
  }
}

/** Rows of a series beside each other, in the order of the batch; without those of series that were refused. */
function rowsBySeries(refs: Uint32Array): Uint32Array {
  const rows = Array.from(refs.keys()).filter((row) => refs[row] !== 0);
  return Uint32Array.from(rows.sort((one, other) => refs[one]! - refs[other]! || one - other));
}

function numberIn({ headers }: WriteAnswer, name: string): number {
  const value = Number(headers[name] ?? 0);
  return Number.isSafeInteger(value) ? value : 0;
}

/** What another server than ours says of what it refused: a line for each series. */
function wordsOf({ text }: WriteAnswer): { readonly refusedBecause?: string } {
  const words = text.trim().replaceAll(/\s*\n\s*/g, '; ');
  if (words === '') return {};
  return { refusedBecause: `the server says: ${words.length > WORDS_MAX ? `${words.slice(0, WORDS_MAX)}…` : words}` };
}

function outcomeOf(acceptedSamples: number, refused: number, reason: RejectReason): AppendOutcome {
  const rejectedSamples = {
    out_of_order: 0,
    duplicate: 0,
    too_old: 0,
    invalid: 0,
    series_limit: 0,
    unknown_series: 0,
  };
  rejectedSamples[reason] = Math.max(0, refused);
  return { acceptedSamples, rejectedSamples };
}
