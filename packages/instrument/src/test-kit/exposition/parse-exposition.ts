// Pages in Prometheus's text format 0.0.4 for tests: what an endpoint shows, and whether it may.

import { classicHistogram } from '../../exposition/classic-buckets.ts';
import type { FamilySnapshot, HistogramFamilySnapshot, Snapshot } from '../../snapshot/snapshot.ts';
import { MetricsAssertionError } from '../failures.ts';
import { labelsAsObject, type SeriesLabels, seriesText } from '../series-text.ts';
import { checkFamilies } from './check-exposition.ts';
import type { ExpositionSample } from './exposition-sample.ts';
import { type ExpositionFamily, type ExpositionProblem, readExposition } from './read-exposition.ts';

/** A page that was read. */
export class Exposition {
  /** By the name in TYPE and HELP, or of the sample where there are none. */
  readonly families: ReadonlyMap<string, ExpositionFamily>;
  /** By series as text, labels sorted: `name{a="b",le="1"}`. */
  readonly samples: ReadonlyMap<string, ExpositionSample>;

  constructor(families: ReadonlyMap<string, ExpositionFamily>) {
    const samples = new Map<string, ExpositionSample>();
    for (const family of families.values()) {
      for (const sample of family.samples) samples.set(seriesText(sample.name, sample.labels), sample);
    }
    this.families = families;
    this.samples = samples;
  }

  /** The value of one sample: `value('x_bucket', { le: '1' })`; undefined when it is not there. */
  value(name: string, labels: SeriesLabels = {}): number | undefined {
    return this.samples.get(seriesText(name, labels))?.value;
  }
}

/**
 * Reads a page. Of a series that is there twice, the last sample counts.
 * @throws {MetricsAssertionError} when a line cannot be read, with every such line; the rules beyond are those of
 *   {@link assertValidExposition}
 */
export function parseExposition(text: string): Exposition {
  const { families, problems } = readExposition(text);
  failWith(problems, 'The page cannot be read');
  return new Exposition(families);
}

/**
 * Reads a page and fails, with line numbers, unless Prometheus would take all of it as it is meant: syntax, TYPE and HELP once
 * and before the samples, each metric in one piece, no series twice, buckets ascending and cumulated up to `+Inf`, which
 * equals `_count`, no negative counters.
 * @throws {MetricsAssertionError}
 */
export function assertValidExposition(text: string): Exposition {
  const { families, problems } = readExposition(text);
  failWith([...problems, ...checkFamilies(families.values())], 'The page is not valid');
  return new Exposition(families);
}

/**
 * Fails unless a page shows exactly what the snapshot holds: every series, every value, and no other series.
 * @throws {MetricsAssertionError}
 */
export function assertExposes(text: string, snapshot: Snapshot): void {
  const { samples } = parseExposition(text);
  const expected = new Map(snapshot.families.flatMap(samplesOf));
  const failures: string[] = [];
  for (const [series, value] of expected) {
    const found = samples.get(series)?.value;
    if (!Object.is(found, value) && found !== value) {
      failures.push(`${series} is ${found ?? 'not there'}, expected ${value}`);
    }
  }
  for (const [series, { line }] of samples) {
    if (!expected.has(series)) failures.push(`line ${line}: ${series} is not in the snapshot`);
  }
  if (failures.length > 0) throw new MetricsAssertionError('The page does not show what the snapshot holds', failures);
}

function failWith(problems: readonly ExpositionProblem[], what: string): void {
  if (problems.length === 0) return;
  const failures = problems
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, column, message }) => {
      return column === undefined ? `line ${line}: ${message}` : `line ${line}, column ${column}: ${message}`;
    });
  throw new MetricsAssertionError(what, failures);
}

type Entry = readonly [series: string, value: number];

function samplesOf(family: FamilySnapshot): readonly Entry[] {
  switch (family.type) {
    case 'histogram':
      return histogramSamples(family);
    case 'exponential':
      return histogramSamples(classicHistogram(family));
    case 'summary':
      return family.points.flatMap(({ labels, quantiles, sum, count }): Entry[] => [
        ...quantiles.map(({ quantile, value }): Entry => {
          return [seriesText(family.name, { ...labelsAsObject(labels), quantile: String(quantile) }), value];
        }),
        [seriesText(`${family.name}_sum`, labelsAsObject(labels)), sum],
        [seriesText(`${family.name}_count`, labelsAsObject(labels)), count],
      ]);
    default:
      return family.points.map(({ labels, value }) => [seriesText(family.name, labelsAsObject(labels)), value]);
  }
}

function histogramSamples({ name, bounds, points }: HistogramFamilySnapshot): Entry[] {
  return points.flatMap(({ labels, counts, sum }): Entry[] => {
    const own = labelsAsObject(labels);
    let count = 0;
    const buckets = counts.map((each, i): Entry => {
      count += each;
      return [seriesText(`${name}_bucket`, { ...own, le: i < bounds.length ? String(bounds[i]) : '+Inf' }), count];
    });
    return [...buckets, [seriesText(`${name}_sum`, own), sum], [seriesText(`${name}_count`, own), count]];
  });
}
