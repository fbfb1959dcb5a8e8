import type { SeriesSamples } from '../storage/interface.ts';
import type { ExportTotals } from './interface.ts';

/** Counts the native histograms of a series for a format that has no form for them. */
export function leaveOutHistograms({ histograms }: SeriesSamples, totals: ExportTotals, format: string): void {
  if (histograms === undefined || histograms.length === 0) return;
  totals.leftOut += histograms.length;
  totals.warnings.add(`native histograms are left out: ${format} has no form for them, JSON has`);
}
