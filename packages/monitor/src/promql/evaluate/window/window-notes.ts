// The warnings and infos of functions over windows, in Prometheus' words.

import { type Labels, labelValue, METRIC_NAME } from '../../../model/labels.ts';
import type { Span } from '../../parse/positions.ts';
import type { QueryNotes } from '../notes.ts';

type Place = { readonly labels: Labels; readonly notes: QueryNotes; readonly noteSpan: Span };

function named({ labels }: Place): string {
  return JSON.stringify(labelValue(labels, METRIC_NAME));
}

export function warnOfMixedTypes(place: Place): void {
  place.notes.warn(place.noteSpan, `encountered a mix of histograms and floats for metric name ${named(place)}`);
}

export function informOfIgnoredHistograms(place: Place): void {
  place.notes.inform(
    place.noteSpan,
    `ignored histograms in a range containing both floats and histograms for metric name ${named(place)}`,
  );
}

export function warnOfNoCounter(place: Place): void {
  place.notes.warn(place.noteSpan, `this native histogram metric is not a counter: ${named(place)}`);
}

export function warnOfNoGauge(place: Place): void {
  place.notes.warn(place.noteSpan, `this native histogram metric is not a gauge: ${named(place)}`);
}

export function warnOfMixedSchemas(place: Place): void {
  place.notes.warn(
    place.noteSpan,
    `vector contains a mix of histograms with exponential and custom buckets schemas for metric name ${named(place)}`,
  );
}

export function warnOfCollidingResets({ notes, noteSpan }: Place): void {
  notes.warn(noteSpan, 'conflicting counter resets during histogram aggregation');
}

export function informOfReconciledBounds(
  { notes, noteSpan }: Place,
  operation: 'addition' | 'subtraction' | 'aggregation',
): void {
  notes.inform(noteSpan, `mismatched custom buckets were reconciled during ${operation}`);
}
