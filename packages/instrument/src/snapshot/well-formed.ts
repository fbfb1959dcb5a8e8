// Whether what a source gave has the shape of a family: sources are other libraries, and processes that may run another
// version of this one, and one wrong family must not take the page from all others: a name that is none makes Prometheus
// refuse all of it.

import { LABEL_NAME, METRIC_NAME } from '../names.ts';
import type { FamilySnapshot } from './snapshot.ts';

type Unchecked = Readonly<Record<string, unknown>>;

/** What a point of each type must have beside its labels. */
const POINT_CHECKS: Readonly<Record<FamilySnapshot['type'], (point: Unchecked, family: Unchecked) => boolean>> = {
  counter: hasValue,
  gauge: hasValue,
  info: hasValue,
  stateset: hasValue,
  unknown: hasValue,
  histogram: ({ counts, sum }, { bounds }) =>
    Array.isArray(counts) && counts.length === (bounds as unknown[]).length + 1 && typeof sum === 'number',
  exponential: ({ positive, negative, sum, scale, zeroCount }) =>
    isBuckets(positive) && isBuckets(negative) && [sum, scale, zeroCount].every((value) => typeof value === 'number'),
  summary: ({ quantiles, sum, count }) =>
    Array.isArray(quantiles) && typeof sum === 'number' && typeof count === 'number',
};

/** Whether a family can be merged and rendered. Throws for one that throws when it is looked at. */
export function isWellFormed(family: unknown): family is FamilySnapshot {
  if (!isObject(family)) return false;
  const { name, help, unit, type, bounds, points } = family;
  if (typeof name !== 'string' || !METRIC_NAME.test(name) || typeof help !== 'string' || typeof unit !== 'string')
    return false;
  if (typeof type !== 'string' || !Object.hasOwn(POINT_CHECKS, type) || !Array.isArray(points)) return false;
  if (type === 'histogram' && !Array.isArray(bounds)) return false;
  const check = POINT_CHECKS[type as FamilySnapshot['type']];
  return points.every((point) => isObject(point) && hasLabels(point) && check(point, family));
}

function hasLabels({ labels }: Unchecked): boolean {
  return Array.isArray(labels) && labels.every((label) => isObject(label) && isLabel(label));
}

function isLabel({ name, value }: Unchecked): boolean {
  return typeof name === 'string' && LABEL_NAME.test(name) && typeof value === 'string';
}

function hasValue({ value }: Unchecked): boolean {
  return typeof value === 'number';
}

function isBuckets(buckets: unknown): boolean {
  return isObject(buckets) && typeof buckets['offset'] === 'number' && Array.isArray(buckets['counts']);
}

function isObject(value: unknown): value is Unchecked {
  return typeof value === 'object' && value !== null;
}
