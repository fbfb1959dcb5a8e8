// Any number of series that behave as a node's do: of a hundred, 34 never change, 20 are counters, 16 gauges (bytes, ratios, levels), 30
// the parts of two histograms. Seeded; the same scrape after scrape whoever reads it. Values are whole numbers of a decimal grid, so
// that they can be written as text without loss and without the price of shortest digits. What happens never comes round again within
// 2^32 draws (a year of 1,000 series at 5 s): a repetition would let a compressor find the repeats, and its figure would mean nothing.

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
/** Nothing takes longer than a minute. */
const BOUNDS_NANOSECONDS = Float64Array.from(BOUNDS, (bound) =>
  Math.round((bound === '+Inf' ? 60 : Number(bound)) * 1e9),
);
const CONSTANTS = 34;
const COUNTERS = 20;
const GAUGES = 16;
const HISTOGRAMS = 2;
const PAGE_BYTES = 4096;
/** By number of the gauge: pages of memory, ratios, degrees, levels; what they stay below, and how far they go at once, in units. */
const GAUGES_BY_NUMBER = [
  { decimals: 0, unit: PAGE_BYTES, bound: 2 ** 20, stride: 256 },
  { decimals: 4, unit: 1, bound: 10_000, stride: 128 },
  { decimals: 2, unit: 1, bound: 9_000, stride: 64 },
  { decimals: 0, unit: 1, bound: 2 ** 16, stride: 256 },
] as const;
/** Odd, so that its multiples are every number of 32 bits once before one comes again. */
const DRAW_STEP = 0x9e3779b9;
const TWO_TO_32 = 4_294_967_296;
/** The sum of four random bytes, as a number that is nearly normal. */
const BYTES_MEAN = 510;
const BYTES_DEVIATION = 147.8;
const MS_A_DAY = 86_400_000;
/** How far the rates of a day lie above and below their mean. */
const DAILY_SWING = 0.3;
/** Observations of a histogram in one interval that are drawn one by one; the last of them stands for the others. */
const OBSERVATIONS_DRAWN_MAX = 8;

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
    const { decimals } = gaugeOf(index);
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

function gaugeOf(number: number): (typeof GAUGES_BY_NUMBER)[number] {
  return GAUGES_BY_NUMBER[number % GAUGES_BY_NUMBER.length]!;
}

function* play(options: SyntheticOptions): Generator<SyntheticScrape, void, void> {
  const { series, intervalMs, startMs, scrapes } = options;
  const units = new Float64Array(series);
  const nodes = new Nodes(units, options.seed);
  for (let scrape = 0; scrape < scrapes; scrape++) {
    const timestampMs = startMs + scrape * intervalMs;
    nodes.advance(timestampMs);
    yield { timestampMs, units };
  }
}

/** The values of all nodes, in units, and their one source of randomness. */
class Nodes {
  readonly #units: Float64Array;
  #drawn: number;

  constructor(units: Float64Array, seed: number) {
    this.#units = units;
    this.#drawn = mix(seed);
    for (let index = 0; index < units.length; index++) {
      const shape = index % SERIES_A_NODE;
      if (shape >= CONSTANTS + COUNTERS + GAUGES) continue;
      const gauge = shape - CONSTANTS - COUNTERS;
      const { unit, bound } = gauge < 0 ? { unit: 1, bound: 2 ** 16 } : gaugeOf(gauge);
      units[index] = unit * ((this.#draw() >>> 0) % bound);
    }
  }

  /** One interval of all nodes. */
  advance(timestampMs: number): void {
    for (let first = 0; first < this.#units.length; first += SERIES_A_NODE) {
      const hoursWest = first / SERIES_A_NODE;
      const partOfDay = (timestampMs / MS_A_DAY + hoursWest / 24) % 1;
      this.#advanceNode(first, 1 + DAILY_SWING * Math.sin(2 * Math.PI * partOfDay));
    }
  }

  /** `load`: how busy the node is at this hour, 1 on average. */
  #advanceNode(first: number, load: number): void {
    const units = this.#units;
    const end = units.length;
    let at = first + CONSTANTS;
    for (let counter = 0; counter < COUNTERS && at < end; counter++, at++) {
      // From one event in eight intervals to thousands an interval.
      units[at]! += this.#events(load * 2 ** (counter - 3));
    }
    for (let gauge = 0; gauge < GAUGES && at < end; gauge++, at++) {
      const draw = this.#draw();
      // Half of the time nothing has changed.
      if ((draw & 1) === 0) continue;
      const { unit, bound, stride } = gaugeOf(gauge);
      const moved = Math.abs(units[at]! / unit + (((draw >> 8) & (2 * stride - 1)) - stride));
      units[at] = unit * (moved < bound ? moved : 2 * bound - moved);
    }
    for (let histogram = 0; histogram < HISTOGRAMS && at < end; histogram++, at += BOUNDS.length + 2) {
      this.#observe(at, this.#events(load * 2 ** (1 + 4 * histogram)));
    }
  }

  /** How many events an interval has where there are so many on average: scattered as independent ones are, up to rounding. */
  #events(mean: number): number {
    const draw = this.#draw();
    const bytes = (draw & 0xff) + ((draw >>> 8) & 0xff) + ((draw >>> 16) & 0xff) + (draw >>> 24);
    return Math.max(0, Math.floor(mean + (Math.sqrt(mean) * (bytes - BYTES_MEAN)) / BYTES_DEVIATION + 0.5));
  }

  /** Some observations of one histogram: buckets, sum, count. */
  #observe(first: number, observations: number): void {
    const units = this.#units;
    const end = units.length;
    const sum = first + BOUNDS.length;
    const drawn = Math.min(observations, OBSERVATIONS_DRAWN_MAX);
    for (let left = drawn; left > 0; left--) {
      const draw = this.#draw();
      const weight = left === 1 ? observations - drawn + 1 : 1;
      const bucket = Math.clz32(draw) + ((draw & 0xff) >> 7);
      for (let at = first + Math.min(bucket, BOUNDS.length - 1); at < sum && at < end; at++) units[at]! += weight;
      if (sum < end) units[sum]! += weight * observedNanoseconds(bucket, draw);
    }
    if (sum + 1 < end) units[sum + 1] = units[sum - 1]!;
  }

  /** 32 random bits. Hashed from a number that counts: a hash of the hash before would come round after some 40,000. */
  #draw(): number {
    this.#drawn = (this.#drawn + DRAW_STEP) | 0;
    return mix(this.#drawn);
  }
}

/** What was observed, by the bucket that it fell into. */
function observedNanoseconds(bucket: number, draw: number): number {
  const at = Math.min(bucket, BOUNDS_NANOSECONDS.length - 1);
  const lower = at === 0 ? 0 : BOUNDS_NANOSECONDS[at - 1]!;
  const part = (Math.imul(draw, DRAW_STEP) >>> 0) / TWO_TO_32;
  return lower + Math.ceil(part * (BOUNDS_NANOSECONDS[at]! - lower));
}
