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
import type { Store } from '../interface.ts';
import { openEmbeddedStore } from './open.ts';
import { FORMAT_VERSION } from './schema.ts';

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

  const open = (limits = {}) =>
    openEmbeddedStore({
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

  it('refuses a file in which any cell of any row was changed', async () => {
    await (await filled(open)).close();
    const bytes = readFileSync(path);
    let changed = 0;
    for (const [table, key] of KEYS) {
      const database = new DatabaseSync(path);
      const row = database.prepare(`SELECT * FROM ${table} LIMIT 1`).get() ?? {};
      database.close();
      for (const [column, cell] of Object.entries(row)) {
        const damaged = new DatabaseSync(path);
        const sql = `UPDATE ${table} SET ${column} = ? WHERE ${key} = ?`;
        damaged.prepare(sql).run(otherThan(cell as Cell), row[key] as Cell);
        damaged.close();
        await assertRefused('storage_damaged');
        writeFileSync(path, bytes);
        changed++;
      }
    }
    assert.equal(changed, 3 + 2 + 7 + 2 + 2 + 3 + 3);
  });

  it('never crashes, and never gives wrong samples, whatever bytes of the file are overwritten', async (t) => {
    await (await filled(open, 1000)).close();
    const bytes = readFileSync(path);
    const seed = Math.floor(Math.random() * 2 ** 31);
    t.diagnostic(`seed ${seed}`);
    const random = generator(seed);
    const expected = await countAndClose(await open());
    const codes = new Map<string, number>();
    for (let round = 0; round < 150; round++) {
      const damaged = Buffer.from(bytes);
      const at = Math.floor(random() * bytes.length);
      const length = 1 + Math.floor(random() * (round % 2 === 0 ? 1 : 300));
      for (let index = at; index < Math.min(bytes.length, at + length); index++) damaged[index] = random() * 256;
      writeFileSync(path, damaged);
      let outcome = 'same';
      try {
        assert.deepEqual(await countAndClose(await open()), expected, `seed ${seed}, round ${round}, byte ${at}`);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('storage_'))) throw error;
        outcome = String(error.code);
        assert.ok(error.message.includes(path) && !error.message.includes('\n'));
        assert.deepEqual(readFileSync(path), damaged, `seed ${seed}, round ${round}: the file was changed`);
      }
      codes.set(outcome, (codes.get(outcome) ?? 0) + 1);
      for (const suffix of ['-wal', '-shm', '-journal']) await rm(path + suffix, { force: true });
    }
    t.diagnostic(JSON.stringify(Object.fromEntries(codes)));
    assert.ok((codes.get('storage_damaged') ?? 0) > 50);
  });

  it('says so at the read when a chunk of a file too large for a full check at the start is damaged', async () => {
    await (await filled(open)).close();
    const database = new DatabaseSync(path);
    const row = database.prepare('SELECT id, data FROM chunks LIMIT 1').get();
    const data = row?.['data'] as Uint8Array;
    data[data.length - 1]! ^= 1;
    database.prepare('UPDATE chunks SET data = ? WHERE id = ?').run(data, row?.['id'] as number);
    database.close();
    await assertRefused('storage_damaged');
    const store = await open({ fullCheckMaxBytes: 0 });
    await assert.rejects(count(store), { code: 'storage_damaged' });
    assert.equal(store.stats().errorsTotal.read, 1);
    await store.close();
  });

  it('opens a file whose creation was interrupted', async () => {
    closeSync(openSync(path, 'w'));
    await (await filled(open)).close();
    assert.ok(statSync(path).size > 0);
    assert.equal((await countAndClose(await open())).samples, 40);
  });
});

type Cell = string | number | Uint8Array;

const KEYS = [
  ['series', 'ref'],
  ['latest', 'page'],
  ['blocks', 'id'],
  ['chunks', 'id'],
  ['batches', 'sequence'],
  ['metadata', 'name'],
  ['state', 'name'],
] as const;

function otherThan(cell: Cell): Cell {
  if (typeof cell === 'number') return cell + 1000;
  if (typeof cell === 'string') return cell.replace(/[a-z0-9](?!.*[a-z0-9])/, '~');
  const copy = Uint8Array.from(cell);
  copy[Math.floor(Math.random() * copy.length)]! ^= 1 << Math.floor(Math.random() * 8);
  return copy;
}

/** A store with a sealed block, batches in the log and metadata. */
async function filled(open: () => Promise<Store>, series = 20): Promise<Store> {
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

async function count(store: Store): Promise<{ series: number; samples: number; values: string }> {
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

async function countAndClose(store: Store): Promise<{ series: number; samples: number; values: string }> {
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

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
