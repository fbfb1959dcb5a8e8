// Opens a store whose samples go to another server, alone or beside one in this process.

import type { Clock } from '../../model/clock.ts';
import type { Labels } from '../../model/labels.ts';
import type { LocalStore } from '../interface.ts';
import type { SystemClock } from '../retention-clock.ts';
import type { Durability } from '../sqlite/database.ts';
import type { RemoteEndpoint } from './endpoint.ts';
import { ExternalLabels } from './external-labels.ts';
import { DEFAULT_REMOTE_LIMITS, type RemoteLimits } from './limits.ts';
import { MirrorStore } from './mirror-store.ts';
import { openQueue, type RemoteQueue } from './queue/open-queue.ts';
import { ApiClient } from './read/api-client.ts';
import { type ReadVia, RemoteReader } from './read/remote-reader.ts';
import { RemoteStore } from './remote-store.ts';
import type { SendNotice } from './send/observer.ts';
import type { RemoteWriteProtocol } from './send/write-client.ts';

export interface WriteOptions {
  /** The folder of the queue; made when it is absent. */
  readonly directory: string;
  readonly durability: Durability;
  readonly clock: Clock | SystemClock;
  /** Milliseconds since any fixed moment; default `performance.now`. */
  readonly monotonicMs?: () => number;
  readonly write: RemoteEndpoint;
  /** '1.0' (default) is what every receiver takes; '2.0' falls back to it where the receiver does not know 2.0. */
  readonly protocol?: RemoteWriteProtocol;
  /** Such as `chainpulse/1.2.3`. */
  readonly userAgent?: string;
  readonly limits?: Partial<RemoteLimits>;
  /** What every series carries on the server, with names of ASCII; a label that a series has counts before them. Default: none. */
  readonly externalLabels?: Labels;
  readonly onNotice?: (notice: SendNotice) => void;
  readonly random?: () => number;
}

export interface RemoteStoreOptions extends WriteOptions {
  readonly query: RemoteEndpoint;
  /** How samples are read; 'auto' (default) finds out what the server has. */
  readonly readVia?: ReadVia;
}

/**
 * Opens or makes the queue; the server need not be there.
 * @throws {ChainpulseError} as the opening of the embedded store.
 */
export async function openRemoteStore(options: RemoteStoreOptions): Promise<RemoteStore> {
  const limits = { ...DEFAULT_REMOTE_LIMITS, ...options.limits };
  const external = new ExternalLabels(options.externalLabels ?? []);
  const queue = queueOf(options, limits, external, true);
  const api = new ApiClient(options.query, limits);
  const ownMetadata = (name: string) => queue.metadata(name);
  const reader = new RemoteReader({ api, limits, via: options.readVia ?? 'auto', external, ownMetadata });
  return new RemoteStore({ queue, reader, api, clock: options.clock });
}

/**
 * Opens or makes the queue beside a store that is open; closing the mirror closes both.
 * @throws {ChainpulseError} as the opening of the embedded store; the store is left open.
 */
export async function openMirrorStore(store: LocalStore, options: WriteOptions): Promise<MirrorStore> {
  // Nothing here waits for the server, so that it never holds the store up.
  const limits = { ...DEFAULT_REMOTE_LIMITS, ...options.limits, appendWaitMaxMs: 0 };
  return new MirrorStore(store, queueOf(options, limits, new ExternalLabels(options.externalLabels ?? []), false));
}

function queueOf(
  options: WriteOptions,
  limits: RemoteLimits,
  external: ExternalLabels,
  isOnlyStore: boolean,
): RemoteQueue {
  return openQueue({
    directory: options.directory,
    durability: options.durability,
    clock: options.clock,
    monotonicMs: options.monotonicMs,
    limits,
    external,
    isOnlyStore,
    endpoint: options.write,
    protocol: options.protocol ?? '1.0',
    userAgent: options.userAgent ?? 'chainpulse',
    onNotice: options.onNotice ?? (() => {}),
    random: options.random ?? Math.random,
  });
}
