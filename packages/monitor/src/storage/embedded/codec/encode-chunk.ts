// Encodes a chunk: what the series of one group have in one window. First a header that tells of each series where and
// how its columns are, then the streams, each of which is unpacked without the others (but those that it refers to).
// Lossless for every bit. Format page: docs/formats/store.md.

import type { Exemplar } from '../../../model/batch.ts';
import { ByteWriter } from '../../sqlite/bytes.ts';
import { ChunkTooLarge, SERIES_SAMPLES_MAX } from './bounds.ts';
import { CHUNK_LAYOUT, HAS_EXEMPLARS, HAS_HISTOGRAMS } from './chunk-layout.ts';
import { writeExemplars } from './exemplar-section.ts';
import { writeHistograms } from './histogram-section.ts';
import { writePacked } from './packed-block.ts';
import type { Effort, EncodedChunk, SeriesColumns } from './series-columns.ts';
import { StreamWriter } from './stream-frames.ts';
import { TimeColumns } from './time-columns.ts';
import { ValueEncoder } from './value-encoder.ts';

const values = new ValueEncoder();
const streams = new StreamWriter();

/**
 * Series come in ascending order of their references, of one group; their columns are only read until the next one is
 * asked for. Those without anything are left out.
 * @throws {ChunkTooLarge}
 */
export function encodeChunk(series: Iterable<SeriesColumns>, effort: Effort): EncodedChunk {
  const draft = new ChunkDraft(effort);
  for (const columns of series) draft.add(columns);
  return draft.finish();
}

class ChunkDraft {
  readonly #effort: Effort;
  readonly #times = new TimeColumns();
  /** One entry a series each; parameters in their order. */
  readonly #refs: number[] = [];
  readonly #places: number[] = [];
  readonly #forms: number[] = [];
  readonly #histogramBytes: number[] = [];
  readonly #exemplars: (readonly Exemplar[])[] = [];
  readonly #parameters = new ByteWriter();
  readonly #histograms = new ByteWriter();
  #hasExemplars = false;
  #samples = 0;
  #minTimeMs = Number.POSITIVE_INFINITY;
  #maxTimeMs = Number.NEGATIVE_INFINITY;

  constructor(effort: Effort) {
    this.#effort = effort;
    values.start(effort);
    streams.clear();
  }

  add({ ref, timesMs, bits, histograms, exemplars }: SeriesColumns): void {
    if (timesMs.length === 0 && histograms.length === 0 && exemplars.length === 0) return;
    const index = this.#refs.push(ref) - 1;
    this.#addFloats(timesMs, bits, index);
    const histogramsAt = this.#histograms.written().length;
    if (histograms.length > 0) writeHistograms(this.#histograms, histograms, this.#effort);
    this.#histogramBytes.push(this.#histograms.written().length - histogramsAt);
    this.#exemplars.push(exemplars);
    this.#hasExemplars ||= exemplars.length > 0;
    this.#samples += timesMs.length + histograms.length;
    this.#cover(timesMs[0], timesMs.at(-1));
    this.#cover(histograms[0]?.timestampMs, histograms.at(-1)?.timestampMs);
    this.#cover(exemplars[0]?.timestampMs, exemplars.at(-1)?.timestampMs);
  }

  finish(): EncodedChunk {
    values.end();
    const exemplars = new ByteWriter();
    if (this.#hasExemplars) writeExemplars(exemplars, this.#exemplars, this.#effort);
    const frames = new ByteWriter();
    const header = this.#header(frames, exemplars.written().length);
    const payload = new ByteWriter();
    payload.byte(CHUNK_LAYOUT);
    writePacked(payload, header.written(), this.#effort);
    payload.bytes(frames.written());
    payload.bytes(this.#histograms.written());
    payload.bytes(exemplars.written());
    return {
      payload: payload.written().slice(),
      samples: this.#samples,
      seriesCount: this.#refs.length,
      minTimeMs: this.#minTimeMs,
      maxTimeMs: this.#maxTimeMs,
    };
  }

  #addFloats(timesMs: Float64Array, bits: Uint32Array, index: number): void {
    if (timesMs.length > SERIES_SAMPLES_MAX) throw new ChunkTooLarge(`${timesMs.length} samples of a series`);
    if (timesMs.length === 0) {
      this.#places.push(0);
      return;
    }
    const place = this.#times.place(timesMs);
    this.#places.push(1 + place);
    this.#forms.push(values.encode(this.#parameters, streams, bits, timesMs.length, place, index));
  }

  #cover(firstMs: number | undefined, lastMs: number | undefined): void {
    if (firstMs === undefined || lastMs === undefined) return;
    this.#minTimeMs = Math.min(this.#minTimeMs, firstMs);
    this.#maxTimeMs = Math.max(this.#maxTimeMs, lastMs);
  }

  #header(frames: ByteWriter, exemplarBytes: number): ByteWriter {
    const header = new ByteWriter();
    const hasHistograms = this.#histograms.written().length > 0;
    header.byte((hasHistograms ? HAS_HISTOGRAMS : 0) | (this.#hasExemplars ? HAS_EXEMPLARS : 0));
    header.varint(this.#refs.length);
    let before = -1;
    for (const ref of this.#refs) {
      header.varint(ref - before - 1);
      before = ref;
    }
    this.#times.write(header, streams);
    for (const place of this.#places) header.varint(place);
    for (const form of this.#forms) header.byte(form);
    header.bytes(this.#parameters.written());
    streams.write(header, frames, this.#effort);
    if (hasHistograms) for (const sizeBytes of this.#histogramBytes) header.varint(sizeBytes);
    if (this.#hasExemplars) header.varint(exemplarBytes);
    return header;
  }
}
