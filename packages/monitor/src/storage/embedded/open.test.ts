import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { labelsFromRecord } from '../../model/labels.ts';
import type { LocalStore } from '../interface.ts';
import { openEmbeddedStore } from './open.ts';
import { FORMAT_VERSION } from './tables.ts';
import { outcomeOf } from './testing/damage.ts';
import { type Contents, contentsOf, copyFile, makeFullFile, openQuietly } from './testing/full-file.ts';

/** The user that owns nothing. */
const NOBODY = 65_534;
const NOW_MS = 1_700_000_000_000;

describe('opening the embedded store', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'chainpulse-open-'));
    path = join(directory, 'chainpulse.db');
  });
  afterEach(() => rm(directory, { recursive: true }));

  const open = (limits = {}, onNotice: (notice: string) => void = () => {}) =>
    openEmbeddedStore({
      onNotice,
      directory,
      retentionMs: undefined,
      durability: 'full',
      clock: { nowMs: () => NOW_MS },
      limits: { headAgeMaxMs: 0, ...limits },
    });
  /** Fails to open with this code, in one line that names the file, and leaves every byte as it was. */
  const assertRefused = async (code: string, limits = {}, opening = () => open(limits)) => {
    const before = hashOf(path);
    await assert.rejects(opening(), (error: Error & { code: string }) => {
      assert.equal(error.code, code, error.message);
      assert.ok(error.message.includes(path) && !error.message.includes('\n'), error.message);
      return true;
    });
    assert.equal(hashOf(path), before);
  };

  /** Fails to open and leaves every byte, or opens and names what is lost. */
  const assertRefusedOrTold = async (what: string) => {
    const files = new Map([['chainpulse.db', readFileSync(path)]]);
    const outcome = await outcomeOf(join(directory, 'tried'), files, await fullContents());
    assert.ok(outcome === 'refused' || outcome === 'told', `${what}: ${outcome}`);
  };
  let known: Contents | undefined;
  const fullContents = async () => {
    if (known !== undefined) return known;
    copyFile(join(directory, 'full'), join(directory, 'whole'));
    const { store } = await openQuietly(join(directory, 'whole'));
    known = await contentsOf(store);
    await store.close();
    return known;
  };

  it('makes the folder and the file', async () => {
    directory = join(directory, 'a', 'b');
    const store = await open();
    await store.close();
    assert.ok(existsSync(join(directory, 'chainpulse.db')));
    directory = join(directory, '..', '..');
  });

  it('leaves nothing but the one file when it is closed', async () => {
    await (await filled(open)).close();
    for (const suffix of ['-wal', '-shm', '-journal']) assert.ok(!existsSync(path + suffix), suffix);
  });

  it('refuses a folder that is in use by a store of the same process and of another', async () => {
    const store = await filled(open);
    await assertRefused('storage_locked');
    const script = `
      import { openEmbeddedStore } from ${JSON.stringify(new URL(`./open${import.meta.filename.slice(-3)}`, import.meta.url).href)};
      const clock = { nowMs: () => 0 };
      await openEmbeddedStore({ directory: process.argv[1], retentionMs: undefined, durability: 'full', clock })
        .catch((error) => console.log(error.code, error.message));`;
    const args = ['--conditions=@chainpulse/source', '--input-type=module', '-e', script, directory];
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.match(stdout, /^storage_locked .*chainpulse\.db is in use by another process: .*\n$/);
    assert.equal((await count(store)).samples, 40);
    await store.close();
    await (await open()).close();
  });

  it('refuses a folder that cannot be made', async () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    directory = join(file, 'data');
    await assert.rejects(open(), { code: 'storage_unwritable' });
    directory = join(file, '..');
  });

  it('refuses a file that cannot be written', async () => {
    await (await filled(open)).close();
    spawnSync('chmod', ['444', path]);
    spawnSync('chmod', ['777', directory]);
    // Root may write anything, and gives that up for the moment.
    const isRoot = process.getuid?.() === 0;
    await assertRefused('storage_unwritable', {}, async () => {
      if (isRoot) process.seteuid?.(NOBODY);
      try {
        return await open();
      } finally {
        if (isRoot) process.seteuid?.(0);
      }
    });
  });

  it('refuses a folder that no file system will make, without turning in circles', async () => {
    directory = '/proc/chainpulse';
    await assert.rejects(open(), { code: process.platform === 'linux' ? 'storage_unwritable' : /storage_/ });
    directory = join(path, '..');
  });

  it('refuses a file that is no database, one of another program, and one of a newer version', async () => {
    writeFileSync(path, 'not a database at all, but long enough to be looked at'.repeat(10));
    await assertRefused('storage_damaged');
    writeFileSync(path, 'short');
    await assertRefused('storage_damaged');
    writeFileSync(path, '');
    await (await open()).close();
    const newer = new DatabaseSync(path);
    newer.exec(`PRAGMA user_version = ${FORMAT_VERSION + 1}`);
    newer.close();
    await assertRefused('storage_newer_version');
    const other = new DatabaseSync(path);
    other.exec('PRAGMA application_id = 7');
    other.close();
    await assertRefused('storage_damaged');
  });

  it('refuses a file that was cut off', async () => {
    await (await filled(open)).close();
    const bytes = readFileSync(path);
    for (const length of [50, 4096, Math.floor(bytes.length / 2), bytes.length - 1]) {
      writeFileSync(path, bytes.subarray(0, length));
      await assertRefused('storage_damaged');
    }
  });

  it('refuses a file in which any cell of any row was changed, or puts aside what that cell holds and says so', async () => {
    await makeFullFile(join(directory, 'full'), 'absorbed');
    copyFile(join(directory, 'full'), directory);
    const bytes = readFileSync(path);
    const changed: Record<string, number> = {};
    for (const [table, key] of KEYS) {
      const rows = rowsOf(path, `SELECT * FROM ${table}`);
      assert.ok(rows.length > 0, table);
      changed[table] = 0;
      // The first and the last: among the latter are cold series and chunks of every kind.
      for (const row of [rows[0]!, rows.at(-1)!]) {
        for (const [column, cell] of Object.entries(row)) {
          if (table === 'chunk_data' && !isReadable(path, row['id'] as number)) continue;
          const database = new DatabaseSync(path);
          database
            .prepare(`UPDATE ${table} SET ${column} = ? WHERE ${key} = ?`)
            .run(otherThan(cell as Cell), row[key] as Cell);
          database.close();
          await assertRefusedOrTold(`${column} of ${table}`);
          writeFileSync(path, bytes);
          changed[table]++;
        }
      }
    }
    assert.ok(changed['chunk_data']! > 0, 'a chunk that can be read was changed');
  });

  it('refuses a file whose tables have other names', async () => {
    await (await filled(open)).close();
    const database = new DatabaseSync(path);
    database.exec('ALTER TABLE chunks RENAME COLUMN level TO levem; ALTER TABLE log_pages RENAME TO log_pagez');
    database.close();
    await assertRefused('storage_damaged');
  });

  it('refuses a file that lacks the row that says what is sealed', async () => {
    await (await filled(open)).close();
    const database = new DatabaseSync(path);
    assert.equal(database.prepare("DELETE FROM state WHERE name = 'sealed'").run().changes, 1);
    database.close();
    await assertRefused('storage_damaged');
  });

  it('refuses a file whose log lacks its pages', async () => {
    const store = await filled(open);
    const refs = await store.resolveSeries([labelsFromRecord({ __name__: 'm0', job: 'a long enough job' })]);
    await store.append({ refs, timestampsMs: NOW_MS + 2, values: Float64Array.of(1) });
    copyFile(directory, join(directory, 'killed'));
    await store.close();
    copyFile(join(directory, 'killed'), directory);
    const database = new DatabaseSync(path);
    // Else the database would count what goes.
    database.exec('DROP TRIGGER log_pages_delete');
    assert.ok(database.prepare('DELETE FROM log_pages').run().changes > 0);
    database.close();
    await assertRefused('storage_damaged');
  });

  it('says what is lost of a write-ahead log with damage in its middle, and refuses one without its beginning', async () => {
    const store = await filled(open);
    copyFile(directory, join(directory, 'killed'));
    await store.close();
    copyFile(join(directory, 'killed'), directory);
    const log = readFileSync(`${path}-wal`);
    const restored = (bytes: Uint8Array) => {
      copyFile(join(directory, 'killed'), directory);
      writeFileSync(`${path}-wal`, bytes);
    };
    const frameBytes = 24 + 4096;
    const middle = Buffer.from(log);
    middle[32 + 5 * frameBytes + 100]! ^= 1;
    restored(middle);
    const notices: string[] = [];
    await (await open({}, (notice) => notices.push(notice))).close();
    assert.equal(notices.length, 1);
    assert.match(
      notices[0]!,
      new RegExp(`chainpulse.db-wal is damaged at byte ${32 + 5 * frameBytes}: \\d+ transactions after it are lost`),
    );
    const beginning = Buffer.from(log);
    beginning[8]! ^= 1;
    restored(beginning);
    await assertRefused('storage_damaged');
    await assertRefused('storage_damaged');
    // What the refusal says to do.
    await rm(`${path}-wal`);
    await (await open()).close();
  });

  it('opens a file that a process left in the middle of a write', async () => {
    const store = await filled(open);
    copyFile(directory, join(directory, 'killed'));
    const expected = await count(store);
    await store.close();
    const log = readFileSync(join(directory, 'killed', 'chainpulse.db-wal'));
    for (const more of [Buffer.alloc(0), log.subarray(32, 32 + 1000), Buffer.alloc(5000)]) {
      await rm(path);
      copyFile(join(directory, 'killed'), directory);
      writeFileSync(`${path}-wal`, Buffer.concat([log, more]));
      const notices: string[] = [];
      const opened = await open({}, (notice) => notices.push(notice));
      assert.deepEqual([await countAndClose(opened), notices], [expected, []]);
    }
  });

  it('puts a damaged chunk of a file too large for a full check aside when it is read, and tells of it', async () => {
    await (await filled(open)).close();
    const database = new DatabaseSync(path);
    const row = database.prepare('SELECT id, data FROM chunk_data LIMIT 1').get();
    const data = row?.['data'] as Uint8Array;
    data[data.length - 1]! ^= 1;
    database.prepare('UPDATE chunk_data SET data = ? WHERE id = ?').run(data, row?.['id'] as number);
    database.close();
    const notices: string[] = [];
    const store = await open({ fullCheckMaxBytes: 0 }, (notice) => notices.push(notice));
    assert.deepEqual(notices, []);
    const { warnings, count: samples } = await contentsOf(store);
    assert.equal(samples, 0);
    assert.match(notices.join(), /history is damaged: 40 samples of series group 0 between \S+ and \S+ are lost/);
    assert.match(warnings.join(), /damaged history is left out: up to 40 samples between/);
    assert.equal(store.stats().quarantinedChunks, 1);
    await store.close();
    const again = await open();
    assert.equal(again.stats().quarantinedChunks, 1);
    assert.equal((await contentsOf(again)).warnings.length, 1);
    await again.close();
  });

  it('opens a file whose creation was interrupted', async () => {
    closeSync(openSync(path, 'w'));
    await (await filled(open)).close();
    assert.ok(statSync(path).size > 0);
    assert.equal((await countAndClose(await open())).samples, 40);
  });
});

