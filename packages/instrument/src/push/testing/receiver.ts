// A real HTTP server that answers pushes as a test tells it to, and keeps what it was sent.

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { uncompress } from 'snappyjs';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Uncompressed. */
  readonly body: Buffer;
}

/** Answers one request; one that never ends `response` leaves its sender waiting. */
export type Behaviour = (response: ServerResponse, received: Received) => void;

export const answer =
  (status: number, body = '', headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (response) => {
    response.writeHead(status, headers).end(body);
  };

export const hang: Behaviour = () => undefined;

export class Receiver {
  readonly received: Received[] = [];
  readonly url: string;
  /** For the coming requests, in order; the last one is for all that follow. */
  #behaviours: Behaviour[];
  readonly #arrivals = new Set<() => void>();

  private constructor(url: string, behaviours: Behaviour[]) {
    this.url = url;
    this.#behaviours = behaviours;
  }

  static start(context: TestContext, ...behaviours: Behaviour[]): Promise<Receiver> {
    return Receiver.startAt(context, 0, ...behaviours);
  }

  /** On a certain port of the loopback; 0 for any free one. */
  static async startAt(context: TestContext, port: number, ...behaviours: Behaviour[]): Promise<Receiver> {
    const server = createServer((request, response) => {
      receiver.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    const receiver = new Receiver(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, behaviours);
    context.after(() => {
      server.closeAllConnections();
      server.close();
    });
    return receiver;
  }

  behave(...behaviours: Behaviour[]): void {
    this.#behaviours = behaviours;
  }

  /** When so many requests in all have come. */
  async arrivals(count: number): Promise<void> {
    while (this.received.length < count) {
      await new Promise<void>((resolve) => {
        const arrived = () => {
          this.#arrivals.delete(arrived);
          resolve();
        };
        this.#arrivals.add(arrived);
      });
    }
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: uncompressed(Buffer.concat(parts), request.headers['content-encoding']),
    };
    const behaviour = this.#behaviours.length > 1 ? this.#behaviours.shift() : this.#behaviours[0];
    this.received.push(received);
    behaviour?.(response, received);
    for (const arrived of this.#arrivals) arrived();
  }
}

function uncompressed(body: Buffer, encoding: string | undefined): Buffer {
  if (encoding === 'gzip') return gunzipSync(body);
  return encoding === 'snappy' ? Buffer.from(uncompress(body)) : body;
}
