// Opens the store of a folder: verifies what is there, takes the file for this process alone, and loads it.

import { accessSync, constants, rmSync, statSync } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import { ChainpulseError } from '../../model/errors.ts';
import type { LocalStore } from '../interface.ts';
import type { SystemClock } from '../retention-clock.ts';
import { makeDirectory } from '../sqlite/data-directory.ts';
import { Database, type Durability } from '../sqlite/database.ts';
import { storageFailure } from '../sqlite/failures.ts';
import { type Packer, ThreadPacker } from './chunks/packer.ts';
import { EmbeddedStore } from './embedded-store.ts';
import { MIGRATION_LIMITS, migrateFormat1 } from './format-1/migrate.ts';
import { DEFAULT_STORE_LIMITS, type StoreLimits } from './limits.ts';
import { CREATE_TABLES } from './tables.ts';
import { verifyFile } from './verify.ts';

export const FILE_NAME = 'chainpulse.db';

export interface OpenOptions {
  /** Where the file is or will be; made when it is absent. */
  readonly directory: string;
  /** Samples older than this many milliseconds are refused and deleted; undefined keeps everything. */
  readonly retentionMs: number | undefined;
  /** 'full': what was answered survives a power cut. 'normal': it survives a crash of the process, but not always that. */
  readonly durability: Durability;
  /** What is deleted for its age goes by a clock that follows the system's only when that has not jumped just now. */
  readonly clock: Clock | SystemClock;
  readonly limits?: Partial<StoreLimits>;
  /** Told in a sentence of damaged history, when it is found, and of what takes long at the start. */
  readonly onNotice?: (message: string) => void;
  /** Milliseconds since any fixed moment; default `performance.now`. */
  readonly monotonicMs?: () => number;
  /** What packs history. Default a thread of its own; the store closes it. */
  readonly packer?: Packer;
}

/**
 * Opens or makes the store.
 * @throws {ChainpulseError} `storage_unwritable`, `storage_full`, `storage_damaged`, `storage_newer_version`,
 * `storage_locked`, `storage_io`. The file is left as it was.
 */
export async function openEmbeddedStore(options: OpenOptions): Promise<LocalStore> {
  if (endianness() !== 'LE') {
    throw new ChainpulseError('storage_unsupported', 'the embedded store needs a little-endian processor');
  }
  const path = join(options.directory, FILE_NAME);
  const limits = { ...DEFAULT_STORE_LIMITS, ...options.limits };
  try {
    makeDirectory(options.directory);
    accessSync(options.directory, constants.R_OK | constants.W_OK | constants.X_OK);
    const isEmpty = statSync(path, { throwIfNoEntry: false })?.size === 0;
    const version = verifyFile(path, limits.fullCheckMaxBytes, options.onNotice);
    if (isEmpty) {
      options.onNotice?.(`${path} was empty, as when its creation is interrupted: a new store is begun in it`);
    }
    if (version === 1) {
      options.onNotice?.(`${path} has the format of an earlier version: it is brought into the present one`);
      await migrate(path, { ...options, limits });
    }
    return openFile(path, { ...options, limits });
  } catch (error) {
    throw storageFailure(path, error);
  }
}

async function migrate(path: string, options: OpenOptions & { readonly limits: StoreLimits }): Promise<void> {
  const limits = { ...options.limits, ...MIGRATION_LIMITS };
  // Its own packer, since a store closes the one that it has.
  await migrateFormat1(path, (newPath) =>
    openFile(newPath, { ...options, limits, packer: new ThreadPacker(), retentionMs: undefined }),
  );
}

function openFile(path: string, options: OpenOptions & { readonly limits: StoreLimits }): LocalStore {
  const { clock, durability, limits, retentionMs, monotonicMs, onNotice = () => {} } = options;
  const isChecked = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= limits.fullCheckMaxBytes;
  const database = new Database(path, durability, limits.fileMaxBytes, CREATE_TABLES);
  try {
    // The verifying connection left it; nobody else can be using it, as the file is locked.
    rmSync(`${path}-shm`, { force: true });
    const packer = options.packer ?? new ThreadPacker();
    const store = new EmbeddedStore({ database, packer, limits, clock, retentionMs, monotonicMs, onDamage: onNotice });
    if (isChecked) store.verifyContents();
    return store;
  } catch (error) {
    database.close();
    throw error;
  }
}
