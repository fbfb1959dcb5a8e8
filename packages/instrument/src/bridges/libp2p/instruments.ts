// What libp2p's components hold in their hands: the four kinds of instruments, alone and as groups, over a family.

import type { BridgeClock } from './clock.ts';
import type { HistogramFamily, ScalarFamily } from './families.ts';
import type {
  Amounts,
  Libp2pHistogram,
  Libp2pHistogramGroup,
  Libp2pMetric,
  Libp2pMetricGroup,
  StopTimer,
  Values,
} from './interface.ts';

const NO_LABELS: readonly unknown[] = [];

/** Counters too: their `decrement` is an amount that a counter does not take. */
export function metricOf(family: ScalarFamily, clock: BridgeClock): Libp2pMetric {
  return {
    update: (value) => family.set(NO_LABELS, value),
    increment: (value = 1) => family.add(NO_LABELS, value),
    decrement: (value = 1) => family.add(NO_LABELS, negative(value)),
    reset: () => family.reset(),
    timer: () => secondsTo(clock, (seconds) => family.set(NO_LABELS, seconds)),
  };
}

export function metricGroupOf(family: ScalarFamily, clock: BridgeClock): Libp2pMetricGroup {
  return {
    update: (values) => each(values, (key, value) => family.set([key], value)),
    increment: (amounts) => each(amounts, (key, amount) => family.add([key], amountOf(amount))),
    decrement: (amounts) => each(amounts, (key, amount) => family.add([key], negative(amountOf(amount)))),
    reset: () => family.reset(),
    timer: (key) => secondsTo(clock, (seconds) => family.set([key], seconds)),
  };
}

export function histogramOf(family: HistogramFamily, clock: BridgeClock): Libp2pHistogram {
  return {
    observe: (value) => family.observe(NO_LABELS, value),
    reset: () => family.reset(),
    timer: () => secondsTo(clock, (seconds) => family.observe(NO_LABELS, seconds)),
  };
}

export function histogramGroupOf(family: HistogramFamily, clock: BridgeClock): Libp2pHistogramGroup {
  return {
    observe: (values) => each(values, (key, value) => family.observe([key], value)),
    reset: () => family.reset(),
    timer: (key) => secondsTo(clock, (seconds) => family.observe([key], seconds)),
  };
}

/** Starts now; the returned function, called once or more often, records the seconds since then. */
export function secondsTo(clock: BridgeClock, record: (seconds: number) => void): StopTimer {
  const startMs = clock.nowMs();
  return () => record((clock.nowMs() - startMs) / 1000);
}

/** By libp2p's interface whatever is no number counts as 1. */
function amountOf(amount: unknown): number {
  return typeof amount === 'number' ? amount : 1;
}

/** What is no number is handed on as no number: its negative might be one, or throw. */
export function negative(amount: unknown): number {
  return typeof amount === 'number' ? -amount : Number.NaN;
}

function each(values: Amounts | Values, record: (key: string, value: unknown) => void): void {
  if (typeof values !== 'object' || values === null) return;
  for (const key of Object.keys(values)) record(key, values[key]);
}
