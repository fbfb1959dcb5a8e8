// Series on the disk: gives out references and writes them down before anyone sees them, remembers the latest sample of
// each across restarts, and deletes series. References come from AUTOINCREMENT, so none is ever given out twice.
//
// A reference stays good while the process lives, even when the retention has deleted its series meanwhile (a target
// that was away for long): the labels of deleted series are kept aside until the next start, and an append to such a
// reference goes to the series of the same labels, made again if need be.

import type { Labels } from '../../model/labels.ts';
import { labelsFrom, labelsKey } from '../../model/labels.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { Database } from './database.ts';
import { unwrap, wrap } from './envelope.ts';
import { DamagedBytes } from './failures.ts';
import type { StoreLimits } from './limits.ts';
import { Pace } from './pacing.ts';
import { blobCell, integerCell, type Row, rowChecksum, textCell, verifyRow } from './schema.ts';
import { SeriesIndex } from './series-index.ts';

const REF_MAX = 2 ** 32 - 1;
/** References of one row of the table `latest`. */
const LATEST_PAGE_REFS = 256;
/** New series that are written in one piece. */
const NEW_SERIES_PIECE = 512;

interface MissingSeries {
  /** Its place among those that were asked for. */
  readonly at: number;
  readonly labels: Labels;
  readonly key: string;
}

export class SeriesRegistry {
  readonly index = new SeriesIndex();
  readonly #database: Database;
  readonly #limits: StoreLimits;
  /** References of deleted series that are in use again → the reference of the series that took their place. */
  readonly #replacements = new Map<number, number>();
  readonly #statements;
  #lastRef = 0;

