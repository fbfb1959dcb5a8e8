import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test';
import { labelsFromRecord } from '../../model/labels.ts';
import type { LocalStore } from '../interface.ts';
import { InlinePacker } from './chunks/testing/inline-packer.ts';
import type { StoreLimits } from './limits.ts';
import { FILE_NAME, openEmbeddedStore } from './open.ts';
import { copyFile } from './testing/full-file.ts';
import { SmallDisk } from './testing/small-disk.ts';

const KIB = 1024;
const IS_LONG = process.env['CHAINPULSE_LONG_TESTS'] === '1';
/** So much is left when the work begins. */
const FREE_KIB = IS_LONG ? Array.from({ length: 64 }, (_, at) => 4 * at) : [0, 8, 16, 32, 64, 128];
const START_MS = 1_700_000_000_000;
const STEP_MS = 1000;
const SERIES = 500;
const IDLE_AFTER_MS = 100 * STEP_MS;
/** The user that owns nothing. */
const NOBODY = 65_534;
const LABELS = Array.from({ length: SERIES }, (_, index) => labelsFromRecord({ __name__: 'm', index: String(index) }));
const ALL = { minTimeMs: -1e15, maxTimeMs: 1e15, matchers: [] };

/** A store whose every answered sample is known. */
class Written {
  store!: LocalStore;
  nowMs = START_MS;
  readonly #directory: string;
  readonly #limits: Partial<StoreLimits>;
  /** By series, then by time. */
  readonly #expected = LABELS.map(() => new Map<number, number>());

  constructor(directory: string, limits: Partial<StoreLimits> = {}) {
    this.#directory = directory;
    this.#limits = limits;
  }

  async open(limits = this.#limits): Promise<void> {
    this.store = await openEmbeddedStore({
      directory: this.#directory,
      retentionMs: undefined,
      durability: 'full',
      clock: { nowMs: () => this.nowMs },
      packer: new InlinePacker(),
      onNotice: (notice) => assert.fail(notice),
      limits: { headAgeMaxMs: 0, ...limits },
    });
  }

  async append(): Promise<void> {
    const timestampsMs = (this.nowMs += STEP_MS);
    const values = Float64Array.from(LABELS, () => Math.random());
    const refs = await this.store.resolveSeries(LABELS);
    const { acceptedSamples } = await this.store.append({ refs, timestampsMs, values });
    assert.equal(acceptedSamples, SERIES);
    for (const [index, value] of values.entries()) this.#expected[index]!.set(timestampsMs, value);
  }

  async delete(from: number, to: number, firstMs: number, lastMs: number): Promise<void> {
    const value = Array.from({ length: to - from }, (_, at) => String(from + at)).join('|');
    const matcherSets = [[{ name: 'index', operator: '=~' as const, value }]];
    await this.store.deleteSeries({ matcherSets, minTimeMs: firstMs, maxTimeMs: lastMs });
    for (const own of this.#expected.slice(from, to)) {
      for (const timeMs of own.keys()) if (timeMs >= firstMs && timeMs <= lastMs) own.delete(timeMs);
    }
  }

  /** Fails unless everything that was answered is there, and nothing else. */
  async check(store = this.store): Promise<void> {
    const found = LABELS.map(() => new Map<number, number>());
    const warn = (warning: string) => assert.fail(warning);
    for await (const { labels, timestampsMs, values } of store.select({ ...ALL, warn })) {
      const index = Number(labels.find(({ name }) => name === 'index')?.value);
      for (const [at, timeMs] of timestampsMs.entries()) found[index]!.set(timeMs, values[at]!);
    }
    assert.deepEqual(found, this.#expected);
  }
}

type Work = readonly [
  work: string,
  prepare: (written: Written) => Promise<void>,
  run: (written: Written) => Promise<void>,
];

const maintain = (written: Written) => written.store.maintain(written.nowMs);

const WORKS: readonly Work[] = [
  ['an append', async () => {}, (written) => written.append()],
  ['a seal', (written) => appendSteps(written, 3), maintain],
  [
    'a merge',
    async (written) => {
      for (let seal = 0; seal < 7; seal++) {
        await written.append();
        await maintain(written);
      }
      await written.append();
    },
    maintain,
  ],
  [
    'a deletion',
    (written) => appendSteps(written, 2),
    (written) => written.delete(10, 200, written.nowMs - 20 * STEP_MS, written.nowMs),
  ],
  [
    'moving idle series out of memory',
    async (written) => {
      await written.append();
      await maintain(written);
      written.nowMs += 2 * IDLE_AFTER_MS;
    },
    maintain,
  ],
];

async function appendSteps(written: Written, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) await written.append();
}

