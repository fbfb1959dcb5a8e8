// The same registry of 10,000 series in every library: 70 counters and 10 gauges of 100 series each (two labels of ten
// values), and 10 histograms of 10 label values with 17 bounds, which show 20 series each. The mix of whole numbers and
// full doubles is about that of a Lodestar node's scrapes.

import { Registry, renderTextBytes } from '@chainpulse/instrument';
import type { Peer } from './peers.ts';

export const SERIES = 10_000;

const TENS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'].map((digit) => `value-${digit}`);
const PAIRS = TENS.flatMap((subject) => TENS.map((outcome) => ({ subject, outcome })));
const SINGLES = TENS.map((subject) => ({ subject }));
const LABEL_NAMES = ['subject', 'outcome'];
const COUNTERS = times(70).map((i) => `bench_counter_${i}_total`);
const GAUGES = times(10).map((i) => `bench_gauge_${i}_ratio`);
const HISTOGRAMS = times(10).map((i) => `bench_histogram_${i}_seconds`);
const BUCKETS = times(17).map((i) => 0.001 * 2 ** i);
const HELP = 'A metric of the benchmark, with a help text of the usual length.';

export interface Handles {
  readonly counters: readonly { inc(amount: number): void }[];
  readonly gauges: readonly { set(value: number): void }[];
  readonly histograms: readonly { observe(value: number): void }[];
}

/** A registry in which every series exists, each recorded once by its labels. */
export interface Fixture {
  readonly name: string;
  /** A handle for every series, or a bound child. */
  handles(): Handles;
  /** The page, ready to be sent. */
  render(): Uint8Array | Promise<Uint8Array>;
}

export function ourFixture(): Fixture & { readonly registry: Registry } {
  const registry = new Registry();
  const labels = { subject: TENS, outcome: TENS };
  const counters = COUNTERS.map((name) => registry.counter({ name, help: HELP, labels }));
  const gauges = GAUGES.map((name) => registry.gauge({ name, help: HELP, labels }));
  const histograms = HISTOGRAMS.map((name) =>
    registry.histogram({ name, help: HELP, labels: { subject: TENS }, buckets: BUCKETS }),
  );
  for (const counter of counters) for (const pair of PAIRS) counter.inc(pair);
  for (const gauge of gauges) for (const pair of PAIRS) gauge.set(pair, 1);
  for (const histogram of histograms) for (const single of SINGLES) histogram.observe(single, 1);
  return {
    name: '@chainpulse/instrument',
    registry,
    handles: () => ({
      counters: counters.flatMap((counter) => PAIRS.map((pair) => counter.handle(pair))),
      gauges: gauges.flatMap((gauge) => PAIRS.map((pair) => gauge.handle(pair))),
      histograms: histograms.flatMap((histogram) => SINGLES.map((single) => histogram.handle(single))),
    }),
    render: () => renderTextBytes(registry),
  };
}

export function peerFixture({ name: peer, library }: Peer): Fixture {
  const registry = new library.Registry();
  const options = { help: HELP, labelNames: LABEL_NAMES, registers: [registry] };
  const counters = COUNTERS.map((name) => new library.Counter({ ...options, name }));
  const gauges = GAUGES.map((name) => new library.Gauge({ ...options, name }));
  const histograms = HISTOGRAMS.map(
    (name) => new library.Histogram({ ...options, name, labelNames: ['subject'], buckets: BUCKETS }),
  );
  for (const counter of counters) for (const pair of PAIRS) counter.inc(pair);
  for (const gauge of gauges) for (const pair of PAIRS) gauge.set(pair, 1);
  for (const histogram of histograms) for (const single of SINGLES) histogram.observe(single, 1);
  return {
    name: peer,
    handles: () => ({
      counters: counters.flatMap((counter) => PAIRS.map((pair) => counter.labels(pair))),
      gauges: gauges.flatMap((gauge) => PAIRS.map((pair) => gauge.labels(pair))),
      histograms: histograms.flatMap((histogram) => SINGLES.map((single) => histogram.labels(single))),
    }),
    render: async () => Buffer.from(await registry.metrics()),
  };
}

/** Changes every value; `round` makes it another change each time. */
export function changeAll(handles: Handles, round: number): void {
  for (const [i, counter] of handles.counters.entries()) counter.inc(1 + ((i * 37 + round) % 1009));
  for (const [i, gauge] of handles.gauges.entries()) gauge.set(Math.sin(i + round * 1.618));
  // One below all bounds and one between any two, so that every bucket changes.
  for (const histogram of handles.histograms) {
    for (const bound of BUCKETS) histogram.observe(bound * 0.77 + round * 1e-9);
  }
}

function times(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
