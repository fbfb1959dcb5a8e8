// Clients for the server's tests: one that reads an answer whole and undecoded, and one that writes bytes as they are.

import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function get(url: string, { method = 'GET', headers = {} }: RequestOptions = {}): Promise<RawAnswer> {
  const sent = request(url, { method, headers: { ...headers }, agent: false }).end();
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  const body = Buffer.concat(await response.toArray());
  return { status: response.statusCode ?? 0, headers: response.headers, body, text: body.toString() };
}

export async function connectTo(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // A server may cut it at any time; that is what is tested.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Everything that arrives until the other side closes, or cuts the connection. */
export async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  // Not `once`, which would reject for the error of a connection that is cut.
  await new Promise<void>((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
  return text;
}
