// What is expected beside what came, as promtool compares: order does not matter, numbers are equal to the bit (NaN never), and
// what differs is told in whole.

import { ChainpulseError } from '../../model/errors.ts';
import type { Labels } from '../../model/labels.ts';
import { generalNumber } from '../../promql/go-text.ts';
import type { QueryResult } from '../../promql/interface.ts';
import { histogramText, parseHistogram } from './histogram-notation.ts';
import type { ExpectedAlert, ExpectedSample } from './interface.ts';
import { compareLabels, labelsText, parseMetric } from './metric-notation.ts';

export interface Difference {
  readonly expected: string;
  readonly got: string;
}

interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** '' for a number. */
  readonly histogram: string;
}

/** Undefined where they are the same. */
export function alertDifference(
  expected: readonly ExpectedAlert[],
  got: readonly ExpectedAlert[],
): Difference | undefined {
  const wanted = expected.toSorted(compareAlerts);
  const found = got.toSorted(compareAlerts);
  const isSame = wanted.length === found.length && wanted.every((alert, at) => compareAlerts(alert, found[at]!) === 0);
  return isSame ? undefined : { expected: alertsText(wanted), got: alertsText(found) };
}

/** @throws {ChainpulseError} where the answer is of another kind, or an expected sample is written wrong */
export function expressionDifference(
  expected: readonly ExpectedSample[],
  result: QueryResult,
  { isFuzzy }: { readonly isFuzzy: boolean },
): Difference | undefined {
  const wanted = expected.map(expectedSample).sort((one, other) => compareLabels(one.labels, other.labels));
  const found = samplesOf(result).toSorted((one, other) => compareLabels(one.labels, other.labels));
  const isSame =
    wanted.length === found.length && wanted.every((sample, at) => isSameSample(sample, found[at]!, isFuzzy));
  return isSame ? undefined : { expected: samplesText(wanted), got: samplesText(found) };
}

function compareAlerts(one: ExpectedAlert, other: ExpectedAlert): number {
  return compareLabels(one.labels, other.labels) || compareLabels(one.annotations, other.annotations);
}

function isSameSample(one: Sample, other: Sample, isFuzzy: boolean): boolean {
  const isEqual = one.value === other.value || (isFuzzy && areNeighbours(one.value, other.value));
  return isEqual && one.histogram === other.histogram && compareLabels(one.labels, other.labels) === 0;
}

/** No number is between the two. */
function areNeighbours(one: number, other: number): boolean {
  if (!Number.isFinite(one) || !Number.isFinite(other)) return false;
  const [first = 0n, second = 0n] = [one, other].map(orderOf);
  const distance = first - second;
  return distance === 1n || distance === -1n;
}

const ORDER = new DataView(new ArrayBuffer(8));

/** The place of a number among all numbers; both zeros have the same. */
function orderOf(value: number): bigint {
  ORDER.setFloat64(0, Math.abs(value));
  const magnitude = ORDER.getBigUint64(0);
  return value < 0 ? -magnitude : magnitude;
}

function expectedSample({ labels, value, histogram }: ExpectedSample): Sample {
  if (histogram === '') return { labels: parseMetric(labels), value, histogram };
  const inside = /^\s*\{\{([^{}]*)\}\}\s*$/.exec(histogram)?.[1];
  if (inside === undefined) {
    throw new ChainpulseError('unit_test_notation', `histogram: write one as {{schema:0 …}}, not ${histogram}`);
  }
  return { labels: parseMetric(labels), value, histogram: histogramText(parseHistogram(inside)) };
}

function samplesOf(result: QueryResult): readonly Sample[] {
  switch (result.type) {
    case 'scalar':
      return [{ labels: [], value: result.value, histogram: '' }];
    case 'vector':
      return result.samples.map(({ labels, value, histogram }) => {
        if (histogram === undefined) return { labels, value, histogram: '' };
        if ('schema' in histogram) return { labels, value: 0, histogram: histogramText(histogram) };
        throw new ChainpulseError('unit_test_result', 'the histogram was rendered by another server');
      });
    default:
      throw new ChainpulseError('unit_test_result', 'rule result is not a vector or scalar');
  }
}

function alertsText(alerts: readonly ExpectedAlert[]): string {
  if (alerts.length === 0) return '[]';
  const texts = alerts.map(
    ({ labels, annotations }, at) =>
      `  ${at}:\n    Labels:${labelsText(labels)}\n    Annotations:${labelsText(annotations)}`,
  );
  return `[\n${texts.join(',\n')}\n]`;
}

function samplesText(samples: readonly Sample[]): string {
  if (samples.length === 0) return 'nil';
  return samples
    .map(
      ({ labels, value, histogram }) => `${labelsText(labels)} ${histogram === '' ? generalNumber(value) : histogram}`,
    )
    .join(', ');
}
