// History as lines of JSON, in the form of VictoriaMetrics' /api/v1/export and /api/v1/import: an object has a series and
// some of its samples. JSON has no NaN and no infinity, and older releases refuse a line that stands in for them with text, so
// the lines of ordinary samples hold nothing but numbers, and what is no finite number comes in lines of its own. Native histograms
// have lines of their own too, each as Prometheus' API has it, and below `native` as it is stored.
// Format page: docs/formats/history.md.

import type { Labels } from '../model/labels.ts';
import { bitsOf, isStaleAt } from '../model/staleness.ts';
import type { HistogramSample, SeriesSamples } from '../storage/interface.ts';
import { histogramJson } from './histogram-json.ts';
import { type ExportTotals, SAMPLES_PER_PIECE, type SeriesRenderer } from './interface.ts';
import { finiteText } from './number-text.ts';

/** A line that is longer is cut, so that nobody who reads it needs more memory. */
const SAMPLES_PER_LINE = 10_000;
const HISTOGRAMS_PER_LINE = 100;

export const JSON_LINES: SeriesRenderer = { begin: '', end: '', render: renderSeries };

function* renderSeries({ labels, timestampsMs, values, histograms }: SeriesSamples, totals: ExportTotals) {
  const metric = `{"metric":${renderMetric(labels)},`;
  totals.samples += values.length + (histograms?.length ?? 0);
  const special: number[] = [];
  for (let start = 0; start < values.length; start += SAMPLES_PER_LINE) {
    const end = Math.min(start + SAMPLES_PER_LINE, values.length);
    yield* renderLine(metric, timestampsMs, values, start, end, special);
  }
  if (special.length > 0) yield* renderSpecial(metric, timestampsMs, values, special);
  if (histograms !== undefined) yield* renderHistograms(metric, histograms);
}

/** The finite samples of a stretch; the places of the others are added to `special`. */
function* renderLine(
  metric: string,
  timestampsMs: Float64Array,
  values: Float64Array,
  start: number,
  end: number,
  special: number[],
): Generator<string> {
  let text = '';
  let times = '';
  for (let at = start; at < end; at++) {
    const value = values[at]!;
    if (Number.isFinite(value)) {
      text += `${times === '' ? `${metric}"values":[` : ','}${finiteText(value)}`;
      times += `${times === '' ? '' : ','}${timestampsMs[at]!}`;
    } else special.push(at);
    if (at % SAMPLES_PER_PIECE === 0) {
      yield text;
      text = '';
    }
  }
  if (times !== '') yield `${text}],"timestamps":[${times}]}\n`;
}

function* renderSpecial(
  metric: string,
  timestampsMs: Float64Array,
  values: Float64Array,
  places: readonly number[],
): Generator<string> {
  const bits = bitsOf(values);
  for (let start = 0; start < places.length; start += SAMPLES_PER_PIECE) {
    const some = places.slice(start, start + SAMPLES_PER_PIECE);
    const texts = some.map((at) => (isStaleAt(bits, at) ? 'null' : specialText(values[at]!)));
    yield `${metric}"values":[${texts.join(',')}],"timestamps":[${some.map((at) => timestampsMs[at]!).join(',')}]}\n`;
  }
}

function specialText(value: number): string {
  if (Number.isNaN(value)) return '"NaN"';
  return value > 0 ? '"Infinity"' : '"-Infinity"';
}

function* renderHistograms(metric: string, histograms: readonly HistogramSample[]): Generator<string> {
  for (let start = 0; start < histograms.length; start += HISTOGRAMS_PER_LINE) {
    const some = histograms.slice(start, start + HISTOGRAMS_PER_LINE);
    let text = `${metric}"histograms":[`;
    for (const [index, { histogram }] of some.entries()) {
      yield `${text}${index === 0 ? '' : ','}${JSON.stringify(histogramJson(histogram))}`;
      text = '';
    }
    yield `],"timestamps":[${some.map(({ timestampMs }) => timestampMs).join(',')}]}\n`;
  }
}

function renderMetric(labels: Labels): string {
  return `{${labels.map(({ name, value }) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}