async function openCopy(directory: string): Promise<Written> {
  const copy = new Written(directory);
  await copy.open({});
  return copy;
}

describe('a store on a disk without space', () => {
  let folder: string;
  let disk: SmallDisk | undefined;
  let written: Written;
  const mount = (t: TestContext, sizeBytes: number, limits: Partial<StoreLimits> = {}) => {
    disk = SmallDisk.mount(join(folder, 'disk'), sizeBytes);
    if (disk === undefined) t.skip('needs the right to mount a small file system');
    written = new Written(join(folder, 'disk', 'data'), limits);
    return disk;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chainpulse-disk-'));
    disk = undefined;
  });
  afterEach(async () => {
    await written.store?.close();
    disk?.unmount();
    await rm(folder, { recursive: true });
  });

  it('stores nothing of a batch over the bound of the file, and goes on when that is raised', async () => {
    written = new Written(folder, { fileMaxBytes: 200 * KIB });
    await written.open();
    await assert.rejects(
      async () => {
        for (;;) await written.append();
      },
      { code: 'storage_full', message: /no space left to write .*chainpulse\.db: free some space/ },
    );
    await written.check();
    await assert.rejects(written.append(), { code: 'storage_full' });
    assert.equal(written.store.stats().errorsTotal.append, 2);
    await written.store.close();
    await written.open({});
    await written.check();
    await written.append();
    await written.check();
  });

  it('rejects appends while the disk is full, and goes on by itself when there is space', async (t) => {
    const full = mount(t, 4 * KIB * KIB);
    if (full === undefined) return;
    await written.open();
    full.leaveFree(400 * KIB);
    const message =
      /no space left to write .*chainpulse\.db: free some space on its disk, or keep less \(--retention\)/;
    await assert.rejects(
      async () => {
        for (;;) await written.append();
      },
      { code: 'storage_full', message },
    );
    await written.check();
    for (let turn = 0; turn < 3; turn++) {
      await written.store
        .maintain(written.nowMs)
        .catch(({ code }: { code: string }) => assert.equal(code, 'storage_full'));
      await written.append().catch(({ code }: { code: string }) => assert.equal(code, 'storage_full'));
      await written.check();
    }
    full.makeRoom();
    await written.append();
    await written.store.maintain(written.nowMs);
    await written.append();
    await written.check();
  });

  for (const [work, prepare, run] of WORKS) {
    it(`loses nothing when it runs full in the middle of ${work}, and does it when there is space`, async (t) => {
      const full = mount(t, 16 * KIB * KIB, { idleAfterMs: IDLE_AFTER_MS });
      if (full === undefined) return;
      await written.open();
      let refused = 0;
      for (const freeKib of FREE_KIB) {
        await prepare(written);
        full.leaveFree(freeKib * KIB);
        await run(written).catch((error: Error & { code: string }) => {
          assert.equal(error.code, 'storage_full', error.message);
          refused++;
        });
        await written.check();
        // What a kill would have left at this moment is whole, too.
        const killed = join(folder, 'killed');
        copyFile(join(full.path, 'data'), killed);
        const { store } = await openCopy(killed);
        await written.check(store);
        await store.close();
        await rm(killed, { recursive: true });
        full.makeRoom();
        await run(written);
        await written.check();
      }
      t.diagnostic(`${refused} of ${FREE_KIB.length} found no space`);
      assert.ok(refused > 0);
    });
  }

  it('leaves no copy that is not whole', async (t) => {
    const full = mount(t, 4 * KIB * KIB);
    if (full === undefined) return;
    await written.open();
    for (let step = 0; step < 50; step++) await written.append();
    full.leaveFree(200 * KIB);
    const target = join(full.path, 'copy');
    await assert.rejects(written.store.copyTo(target), { code: 'storage_full', message: /copy\/chainpulse\.db/ });
    assert.ok(!existsSync(join(target, FILE_NAME)));
    full.makeRoom();
    await written.store.copyTo(target);
    const { store } = await openCopy(target);
    await written.check(store);
    await store.close();
  });

  it('keeps everything when it is stopped while the disk is full', async (t) => {
    const full = mount(t, 8 * KIB * KIB);
    if (full === undefined) return;
    await written.open();
    for (let round = 0; round < 4; round++) {
      for (let step = 0; step < 20; step++) await written.append();
      full.leaveFree(round * 16 * KIB);
      await written.store.close();
      // A start on a full disk says so, or does well.
      const opened = await written.open().catch((error: Error & { code: string }) => error);
      if (opened instanceof Error) assert.equal(opened.code, 'storage_full', opened.message);
      else await written.store.close();
      full.makeRoom();
      await written.open();
      await written.check();
    }
  });
});

