// The series of one question, one after the other. What is at hand is given without a promise: five thousand series would be as many
// turns of the queue of promises, in each layer that they pass through.

import type { SelectedSamples, SelectRequest, SeriesSamples } from '../interface.ts';
import { AbandonablePace, Abandoned } from './abandonable-pace.ts';
import { pausesOf, restIfDue } from './reading-pace.ts';
import { lostSeriesSentence } from './series/cold-series.ts';
import type { SelectedSeries } from './series/select-series.ts';
import { type ReadingParts, SeriesReading, type Warn } from './series-reading.ts';

export interface SelectionParts extends ReadingParts {
  readonly assertOpen: () => void;
}

export class Selection implements SelectedSamples {
  readonly #parts: SelectionParts;
  readonly #request: SelectRequest;
  readonly #pace: AbandonablePace;
  readonly #reading: SeriesReading;
  readonly #warn: Warn;
  readonly #failure: (error: unknown) => unknown;
  #matching: readonly SelectedSeries[] | undefined;
  #at = 0;
  /** The series has been begun. */
  #isWithin = false;

  /** `failure` makes the error that is thrown of what went wrong. */
  constructor(parts: SelectionParts, request: SelectRequest, failure: (error: unknown) => unknown) {
    this.#parts = parts;
    this.#request = request;
    this.#failure = failure;
    this.#pace = new AbandonablePace(request.isAbandoned);
    this.#warn = onceEach(request.warn);
    this.#reading = new SeriesReading(parts, request, this.#warn);
  }

  take(): SeriesSamples | undefined | Promise<SeriesSamples | undefined> {
    if (this.#matching === undefined) return this.#takeLater();
    try {
      return this.#isRead() ? this.#taken() : this.#takeLater();
    } catch (error) {
      this.end();
      throw this.#failure(error);
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SeriesSamples> {
    try {
      for (;;) {
        const series = await this.take();
        if (series === undefined) return;
        yield series;
      }
    } finally {
      this.end();
    }
  }

  end(): void {
    this.#reading.end();
    this.#matching = [];
  }

  /** Reads up to the next series that has anything; false when it has to rest before. */
  #isRead(): boolean {
    const matching = this.#matching!;
    for (; this.#at < matching.length; this.#at++) {
      if (!this.#isWithin) {
        if (this.#pace.isOver()) return false;
        this.#reading.begin(matching[this.#at]!.refs);
        this.#isWithin = true;
      }
      if (!this.#reading.goOn(this.#pace)) return false;
      this.#isWithin = false;
      if (!this.#reading.found.isEmpty) return true;
    }
    return true;
  }

  #taken(): SeriesSamples | undefined {
    const selected = this.#matching![this.#at++];
    if (selected === undefined) return undefined;
    const { labels } = selected;
    const { sharesTimes = false, reusesValues = false } = this.#request;
    const { timestampsMs, values, histograms } = this.#reading.found.finish(sharesTimes, reusesValues);
    return histograms.length === 0 ? { labels, timestampsMs, values } : { labels, timestampsMs, values, histograms };
  }

  async #match(): Promise<readonly SelectedSeries[]> {
    const { series, assertOpen } = this.#parts;
    assertOpen();
    const matching = await series.select(this.#request.matchers, this.#request, pausesOf(this.#pace, assertOpen));
    for (const lost of series.lostSince(this.#request.minTimeMs)) this.#warn(lostSeriesSentence(lost));
    return matching;
  }

  async #takeLater(): Promise<SeriesSamples | undefined> {
    try {
      this.#matching ??= await this.#match();
      while (!this.#isRead()) await restIfDue(this.#pace, this.#parts.assertOpen);
      return this.#taken();
    } catch (error) {
      this.end();
      if (error instanceof Abandoned) return undefined;
      throw this.#failure(error);
    }
  }
}

export function onceEach(warn: Warn | undefined): Warn {
  const told = new Set<string>();
  return (message) => {
    if (warn === undefined || told.has(message)) return;
    told.add(message);
    warn(message);
  };
}
