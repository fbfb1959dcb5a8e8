// Opens the store of a folder: verifies what is there, takes the file for this process alone, and loads it.

import { accessSync, constants, rmSync } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import { ChainpulseError } from '../../model/errors.ts';
import type { Store } from '../interface.ts';
import { makeDirectory } from './data-directory.ts';
import { Database, type Durability } from './database.ts';
import { EmbeddedStore } from './embedded-store.ts';
import { storageFailure } from './failures.ts';
import { DEFAULT_STORE_LIMITS, type StoreLimits } from './limits.ts';
import { verifyFile } from './verify.ts';

const FILE_NAME = 'chainpulse.db';

export interface OpenOptions {
  /** Where the file is or will be; made when it is absent. */
  readonly directory: string;
  /** Samples older than this many milliseconds are refused and deleted; undefined keeps everything. */
  readonly retentionMs: number | undefined;
  /** 'full': what was answered survives a power cut. 'normal': it survives a crash of the process, but not always that. */
  readonly durability: Durability;
  readonly clock: Clock;
  readonly limits?: Partial<StoreLimits>;
}

/**
 * Opens or makes the store.
 * @throws {ChainpulseError} `storage_unwritable`, `storage_full`, `storage_damaged`, `storage_newer_version`,
 * `storage_locked`, `storage_io`. The file is left as it was.
 */
export async function openEmbeddedStore(options: OpenOptions): Promise<Store> {
  if (endianness() !== 'LE') {
    throw new ChainpulseError('storage_unsupported', 'the embedded store needs a little-endian processor');
  }
  const path = join(options.directory, FILE_NAME);
  const limits = { ...DEFAULT_STORE_LIMITS, ...options.limits };
  let database: Database | undefined;
  try {
    makeDirectory(options.directory);
    accessSync(options.directory, constants.R_OK | constants.W_OK | constants.X_OK);
    verifyFile(path, limits.fullCheckMaxBytes);
    database = new Database(path, options.durability, limits.fileMaxBytes);
    // The verifying connection left it; nobody else can be using it, as the file is locked.
    rmSync(`${path}-shm`, { force: true });
    return new EmbeddedStore({ database, limits, clock: options.clock, retentionMs: options.retentionMs });
  } catch (error) {
    database?.close();
    throw storageFailure(path, error);
  }
}
