// A series with one label set by the query.

import { METRIC_NAME } from '../../../model/labels.ts';
import { type StepSeries, withLabel } from '../series.ts';

/** Any text but the empty one. */
export function isLabelName(text: string): boolean {
  return text !== '' && text.isWellFormed();
}

/** A name that is given here stays, whatever was to become of the one before. */
export function relabelled(series: StepSeries, name: string, value: string): StepSeries {
  const labels = withLabel(series.labels, name, value);
  if (name !== METRIC_NAME || series.dropsName !== true) return { ...series, labels };
  const { dropsName: _, ...kept } = series;
  return { ...kept, labels };
}
