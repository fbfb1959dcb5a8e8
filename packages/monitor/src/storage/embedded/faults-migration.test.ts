import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { labelsFromRecord } from '../../model/labels.ts';
import type { LocalStore } from '../interface.ts';
import { FILE_NAME, openEmbeddedStore } from './open.ts';
import { damaged } from './testing/damage.ts';
import {
  FORMAT_1_EXEMPLAR,
  FORMAT_1_METADATA,
  format1Bytes,
  format1Expected,
  writeFormat1,
} from './testing/format-1.ts';
import { randomFrom } from './testing/random.ts';
import { SmallDisk } from './testing/small-disk.ts';

const IS_LONG = process.env['CHAINPULSE_LONG_TESTS'] === '1';
const KILLS = IS_LONG ? 200 : 8;
const DAMAGES = IS_LONG ? 2000 : 60;
const ALL = { minTimeMs: -1e15, maxTimeMs: 1e15, matchers: [] };
const NOW_MS = 1_700_000_100_000;
/** Opens the store of a folder, and says when the migration begins and when it is open. */
const OPENER = `
  import { writeSync } from 'node:fs';
  import { openEmbeddedStore } from ${JSON.stringify(new URL(`./open${import.meta.filename.slice(-3)}`, import.meta.url).href)};
  await openEmbeddedStore({
    directory: process.argv[1],
    retentionMs: undefined,
    durability: 'full',
    clock: { nowMs: () => ${NOW_MS} },
    onNotice: () => writeSync(1, 'begun\\n'),
  });
  writeSync(1, 'opened\\n');
  setInterval(() => {}, 1000);`;

