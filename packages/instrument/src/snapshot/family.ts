// A metric as it is shown: its description, and the values of its series in a fixed order, histograms already cumulated.
// Reading allocates nothing: a sample is a value, the identifier of its series, and where it came from (row and part), from
// which names and labels can be had by whoever does not know that series yet. `snapshot` is the same as plain data.

import { countOf, readExponential } from '../exponential/read.ts';
import { FIRST_COUNT_SLOT, SUM_SLOT } from '../histogram-layout.ts';
import type { Label } from '../labels.ts';
import type { SeriesTable } from '../series/series-table.ts';
import { asFamilySnapshot, readPoint, type SharedFamily, type SharedPoint } from '../series/shared-family.ts';
import type { FamilySnapshot } from './snapshot.ts';

export interface FamilyDescription {
  /** The metric's name, without `_bucket`, `_sum`, `_count`. */
  readonly name: string;
  readonly type: SharedFamily['type'];
  readonly help: string;
  /** The base unit, or '' where none was given. */
  readonly unit: string;
}

/** Takes one sample. `seriesId` is a whole number above 0 that stays with the series and is never used for another. */
export type SampleReader = (value: number, seriesId: number, row: number, part: number) => void;

export abstract class Family {
  readonly description: FamilyDescription;
  /** Samples of a row: 1; for a histogram its buckets, sum and count; for an exponential one sum and count alone. */
  readonly partCount: number;
  readonly table: SeriesTable;

  constructor(table: SeriesTable) {
    const { name, type, help, unit } = table.family;
    this.description = { name, type, help, unit };
    this.partCount = table.layout.exposed;
    this.table = table;
  }

  /** Changes whenever a series comes or goes. */
  get version(): number {
    return this.table.version;
  }

  /** Rows, those without a series included. */
  get rowCount(): number {
    return this.table.rowCount;
  }

  hasSeries(row: number): boolean {
    return this.table.idOf(row) !== 0;
  }

  /** Every series that has a value, as plain data. */
  snapshot(): FamilySnapshot {
    const { table } = this;
    const { family } = table;
    const points: SharedPoint[] = [];
    for (let row = 0; row < table.rowCount; row++) {
      if (table.idOf(row) === 0) continue;
      const point = readPoint(family, {
        values: table.chunkOf(row),
        offset: table.offsetOf(row),
        labels: table.keptLabelsOf(row),
        createdMs: table.createdMsOf(row),
        exemplars: table.exemplarsOf(row),
      });
      if (point !== undefined) points.push(point);
    }
    return asFamilySnapshot(family, points);
  }

  /** Every sample, in the order of rows and, within a histogram, buckets ascending, `+Inf`, sum, count. */
  abstract read(reader: SampleReader): void;
  abstract sampleName(part: number): string;
  /** Sorted by name. */
  abstract labelsOf(row: number, part: number): readonly Label[];
}

/** Counters, gauges, infos and state sets: one value a row. Absent values are left out. */
export class ScalarFamily extends Family {
  read(reader: SampleReader): void {
    const { table } = this;
    for (let row = 0; row < table.rowCount; row++) {
      const id = table.idOf(row);
      if (id === 0) continue;
      const value = table.chunkOf(row)[table.offsetOf(row)]!;
      if (!Number.isNaN(value)) reader(value, id, row, 0);
    }
  }

  sampleName(): string {
    return this.description.name;
  }

  labelsOf(row: number): readonly Label[] {
    return this.table.labelsOf(row);
  }
}

/** Parts of a row: the bounds in their order, then `+Inf`, sum, count. */
export class BucketFamily extends Family {
  readonly #bucketLabels: readonly Label[];

  constructor(table: SeriesTable, bounds: Float64Array) {
    super(table);
    this.#bucketLabels = [...Array.from(bounds, String), '+Inf'].map((value) => ({ name: 'le', value }));
  }

  read(reader: SampleReader): void {
    const { table } = this;
    const bucketCount = this.#bucketLabels.length;
    for (let row = 0; row < table.rowCount; row++) {
      const id = table.idOf(row);
      if (id === 0) continue;
      const values = table.chunkOf(row);
      const offset = table.offsetOf(row);
      let count = 0;
      for (let bucket = 0; bucket < bucketCount; bucket++) {
        count += values[offset + FIRST_COUNT_SLOT + bucket]!;
        reader(count, id + bucket, row, bucket);
      }
      reader(values[offset + SUM_SLOT]!, id + bucketCount, row, bucketCount);
      reader(count, id + bucketCount + 1, row, bucketCount + 1);
    }
  }

  sampleName(part: number): string {
    const bucketCount = this.#bucketLabels.length;
    const suffix = part < bucketCount ? '_bucket' : part === bucketCount ? '_sum' : '_count';
    return this.description.name + suffix;
  }

  labelsOf(row: number, part: number): readonly Label[] {
    const labels = this.table.labelsOf(row);
    const bucketLabel = this.#bucketLabels[part];
    if (bucketLabel === undefined) return labels;
    return [...labels, bucketLabel].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** Parts of a row: sum, count. Its buckets come and go with what is observed, so they are in snapshots alone. */
export class ExponentialFamily extends Family {
  read(reader: SampleReader): void {
    const { table } = this;
    for (let row = 0; row < table.rowCount; row++) {
      const id = table.idOf(row);
      if (id === 0) continue;
      const state = readExponential(table.chunkOf(row), table.offsetOf(row), table.family.exponential!);
      reader(state.sum, id, row, 0);
      reader(countOf(state), id + 1, row, 1);
    }
  }

  sampleName(part: number): string {
    return `${this.description.name}${part === 0 ? '_sum' : '_count'}`;
  }

  labelsOf(row: number): readonly Label[] {
    return this.table.labelsOf(row);
  }
}
