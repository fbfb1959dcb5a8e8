import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { labelsFromRecord } from '../../model/labels.ts';
import type { LocalStore } from '../interface.ts';
import { InlinePacker } from './chunks/testing/inline-packer.ts';
import { FILE_NAME, openEmbeddedStore } from './open.ts';
import { outcomeOf } from './testing/damage.ts';
import { type Contents, contentsOf, copyFile, makeFullFile, openQuietly } from './testing/full-file.ts';

const HOUR_MS = 3_600_000;
const PAGE_BYTES = 4096;
/** First bytes of pages: leaves and inner pages of tables, and of those that are indexes (WITHOUT ROWID). */
const TABLE_LEAF = 0x0d;
const TABLE_INNER = 0x05;
const INDEX_LEAF = 0x0a;
const INDEX_INNER = 0x02;
/** A file of which not every page is looked at when it is opened. */
const LARGE = { limits: { fullCheckMaxBytes: 0 } };
/** Of what is lost with them a read tells, chunk by chunk. */
const TOLD_BY_READS = ['chunk_data'];

describe('a large file in which an empty page lies over one of a table', () => {
  let folder: string;
  let bytes: Buffer;
  let whole: Contents;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'chainpulse-roots-'));
    await makeFullFile(join(folder, 'made'), 'absorbed');
    bytes = readFileSync(join(folder, 'made', FILE_NAME));
    copyFile(join(folder, 'made'), join(folder, 'read'));
    const { store } = await openQuietly(join(folder, 'read'));
    whole = await contentsOf(store);
    await store.close();
  });
  after(() => rm(folder, { recursive: true }));

  it('is refused, whichever table lost its root, or tells what it lacks', async () => {
    const roots = rootsIn(join(folder, 'made', FILE_NAME));
    assert.ok(roots.size > 8);
    for (const [name, root] of roots) {
      const files = new Map([[FILE_NAME, emptied(bytes, root)]]);
      const outcome = await outcomeOf(join(folder, 'tried'), files, whole, LARGE);
      assert.equal(outcome, TOLD_BY_READS.includes(name) ? 'told' : 'refused', name);
    }
  });
});

describe('the log of a large file', () => {
  let folder: string;
  let nowMs: number;
  let store: LocalStore;

  const open = (headAgeMaxMs: number) =>
    openEmbeddedStore({
      directory: join(folder, 'store'),
      retentionMs: undefined,
      durability: 'normal',
      clock: { nowMs: () => nowMs },
      packer: new InlinePacker(),
      limits: { headAgeMaxMs, fullCheckMaxBytes: 0 },
    });
  const run = async (steps: number) => {
    const series = Array.from({ length: 200 }, (_, index) => labelsFromRecord({ __name__: 'm', i: String(index) }));
    const refs = await store.resolveSeries(series);
    for (let step = 0; step < steps; step++) {
      nowMs += 60_000;
      const values = Float64Array.from(refs, (_, index) => step / (1 + index));
      await store.append({ refs: refs.slice(), timestampsMs: nowMs, values });
    }
    // Long enough for a checkpoint to be due.
    nowMs += HOUR_MS;
    await store.maintain(nowMs);
  };
  /** As a process leaves it that is killed after a checkpoint: all is in the file. */
  const fileNow = () => {
    copyFile(join(folder, 'store'), join(folder, 'killed'));
    return readFileSync(join(folder, 'killed', FILE_NAME));
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chainpulse-roots-'));
    nowMs = 1_700_000_000_000;
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is missed when any page of it is empty, the last one too', async () => {
    store = await open(10 * HOUR_MS);
    await run(30);
    const bytes = fileNow();
    const whole = await contentsOf(store);
    await store.close();
    const root = rootsIn(join(folder, 'killed', FILE_NAME)).get('log_pages')!;
    const pages = childrenOf(bytes, root);
    assert.ok(pages.length > 2, `${pages.length} pages`);
    const outcomeWith = (file: Buffer) => outcomeOf(join(folder, 'tried'), new Map([[FILE_NAME, file]]), whole, LARGE);
    assert.equal(await outcomeWith(bytes), 'same');
    for (const page of [root, ...pages]) assert.equal(await outcomeWith(emptied(bytes, page)), 'refused', `${page}`);
  });
});

function rootsIn(path: string): ReadonlyMap<string, number> {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'").all();
  database.close();
  return new Map(rows.map((row) => [String(row['name']), Number(row['rootpage'])]));
}

/** A copy with a sound page that holds nothing in the place of this one. */
function emptied(bytes: Buffer, page: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = (page - 1) * PAGE_BYTES;
  const isIndex = copy[at] === INDEX_LEAF || copy[at] === INDEX_INNER;
  copy.fill(0, at, at + PAGE_BYTES);
  copy[at] = isIndex ? INDEX_LEAF : TABLE_LEAF;
  copy.writeUInt16BE(PAGE_BYTES, at + 5);
  return copy;
}

/** The pages below an inner page of a table. Source: https://sqlite.org/fileformat2.html#b_tree_pages */
function childrenOf(bytes: Buffer, page: number): readonly number[] {
  const at = (page - 1) * PAGE_BYTES;
  assert.equal(bytes[at], TABLE_INNER);
  const cells = bytes.readUInt16BE(at + 3);
  const below = Array.from({ length: cells }, (_, cell) =>
    bytes.readUInt32BE(at + bytes.readUInt16BE(at + 12 + 2 * cell)),
  );
  return [...below, bytes.readUInt32BE(at + 8)];
}
