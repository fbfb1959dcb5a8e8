// What a thread is given to take part in a registry, and what it sends back: only buffers, each once, when it is made.

import type { MessagePort } from 'node:worker_threads';

/** Travels in `workerData`; its port has to be in the `transferList`. */
export interface ThreadGrant {
  readonly port: MessagePort;
  readonly stamps: SharedArrayBuffer;
}

export type ThreadMessage =
  | { readonly kind: 'values'; readonly buffer: SharedArrayBuffer }
  /**
   * What a log goes on in. One that begins anew has a higher generation than the buffers before it, and all that it begins
   * with comes in one message: a reader that changes to it must find everything there.
   */
  | { readonly kind: 'log'; readonly generation: number; readonly buffers: readonly SharedArrayBuffer[] };

/** The name under which a grant is in `workerData`. */
export const GRANT_KEY = 'chainpulse';
