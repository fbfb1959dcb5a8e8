// What a receiver of pushes is to the pusher: how a snapshot becomes a request, and what an answer means. Every protocol
// implements this; nobody but the pusher sends.

import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Endpoint } from './endpoint.ts';

export type PushProtocol = 'remote_write' | 'otlp' | 'influx' | 'pushgateway';

export interface PushTarget {
  readonly protocol: PushProtocol;
  readonly endpoint: Endpoint;
  /** Whether a snapshot may be sent in parts; if not, each one replaces what was pushed before. */
  readonly takesParts: boolean;
  /** Which encoding `encode` makes now. */
  readonly dialect: string;
  /** The snapshot in the form in which its samples are counted and cut; called once for each, in their order. */
  prepare(snapshot: Snapshot): Snapshot;
  encode(snapshot: Snapshot): Promise<EncodedRequest>;
  /** The same in the dialect that this may still change to; undefined when it stays with the one it has. */
  encodeFallback?(snapshot: Snapshot): Promise<EncodedRequest | undefined>;
  /** @param samples how many the request held */
  judge(answer: Answer, samples: number): Verdict;
}

export interface EncodedRequest {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The first bytes, at most {@link MAX_ANSWER_BYTES}. */
  readonly body: Uint8Array;
}

/** Of an answer's body, what is read. */
export const MAX_ANSWER_BYTES = 16_384;

export type Verdict =
  /** Taken, but for some samples. */
  | { readonly kind: 'ok'; readonly rejectedSamples: number; readonly reason?: string }
  /** Worth another try, later. */
  | { readonly kind: 'retry' }
  /** Refused for good. */
  | { readonly kind: 'rejected'; readonly writtenSamples: number }
  /** To be sent again at once: the target has changed its dialect. */
  | { readonly kind: 'other_dialect' };

const TOO_MANY_REQUESTS = 429;

/** 2xx is taken; 429 and 5xx are tried again; everything else, redirects too, is refused for good. */
export function verdictOfStatus(status: number): Verdict {
  if (status >= 200 && status < 300) return { kind: 'ok', rejectedSamples: 0 };
  if (status === TOO_MANY_REQUESTS || status >= 500) return { kind: 'retry' };
  return { kind: 'rejected', writtenSamples: 0 };
}
