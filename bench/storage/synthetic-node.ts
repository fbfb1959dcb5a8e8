// Any number of series that behave as a node's do: of a hundred, 34 never change, 20 are counters, 16 gauges (bytes, ratios, levels), 30
// the parts of two histograms. Seeded; the same scrape after scrape whoever reads it. Values are whole numbers of a decimal grid, so
// that they can be written as text without loss and without the price of shortest digits.

import { type Labels, labelsFromRecord } from '../../packages/monitor/src/model/labels.ts';
import { mix } from './hashed-random.ts';
import type { Scrape, Workload } from './workload.ts';

export interface SyntheticOptions {
  readonly series: number;
  readonly intervalMs: number;
  readonly startMs: number;
  readonly scrapes: number;
  readonly seed: number;
}

interface SyntheticScrape {
  readonly timestampMs: number;
  /** One a series; the value is `units / 10 ** decimals`. */
  readonly units: Float64Array;
}

interface SyntheticSeries {
  readonly labels: readonly Labels[];
  readonly decimals: Uint8Array;
  /** The array of units is the same one every time. */
  readonly scrapes: () => Iterable<SyntheticScrape>;
}

const SERIES_A_NODE = 100;
const BOUNDS = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10', '30', '+Inf'];
const NANOSECOND_DECIMALS = 9;
const CONSTANTS = 34;
const COUNTERS = 20;
const GAUGES = 16;
const HISTOGRAMS = 2;
/** By number of the gauge: pages of memory, ratios, degrees, levels. */
const GAUGE_DECIMALS = [0, 4, 2, 0];
const PAGE_BYTES = 4096;
const TWO_TO_32 = 4_294_967_296;

interface Shape {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly decimals: number;
}

export function syntheticSeries(options: SyntheticOptions): SyntheticSeries {
  const shapes = nodeShapes();
  const labels: Labels[] = [];
  const decimals = new Uint8Array(options.series);
  for (let series = 0; series < options.series; series++) {
    const shape = shapes[series % SERIES_A_NODE]!;
    const node = Math.floor(series / SERIES_A_NODE);
    const instance = `node-${node}.example:9090`;
    labels.push(
      labelsFromRecord({ __name__: shape.name, job: 'load', instance, zone: `z${node % 3}`, ...shape.labels }),
    );
    decimals[series] = shape.decimals;
  }
  return { labels, decimals, scrapes: () => play(options) };
}

export function syntheticWorkload(options: SyntheticOptions): Workload {
  const { labels, decimals, scrapes } = syntheticSeries(options);
  return {
    name: `${options.series} series of nodes`,
    series: labels,
    metadata: [],
    *scrapes(): Generator<Scrape, void, void> {
      const divisors = Float64Array.from(decimals, (places) => Number(`1e${places}`));
      const series = Uint32Array.from(labels, (_, index) => index);
      const values = new Float64Array(options.series);
      for (const { timestampMs, units } of scrapes()) {
        for (let index = 0; index < values.length; index++) values[index] = units[index]! / divisors[index]!;
        yield { target: 0, timestampMs, count: options.series, series, values };
      }
    },
  };
}

function nodeShapes(): Shape[] {
  const shapes: Shape[] = [];
  for (let index = 0; index < CONSTANTS; index++) {
    shapes.push({
      name: `node_feature_${index % 7}_info`,
      labels: { kind: `k${index}`, version: '1.4.2' },
      decimals: 0,
    });
  }
  for (let index = 0; index < COUNTERS; index++) {
    const topic = `topic-${index}`;
    shapes.push({ name: `node_events_${index % 4}_total`, labels: { topic, direction: 'in' }, decimals: 0 });
  }
  for (let index = 0; index < GAUGES; index++) {
    const decimals = GAUGE_DECIMALS[index % GAUGE_DECIMALS.length]!;
    shapes.push({ name: `node_level_${index % 4}`, labels: { part: `part-${index}` }, decimals });
  }
  for (let histogram = 0; histogram < HISTOGRAMS; histogram++) {
    const name = `node_step_${histogram}_seconds`;
    for (const le of BOUNDS) shapes.push({ name: `${name}_bucket`, labels: { le }, decimals: 0 });
    shapes.push({ name: `${name}_sum`, labels: {}, decimals: NANOSECOND_DECIMALS });
    shapes.push({ name: `${name}_count`, labels: {}, decimals: 0 });
  }
  return shapes;
}

function* play({
  series,
  intervalMs,
  startMs,
  scrapes,
  seed,
}: SyntheticOptions): Generator<SyntheticScrape, void, void> {
  const units = new Float64Array(series);
  let state = mix(seed);
  for (let index = 0; index < series; index++) {
    if (index % SERIES_A_NODE < CONSTANTS + COUNTERS + GAUGES) units[index] = (state = mix(state)) & 0xffff;
  }
  for (let scrape = 0; scrape < scrapes; scrape++) {
    for (let node = 0; node < series; node += SERIES_A_NODE) state = advanceNode(units, node, series, state);
    yield { timestampMs: startMs + scrape * intervalMs, units };
  }
}

/** One interval of one node. */
function advanceNode(units: Float64Array, first: number, end: number, seed: number): number {
  let state = seed;
  let at = first + CONSTANTS;
  for (let counter = 0; counter < COUNTERS && at < end; counter++, at++) {
    // From one event in eight intervals to thousands an interval.
    const rate = 2 ** (counter - 3);
    state = mix(state);
    units[at]! += Math.floor(((state >>> 0) / TWO_TO_32) * 2 * rate + 0.5);
  }
  for (let gauge = 0; gauge < GAUGES && at < end; gauge++, at++) {
    state = mix(state);
    // Half of the time nothing has changed.
    if ((state & 1) === 0) continue;
    const step = gauge % 4 === 0 ? PAGE_BYTES : 1;
    units[at] = Math.abs(units[at]! + step * ((state >> 24) + (gauge % 4 === 3 ? 0 : (state >> 12) & 0xff)));
  }
  for (let histogram = 0; histogram < HISTOGRAMS && at < end; histogram++, at += BOUNDS.length + 2) {
    state = mix(state);
    state = observe(units, at, end, (state >>> 0) % (4 << (4 * histogram)), state);
  }
  return state;
}

/** Some observations of one histogram: buckets, sum, count. */
function observe(units: Float64Array, first: number, end: number, observations: number, seed: number): number {
  let state = seed;
  const sum = first + BOUNDS.length;
  for (let left = Math.min(observations, 8); left > 0; left--) {
    state = mix(state);
    const weight = left === 1 ? observations - Math.min(observations, 8) + 1 : 1;
    const bucket = Math.clz32(state) + ((state & 0xff) >> 7);
    for (let at = first + Math.min(bucket, BOUNDS.length - 1); at < sum && at < end; at++) units[at]! += weight;
    if (sum < end) units[sum]! += weight * (1_000_000 + ((state >>> 3) & 0xfffffff));
  }
  if (sum + 1 < end) units[sum + 1] = units[sum - 1]!;
  return state;
}
