// `/api/chain/v1/events`: the live feed as server-sent events. A snapshot comes first and whenever something of it
// changed; that alerts changed; commits at most once a second; a comment every 15 s keeps the connection known to be alive.
// Source: WHATWG HTML, "Server-sent events".

import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../refusal.ts';
import type { WireEvent, WireSnapshot } from '../wire.ts';
import type { FeedEvent, LiveFeed } from './live-feed.ts';

const RETRY_HINT_MS = 2000;

export interface EventStreamOptions {
  readonly feed: LiveFeed;
  readonly snapshot: () => WireSnapshot;
  readonly heartbeatMs: number;
  readonly maxEventBacklogBytes: number;
}

export class EventStreams {
  readonly #options: EventStreamOptions;
  readonly #open = new Set<ServerResponse>();
  readonly #heartbeat: NodeJS.Timeout;
  /** The text of the latest event: made once for all readers. */
  #latest: { readonly event: FeedEvent; readonly text: string } | undefined;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#heartbeat = setInterval(() => this.#beat(), options.heartbeatMs);
    this.#heartbeat.unref();
  }

  /** Answers one reader, until it leaves, falls behind or the monitor stops. */
  readonly handle = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { raw } = reply;
    const unsubscribe = this.#options.feed.subscribe({
      deliver: (event) => this.#deliver(raw, event),
      ended: () => end(raw),
    });
    if (unsubscribe === undefined) {
      return refuse(request, reply, {
        status: 503,
        code: 'events_full',
        message: 'As many readers as are allowed follow the events already: close another page of the monitor.',
      });
    }
    raw.once('close', () => {
      unsubscribe();
      this.#open.delete(raw);
    });
    reply.header('content-type', 'text/event-stream').header('cache-control', 'no-store').hijack();
    raw.writeHead(200, reply.getHeaders() as Record<string, string>);
    raw.write(`retry: ${RETRY_HINT_MS}\n\n${this.#snapshotText()}`);
    this.#open.add(raw);
    return reply;
  };

  /** Ends every stream, so that the server can close. */
  close(): void {
    clearInterval(this.#heartbeat);
    for (const raw of this.#open) end(raw);
    this.#open.clear();
  }

  #deliver(raw: ServerResponse, event: FeedEvent): 'taken' | 'behind' {
    if (raw.writableLength > this.#options.maxEventBacklogBytes) return 'behind';
    raw.write(this.#textOf(event));
    return 'taken';
  }

  #textOf(event: FeedEvent): string {
    if (this.#latest?.event !== event) {
      this.#latest = { event, text: event.kind === 'targets' ? this.#snapshotText() : eventText(event) };
    }
    return this.#latest.text;
  }

  #snapshotText(): string {
    return eventText({ kind: 'snapshot', snapshot: this.#options.snapshot() });
  }

  #beat(): void {
    for (const raw of this.#open) {
      if (raw.writableLength <= this.#options.maxEventBacklogBytes) raw.write(': heartbeat\n\n');
    }
  }
}

function eventText(event: WireEvent): string {
  return `event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Ends the stream; a reader that does not read what is left would hold it open, so it is cut off. */
function end(raw: ServerResponse): void {
  if (raw.writableLength === 0) raw.end();
  else raw.destroy();
}
