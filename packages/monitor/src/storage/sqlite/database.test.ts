import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { Database } from './database.ts';

it('copies itself over no file that is there, least of all itself', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-database-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'a.db');
  const copyPath = join(directory, 'copy.db');
  const database = new Database(
    path,
    'normal',
    Number.POSITIVE_INFINITY,
    'CREATE TABLE t (a); PRAGMA user_version = 1;',
  );
  const insert = (value: number) =>
    database.transaction('durable', () => database.prepare('INSERT INTO t VALUES (?)').run(value));
  insert(1);
  await database.backup(copyPath);
  const copy = readFileSync(copyPath);
  insert(2);
  await assert.rejects(database.backup(copyPath), { code: 'EEXIST' });
  await assert.rejects(database.backup(path), { code: 'EEXIST' });
  assert.deepEqual(readFileSync(copyPath), copy);
  database.close();
  const again = new Database(path, 'normal', Number.POSITIVE_INFINITY);
  assert.deepEqual(
    again
      .prepare('SELECT a FROM t')
      .all()
      .map(({ a }) => a),
    [1, 2],
  );
  again.close();
});
