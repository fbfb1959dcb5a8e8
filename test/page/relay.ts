// A port that stays while what answers behind it goes and comes: how a page sees its monitor end and start again.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export class Relay implements AsyncDisposable {
  readonly url: string;
  #port: number | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the relay has no port');
    this.url = `http://127.0.0.1:${address.port}`;
    server.on('connection', (socket) => this.#join(socket));
  }

  static async start(): Promise<Relay> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Relay(server);
  }

  /** From now on connections lead there; undefined cuts them all and refuses new ones. */
  leadTo(url: string | undefined): void {
    this.#port = url === undefined ? undefined : Number(new URL(url).port);
    if (url === undefined) for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.leadTo(undefined);
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(socket: Socket): void {
    if (this.#port === undefined) {
      socket.destroy();
      return;
    }
    const other = connect(this.#port, '127.0.0.1');
    for (const [one, counterpart] of [
      [socket, other],
      [other, socket],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        this.#sockets.delete(one);
        counterpart.destroy();
      });
    }
    socket.pipe(other).pipe(socket);
  }
}
