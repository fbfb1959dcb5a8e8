// Makes a recording a source: each of its targets is collected as it was when it was recorded, at the recorded spacing.
// Time is the injected clock's, which the whole process stands on: with `time: 'now'` the first record is the moment of
// the start, with `time: 'original'` every sample keeps its own time. Invariant: the samples of a record carry exactly
// the record's time, moved by one constant; a slow machine delays them and changes nothing.

import { basename } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import { type Labels, labelsFrom } from '../../model/labels.ts';
import type { Appender } from '../../storage/interface.ts';
import {
  CollectionError,
  type CollectionObserver,
  type GivenExemplar,
  type SampleSink,
  type SeriesRenaming,
  type TargetStatus,
} from '../interface.ts';
import { DEFAULT_SAMPLE_LIMIT } from '../limits.ts';
import { ExpositionParser } from '../scrape/exposition-parser.ts';
import { ExpositionError } from '../scrape/line-cursor.ts';
import { REAL_TIMERS, type Timers } from '../target-loop.ts';
import { collectionErrorOf, TargetSession } from '../target-session.ts';
import { indexRecording, type RecordedTarget, type RecordingIndex, recordsByTime } from './recording-index.ts';
import type { RecordedAnswer } from './recording-reader.ts';

export interface ReplayOptions {
  readonly file: string;
  /** How much faster than real time the clock given to `start` runs; above 0, default 1. */
  readonly speed?: number;
  /** Default 'now'. With 'original' the clock given to `start` begins at `firstTimestampMs`. */
  readonly time?: 'now' | 'original';
  /** Further target labels; `job` is "replay" and `instance` the recorded target's name unless they are given here. */
  readonly labels?: Labels;
  /** Of one record; default 100,000. Beyond it the record counts as a failed collection. */
  readonly sampleLimit?: number;
  readonly timers?: Timers;
  /** Asked for each recorded target; default none. */
  readonly renamingOf?: (target: { readonly name: string; readonly id: string }) => SeriesRenaming | undefined;
}

interface ReplaySurroundings {
  readonly appender: Appender;
  readonly clock: Clock;
  readonly observer: CollectionObserver;
  readonly onStatusChange: (status: TargetStatus) => void;
}

export interface Replay {
  /** Unix milliseconds as recorded. */
  readonly firstTimestampMs: number;
  readonly lastTimestampMs: number;
  readonly targets: readonly RecordedTarget[];
  /** Begins to play; once. */
  start(surroundings: ReplaySurroundings): void;
  /** Empty before the start. */
  statuses(): readonly TargetStatus[];
  /** Fulfilled when the recording has been played to its end, or was stopped. */
  readonly ended: Promise<void>;
  /** Ends the replay, and every target with stale markers. */
  stop(): Promise<void>;
}

const OPENMETRICS_END = /# EOF\n?$/;

/**
 * Reads through the whole recording once, so that what is wrong with it is said before anything is played.
 * @throws {ChainpulseError} `recording_unreadable`, `recording_malformed`, `recording_too_large`.
 */
export async function openReplay(options: ReplayOptions): Promise<Replay> {
  return new RecordingPlayer(options, await indexRecording(options.file));
}

interface PlayedTarget {
  readonly recorded: RecordedTarget;
  readonly session: TargetSession;
  readonly parser: ExpositionParser;
  /** Around the session's sink. */
  sink: ShiftedSink | undefined;
  isOver: boolean;
}

class RecordingPlayer implements Replay {
  readonly firstTimestampMs: number;
  readonly lastTimestampMs: number;
  readonly targets: readonly RecordedTarget[];
  readonly ended: Promise<void>;
  readonly #options: ReplayOptions;
  readonly #index: RecordingIndex;
  readonly #timers: Timers;
  readonly #played = new Map<string, PlayedTarget>();
  readonly #stopping = new AbortController();
  readonly #resolveEnded: () => void;
  #clock: Clock | undefined;
  /** From the recorded time to the clock's. */
  #shiftMs = 0;

  constructor(options: ReplayOptions, index: RecordingIndex) {
    this.#options = options;
    this.#index = index;
    this.#timers = options.timers ?? REAL_TIMERS;
    this.firstTimestampMs = index.firstTimestampMs;
    this.lastTimestampMs = index.lastTimestampMs;
    this.targets = [...index.targets.values()];
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#resolveEnded = resolve;
  }

  start(surroundings: ReplaySurroundings): void {
    if (this.#clock !== undefined || this.#stopping.signal.aborted) return;
    this.#clock = surroundings.clock;
    if (this.#options.time !== 'original') this.#shiftMs = surroundings.clock.nowMs() - this.firstTimestampMs;
    for (const recorded of this.targets) {
      const session = this.#sessionOf(recorded, surroundings);
      this.#played.set(recorded.name, {
        recorded,
        session,
        parser: new ExpositionParser(),
        sink: undefined,
        isOver: false,
      });
    }
    void this.#play(surroundings.clock).then(this.#resolveEnded);
  }

  statuses(): readonly TargetStatus[] {
    return [...this.#played.values()].map(({ session }) => session.status());
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#clock === undefined) this.#resolveEnded();
    await this.ended;
  }

  #sessionOf(recorded: RecordedTarget, surroundings: ReplaySurroundings): TargetSession {
    const { file, labels = [], renamingOf } = this.#options;
    const given = labels.map(({ name, value }) => [name, value] as const);
    const id = `replay:${basename(file)}:${recorded.name}`;
    return new TargetSession({
      ...surroundings,
      id,
      renaming: renamingOf?.({ name: recorded.name, id }),
      type: 'scrape',
      address: `replay:${basename(file)}`,
      labels: labelsFrom([['job', 'replay'], ['instance', recorded.name], ...given]),
      intervalMs: recorded.intervalMs,
      timeoutMs: recorded.intervalMs,
      // How long the target took was not recorded.
      reports: ['up', 'scrape_samples_scraped'],
    });
  }

