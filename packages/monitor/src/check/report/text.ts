// The report for people: the outcome first, then the findings of each file with what to do.

import type { CheckResult } from '../run-check.ts';
import { headline } from './headline.ts';

export function textReport(result: CheckResult): string {
  const lines = [headline(result)];
  for (const note of result.notes) lines.push(`note: ${note}`);
  let path: string | undefined;
  for (const finding of result.findings) {
    if (finding.path !== path) lines.push('');
    path = finding.path;
    const subject = finding.subject === '' ? '' : `${finding.subject}: `;
    lines.push(
      `${path}:${finding.line}:${finding.column}: ${finding.level}: ${finding.code}: ${subject}${finding.message}`,
    );
    lines.push(`  mend: ${finding.mend}`);
  }
  return `${lines.join('\n')}\n`;
}