type Cell = string | number | Uint8Array;

/** Every table, and the column that tells its rows apart. */
const KEYS = [
  ['series_segments', 'id'],
  ['series_data', 'id'],
  ['chunks', 'id'],
  ['chunk_data', 'id'],
  ['discarded', 'id'],
  ['tombstones', 'id'],
  ['quarantine', 'id'],
  ['log_pages', 'id'],
  ['metadata', 'id'],
  ['state', 'name'],
  ['row_counts', 'name'],
] as const;

function otherThan(cell: Cell): Cell {
  if (typeof cell === 'number') return cell + 1000;
  if (typeof cell === 'string') return cell.replace(/[a-z0-9](?!.*[a-z0-9])/, '~');
  const copy = Uint8Array.from(cell);
  copy[Math.floor(Math.random() * copy.length)]! ^= 1 << Math.floor(Math.random() * 8);
  return copy;
}

/** A store with a sealed block, batches in the log and metadata. */
async function filled(open: () => Promise<LocalStore>, series = 20): Promise<LocalStore> {
  const store = await open();
  const refs = await store.resolveSeries(
    Array.from({ length: series }, (_, index) => labelsFromRecord({ __name__: `m${index}`, job: 'a long enough job' })),
  );
  const values = Float64Array.from(refs, () => Math.random());
  await store.append({ refs, timestampsMs: NOW_MS, values });
  await store.maintain(NOW_MS);
  const metadata = [{ name: 'm1', type: 'gauge', help: 'A metric.', unit: '' } as const];
  await store.append({ refs, timestampsMs: NOW_MS + 1, values, metadata });
  return store;
}