  /** Loads all series. @throws {DamagedBytes} */
  constructor(database: Database, limits: StoreLimits) {
    this.#database = database;
    this.#limits = limits;
    this.#statements = {
      insert: database.prepare('INSERT INTO series (ref, labels, checksum) VALUES (?, ?, ?)'),
      remove: database.prepare('DELETE FROM series WHERE ref = ?'),
      retire: database.prepare('INSERT OR REPLACE INTO retired (ref, labels) VALUES (?, ?)'),
      retired: database.prepare('SELECT labels FROM retired WHERE ref = ?'),
      removeLatest: database.prepare('DELETE FROM latest WHERE page = ?'),
      saveLatest: database.prepare('INSERT OR REPLACE INTO latest (page, data) VALUES (?, ?)'),
    };
    database.transaction('relaxed', () => database.prepare('DELETE FROM retired').run());
    for (const row of database.prepare('SELECT ref, labels, checksum FROM series ORDER BY ref').iterate()) {
      const ref = refCell(row);
      const text = textCell(row, 'labels');
      verifyRow('series', [ref, text], row['checksum']);
      const labels = labelsFromText(text);
      this.index.add(ref, labels, labelsKey(labels));
      this.#lastRef = ref;
    }
    const last = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'series'").get();
    if (last !== undefined) this.#lastRef = Math.max(this.#lastRef, integerCell(last, 'seq'));
    this.#loadLatest();
  }

  /** The reference of each series; those that are new are made. 0 where a limit forbids it. */
  async resolve(series: readonly Labels[], assertOpen: () => void): Promise<Uint32Array> {
    const refs = new Uint32Array(series.length);
    let done = 0;
    const pace = new Pace();
    while (done < series.length) {
      done = this.#resolvePiece(series, refs, done, pace);
      if (done === series.length) break;
      await pace.rest();
      assertOpen();
    }
    return refs;
  }

  /** The slot that an append to this reference goes to, or -1 when it was never given out. */
  slotFor(ref: number): number {
    const slot = this.index.slotOf(ref);
    return slot >= 0 ? slot : this.#replacementFor(ref);
  }

  /** Deletes the series that never got a sample: whoever was given their references is gone. Only at the start. */
  removeUnused(): void {
    const unused = [...this.index.slots()].filter((slot) => this.index.latestMs[slot] === Number.NEGATIVE_INFINITY);
    if (unused.length === 0) return;
    this.remove(unused);
    for (const _ of this.index.sweep());
  }

  /** Deletes series for good; their references are not given out again. The caller sweeps the index afterwards. */
  remove(slots: readonly number[]): void {
    const pages = new Set<number>();
    this.#database.transaction('relaxed', () => {
      for (const slot of slots) {
        const ref = this.index.refOf(slot);
        pages.add(this.latestPageOf(ref));
        this.#statements.remove.run(ref);
        this.#statements.retire.run(ref, labelsText(this.index.labelsOf(slot)));
      }
    });
    this.index.remove(slots);
    this.#database.transaction('relaxed', () => {
      for (const page of pages) if (!this.#isLatestPageInUse(page)) this.#statements.removeLatest.run(page);
    });
  }

  /** The page of `latest` that a reference is on. */
  latestPageOf(ref: number): number {
    return Math.floor(ref / LATEST_PAGE_REFS);
  }

  #isLatestPageInUse(page: number): boolean {
    const start = page * LATEST_PAGE_REFS;
    for (let ref = start; ref < start + LATEST_PAGE_REFS; ref++) if (this.index.slotOf(ref) >= 0) return true;
    return false;
  }

  /** Writes one page of latest samples; within a transaction of the caller. */
  saveLatestPage(page: number): void {
    const writer = new ByteWriter();
    const { index } = this;
    for (let ref = page * LATEST_PAGE_REFS; ref < (page + 1) * LATEST_PAGE_REFS; ref++) {
      const slot = index.slotOf(ref);
      const known = slot >= 0 && index.latestMs[slot]! !== Number.NEGATIVE_INFINITY;
      writer.byte(known ? 1 : 0);
      if (!known) continue;
      writer.signedVarint(index.latestMs[slot]!);
      writer.bytes(new Uint8Array(index.latestBits.buffer, 8 * slot, 8));
    }
    this.#statements.saveLatest.run(page, wrap(latestPlace(page), writer.written()));
  }

  #loadLatest(): void {
    const { index } = this;
    for (const row of this.#database.prepare('SELECT page, data FROM latest').iterate()) {
      const page = integerCell(row, 'page');
      const reader = new ByteReader(unwrap(latestPlace(page), blobCell(row, 'data')));
      for (let ref = page * LATEST_PAGE_REFS; ref < (page + 1) * LATEST_PAGE_REFS; ref++) {
        if (reader.byte() === 0) continue;
        const timeMs = reader.signedVarint();
        const bits = reader.bytes(8);
        const slot = index.slotOf(ref);
        if (slot < 0) continue;
        index.latestMs[slot] = timeMs;
        new Uint8Array(index.latestBits.buffer, 8 * slot, 8).set(bits);
      }
      reader.expectEnd();
    }
  }

  /** Resolves from `start` until the piece is over, and gives where it stopped. */
  #resolvePiece(series: readonly Labels[], refs: Uint32Array, start: number, pace: Pace): number {
    const missing: MissingSeries[] = [];
    let at = start;
    while (at < series.length && missing.length < NEW_SERIES_PIECE && !(at % 64 === 63 && pace.isOver())) {
      const labels = series[at]!;
      const key = labelsKey(labels);
      const slot = this.index.find(key);
      if (slot >= 0) refs[at] = this.index.refOf(slot);
      else missing.push({ at, labels, key });
      at++;
    }
    if (missing.length > 0) this.#make(missing, refs);
    return at;
  }

  #make(missing: readonly MissingSeries[], refs: Uint32Array): void {
    const made = new Map<string, { readonly ref: number; readonly labels: Labels }>();
    // Relaxed is enough: the append that uses the references first syncs them with its samples.
    this.#database.transaction('relaxed', () => {
      for (const { at, labels, key } of missing) {
        if (!made.has(key) && this.#isAllowed(labels, made.size)) {
          made.set(key, { ref: this.#insert(labelsText(labels)), labels });
        }
        refs[at] = made.get(key)?.ref ?? 0;
      }
    });
    for (const [key, { ref, labels }] of made) this.index.add(ref, labels, key);
  }

  #insert(text: string): number {
    const ref = this.#lastRef + 1;
    this.#statements.insert.run(ref, text, rowChecksum('series', [ref, text]));
    this.#lastRef = ref;
    return ref;
  }

  #isAllowed(labels: Labels, alsoMade: number): boolean {
    const limits = this.#limits;
    if (this.index.size + alsoMade >= limits.seriesMax || this.#lastRef >= REF_MAX) return false;
    if (labels.length > limits.labelsPerSeriesMax) return false;
    return labels.every(
      ({ name, value }) => name.length <= limits.labelNameLengthMax && value.length <= limits.labelValueLengthMax,
    );
  }

  #replacementFor(ref: number): number {
    const known = this.#replacements.get(ref);
    if (known !== undefined) {
      const slot = this.index.slotOf(known);
      if (slot >= 0) return slot;
    }
    const row = this.#statements.retired.get(ref);
    if (row === undefined) return -1;
    const labels = labelsFromText(textCell(row, 'labels'));
    const key = labelsKey(labels);
    let slot = this.index.find(key);
    if (slot < 0) {
      if (!this.#isAllowed(labels, 0)) return -1;
      const made = this.#database.transaction('relaxed', () => this.#insert(labelsText(labels)));
      slot = this.index.add(made, labels, key);
    }
    this.#replacements.set(ref, this.index.refOf(slot));
    return slot;
  }
}

export function latestPlace(page: number): string {
  return `latest ${page}`;
}

function refCell(row: Row): number {
  const ref = integerCell(row, 'ref');
  if (ref <= 0 || ref > REF_MAX) throw new DamagedBytes(`${ref} is no reference of a series`);
  return ref;
}

/** JSON, because it keeps every string: also NUL and lone surrogates, which UTF-8 cannot say. */
function labelsText(labels: Labels): string {
  return JSON.stringify(labels.map(({ name, value }) => [name, value]));
}

function labelsFromText(text: string): Labels {
  return labelsFrom(JSON.parse(text) as [string, string][]);
}
