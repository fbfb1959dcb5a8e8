// Damage to a file, at random places that a seed repeats, and what may come of it: the store is refused, or what it lacks is
// told; what it gives is right. That is judged here.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChainpulseError } from '../../../model/errors.ts';
import type { StoreLimits } from '../limits.ts';
import { FILE_NAME } from '../open.ts';
import { type Contents, contentsOf, openQuietly } from './full-file.ts';
import type { Random } from './random.ts';

const PAGE_BYTES = 4096;
/** In the first page, before what every page of a table begins with. */
const DATABASE_HEADER_BYTES = 100;
/** Where a page of a table says how many cells it has. */
const CELL_COUNT_AT = 3;

/** A copy of the bytes with some damage, and what that is. */
export function damaged(bytes: Buffer, random: Random): { readonly bytes: Buffer; readonly what: string } {
  const copy = Buffer.from(bytes);
  const pageAt = () => PAGE_BYTES * random(Math.max(1, Math.floor(bytes.length / PAGE_BYTES)));
  switch (random(8)) {
    case 0:
    case 1:
    case 2: {
      const at = random(bytes.length);
      const length = random(2) === 0 ? 1 : 1 + random(300);
      for (let byte = at; byte < Math.min(bytes.length, at + length); byte++) copy[byte] = random(256);
      return { bytes: copy, what: `${length} bytes at ${at}` };
    }
    case 3: {
      const at = random(bytes.length);
      copy[at]! ^= 1 << random(8);
      return { bytes: copy, what: `a bit at ${at}` };
    }
    case 4: {
      const at = pageAt();
      copy.fill(0, at, at + PAGE_BYTES);
      return { bytes: copy, what: `zeros in the page at ${at}` };
    }
    case 5: {
      const at = pageAt();
      for (let byte = at; byte < Math.min(bytes.length, at + PAGE_BYTES); byte++) copy[byte] = random(256);
      return { bytes: copy, what: `noise in the page at ${at}` };
    }
    case 6: {
      const to = pageAt();
      let from = pageAt();
      // A page of an empty table cannot be told from what an empty table has, unless all pages of the file are counted.
      while (bytes.readUInt16BE(from + (from === 0 ? DATABASE_HEADER_BYTES : 0) + CELL_COUNT_AT) === 0) from = pageAt();
      bytes.copy(copy, to, from, from + PAGE_BYTES);
      return { bytes: copy, what: `the page at ${from} also at ${to}` };
    }
    default: {
      const length = random(2) === 0 ? PAGE_BYTES * random(bytes.length / PAGE_BYTES) : random(bytes.length);
      // A file without a byte is one whose creation was interrupted.
      if (length === 0) return { bytes: copy.subarray(0, 1), what: 'cut to 1' };
      return { bytes: copy.subarray(0, length), what: `cut to ${length}` };
    }
  }
}

export type Outcome = 'same' | 'told' | 'refused' | 'shorter';

/**
 * Opens a folder with these files, and fails unless that is refused, in the same words each time and with every byte left,
 * or gives the expected samples, each one that is missing told. `mayEndEarlier`: where the log of the database was cut, only
 * what was written last may be missing without a word.
 */
export async function outcomeOf(
  directory: string,
  files: ReadonlyMap<string, Buffer>,
  expected: Contents,
  {
    limits = {},
    mayEndEarlier = false,
  }: { readonly limits?: Partial<StoreLimits>; readonly mayEndEarlier?: boolean } = {},
): Promise<Outcome> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const [name, bytes] of files) writeFileSync(join(directory, name), bytes);
  const first = await look(directory, limits);
  if (typeof first === 'string') {
    for (const [name, bytes] of files) assert.ok(isUnchanged(join(directory, name), bytes), `${name} was changed`);
    assert.equal(await look(directory, limits), first, 'a second start says something else');
    return 'refused';
  }
  const lacking = lackingIn(first.contents, expected);
  const isTold = first.notices.length > 0 || first.contents.warnings.some((one) => !expected.warnings.includes(one));
  assert.ok(lacking === 0 || isTold || mayEndEarlier, `${lacking} samples are missing, and nothing is said of it`);
  const second = await look(directory, limits);
  if (typeof second === 'string') assert.fail(`the first start went well, the second does not: ${second}`);
  // A large file's chunks are not looked at when it is opened, and more is lost of a damaged table when it is written to.
  const isMoreTold = second.contents.warnings.some((one) => !first.contents.warnings.includes(one));
  const isAllowed = limits.fullCheckMaxBytes === 0 && isMoreTold;
  assert.ok(lackingIn(second.contents, first.contents) === 0 || isAllowed, 'the second start gives less');
  if (lacking === 0) return isTold ? 'told' : 'same';
  return isTold ? 'told' : 'shorter';
}

/** What is in the store, or the sentence with which it is refused. */
async function look(directory: string, limits: Partial<StoreLimits>) {
  let sentence: string | undefined;
  try {
    const { store, notices } = await openQuietly(directory, limits);
    try {
      const contents = await contentsOf(store);
      await store.maintain(0);
      return { contents, notices };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof ChainpulseError)) throw error;
    assert.match(error.code, /^storage_/);
    assert.ok(error.message.includes(FILE_NAME) && !error.message.includes('\n'), error.message);
    sentence = `${error.code}: ${error.message}`;
  }
  return sentence;
}

/** How many of the expected samples are not there. Fails when there is one that is not expected. */
function lackingIn(found: Contents, expected: Contents): number {
  for (const [series, own] of found.samples) {
    const known = expected.samples.get(series);
    for (const sample of own)
      assert.ok(known?.has(sample), `${series} has ${sample}, which was never stored or is deleted`);
  }
  return expected.count - found.count;
}

/** Looked at by another process: one that closes the file would lose the lock of a store. */
function isUnchanged(path: string, bytes: Buffer): boolean {
  return spawnSync('cmp', ['-s', path, '-'], { input: bytes }).status === 0;
}
