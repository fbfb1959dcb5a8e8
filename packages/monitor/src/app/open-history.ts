// The history of a folder that no monitor has open, for commands that put something in or take something out: the same
// storage worker, without anything that collects.

import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { QueryFeature } from '../config/query-schema.ts';
import { completeConfig } from '../config/read-config.ts';
import { type EngineClient, startEngine } from '../engine/client.ts';
import { ChainpulseError } from '../model/errors.ts';
import { workerSettingsOf } from './worker-settings.ts';

const WORKER = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

export interface HistoryOptions {
  readonly directory: string;
  /** As in the configuration; what is older is refused. */
  readonly retention: string;
  /** Of PromQL, those that are on; none unless given. */
  readonly features?: readonly QueryFeature[];
  /** Otherwise there must be a history already. */
  readonly isMade: boolean;
  readonly onNotice: (message: string) => void;
  /** Called when the worker ends by itself; every call fails then. */
  readonly onLost?: (error: ChainpulseError) => void;
}

/** @throws {ChainpulseError} `history_absent`, and as the store's opening does. @throws {ConfigError} */
export async function openHistory(options: HistoryOptions): Promise<EngineClient> {
  const { directory, retention, features = [], isMade, onNotice, onLost = () => {} } = options;
  if (!isMade) await assertPresent(directory);
  const config = completeConfig({
    storage: { directory, retention },
    query: { features: [...features] },
  });
  return startEngine({ workerUrl: WORKER, settings: workerSettingsOf(config, 'system'), onLost, onNotice });
}

async function assertPresent(directory: string): Promise<void> {
  // The store itself is in the worker: who makes one needs nothing of it here.
  const { FILE_NAME } = await import('../storage/embedded/open.ts');
  if (existsSync(join(directory, FILE_NAME))) return;
  throw new ChainpulseError(
    'history_absent',
    `There is no history in ${directory}: name the folder that holds ${FILE_NAME}.`,
  );
}
