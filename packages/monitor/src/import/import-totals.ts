// What an import has stored, and what not.

import type { PushRejectReason, PushTotals } from '../sources/push/interface.ts';

const MESSAGES_LISTED_MAX = 10;

export interface ImportTotals {
  samples: number;
  histograms: number;
  exemplars: number;
  /** What the store refused. */
  rejected: Partial<Record<PushRejectReason, number>>;
  /** Of what was refused, the first few, each with its series. */
  messages: string[];
  /** Lines (of a recording: records) that were passed over. */
  badLines: number;
  badLineMessages: readonly string[];
}

export function newImportTotals(): ImportTotals {
  return { samples: 0, histograms: 0, exemplars: 0, rejected: {}, messages: [], badLines: 0, badLineMessages: [] };
}

export function addTotals(totals: ImportTotals, more: PushTotals): void {
  totals.samples += more.samples;
  totals.histograms += more.histograms;
  totals.exemplars += more.exemplars;
  for (const [reason, count] of Object.entries(more.rejected) as [PushRejectReason, number][]) {
    totals.rejected[reason] = (totals.rejected[reason] ?? 0) + count;
  }
  totals.messages.push(...more.errors.slice(0, MESSAGES_LISTED_MAX - totals.messages.length));
}

export function rejectedCount({ rejected }: ImportTotals): number {
  return Object.values(rejected).reduce((sum, count) => sum + count, 0);
}
