// The libraries beside which ours is measured. All three have the API of prom-client, whose types stand for them.

import { createRequire } from 'node:module';
import type * as PromClient from 'prom-client';

export interface Peer {
  readonly name: string;
  readonly library: typeof PromClient;
}

const require = createRequire(import.meta.url);

export const PEERS: readonly Peer[] = ['@prometheus-io/client', '@platformatic/prom-client', 'prom-client'].map(
  (name) => ({ name, library: require(name) as typeof PromClient }),
);