describe('a file of format 1', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'chainpulse-migration-'));
    path = join(directory, FILE_NAME);
    writeFormat1(directory);
  });
  afterEach(() => rm(directory, { recursive: true }));

  const open = (limits = {}, folder = directory) =>
    openEmbeddedStore({
      directory: folder,
      retentionMs: undefined,
      durability: 'full',
      clock: { nowMs: () => NOW_MS },
      onNotice: (notice) => notices.push(notice),
      limits,
    });
  let notices: string[] = [];
  beforeEach(() => (notices = []));

  it('comes into the present format with every bit of every sample, histograms, exemplars and metadata', async () => {
    const store = await open();
    await checkWhole(store);
    assert.equal(notices.length, 1);
    assert.match(notices[0]!, /chainpulse\.db has the format of an earlier version/);
    await store.close();
    assert.deepEqual(readdirSync(directory), [FILE_NAME]);
    const again = await open();
    assert.equal(notices.length, 1);
    await checkWhole(again);
    const refs = await again.resolveSeries([labelsFromRecord({ __name__: 'new' })]);
    await again.append({ refs, timestampsMs: NOW_MS, values: Float64Array.of(1) });
    await again.close();
  });

  it('comes whole also where the present limits would refuse its series and metadata', async () => {
    const store = await open({
      seriesMax: 10,
      labelsPerSeriesMax: 1,
      labelValueLengthMax: 1,
      metadataMax: 0,
      batchSamplesMax: 5,
    });
    await checkWhole(store);
    await store.close();
  });

  it('is whole, the old one or the new one, after a kill at any moment of the migration', async (t) => {
    const killed = { before: 0, during: 0, opened: 0 };
    for (let round = 0; round < KILLS; round++) {
      const folder = join(directory, `${round}`);
      mkdirSync(folder);
      writeFormat1(folder);
      // Killed more than once, as in a crash loop, before it is looked at.
      for (let kill = 0; kill < 1 + (round % 3); kill++) {
        const said = await openUntilKilled(folder, Math.random() * 80);
        killed[said.includes('opened') ? 'opened' : said.includes('begun') ? 'during' : 'before']++;
      }
      const store = await open({}, folder);
      await checkWhole(store);
      await store.close();
      assert.deepEqual(readdirSync(folder), [FILE_NAME], `round ${round}`);
    }
    t.diagnostic(JSON.stringify(killed));
    assert.ok(killed.during > 0);
  });

  it('stays what it is when the disk is full, and is migrated when there is space', async (t) => {
    const folder = join(directory, 'disk');
    const disk = SmallDisk.mount(folder, 4 * 1024 * 1024);
    if (disk === undefined) return t.skip('needs the right to mount a small file system');
    try {
      let refused = 0;
      for (let freeKib = 0; freeKib <= 320; freeKib += IS_LONG ? 4 : 20) {
        writeFormat1(folder);
        disk.leaveFree(freeKib * 1024);
        const opened = await open({}, folder).catch((error: Error & { code: string }) => error);
        if (opened instanceof Error) {
          refused++;
          assert.equal((opened as { code?: string }).code, 'storage_full', opened.message);
          assert.deepEqual(leftOf(folder), [], `${freeKib}`);
        } else {
          await checkWhole(opened);
          await opened.close();
        }
        disk.makeRoom();
        const store = await open({}, folder);
        await checkWhole(store);
        await store.close();
        await rm(join(folder, FILE_NAME));
      }
      t.diagnostic(`${refused} found no space`);
      assert.ok(refused > 0);
    } finally {
      disk.unmount();
    }
    return undefined;
  });

  it('is not migrated by two processes at once', async () => {
    const first = open();
    await assert.rejects(open(), { code: 'storage_locked' });
    const store = await first;
    await checkWhole(store);
    await store.close();
  });

  it('is refused, and stays, when it is damaged', async (t) => {
    const bytes = format1Bytes();
    const seed = Math.floor(Math.random() * 2 ** 31);
    const outcomes = { refused: 0, whole: 0 };
    for (let round = 0; round < DAMAGES; round++) {
      const damage = damaged(bytes, randomFrom(seed + round));
      const what = `seed ${seed + round}, ${damage.what}`;
      writeFileSync(path, damage.bytes);
      const opened = await open().catch((error: Error & { code: string }) => error);
      if (opened instanceof Error) {
        outcomes.refused++;
        assert.match(
          (opened as { code?: string }).code ?? '',
          /^storage_(damaged|newer_version)$/,
          `${what}: ${opened.stack}`,
        );
        assert.ok(opened.message.includes(path), what);
        assert.deepEqual(leftOf(directory), [], what);
        assert.equal(readFileSync(path).length, damage.bytes.length, what);
      } else {
        outcomes.whole++;
        await checkWhole(opened, what);
        await opened.close();
      }
      await rm(path);
    }
    t.diagnostic(`seeds from ${seed}: ${JSON.stringify(outcomes)}`);
    assert.ok(outcomes.refused > 0);
  });

  it('of a format that is not there yet is refused by its number', async () => {
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    await assert.rejects(open(), {
      code: 'storage_newer_version',
      message: /has format 99, and this version of chainpulse knows up to 2/,
    });
  });
});

/** Files of an attempt. */
function leftOf(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.includes('migration'));
}

async function openUntilKilled(directory: string, delayMs: number): Promise<string> {
  const args = ['--conditions=@chainpulse/source', '--input-type=module', '-e', OPENER, directory];
  const env = { ...process.env, NODE_COMPILE_CACHE: join(directory, '..', 'compiled') };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child.stdout, 'data');
  await setTimeout(delayMs);
  child.kill('SIGKILL');
  await once(child, 'close');
  return output;
}

async function checkWhole(store: LocalStore, what?: string): Promise<void> {
  const found = new Map<string, unknown>();
  for await (const { labels, timestampsMs, values, histograms } of store.select(ALL)) {
    const bits = [...new Uint32Array(values.buffer, values.byteOffset, 2 * values.length)];
    found.set(JSON.stringify(labels), { labels, timesMs: [...timestampsMs], bits, histograms: histograms ?? [] });
  }
  const expected = new Map(format1Expected().map((series) => [JSON.stringify(series.labels), series]));
  assert.equal(found.size, expected.size, what);
  for (const [labels, series] of expected) assert.deepEqual(found.get(labels), series, what);
  assert.deepEqual(await store.metadata('', 0), [FORMAT_1_METADATA], what);
  const exemplars = [];
  for await (const series of store.selectExemplars(ALL)) exemplars.push(series);
  assert.deepEqual(exemplars, [{ labels: format1Expected()[1]!.labels, exemplars: [FORMAT_1_EXEMPLAR] }], what);
}
