// What was taken from the queue, laid out to be sent: all entries in one set of columns, cut into shards by series and into
// requests of so many samples. Invariant: the samples of one series are in one shard, in the order in which they came.

import type { Exemplar, MetricMetadata, NativeHistogram } from '../../../model/batch.ts';
import type { ExternalLabels } from '../external-labels.ts';
import type { EntryRows } from '../queue/entry-codec.ts';
import type { SeriesDictionary } from '../queue/series-dictionary.ts';

export interface Outgoing {
  /** Slots of the dictionary, one a row; -1 for a series that it does not know. */
  readonly slots: Int32Array;
  readonly timestampsMs: Float64Array;
  readonly valueBits: Uint32Array;
  /** By row. */
  readonly histograms: ReadonlyMap<number, NativeHistogram>;
  /** By row. */
  readonly exemplars: ReadonlyMap<number, readonly Exemplar[]>;
  readonly metadata: readonly MetricMetadata[];
  /** Rows of series that the dictionary does not know: a broken file. */
  readonly unknownRows: number;
  /** The labels of a slot as they are sent; valid until the next call. */
  readonly labelBytes: (slot: number) => Uint8Array;
}

/** One request: rows of `Outgoing`, those of a series beside each other. */
export interface Shipment {
  readonly rows: Uint32Array;
  readonly metadata: readonly MetricMetadata[];
}

export function outgoingOf(
  entries: readonly EntryRows[],
  dictionary: SeriesDictionary,
  external: ExternalLabels,
): Outgoing {
  const count = entries.reduce((sum, { refs }) => sum + refs.length, 0);
  const slots = new Int32Array(count);
  const timestampsMs = new Float64Array(count);
  const valueBits = new Uint32Array(2 * count);
  const histograms = new Map<number, NativeHistogram>();
  const exemplars = new Map<number, Exemplar[]>();
  let unknownRows = 0;
  let start = 0;
  for (const entry of entries) {
    for (const [index, ref] of entry.refs.entries()) {
      const slot = dictionary.slotOf(entry.space, ref);
      slots[start + index] = slot;
      if (slot < 0) unknownRows++;
    }
    timestampsMs.set(entry.timestampsMs, start);
    valueBits.set(entry.valueBits, 2 * start);
    for (const { row, histogram } of entry.histograms) histograms.set(start + row, histogram);
    for (const { row, exemplar } of entry.exemplars) {
      const known = exemplars.get(start + row);
      if (known !== undefined) known.push(exemplar);
      else exemplars.set(start + row, [exemplar]);
    }
    start += entry.refs.length;
  }
  const metadata = entries.flatMap((entry) => entry.metadata);
  const labelsOf = dictionary.labels();
  return {
    slots,
    timestampsMs,
    valueBits,
    histograms,
    exemplars,
    metadata,
    unknownRows,
    labelBytes: (slot) => external.addTo(labelsOf(slot)),
  };
}

/** The requests of each shard, in the order in which they are to be sent. Metadata goes first, with the first shard. */
export function shardsOf(outgoing: Outgoing, shards: number, requestSamplesMax: number): Shipment[][] {
  const rowsOf: number[][] = Array.from({ length: shards }, () => []);
  const { slots } = outgoing;
  for (let row = 0; row < slots.length; row++) {
    const slot = slots[row]!;
    if (slot >= 0) rowsOf[slot % shards]!.push(row);
  }
  return rowsOf.map((rows, shard) => {
    // By series, and within one as they came.
    rows.sort((a, b) => slots[a]! - slots[b]! || a - b);
    const metadata = shard === 0 ? outgoing.metadata : [];
    const shipments: Shipment[] = [];
    for (let start = 0; start < rows.length || (start === 0 && metadata.length > 0); start += requestSamplesMax) {
      const some = Uint32Array.from(rows.slice(start, start + requestSamplesMax));
      shipments.push({ rows: some, metadata: start === 0 ? metadata : [] });
    }
    return shipments;
  });
}

/** How many shards a backlog is worth: one for each so many requests that it fills. */
export function shardCount(samples: number, requestSamplesMax: number, shardsMax: number): number {
  return Math.max(1, Math.min(shardsMax, Math.floor(samples / (2 * requestSamplesMax))));
}

/** Two halves of a request, neither empty; undefined for one that cannot be cut. */
export function halvesOf({ rows, metadata }: Shipment): readonly [Shipment, Shipment] | undefined {
  if (metadata.length > 0 && rows.length > 0)
    return [
      { rows: new Uint32Array(0), metadata },
      { rows, metadata: [] },
    ];
  if (rows.length < 2) return undefined;
  const middle = rows.length >>> 1;
  return [
    { rows: rows.subarray(0, middle), metadata: [] },
    { rows: rows.subarray(middle), metadata: [] },
  ];
}
