// Samples by VictoriaMetrics' `/api/v1/export`: one line of JSON a series, streamed. A stale marker is `null` there, or `NaN`
// at the beginning of a list, and infinities stand without quotes in some versions, so the numbers are not read by a JSON
// parser. VictoriaMetrics keeps about fifteen digits of a value and no other NaN. Source: docs.victoriametrics.com, "How to export data in
// JSON line format"

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ChainpulseError } from '../../../model/errors.ts';
import { type Labels, labelsFrom } from '../../../model/labels.ts';
import { bitsOf, writeStaleAt } from '../../../model/staleness.ts';
import type { SeriesSamples, TimeRange } from '../../interface.ts';
import type { ApiClient } from './api-client.ts';
import type { RawRequest, RawSource } from './raw-source.ts';
import { selectorText } from './selector-text.ts';

export const EXPORT_PATH = '/api/v1/export';
/** The years 1970 to 2248: VictoriaMetrics has nothing outside. */
const MIN_TIME_MS = 0;
const MAX_TIME_MS = 2 ** 43;
/** Series that are read ahead of whoever asks. */
const AHEAD_MAX = 64;

export class ExportSource implements RawSource {
  readonly kind = 'export';
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  async *fetch({ matchers }: RawRequest, range: TimeRange): AsyncGenerator<SeriesSamples> {
    const minTimeMs = Math.max(range.minTimeMs, MIN_TIME_MS);
    const maxTimeMs = Math.min(range.maxTimeMs, MAX_TIME_MS);
    if (minTimeMs > maxTimeMs) return;
    const form = [
      ['match[]', selectorText(matchers)],
      ['start', (minTimeMs / 1000).toFixed(3)],
      ['end', (maxTimeMs / 1000).toFixed(3)],
    ] as const;
    const passage = new Passage<SeriesSamples>(AHEAD_MAX);
    // The answer is read in the call, so that its time limit holds; what is read is passed on as it comes.
    const reading = this.#api
      .stream(EXPORT_PATH, form, async (body) => {
        for await (const line of linesOf(body)) {
          if (!(await passage.give(seriesOf(line, minTimeMs, maxTimeMs)))) return;
        }
      })
      .then(
        () => passage.end(undefined),
        (error: unknown) => passage.end(error),
      );
    try {
      yield* passage.taken();
    } finally {
      passage.abandon();
      await reading;
    }
  }
}

async function* linesOf(body: Readable): AsyncGenerator<string> {
  for await (const line of createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') yield line;
  }
}

/** The labels cannot hold these texts: a quote stands behind a backslash there. */
const VALUES = '"values":[';
const TIMESTAMPS = '"timestamps":[';

function seriesOf(line: string, minTimeMs: number, maxTimeMs: number): SeriesSamples {
  const valuesAt = line.lastIndexOf(VALUES);
  const timesAt = line.lastIndexOf(TIMESTAMPS);
  if (valuesAt < 0 || timesAt < valuesAt) throw malformed(line);
  const values = listAt(line, valuesAt + VALUES.length);
  const times = listAt(line, timesAt + TIMESTAMPS.length);
  if (values.length !== times.length) throw malformed(line);
  const timestampsMs = new Float64Array(values.length);
  const numbers = new Float64Array(values.length);
  const bits = bitsOf(numbers);
  let count = 0;
  for (const [index, text] of values.entries()) {
    const timeMs = Number(times[index]);
    if (!Number.isInteger(timeMs)) throw malformed(line);
    if (timeMs < minTimeMs || timeMs > maxTimeMs) continue;
    timestampsMs[count] = timeMs;
    if (text === 'null' || text === 'NaN') writeStaleAt(bits, count);
    else numbers[count] = numberOf(text, line);
    count++;
  }
  return {
    labels: labelsOf(line, valuesAt),
    timestampsMs: timestampsMs.slice(0, count),
    values: numbers.slice(0, count),
  };
}

function listAt(line: string, start: number): string[] {
  const text = line.slice(start, line.indexOf(']', start));
  return text === '' ? [] : text.split(',');
}

function numberOf(text: string, line: string): number {
  const plain = text.replaceAll('"', '');
  if (/^[+]?Inf(?:inity)?$/.test(plain)) return Number.POSITIVE_INFINITY;
  if (/^-Inf(?:inity)?$/.test(plain)) return Number.NEGATIVE_INFINITY;
  const value = Number(plain);
  if (plain === '' || Number.isNaN(value)) throw malformed(line);
  return value;
}

function labelsOf(line: string, valuesAt: number): Labels {
  try {
    // What stands before is `{"metric":{…},`.
    const { metric } = JSON.parse(`${line.slice(0, valuesAt).replace(/,\s*$/, '')}}`) as {
      metric: Record<string, string>;
    };
    return labelsFrom(Object.entries(metric));
  } catch {
    throw malformed(line);
  }
}

function malformed(line: string): ChainpulseError {
  return new ChainpulseError(
    'remote_malformed',
    `a line of ${EXPORT_PATH} is not one of an export: ${line.slice(0, 120)}`,
  );
}

/** Hands items from one who reads to one who asks, with a bounded number in between. */
class Passage<T> {
  readonly #max: number;
  readonly #items: T[] = [];
  #changed = Promise.withResolvers<void>();
  #isEnded = false;
  #isAbandoned = false;
  #error: unknown;

  constructor(max: number) {
    this.#max = max;
  }

  /** False when nobody takes any more. */
  async give(item: T): Promise<boolean> {
    while (this.#items.length >= this.#max && !this.#isAbandoned) await this.#changed.promise;
    if (this.#isAbandoned) return false;
    this.#items.push(item);
    this.#change();
    return true;
  }

  end(error: unknown): void {
    this.#isEnded = true;
    this.#error = error;
    this.#change();
  }

  abandon(): void {
    this.#isAbandoned = true;
    this.#change();
  }

  async *taken(): AsyncGenerator<T> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        this.#change();
        yield item;
      } else if (this.#isEnded) {
        if (this.#error !== undefined) throw this.#error;
        return;
      } else await this.#changed.promise;
    }
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
