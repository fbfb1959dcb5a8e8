import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { labelsFromRecord } from '../../model/labels.ts';
import { outcomeOf } from './testing/damage.ts';
import { contentsOf, copyFile, openQuietly } from './testing/full-file.ts';

const NOW_MS = 1_700_000_000_000;

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
