import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { Database } from '../../sqlite/database.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { StateTable } from '../../sqlite/state-table.ts';
import { CREATE_TABLES } from '../tables.ts';
import { LogPages } from './log-pages.ts';

const CAPACITY = 4028;

let folder: string;
let database: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainpulse-log-pages-'));
  database = new Database(join(folder, 'log.db'), 'normal', Number.POSITIVE_INFINITY, CREATE_TABLES);
});

afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

function open(): LogPages {
  return new LogPages(database, new StateTable(database));
}

function write(pages: LogPages, bytes: Uint8Array): number {
  const written = database.transaction('relaxed', () => pages.write(bytes));
  pages.committed();
  return written;
}

function seal(pages: LogPages): void {
  pages.startPage();
  const through = pages.lastSequence;
  database.transaction('relaxed', () => pages.writeSealed(through));
  pages.sealed(through);
}

function contents(pages: LogPages): string {
  return Buffer.concat([...pages.read()]).toString('hex');
}

function rowsInTable(): number {
  return Number(database.prepare('SELECT count(*) AS count FROM log_pages').get()!['count']);
}

const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      size: fc.oneof(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 20_000 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), size: fc.integer({ min: 1, max: 9000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('seal' as const, 'reopen' as const, 'trim' as const),
      size: fc.nat(3),
    }),
  },
);

describe('the pages of the log', () => {
  it('give back what is written and not sealed, whatever fails or restarts in between', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        database.transaction('relaxed', () => database.prepare('DELETE FROM log_pages').run());
        database.transaction('relaxed', () => database.prepare('DELETE FROM state').run());
        let pages = open();
        let expected: Buffer[] = [];
        for (const [at, { kind, size }] of actions.entries()) {
          const bytes = Buffer.alloc(size, at + 1);
          if (kind === 'write') {
            write(pages, bytes);
            expected.push(bytes);
          } else if (kind === 'fail') {
            const fails = () => database.transaction('relaxed', () => assert.fail(`${pages.write(bytes)}`));
            assert.throws(fails, assert.AssertionError);
            pages.startPage();
          } else if (kind === 'seal') {
            seal(pages);
            expected = [];
          } else if (kind === 'trim') {
            while (pages.trim(size));
          } else {
            pages = open();
          }
        }
        assert.equal(contents(pages), Buffer.concat(expected).toString('hex'));
        assert.equal(contents(open()), Buffer.concat(expected).toString('hex'));
      }),
      { numRuns: 60 },
    );
  });

  it('writes one page for what fits behind the last, and for what begins another', () => {
    const pages = open();
    const first = write(pages, Buffer.alloc(CAPACITY - 10));
    const behind = write(pages, Buffer.alloc(10));
    assert.equal(rowsInTable(), 1);
    const next = write(pages, Buffer.alloc(1));
    assert.equal(rowsInTable(), 2);
    assert.ok(behind < first);
    assert.equal(next, first);
  });

  it('writes void pages again and takes no more room', () => {
    const pages = open();
    for (let head = 0; head < 20; head++) {
      for (let at = 0; at < 10; at++) write(pages, Buffer.alloc(CAPACITY));
      seal(pages);
    }
    assert.equal(rowsInTable(), 10);
    while (pages.trim(4));
    assert.equal(rowsInTable(), 4);
  });

  it('tells a page that is gone, and one that is another', () => {
    const pages = open();
    for (let at = 0; at < 4; at++) write(pages, Buffer.alloc(CAPACITY, at));
    const change = (sql: string) => assert.equal(database.prepare(sql).run().changes, 1);
    change('UPDATE log_pages SET sequence = 5 WHERE id = 4');
    assert.throws(() => contents(open()), new DamagedBytes('log page 4 is not there, but log page 5 is'));
    change('UPDATE log_pages SET sequence = 4 WHERE id = 4');
    change('UPDATE log_pages SET data = (SELECT data FROM log_pages WHERE id = 1) WHERE id = 2');
    assert.throws(() => contents(open()), new DamagedBytes('the checksum of log page 2 in row 2 is wrong'));
  });
});
