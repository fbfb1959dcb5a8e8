// Lines of JSON as `chainpulse export --format json` and VictoriaMetrics' /api/v1/export write them. `null` is a stale marker, text
// stands for what JSON has no number for. Format page: docs/formats/history.md.

import { isUtf8 } from 'node:buffer';
import type { NativeHistogram } from '../model/batch.ts';
import { type Labels, labelsFrom, labelValue, METRIC_NAME } from '../model/labels.ts';
import type { Slices } from '../sources/push/pacing.ts';
import type { PushBatch } from '../sources/push/push-batch.ts';
import { ExpositionError, LineCursor, NEWLINE } from '../sources/scrape/line-cursor.ts';
import type { LineDecoder, LinePiece, PieceReader } from './interface.ts';
import { nativeHistogramIn, numberIn } from './json-values.ts';

interface JsonLine {
  readonly metric: Labels;
  readonly timestamps: readonly number[];
  readonly values: readonly unknown[] | undefined;
  readonly histograms: readonly NativeHistogram[] | undefined;
}

export class JsonDecoder implements LineDecoder {
  open(piece: LinePiece, onBadLine: ((error: ExpositionError) => void) | undefined): PieceReader {
    return new JsonPiece(piece, onBadLine);
  }
}

class JsonPiece implements PieceReader {
  lines = 0;
  readonly #cursor: LineCursor;
  readonly #onBadLine: ((error: ExpositionError) => void) | undefined;

  constructor({ body, linesBefore }: LinePiece, onBadLine: ((error: ExpositionError) => void) | undefined) {
    this.#cursor = new LineCursor(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
    this.#cursor.line = linesBefore;
    this.#onBadLine = onBadLine;
  }

  async decode(batch: PushBatch, slices: Slices): Promise<void> {
    const cursor = this.#cursor;
    const { body } = cursor;
    for (let next = 0; next < body.length; ) {
      const newline = body.indexOf(NEWLINE, next);
      cursor.line++;
      cursor.lineStart = cursor.position = next;
      cursor.end = newline === -1 ? body.length : newline;
      next = cursor.end + 1;
      const line = this.#readLine();
      if (line !== undefined) await this.#store(line, batch, slices);
      this.lines++;
      if (batch.isFull) await batch.flush();
      if (slices.isOver) await slices.rest();
    }
  }

  labelsAt(): Labels {
    throw new Error('series are given with their labels');
  }

  resolved(): void {}

  #readLine(): JsonLine | undefined {
    const cursor = this.#cursor;
    const bytes = cursor.body.subarray(cursor.lineStart, cursor.end);
    try {
      if (!isUtf8(bytes)) cursor.fail('the line is not valid UTF-8');
      const text = bytes.toString().trim();
      return text === '' ? undefined : parseLine(text, cursor);
    } catch (error) {
      if (this.#onBadLine === undefined || !(error instanceof ExpositionError)) throw error;
      this.#onBadLine(error);
      return undefined;
    }
  }

  /** A line may have any number of samples. */
  async #store({ metric, timestamps, values, histograms }: JsonLine, batch: PushBatch, slices: Slices): Promise<void> {
    let series = batch.series(metric);
    for (let at = 0; at < timestamps.length; at++) {
      if (batch.isFull) {
        await batch.flush();
        await slices.rest();
        series = batch.series(metric);
      }
      const timeMs = timestamps[at]!;
      if (histograms !== undefined) batch.histogram(series, timeMs, histograms[at]!, 'float');
      else if (values![at] === null) batch.stale(series, timeMs);
      else batch.sample(series, timeMs, values![at] as number);
    }
  }
}

function parseLine(text: string, cursor: LineCursor): JsonLine {
  const line = parsed(text, cursor);
  const { metric, values, histograms, timestamps } = line;
  if (!isObject(metric) || !Object.values(metric).every((value) => typeof value === 'string')) {
    return cursor.fail('expected "metric" with the labels of a series');
  }
  const labels = labelsFrom(Object.entries(metric as Record<string, string>));
  if (labelValue(labels, METRIC_NAME) === '') cursor.fail(`"metric" has no ${METRIC_NAME}`);
  if (!Array.isArray(timestamps) || !timestamps.every(Number.isInteger)) {
    return cursor.fail('expected "timestamps", whole Unix milliseconds');
  }
  const samples = values ?? histograms;
  if (!Array.isArray(samples) || samples.length !== timestamps.length) {
    return cursor.fail('expected "values" or "histograms", as many as there are timestamps');
  }
  return {
    metric: labels,
    timestamps: timestamps as number[],
    values: values === undefined ? undefined : samples.map((value) => valueIn(value, cursor)),
    histograms: values === undefined ? samples.map((value) => histogramIn(value, cursor)) : undefined,
  };
}

function parsed(text: string, cursor: LineCursor): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const place = /position (\d+)/.exec(message)?.[1] ?? '0';
    const before = Buffer.byteLength(text.slice(0, Number(place)));
    const [words = ''] = message.split(',', 1);
    return cursor.fail(`the line is no JSON: ${words.slice(0, 100)}`, Math.min(cursor.lineStart + before, cursor.end));
  }
  return isObject(value) ? value : cursor.fail('expected an object');
}

function valueIn(value: unknown, cursor: LineCursor): number | null {
  if (typeof value === 'number' || value === null) return value;
  return numberIn(value) ?? cursor.fail(`${JSON.stringify(value)?.slice(0, 40)} among "values" is no number`);
}

function histogramIn(value: unknown, cursor: LineCursor): NativeHistogram {
  const native = isObject(value) ? nativeHistogramIn(value['native']) : undefined;
  return native ?? cursor.fail('expected a histogram with its "native" form, as the export writes it');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