describe('a store on a disk that may only be read', () => {
  let folder: string;
  let disk: SmallDisk | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chainpulse-disk-'));
    disk = undefined;
  });
  afterEach(async () => {
    disk?.unmount();
    await rm(folder, { recursive: true });
  });

  it('is refused at the start, with what to do', async (t) => {
    disk = SmallDisk.mount(join(folder, 'disk'), 4 * KIB * KIB);
    if (disk === undefined) return t.skip('needs the right to mount a small file system');
    const written = new Written(join(disk.path, 'data'));
    await written.open();
    await written.append();
    await written.store.close();
    spawnSync('mount', ['-o', 'remount,ro', disk.path]);
    const refusal = {
      code: 'storage_unwritable',
      message: /let this user write there, or use another folder \(--data\)/,
    };
    await assert.rejects(written.open(), refusal);
    await assert.rejects(new Written(join(disk.path, 'other')).open(), refusal);
    spawnSync('mount', ['-o', 'remount,rw', disk.path]);
    await written.open();
    await written.check();
    await written.store.close();
    return undefined;
  });

  it('is refused at the start when the folder belongs to another user', async () => {
    const data = join(folder, 'data');
    mkdirSync(data);
    spawnSync('chmod', ['755', folder]);
    spawnSync('chmod', ['555', data]);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      await assert.rejects(new Written(data).open(), {
        code: 'storage_unwritable',
        message: /let this user write there/,
      });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it('refuses appends with what to do when the disk becomes so while it runs, and still answers reads', async (t) => {
    disk = SmallDisk.mountFailing(join(folder, 'disk'), 16 * KIB * KIB);
    if (disk === undefined) return t.skip('needs the right to mount a file system, and mkfs.ext4');
    const written = new Written(join(disk.path, 'data'));
    await written.open();
    for (let step = 0; step < 30; step++) await written.append();
    await written.store.maintain(written.nowMs);
    for (let step = 0; step < 5; step++) await written.append();
    if (!disk.fail()) return t.skip('needs a kernel that can make a file system fail');
    for (let attempt = 0; attempt < 3; attempt++) {
      await assert.rejects(written.append(), { code: /^storage_(unwritable|io)$/, message: /chainpulse\.db/ });
      await assert.rejects(written.store.maintain(written.nowMs), { code: /^storage_/ });
      await written.check();
    }
    assert.ok(written.store.stats().errorsTotal.append >= 3);
    await written.store.close().catch(({ code }: { code: string }) => assert.match(code, /^storage_/));
    disk.mend();
    await written.open();
    await written.check();
    await written.append();
    await written.store.close();
    return undefined;
  });
});
