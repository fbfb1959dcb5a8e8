// Reads a file of format 1 from its beginning to its end: series, metadata, then samples in the order in which they were
// stored. Format page: docs/formats/store.md.

import { DatabaseSync } from 'node:sqlite';
import type { Batch, MetricMetadata } from '../../../model/batch.ts';
import { type Labels, labelsFrom } from '../../../model/labels.ts';
import { blobCell, integerCell, type Row, textCell, verifyRow } from '../../sqlite/cells.ts';
import { unwrap, verify } from '../../sqlite/envelope.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { decodeFormat1Batch, type Format1Batch } from './batch-codec.ts';
import { decodeFormat1Chunk, type Format1Series } from './chunk-codec.ts';

const GROUPS_MAX = 2 ** 27;
const BLOCK_COLUMNS = ['id', 'min_time_ms', 'max_time_ms', 'samples', 'chunks', 'size_bytes'] as const;

export class Format1File {
  readonly #connection: DatabaseSync;

  /**
   * Locks it for this process alone, and moves what is in its log into it, so that it is one file whose closing touches no
   * other. Rows are verified as they are read.
   * @throws {DamagedBytes}
   */
  constructor(path: string) {
    this.#connection = new DatabaseSync(path);
    try {
      this.#connection.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE; COMMIT');
      this.#verifyStructure();
    } catch (error) {
      this.#connection.close();
      throw error;
    }
  }

  close(): void {
    this.#connection.close();
  }

  *series(): Generator<{ readonly ref: number; readonly labels: Labels }> {
    for (const row of this.#rows('SELECT ref, labels, checksum FROM series ORDER BY ref')) {
      const ref = integerCell(row, 'ref');
      const text = textCell(row, 'labels');
      verifyRow('series', [ref, text], row['checksum']);
      yield { ref, labels: labelsFrom(JSON.parse(text) as [string, string][]) };
    }
  }

  metadata(): readonly MetricMetadata[] {
    return [...this.#rows('SELECT name, entry, checksum FROM metadata')].map((row) => {
      const entry = textCell(row, 'entry');
      verifyRow('metadata', [textCell(row, 'name'), entry], row['checksum']);
      return JSON.parse(entry) as MetricMetadata;
    });
  }

  /** What is sealed, then what is in the log; references are the file's own. */
  *batches(): Generator<Batch> {
    for (const row of this.#rows('SELECT * FROM blocks ORDER BY id')) {
      const cells = BLOCK_COLUMNS.map((name) => integerCell(row, name));
      verifyRow('blocks', cells, row['checksum']);
      yield* this.#block(cells[0]!, cells[3]!, cells[4]!);
    }
    let before = this.#sealedThrough();
    const log = this.#rows('SELECT sequence, data FROM batches WHERE sequence > ? ORDER BY sequence', before);
    for (const row of log) {
      const sequence = integerCell(row, 'sequence');
      if (sequence !== ++before) throw new DamagedBytes(`batch ${before} is not there, but batch ${sequence} is`);
      yield batchOfRows(decodeFormat1Batch(unwrap(`batch ${sequence}`, blobCell(row, 'data'))));
    }
  }

  *#block(blockId: number, samples: number, chunks: number): Generator<Batch> {
    let samplesLeft = samples;
    let chunksLeft = chunks;
    const rows = this.#rows(
      'SELECT id, data FROM chunks WHERE id >= ? AND id < ? ORDER BY id',
      blockId * GROUPS_MAX,
      (blockId + 1) * GROUPS_MAX,
    );
    for (const row of rows) {
      const id = integerCell(row, 'id');
      const batch = batchOfSeries(decodeFormat1Chunk(unwrap(`chunk ${id}`, blobCell(row, 'data')), id));
      chunksLeft--;
      samplesLeft -= batch.refs.length;
      yield batch;
    }
    if (chunksLeft !== 0 || samplesLeft !== 0) {
      throw new DamagedBytes(`block ${blockId} does not have its ${chunks} chunks with ${samples} samples`);
    }
  }

  #verifyStructure(): void {
    const finding = textCell(this.#connection.prepare('PRAGMA quick_check').get() ?? {}, 'quick_check');
    if (finding !== 'ok') throw new DamagedBytes(finding);
    // Also those that are void: where they are damaged, others may be gone.
    for (const row of this.#rows('SELECT sequence, data FROM batches')) {
      verify(`batch ${integerCell(row, 'sequence')}`, blobCell(row, 'data'));
    }
  }

  #sealedThrough(): number {
    const [row] = this.#rows("SELECT name, value, checksum FROM state WHERE name = 'sealed_through'");
    if (row === undefined) return 0;
    const value = integerCell(row, 'value');
    verifyRow('state', ['sealed_through', value], row['checksum']);
    return value;
  }

  #rows(sql: string, ...parameters: number[]): IterableIterator<Row> {
    return this.#connection.prepare(sql).iterate(...parameters) as IterableIterator<Row>;
  }
}

function batchOfSeries(series: readonly Format1Series[]): Batch {
  const count = series.reduce((sum, { timesMs, histograms }) => sum + timesMs.length + histograms.length, 0);
  const refs = new Uint32Array(count);
  const timestampsMs = new Float64Array(count);
  const values = new Float64Array(count);
  const bits = new Uint32Array(values.buffer);
  const histogramRows: { row: number; histogram: NonNullable<Batch['histograms']>[number]['histogram'] }[] = [];
  const exemplars: { row: number; exemplar: NonNullable<Batch['exemplars']>[number]['exemplar'] }[] = [];
  let row = 0;
  for (const entry of series) {
    const first = row;
    refs.fill(entry.ref, row, row + entry.timesMs.length + entry.histograms.length);
    timestampsMs.set(entry.timesMs, row);
    bits.set(entry.bits, 2 * row);
    row += entry.timesMs.length;
    for (const { timestampMs, histogram } of entry.histograms) {
      timestampsMs[row] = timestampMs;
      histogramRows.push({ row: row++, histogram });
    }
    if (row > first) for (const exemplar of entry.exemplars) exemplars.push({ row: first, exemplar });
  }
  return { refs, timestampsMs, values, histograms: histogramRows, exemplars };
}

function batchOfRows({ count, refs, timestampsMs, valueBits, histograms, exemplars }: Format1Batch): Batch {
  const rowOf = new Map<number, number>();
  for (let row = 0; row < count; row++) rowOf.set(refs[row]!, row);
  return {
    refs: refs.slice(0, count),
    timestampsMs: timestampsMs.slice(0, count),
    values: new Float64Array(valueBits.slice(0, 2 * count).buffer),
    histograms,
    exemplars: exemplars.flatMap(({ ref, exemplar }) => {
      const row = rowOf.get(ref);
      return row === undefined ? [] : [{ row, exemplar }];
    }),
  };
}
