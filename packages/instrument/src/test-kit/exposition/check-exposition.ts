// What a page must keep to beyond its syntax: no series twice, buckets that add up, counters that cannot be negative. The rules
// are those of the format and of Prometheus's own check of pages.

import { seriesText } from '../series-text.ts';
import type { ExpositionSample } from './exposition-sample.ts';
import type { ExpositionFamily, ExpositionProblem } from './read-exposition.ts';

/** Everything that is wrong with the series of these metrics. */
export function checkFamilies(families: Iterable<ExpositionFamily>): ExpositionProblem[] {
  const problems: ExpositionProblem[] = [];
  for (const family of families) {
    problems.push(...duplicatesIn(family));
    if (family.type === 'counter') problems.push(...counterProblems(family));
    if (family.type === 'histogram') problems.push(...histogramProblems(family));
    if (family.type === 'summary') problems.push(...summaryProblems(family));
  }
  return problems;
}

function duplicatesIn({ samples }: ExpositionFamily): ExpositionProblem[] {
  const seen = new Map<string, number>();
  return samples.flatMap(({ name, labels, line }) => {
    const series = seriesText(name, labels);
    const before = seen.get(series);
    seen.set(series, before ?? line);
    return before === undefined ? [] : [{ line, message: `${series} was there in line ${before}` }];
  });
}

function counterProblems({ samples }: ExpositionFamily): ExpositionProblem[] {
  return samples
    .filter(({ value }) => !(value >= 0))
    .map(({ name, labels, value, line }) => ({
      line,
      message: `${seriesText(name, labels)} is a counter and has the value ${value}`,
    }));
}

interface HistogramSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly buckets: ExpositionSample[];
  sum?: ExpositionSample;
  count?: ExpositionSample;
}

function histogramProblems({ name, samples }: ExpositionFamily): ExpositionProblem[] {
  const problems: ExpositionProblem[] = [];
  const all = new Map<string, HistogramSeries>();
  for (const sample of samples) {
    const { le, ...labels } = sample.labels;
    const part = sample.name.slice(name.length);
    const key = seriesText(name, part === '_bucket' ? labels : sample.labels);
    const series = all.get(key) ?? { labels, buckets: [] };
    all.set(key, series);
    if (part === '_sum') series.sum ??= sample;
    else if (part === '_count') series.count ??= sample;
    else if (part !== '_bucket') problems.push(of(sample, 'is a histogram: it has _bucket, _sum and _count'));
    else if (le === undefined) problems.push(of(sample, 'is a bucket without the label le'));
    else series.buckets.push(sample);
  }
  for (const [text, series] of all) problems.push(...seriesProblems(text, series));
  return problems;
}

function seriesProblems(text: string, { buckets, sum, count }: HistogramSeries): ExpositionProblem[] {
  const line = (buckets[0] ?? count ?? sum)?.line;
  if (line === undefined) return [];
  const problems: ExpositionProblem[] = [];
  let before: ExpositionSample | undefined;
  for (const bucket of buckets) {
    const bound = boundOf(bucket);
    if (Number.isNaN(bound)) problems.push(of(bucket, 'has an le that is no number'));
    if (before !== undefined && bound <= boundOf(before)) problems.push(of(bucket, 'is not in ascending order of le'));
    if (before !== undefined && bucket.value < before.value) {
      problems.push(of(bucket, `has ${bucket.value}, less than the ${before.value} of the bucket before`));
    }
    if (!(bucket.value >= 0)) problems.push(of(bucket, `has the value ${bucket.value}`));
    before = bucket;
  }
  if (before === undefined || boundOf(before) !== Number.POSITIVE_INFINITY) {
    problems.push({ line, message: `${text} has no bucket with le="+Inf" at its end` });
  } else if (count !== undefined && before.value !== count.value) {
    problems.push(of(count, `is ${count.value}, and the bucket with le="+Inf" is ${before.value}`));
  }
  if (count === undefined) problems.push({ line, message: `${text} has no _count` });
  if (sum === undefined) problems.push({ line, message: `${text} has no _sum` });
  return problems;
}

function summaryProblems({ name, samples }: ExpositionFamily): ExpositionProblem[] {
  return samples.flatMap((sample) => {
    if (sample.name !== name) {
      const isCount = sample.name === `${name}_count`;
      return isCount && !(sample.value >= 0) ? [of(sample, `has the value ${sample.value}`)] : [];
    }
    const quantile = Number(sample.labels['quantile'] ?? Number.NaN);
    return quantile >= 0 && quantile <= 1 ? [] : [of(sample, 'is of a summary, and its quantile is not from 0 to 1')];
  });
}

function boundOf({ labels }: ExpositionSample): number {
  const le = labels['le'] ?? '';
  if (le === '+Inf' || le === 'Inf') return Number.POSITIVE_INFINITY;
  return le === '' ? Number.NaN : Number(le);
}

function of({ name, labels, line }: ExpositionSample, message: string): ExpositionProblem {
  return { line, message: `${seriesText(name, labels)} ${message}` };
}
