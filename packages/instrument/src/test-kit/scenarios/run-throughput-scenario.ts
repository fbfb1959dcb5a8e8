// Many transactions a second, each recorded by itself, with a collection every second as by a scrape: totals must be exact and
// the computed throughput must be the true one. How fast this machine recorded them is told, and not judged.

import { PERFORMANCE_METRICS } from '../../domains/table/performance.ts';
import { TRANSACTIONS_METRICS } from '../../domains/table/transactions.ts';
import { renderTextBytes } from '../../exposition/text.ts';
import { isNear } from '../assert-metrics-recorded.ts';
import { checkOptions } from '../simulation/check-options.ts';
import { Random } from '../simulation/random.ts';
import { RECORDS_A_TRANSACTION, TransactionFlow } from '../simulation/transaction-flow.ts';
import { createTestMetrics, type TestMetrics } from '../test-metrics.ts';
import { checkAgainstTruth } from './report.ts';

export interface ThroughputScenario {
  /** A whole number of 1 or more. */
  readonly transactionsPerSecond: number;
  /** Simulated, in whole seconds. */
  readonly durationSeconds: number;
  /** Default 1. */
  readonly seed?: number;
  /** A clock for what is told, in milliseconds; default `performance.now`. */
  readonly wallMs?: () => number;
}

export interface ThroughputReport {
  readonly transactionCount: number;
  /** As `chain_performance_transactions_per_second` shows it at the end. */
  readonly transactionsPerSecond: number;
  /** What recording took on this machine, the truth of the kit and the collections included: an upper bound. */
  readonly wallSeconds: number;
  /** The longest collection with the rendering of its page, on this machine. */
  readonly slowestPageMs: number;
  readonly checkedSeries: number;
  readonly test: TestMetrics;
}

/** Seconds over which the metrics compute throughput by default. */
const WINDOW_SECONDS = 60;

/**
 * @throws {MetricsAssertionError} when a total or the throughput is not exact
 * @throws {InstrumentError} `option_invalid` for options out of range
 */
export function runThroughputScenario({
  transactionsPerSecond,
  durationSeconds,
  seed = 1,
  wallMs = () => performance.now(),
}: ThroughputScenario): ThroughputReport {
  const numbers = { transactionsPerSecond, durationSeconds };
  const records = transactionsPerSecond * durationSeconds * RECORDS_A_TRANSACTION;
  checkOptions(numbers, { wholes: { transactionsPerSecond: 1, durationSeconds: 1 }, records });
  const test: TestMetrics = createTestMetrics({ windowSeconds: WINDOW_SECONDS });
  const flow = new TransactionFlow(test, new Random(seed));
  const startMs = wallMs();
  let slowestPageMs = page(test, wallMs);
  for (let second = 1; second <= durationSeconds; second++) {
    flow.submit(transactionsPerSecond);
    test.clock.advance(1);
    flow.commit(transactionsPerSecond, second);
    slowestPageMs = Math.max(slowestPageMs, page(test, wallMs));
  }
  const wallSeconds = (wallMs() - startMs) / 1000;
  const transactionCount = test.truth.value(TRANSACTIONS_METRICS.processed) ?? 0;
  const shown = test.value(PERFORMANCE_METRICS.transactionsPerSecond.name) ?? Number.NaN;
  // The same number every second: so it is over every window.
  const failures = isNear(shown, transactionsPerSecond)
    ? []
    : [`${PERFORMANCE_METRICS.transactionsPerSecond.name} is ${shown}, expected ${transactionsPerSecond}`];
  const checkedSeries = checkAgainstTruth('Metrics under load are wrong', test, failures);
  return { transactionCount, transactionsPerSecond: shown, wallSeconds, slowestPageMs, checkedSeries, test };
}

function page({ registry }: TestMetrics, wallMs: () => number): number {
  const startMs = wallMs();
  renderTextBytes(registry);
  return wallMs() - startMs;
}
