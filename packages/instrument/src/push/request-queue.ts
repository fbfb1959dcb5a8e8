// Requests that wait to be sent, oldest first, bounded in number and in bytes. When there is no room the oldest go: the
// newest values are worth more, and totals lose nothing but resolution.

import type { EncodedRequest } from './push-target.ts';

export interface QueuedRequest {
  readonly request: EncodedRequest;
  readonly dialect: string;
  readonly samples: number;
  /** When the snapshot was encoded first; Unix time in milliseconds. */
  readonly queuedAtMs: number;
  /** The same in another dialect, for as long as the receiver may turn out to know no other. */
  readonly fallback: EncodedRequest | undefined;
}

interface QueueBounds {
  readonly maxRequests: number;
  readonly maxBytes: number;
}

export class RequestQueue {
  readonly #bounds: QueueBounds;
  #requests: QueuedRequest[] = [];
  #sizeBytes = 0;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  get length(): number {
    return this.#requests.length;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Answers with those that had to go for it; a request that has no room at all is among them. */
  push(request: QueuedRequest): readonly QueuedRequest[] {
    this.#requests.push(request);
    this.#sizeBytes += sizeBytesOf(request);
    return this.#trim();
  }

  take(): QueuedRequest | undefined {
    const request = this.#requests.shift();
    if (request !== undefined) this.#sizeBytes -= sizeBytesOf(request);
    return request;
  }

  /** Gives back what was taken and could not be sent. Answers as `push` does. */
  putBack(request: QueuedRequest): readonly QueuedRequest[] {
    this.#requests.unshift(request);
    this.#sizeBytes += sizeBytesOf(request);
    return this.#trim();
  }

  clear(): readonly QueuedRequest[] {
    const all = this.#requests;
    this.#requests = [];
    this.#sizeBytes = 0;
    return all;
  }

  #trim(): readonly QueuedRequest[] {
    const { maxRequests, maxBytes } = this.#bounds;
    const dropped: QueuedRequest[] = [];
    while (this.#requests.length > maxRequests || this.#sizeBytes > maxBytes) dropped.push(this.take()!);
    return dropped;
  }
}

function sizeBytesOf({ request, fallback }: QueuedRequest): number {
  return request.body.length + (fallback?.body.length ?? 0);
}
