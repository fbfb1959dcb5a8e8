// The nodes of a play, each behind a port of its own: what they expose follows the clock of this process, and a node in an outage
// refuses connections. The play can be held: what changes later waits, and everything else goes on.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isWithin, type PlayedNode, pageOf, type Span } from './scenario.ts';

const OUTAGE_CHECK_MS = 20;
const FOR_EVER_SECONDS = 1e6;

export class PlayedNetwork implements AsyncDisposable {
  /** As they are told, in seconds of the play that is not held. */
  readonly nodes: readonly PlayedNode[];
  /** Host and port of each node. */
  readonly addresses: readonly string[];
  readonly #servers: readonly Server[];
  readonly #ports: readonly number[];
  #originMs = Date.now();
  #isPlaying = false;
  /** From this second on everything comes so much later. */
  #held: { readonly atSecond: number; readonly delaySeconds: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(nodes: readonly PlayedNode[], servers: readonly Server[]) {
    this.nodes = nodes;
    this.#servers = servers;
    this.#ports = servers.map((server) => (server.address() as AddressInfo).port);
    this.addresses = this.#ports.map((port) => `127.0.0.1:${port}`);
  }

  /** All of them refuse connections until they are opened. */
  static async reserve(nodes: readonly PlayedNode[]): Promise<PlayedNetwork> {
    const pages: ((node: PlayedNode) => string)[] = [];
    const servers = nodes.map((node) =>
      createServer((_, response) => {
        response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
        response.end(pages[0]?.(node));
      }),
    );
    for (const server of servers) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    const network = new PlayedNetwork(nodes, servers);
    pages.push((node) => network.#page(node));
    await network.#close();
    return network;
  }

  /** Since the start of the play. */
  get playMs(): number {
    return Date.now() - this.#originMs;
  }

  get startMs(): number {
    return this.#originMs;
  }

  /** From now on they answer, and all is well. */
  async open(): Promise<void> {
    for (const [at, server] of this.#servers.entries()) {
      server.listen(this.#ports[at], '127.0.0.1');
      await once(server, 'listening');
    }
  }

  play(): void {
    this.#originMs = Date.now();
    this.#isPlaying = true;
    this.#timer = setInterval(() => this.#switchServers(), OUTAGE_CHECK_MS);
  }

  /** What is told of later seconds waits. */
  hold(atSecond: number): void {
    this.#held = { atSecond, delaySeconds: FOR_EVER_SECONDS };
  }

  /** It goes on; how many seconds later everything comes. */
  resume(): number {
    const atSecond = this.#held?.atSecond ?? 0;
    const delaySeconds = Math.ceil(this.playMs / 1000) - atSecond;
    this.#held = { atSecond, delaySeconds };
    return delaySeconds;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#close();
  }

  #page(node: PlayedNode): string {
    const incidents = this.#isPlaying ? this.#delayed(node.incidents) : [];
    return pageOf({ ...node, incidents }, this.playMs, Date.now());
  }

  #delayed(spans: readonly Span[]): readonly Span[] {
    const held = this.#held;
    if (held === undefined) return spans;
    const moved = (second: number) => (second > held.atSecond ? second + held.delaySeconds : second);
    return spans.map(([from, to]) => [moved(from), moved(to)]);
  }

  async #close(): Promise<void> {
    for (const server of this.#servers) {
      if (!server.listening) continue;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  }

  #switchServers(): void {
    for (const [at, { outages }] of this.nodes.entries()) {
      const server = this.#servers[at]!;
      const isOut = isWithin(this.#delayed(outages), this.playMs / 1000);
      if (isOut && server.listening) {
        server.close();
        server.closeAllConnections();
      } else if (!isOut && !server.listening) {
        server.listen(this.#ports[at], '127.0.0.1');
      }
    }
  }
}
