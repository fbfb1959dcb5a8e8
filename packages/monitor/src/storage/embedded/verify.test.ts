import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { labelsFromRecord } from '../../model/labels.ts';
import type { StoreLimits } from './limits.ts';
import { outcomeOf } from './testing/damage.ts';
import { contentsOf, copyFile, openQuietly } from './testing/full-file.ts';

const NOW_MS = 1_700_000_000_000;
/** No chunk is looked at when the file is opened. */
const LARGE = { fullCheckMaxBytes: 0 };

describe('looking at a file before it is opened', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'chainpulse-verify-'));
    path = join(directory, 'chainpulse.db');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** A store with so many samples more. */
  const fill = async (count: number) => {
    const { store } = await openQuietly(directory);
    const refs = await store.resolveSeries([labelsFromRecord({ __name__: 'm' })]);
    const timestampsMs = Float64Array.from({ length: count }, (_, at) => NOW_MS + count + at);
    const values = timestampsMs.map(Math.random);
    await store.append({ refs: new Uint32Array(count).fill(refs[0]!), timestampsMs, values });
    return store;
  };
  /** Fails to open a file with these bytes, and leaves it as it is. */
  const assertRefused = async (bytes: Buffer, limits: Partial<StoreLimits>) => {
    writeFileSync(path, bytes);
    await assert.rejects(openQuietly(directory, limits), { code: 'storage_damaged' });
    assert.deepEqual(readFileSync(path), bytes);
  };
  /** The folder as a kill at this moment leaves it. */
  const killedWith = async (count: number) => {
    const store = await fill(count);
    copyFile(directory, join(directory, 'killed'));
    const expected = await contentsOf(store);
    await store.close();
    copyFile(join(directory, 'killed'), directory);
    return expected;
  };

  it('refuses a write-ahead log whose file is empty or gone, and leaves the log', async () => {
    await killedWith(1);
    const log = readFileSync(`${path}-wal`);
    writeFileSync(path, '');
    await assert.rejects(openQuietly(directory), { code: 'storage_damaged' });
    rmSync(path);
    await assert.rejects(openQuietly(directory), { code: 'storage_damaged' });
    assert.ok(!existsSync(path));
    assert.deepEqual(readFileSync(`${path}-wal`), log);
    // What the refusal says to do.
    rmSync(`${path}-wal`);
    await (await openQuietly(directory)).store.close();
  });

  it('does not say of an empty file that a store is begun in it when it refuses it', async () => {
    await killedWith(1);
    writeFileSync(path, '');
    const notices: string[] = [];
    await assert.rejects(openQuietly(directory, {}, undefined, notices), { code: 'storage_damaged' });
    assert.deepEqual(notices, []);
    rmSync(`${path}-wal`);
    await (await openQuietly(directory, {}, undefined, notices)).store.close();
    assert.match(notices.join(), /was empty, .* a new store is begun/);
  });

  it('refuses a file with a trigger that counts the other way, and one with a table on the page of another', async () => {
    await (await fill(1)).close();
    const bytes = readFileSync(path);
    for (const [found, written] of [
      ["rows = rows + 1 WHERE name = 'discarded'", "rows = rows - 1 WHERE name = 'discarded'"],
      ['CREATE TRIGGER chunks_delete AFTER DELETE', 'CREATE TRIGGER chunks_delete AFTER INSERT'],
      ['tablediscardeddiscarded\x07', 'tablediscardeddiscarded\x05'],
    ] as const) {
      // What a page once had may still be on it.
      const changed = Buffer.from(bytes.toString('latin1').replaceAll(found, written), 'latin1');
      assert.notDeepEqual(changed, bytes);
      for (const limits of [{}, LARGE]) await assertRefused(changed, limits);
    }
  });

  it('refuses a large file whose list of free pages has a page that is not free', async () => {
    await (await fill(1)).close();
    const database = new DatabaseSync(path);
    database.exec('CREATE TEMP TABLE t (id INTEGER); INSERT INTO chunk_data VALUES (-1, zeroblob(40960))');
    database.exec('DELETE FROM chunk_data WHERE id = -1');
    database.close();
    const bytes = readFileSync(path);
    // The header has the first page of the list; that has the others from its third number on: https://sqlite.org/fileformat2.html
    const first = bytes.readUInt32BE(32);
    assert.ok(first > 0 && bytes.readUInt32BE(36) > 2);
    bytes.writeUInt32BE(5, 4096 * (first - 1) + 8);
    await assertRefused(bytes, LARGE);
  });

  it('leaves a write-ahead log where it is when a row that is loaded is damaged', async () => {
    await (await fill(5000)).close();
    const expected = await killedWith(1);
    for (const damage of [
      'UPDATE chunks SET samples = samples + 1',
      "UPDATE series_segments SET directory = x'00'",
      "UPDATE series_data SET data = x'00'",
    ]) {
      const changed = join(directory, 'changed');
      const database = new DatabaseSync(join(directory, 'killed', 'chainpulse.db'));
      database.exec(damage);
      copyFile(join(directory, 'killed'), changed);
      database.close();
      const names = ['chainpulse.db', 'chainpulse.db-wal'];
      const files = new Map(names.map((name) => [name, readFileSync(join(changed, name))]));
      assert.equal(await outcomeOf(join(directory, 'tried'), files, expected), 'refused', damage);
      rmSync(join(directory, 'killed'), { recursive: true });
      copyFile(directory, join(directory, 'killed'));
    }
  });

  it('refuses a file with pages that its header does not count', async () => {
    await (await fill(5000)).close();
    const bytes = readFileSync(path);
    bytes.writeUInt32BE(bytes.readUInt32BE(28) - 1, 28);
    await assertRefused(bytes, LARGE);
  });

  it('refuses a large file with rows of chunk_data that are of no chunk', async () => {
    await (await fill(1)).close();
    const database = new DatabaseSync(path);
    database.exec("INSERT INTO chunk_data VALUES (1000, x'00')");
    database.close();
    await assertRefused(readFileSync(path), LARGE);
  });

  it('refuses a file whose header forbids writing', async () => {
    await (await fill(1)).close();
    const bytes = readFileSync(path);
    // The version that a program must know to write the file: https://sqlite.org/fileformat2.html
    bytes[18] = 9;
    writeFileSync(path, bytes);
    await assert.rejects(openQuietly(directory), { code: 'storage_damaged' });
    assert.deepEqual(readFileSync(path), bytes);
  });

  it('tells what is lost of a large file that was cut off while its write-ahead log was not', async () => {
    // A chunk of several pages in the file, and a log.
    await (await fill(5000)).close();
    const expected = await killedWith(1);
    const bytes = readFileSync(path);
    const log = readFileSync(`${path}-wal`);
    const outcomes = new Set<string>();
    for (let length = 4096; length < bytes.length; length += 4096) {
      const files = new Map([
        ['chainpulse.db', bytes.subarray(0, length)],
        ['chainpulse.db-wal', log],
      ]);
      outcomes.add(await outcomeOf(join(directory, 'tried'), files, expected, { limits: { fullCheckMaxBytes: 0 } }));
    }
    assert.ok(outcomes.has('told') && !outcomes.has('shorter'), [...outcomes].join());
  });
});
