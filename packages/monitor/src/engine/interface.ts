// The store and its query engine as the main thread sees them: the storage worker behind messages. `client.ts` is the
// side of the main thread, `host.ts` the side of the worker, `protocol.ts` what passes between them.

import type { QueryEngine } from '../promql/interface.ts';
import type { Appender, Queryable, StoreStats } from '../storage/interface.ts';

export interface Engine extends Appender, Omit<Queryable, 'select' | 'selectExemplars'>, QueryEngine {
  stats(): Promise<StoreStats>;
  /** Fulfilled when everything is on disk and the worker has ended. */
  close(): Promise<void>;
}
