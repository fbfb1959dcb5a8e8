// History as CSV (RFC 4180, but rows end in LF): a header, then a row a sample. The metric's name and every label have a column, the
// time is Unix milliseconds, and the value is last. An empty value is a stale marker, the end of the series; so whoever knows nothing of
// stale markers reads a missing value there. Native histograms have no row.
// Format page: docs/formats/history.md.

import { labelsToRecord, METRIC_NAME } from '../model/labels.ts';
import { bitsOf, isStaleAt } from '../model/staleness.ts';
import type { SeriesSamples } from '../storage/interface.ts';
import { type ExportTotals, SAMPLES_PER_PIECE, type SeriesRenderer } from './interface.ts';
import { leaveOutHistograms } from './left-out.ts';
import { numberText } from './number-text.ts';

const NEEDS_QUOTES = /[",\r\n]/;

/** `columns`: the labels that have a column, without the metric's name. */
export function csvRows(columns: readonly string[]): SeriesRenderer {
  return {
    begin: `${[METRIC_NAME, ...columns, 'timestamp', 'value'].map(cell).join(',')}\n`,
    end: '',
    render: (series, totals) => renderSeries(series, columns, totals),
  };
}

function* renderSeries(series: SeriesSamples, columns: readonly string[], totals: ExportTotals): Generator<string> {
  const { labels, timestampsMs, values } = series;
  const byName = new Map(Object.entries(labelsToRecord(labels)));
  leaveOutHistograms(series, totals, 'CSV');
  const known = columns.filter((name) => byName.has(name)).length + (byName.has(METRIC_NAME) ? 1 : 0);
  if (known < labels.length) {
    // Without the label its rows would be those of another series.
    totals.leftOut += values.length;
    totals.warnings.add('series that came while the export ran, with labels that have no column, are left out');
    return;
  }
  totals.samples += values.length;
  const start = `${[METRIC_NAME, ...columns].map((name) => cell(byName.get(name) ?? '')).join(',')},`;
  const bits = bitsOf(values);
  let text = '';
  for (let at = 0; at < values.length; at++) {
    text += `${start}${timestampsMs[at]!},${isStaleAt(bits, at) ? '' : numberText(values[at]!)}\n`;
    if (at % SAMPLES_PER_PIECE !== SAMPLES_PER_PIECE - 1) continue;
    yield text;
    text = '';
  }
  yield text;
}

function cell(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
