// The report for programs.

import type { CheckResult } from '../run-check.ts';
import { headline } from './headline.ts';

export function jsonReport(result: CheckResult): string {
  return `${JSON.stringify({ summary: headline(result), ...result }, undefined, 2)}\n`;
}