  async #play(clock: Clock): Promise<void> {
    try {
      for await (const record of recordsByTime(this.#options.file, this.#index.runs)) {
        await this.#endTargetsBefore(record.timestampMs, clock);
        if (!(await this.#waitFor(record.timestampMs, clock))) break;
        await this.#playRecord(record);
      }
      await this.#endTargetsBefore(Number.POSITIVE_INFINITY, clock);
      await this.#endAll(clock, 'The replay was stopped.');
    } catch (error) {
      await this.#endAll(clock, collectionErrorOf(error).message);
    }
  }

  /** A target ends where its next record would have been. */
  async #endTargetsBefore(recordedMs: number, clock: Clock): Promise<void> {
    const ends = [...this.#played.values()]
      .filter(({ isOver }) => !isOver)
      .map((target) => ({ target, endMs: target.recorded.lastTimestampMs + target.recorded.intervalMs }))
      .filter(({ endMs }) => endMs <= recordedMs)
      .sort((a, b) => a.endMs - b.endMs);
    for (const { target, endMs } of ends) {
      if (!(await this.#waitFor(endMs, clock))) return;
      target.isOver = true;
      await target.session.close(endMs + this.#shiftMs, 'The recording has ended.');
    }
  }

  async #endAll(clock: Clock, reason: string): Promise<void> {
    for (const target of this.#played.values()) {
      if (target.isOver) continue;
      target.isOver = true;
      await target.session.close(clock.nowMs(), reason);
    }
  }

  async #playRecord(record: RecordedAnswer): Promise<void> {
    const target = this.#played.get(record.target);
    if (target === undefined)
      throw new Error(`The recording was changed while it was played: ${record.target} is new.`);
    const startedMs = this.#timers.nowMs();
    const sink = target.session.begin();
    if (target.sink?.inner !== sink) target.sink = new ShiftedSink(sink, this.#shiftMs);
    const failure = await this.#parse(record, target.parser, target.sink);
    await target.session.end({
      timestampMs: record.timestampMs + this.#shiftMs,
      durationSeconds: (this.#timers.nowMs() - startedMs) / 1000,
      failure,
    });
  }

  async #parse(
    record: RecordedAnswer,
    parser: ExpositionParser,
    sink: SampleSink,
  ): Promise<CollectionError | undefined> {
    const { body } = record;
    if (body === undefined) return new CollectionError('other', 'The recording has no answer here.');
    const format = OPENMETRICS_END.test(body.toString('latin1', Math.max(0, body.length - 8))) ? 'openmetrics' : 'text';
    const sampleLimit = this.#options.sampleLimit ?? DEFAULT_SAMPLE_LIMIT;
    try {
      await parser.parse({ body, format, sink, sampleLimit });
      return undefined;
    } catch (error) {
      if (!(error instanceof ExpositionError)) return collectionErrorOf(error);
      return new CollectionError('parse_error', `Record ${record.number}, ${error.message}`, { cause: error });
    }
  }

  /** Until the clock says so; false when the replay was stopped instead. */
  async #waitFor(recordedMs: number, clock: Clock): Promise<boolean> {
    const { signal } = this.#stopping;
    const dueMs = recordedMs + this.#shiftMs;
    for (let nowMs = clock.nowMs(); nowMs < dueMs && !signal.aborted; nowMs = clock.nowMs()) {
      const delayMs = Math.min(LONGEST_WAIT_MS, (dueMs - nowMs) / (this.#options.speed ?? 1));
      const { promise, resolve } = Promise.withResolvers<void>();
      const cancel = this.#timers.after(delayMs, resolve);
      const wake = (): void => resolve();
      signal.addEventListener('abort', wake, { once: true });
      await promise;
      cancel();
      signal.removeEventListener('abort', wake);
    }
    return !signal.aborted;
  }
}

/** A wait is looked at again after this time, so that no gap in a recording is too long for a timer. */
const LONGEST_WAIT_MS = 60_000;

/** Samples that came with a time of their own are moved as everything else. */
class ShiftedSink implements SampleSink {
  readonly inner: SampleSink;
  readonly #shiftMs: number;

  constructor(inner: SampleSink, shiftMs: number) {
    this.inner = inner;
    this.#shiftMs = shiftMs;
  }

  get firstSlot(): number {
    return this.inner.firstSlot;
  }

  slotOf(labels: Labels): number {
    return this.inner.slotOf(labels);
  }

  add(slot: number, value: number, timestampMs?: number): void {
    this.inner.add(slot, value, timestampMs === undefined ? undefined : timestampMs + this.#shiftMs);
  }

  exemplar(slot: number, exemplar: GivenExemplar): void {
    const { timestampMs } = exemplar;
    const shiftedMs = timestampMs === undefined ? undefined : timestampMs + this.#shiftMs;
    this.inner.exemplar?.(slot, { ...exemplar, timestampMs: shiftedMs });
  }

  describe(metadata: Parameters<SampleSink['describe']>[0]): void {
    this.inner.describe(metadata);
  }
}
