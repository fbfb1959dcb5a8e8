// What an import says at its end: what it stored, and what it could not store, with what is to be done about it.

import { type ImportTotals, rejectedCount } from '../import/import-totals.ts';
import { reasonText } from '../sources/push/reasons.ts';
import { countText } from './progress.ts';

export function summaryOf({ samples, histograms, exemplars }: ImportTotals, seconds: number): string {
  const more = [
    histograms > 0 ? counted(histograms, 'native histogram') : '',
    exemplars > 0 ? counted(exemplars, 'exemplar') : '',
  ].filter((part) => part !== '');
  return `stored ${[counted(samples, 'sample'), ...more].join(', ')} in ${seconds.toFixed(1)} s`;
}

/** Line by line; none when all is stored. `keptFor`: the retention of a folder that this command opened itself. */
export function problemsOf(totals: ImportTotals, keptFor: string | undefined): readonly string[] {
  const { badLines, badLineMessages, messages } = totals;
  const lines: string[] = [];
  if (badLines > 0) {
    lines.push(`${counted(badLines, 'line')} could not be read and ${wasOf(badLines)} passed over, such as:`);
    for (const message of badLineMessages) lines.push(`  ${message}`);
  }
  const refused = rejectedCount(totals);
  if (refused === 0) return lines;
  lines.push(`${counted(refused, 'sample')} ${wasOf(refused)} refused:`);
  for (const [reason, count] of Object.entries(totals.rejected)) {
    if (count > 0) lines.push(`  ${countText(count)} ${reason}: ${mendOf(reason, keptFor)}`);
  }
  for (const message of messages) lines.push(`  such as: ${message}`);
  return lines;
}

/** Of a folder this command itself says how long is kept. */
function mendOf(reason: string, keptFor: string | undefined): string {
  if (reason !== 'too_old' || keptFor === undefined) return reasonText(reason);
  return `older than the ${keptFor} that are kept: import with --retention unlimited, and set storage.retention of the monitor alike`;
}

function counted(count: number, word: string): string {
  return `${countText(count)} ${word}${count === 1 ? '' : 's'}`;
}

function wasOf(count: number): string {
  return count === 1 ? 'was' : 'were';
}
