// Opens the store that the configuration names, and the query engine that goes with it. Runs in the storage worker.

import type { StorageConfig } from '../config/storage-schema.ts';
import type { Clock } from '../model/clock.ts';
import { createQueryEngine } from '../promql/engine.ts';
import type { QueryEngine } from '../promql/interface.ts';
import { narrowedEngine } from '../promql/narrowed-engine.ts';
import { openEmbeddedStore } from '../storage/embedded/open.ts';
import type { LocalStore, Store } from '../storage/interface.ts';
import type { RemoteEndpoint } from '../storage/remote/endpoint.ts';
import type { RemoteLimits } from '../storage/remote/limits.ts';
import { openMirrorStore, openRemoteStore } from '../storage/remote/open.ts';
import { createRemoteQueryEngine } from '../storage/remote/query-engine.ts';
import type { SendNotice } from '../storage/remote/send/observer.ts';
import { VERSION } from '../version.ts';
import { credentialsOf } from './credentials.ts';
import type { EngineOptions } from './query-options.ts';
import { readClientTls } from './target-tls.ts';

export interface OpenedStore {
  readonly store: Store;
  readonly queries: QueryEngine;
}

/** `onNotice`: a sentence for the log. @throws {ChainpulseError} with what is wrong and what to do. */
export async function openStore(
  config: StorageConfig,
  clock: Clock,
  onNotice: (message: string) => void,
  queryOptions: EngineOptions = {},
): Promise<OpenedStore> {
  switch (config.engine) {
    case 'embedded': {
      const store = await openEmbedded(config, clock, onNotice);
      return { store, queries: localQueries(store, queryOptions) };
    }
    case 'mirror': {
      const embedded = await openEmbedded(config, clock, onNotice);
      try {
        const store = await openMirrorStore(embedded, await writeOptions(config, clock, onNotice));
        return { store, queries: localQueries(store, queryOptions) };
      } catch (error) {
        await embedded.close();
        throw error;
      }
    }
    case 'remote': {
      const query = await endpointOf(config, config.remote.queryUrl ?? baseOf(config.remote.url));
      const options = await writeOptions(config, clock, onNotice);
      const store = await openRemoteStore({ ...options, query, readVia: config.remote.readVia });
      if (config.remote.evaluate === 'local') return { store, queries: localQueries(store, queryOptions) };
      const { lookbackMs } = queryOptions;
      const there = createRemoteQueryEngine({ query, ...(lookbackMs !== undefined && { lookbackMs }) });
      const narrowed = narrowedEngine(there, config.remote.externalLabels);
      const queries: QueryEngine = {
        instant: (asked, signal) => narrowed.instant(asked, signal),
        range: (asked, signal) => narrowed.range(asked, signal),
        explain: (asked, signal) => there.explain(asked, signal),
      };
      return { store, queries };
    }
  }
}

function openEmbedded(config: StorageConfig, clock: Clock, onNotice: (message: string) => void): Promise<LocalStore> {
  const { directory, retention, retentionSize, durability } = config;
  return openEmbeddedStore({
    directory,
    retentionMs: retention,
    durability,
    clock,
    onNotice,
    limits: retentionSize === undefined ? {} : { sizeMaxBytes: retentionSize },
  });
}

function localQueries(store: Store, options: EngineOptions): QueryEngine {
  return createQueryEngine({ ...options, queryable: store });
}

async function writeOptions(config: StorageConfig, clock: Clock, onNotice: (message: string) => void) {
  const { directory, durability, remote } = config;
  const limits: Partial<RemoteLimits> = {
    queueMaxBytes: remote.queueSize,
    queueMaxAgeMs: remote.queueAge,
    // A series is forgotten only when nothing of it can wait any more.
    seriesIdleMs: 2 * remote.queueAge,
    requestTimeoutMs: remote.requestTimeout,
    resendMs: remote.resend,
  };
  return {
    directory,
    durability,
    clock,
    limits,
    write: await endpointOf(config, remote.url),
    externalLabels: remote.externalLabels,
    protocol: remote.protocol,
    userAgent: `chainpulse/${VERSION}`,
    onNotice: (notice: SendNotice) => onNotice(sentenceOf(notice)),
  };
}

/** Where the API for reading is, when only the address for writing is given. */
function baseOf(writeUrl: string | undefined): string | undefined {
  return writeUrl?.replace(/\/api\/v1\/(write|push|receive)\/?$/, '');
}

/** User and password in the address count when the configuration names no other. */
async function endpointOf({ remote }: StorageConfig, address: string | undefined): Promise<RemoteEndpoint> {
  if (address === undefined) throw new Error('a remote engine without an address passed the configuration');
  const url = new URL(address);
  const authorize = credentialsOf(remote, url);
  url.username = '';
  url.password = '';
  return {
    url,
    headers: remote.headers,
    authorize,
    ...(remote.tls !== undefined && { tls: await readClientTls(remote.tls) }),
  };
}

function sentenceOf(notice: SendNotice): string {
  switch (notice.kind) {
    case 'failing':
      return `samples wait to be sent: ${notice.message}`;
    case 'recovered':
      return notice.message;
    case 'queue_failing':
      return `samples cannot be taken out of the queue: ${notice.message}`;
    case 'dropped':
      return `${notice.samples} samples were not sent and are gone (${notice.reason}): ${notice.message}`;
  }
}
