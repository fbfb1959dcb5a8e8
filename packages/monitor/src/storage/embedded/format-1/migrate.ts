// Brings a file of format 1 into the present format: its contents are written into a new file beside it, which then takes
// its place in one step. Until that step the contents of the old file stay what they are, and no other process gets at it;
// what a failed or interrupted attempt left is removed. Invariant: all that the old file holds is in the new one, or the
// old one stays.

import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Batch } from '../../../model/batch.ts';
import type { Store } from '../../interface.ts';
import { DamagedBytes, storageFailure } from '../../sqlite/failures.ts';
import type { StoreLimits } from '../limits.ts';
import { Format1File } from './read.ts';

const SERIES_PIECE = 4096;
/** After so many samples the new store does its upkeep, so that its log does not grow with the old file. */
const UPKEEP_SAMPLES = 500_000;

/** Bounds of what is taken in do not hold for what is stored already. */
export const MIGRATION_LIMITS: Partial<StoreLimits> = {
  seriesMax: Number.POSITIVE_INFINITY,
  labelsPerSeriesMax: Number.POSITIVE_INFINITY,
  labelNameLengthMax: Number.POSITIVE_INFINITY,
  labelValueLengthMax: Number.POSITIVE_INFINITY,
  batchSamplesMax: Number.POSITIVE_INFINITY,
  metadataMax: Number.POSITIVE_INFINITY,
  metadataLengthMax: Number.POSITIVE_INFINITY,
  exemplarLengthMax: Number.POSITIVE_INFINITY,
};

/** `openNew` makes an empty store at a path that keeps samples of any age and has these limits. */
export async function migrateFormat1(path: string, openNew: (path: string) => Store): Promise<void> {
  const newPath = `${path}-migration`;
  const old = new Format1File(path);
  try {
    removeDatabase(newPath);
    const store = openNew(newPath);
    try {
      await copyInto(old, store);
    } finally {
      await store.close();
    }
    absorbLog(newPath);
    renameSync(newPath, path);
    rmSync(`${path}-journal`, { force: true });
    syncFolder(dirname(path));
  } catch (error) {
    // Judged before there is space again because of what is removed.
    const failure = storageFailure(path, error);
    removeDatabase(newPath);
    throw failure;
  } finally {
    // Only now, so that no other process begins the same.
    old.close();
  }
}

async function copyInto(old: Format1File, store: Store): Promise<void> {
  const refs = await newReferences(old, store);
  const metadata = old.metadata();
  if (metadata.length > 0) {
    await store.append({ refs: new Uint32Array(0), timestampsMs: 0, values: new Float64Array(0), metadata });
  }
  let samples = 0;
  for (const batch of old.batches()) {
    const { acceptedSamples } = await store.append(withReferences(batch, refs));
    if (acceptedSamples < batch.refs.length) {
      throw new DamagedBytes(`${batch.refs.length - acceptedSamples} of its samples do not fit to the others`);
    }
    samples += acceptedSamples;
    if (samples < UPKEEP_SAMPLES) continue;
    samples = 0;
    // At the beginning of time nothing is old enough to be changed: this keeps the log short.
    await store.maintain(0);
  }
}

async function newReferences(old: Format1File, store: Store): Promise<ReadonlyMap<number, number>> {
  const refs = new Map<number, number>();
  const all = [...old.series()];
  for (let start = 0; start < all.length; start += SERIES_PIECE) {
    const piece = all.slice(start, start + SERIES_PIECE);
    const given = await store.resolveSeries(piece.map(({ labels }) => labels));
    for (const [index, { ref }] of piece.entries()) refs.set(ref, given[index]!);
  }
  return refs;
}

function withReferences(batch: Batch, refs: ReadonlyMap<number, number>): Batch {
  return { ...batch, refs: batch.refs.map((ref) => refs.get(ref) ?? 0) };
}

/** A store that finds the disk full when it closes leaves its latest samples in the log, which does not move with the file. */
function absorbLog(path: string): void {
  if (!existsSync(`${path}-wal`)) return;
  const connection = new DatabaseSync(path);
  try {
    connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    connection.close();
  }
  if (existsSync(`${path}-wal`)) throw new Error('the log of the new file could not be moved into it');
}

function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}

/** So that the new name is on the disk before a log is written beside it. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
