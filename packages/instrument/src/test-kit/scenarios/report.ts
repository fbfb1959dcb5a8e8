// What scenarios have in common: they compare what metrics show with the truth, and fail with everything that differs.

import { deviationsOf, deviationText } from '../accuracy.ts';
import { droppedNotes } from '../assert-metrics-recorded.ts';
import { MetricsAssertionError } from '../failures.ts';
import type { TestMetrics } from '../test-metrics.ts';

/** How many series were compared; all of them were right. */
export function checkAgainstTruth(
  what: string,
  test: Pick<TestMetrics, 'snapshot' | 'truth' | 'droppedRecords'>,
  further: readonly string[] = [],
): number {
  const deviations = deviationsOf(test.snapshot(), test.truth).map(deviationText);
  const failures = [...further, ...deviations];
  if (failures.length > 0) throw new MetricsAssertionError(what, failures, droppedNotes(test));
  let checkedSeries = 0;
  for (const _ of test.truth.series()) checkedSeries++;
  return checkedSeries;
}
