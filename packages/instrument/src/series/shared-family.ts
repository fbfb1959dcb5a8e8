// A metric as plain data: all that is needed to read its rows, by its own registry or by another thread that sees the same
// memory, and that reading: from the doubles of a row to a point of a snapshot.

import type { ExponentialLayout } from '../exponential/layout.ts';
import { readExponential } from '../exponential/read.ts';
import { FIRST_COUNT_SLOT, SUM_SLOT } from '../histogram-layout.ts';
import type { Label } from '../labels.ts';
import type {
  Exemplar,
  ExponentialPoint,
  FamilySnapshot,
  HistogramPoint,
  MergeMode,
  ScalarPoint,
} from '../snapshot/snapshot.ts';

/** Can be written as JSON. */
export interface SharedFamily {
  readonly name: string;
  readonly help: string;
  readonly unit: string;
  readonly type: 'counter' | 'gauge' | 'info' | 'stateset' | 'histogram' | 'exponential';
  readonly merge?: MergeMode;
  /** Of classic histograms: finite upper bounds, ascending. */
  readonly bounds?: readonly number[];
  /** Of exponential histograms. */
  readonly exponential?: ExponentialLayout;
  /** Doubles of a row. */
  readonly slots: number;
  /** Where in a row the stamp of the last set is; only of gauges that merge by `last` in memory that is shared. */
  readonly stampSlot?: number;
}

/** A row of a {@link SharedFamily}. */
export interface SharedRow {
  readonly values: Float64Array;
  readonly offset: number;
  readonly labels: readonly Label[];
  readonly createdMs: number;
  /** By bucket, or at 0. */
  readonly exemplars?: ReadonlyMap<number, Exemplar> | undefined;
}

export type SharedPoint = ScalarPoint | HistogramPoint | ExponentialPoint;

/** The row as a point, or undefined while it has no value. */
export function readPoint(family: SharedFamily, row: SharedRow): SharedPoint | undefined {
  if (family.type === 'histogram') return readHistogram(family, row);
  if (family.exponential !== undefined) {
    const exemplars = row.exemplars === undefined ? {} : { exemplars: [...row.exemplars.values()] };
    const { labels, createdMs } = row;
    return { labels, createdMs, ...readExponential(row.values, row.offset, family.exponential), ...exemplars };
  }
  return readScalar(family, row);
}

/** The family with these points, which `readPoint` made of its rows. */
export function asFamilySnapshot(family: SharedFamily, points: readonly SharedPoint[]): FamilySnapshot {
  const { name, help, unit, type, merge, bounds } = family;
  const head = { name, help, unit, ...(merge === undefined ? {} : { merge }) };
  if (type === 'histogram') return { ...head, type, bounds: bounds ?? [], points: points as HistogramPoint[] };
  if (type === 'exponential') return { ...head, type, points: points as ExponentialPoint[] };
  return { ...head, type, points: points as ScalarPoint[] };
}

function readScalar(family: SharedFamily, row: SharedRow): ScalarPoint | undefined {
  const { labels, values, offset } = row;
  const value = values[offset]!;
  if (Number.isNaN(value)) return undefined;
  if (family.type === 'counter') {
    const exemplar = row.exemplars?.get(0);
    const { createdMs } = row;
    return exemplar === undefined ? { labels, value, createdMs } : { labels, value, createdMs, exemplar };
  }
  return family.stampSlot === undefined
    ? { labels, value }
    : { labels, value, stamp: values[offset + family.stampSlot]! };
}

function readHistogram(
  family: SharedFamily,
  { values, offset, labels, createdMs, exemplars }: SharedRow,
): HistogramPoint {
  const bucketCount = (family.bounds?.length ?? 0) + 1;
  const first = offset + FIRST_COUNT_SLOT;
  const counts = Array.from(values.subarray(first, first + bucketCount));
  const sum = values[offset + SUM_SLOT]!;
  if (exemplars === undefined) return { labels, createdMs, counts, sum };
  return { labels, createdMs, counts, sum, exemplars: counts.map((_, bucket) => exemplars.get(bucket)) };
}
