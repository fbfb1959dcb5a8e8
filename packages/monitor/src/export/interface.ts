// History on its way out: what is asked for, what it is taken from, and what a renderer of one format does.

import type { Matcher } from '../model/matcher.ts';
import type { Queryable, SeriesSamples, TimeRange } from '../storage/interface.ts';

export const EXPORT_FORMATS = ['json', 'csv', 'influx', 'openmetrics'] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What history is read from. */
export type HistorySource = Pick<Queryable, 'select' | 'labelNames' | 'labelValues' | 'metadata'>;

export interface ExportRequest extends TimeRange {
  readonly format: ExportFormat;
  /** Series that match any of the lists; all when there is none. */
  readonly matcherSets: readonly (readonly Matcher[])[];
  /** Of CSV: the labels that have a column, sorted. Without them, those that the series have. */
  readonly columns?: readonly string[] | undefined;
  /** Without what begins and ends the whole (CSV's header, `# EOF`): to be put together with others. */
  readonly isFragment: boolean;
}

/** What was exported, counted while it goes. */
export interface ExportTotals {
  series: number;
  samples: number;
  /** Samples that the format has no form for. */
  leftOut: number;
  /** What the history itself lacks, and why samples were left out. */
  readonly warnings: Set<string>;
}

export function newTotals(): ExportTotals {
  return { series: 0, samples: 0, leftOut: 0, warnings: new Set() };
}

/** Renders series one after the other. What it gives is in pieces of a few hundred samples, each quick to make. */
export interface SeriesRenderer {
  readonly begin: string;
  readonly end: string;
  render(series: SeriesSamples, totals: ExportTotals): Iterable<string>;
}

/** Samples that are rendered between two looks at the clock. */
export const SAMPLES_PER_PIECE = 512;

export const CONTENT_TYPES: Readonly<Record<ExportFormat, string>> = {
  json: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  influx: 'text/plain; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};