async function count(store: LocalStore): Promise<{ series: number; samples: number; values: string }> {
  let samples = 0;
  let series = 0;
  const values = createHash('sha256');
  for await (const { timestampsMs, values: column, labels } of store.select({
    minTimeMs: 0,
    maxTimeMs: 1e15,
    matchers: [],
  })) {
    assert.ok(timestampsMs.every((timestampMs, index) => timestampMs === NOW_MS + index));
    assert.equal(labels.length, 2);
    samples += timestampsMs.length;
    series++;
    values.update(JSON.stringify(labels)).update(new Uint8Array(column.buffer));
  }
  return { series, samples, values: values.digest('hex') };
}

async function countAndClose(store: LocalStore): Promise<{ series: number; samples: number; values: string }> {
  try {
    return await count(store);
  } finally {
    await store.close();
  }
}

/** By another process: one that closes the file would lose the lock of a store that it has open. */
function hashOf(path: string): string {
  const script =
    "const { createHash } = require('crypto');" +
    "console.log(createHash('sha256').update(require('fs').readFileSync(process.argv[1])).digest('hex'))";
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script, path], { encoding: 'utf8' });
  assert.equal(stdout.length, 65, stderr);
  return stdout;
}

function rowsOf(path: string, sql: string): readonly Record<string, unknown>[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

/** The bytes of a chunk that counts: not of one that was replaced or put aside. */
function isReadable(path: string, id: number): boolean {
  return rowsOf(path, `SELECT 1 FROM chunks WHERE id = ${id}`).length > 0;
}
