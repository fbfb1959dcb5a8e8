// Opens the port, with errors that say what to do.

import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { ChainpulseError } from '../model/errors.ts';
import { assertLoopback } from './loopback.ts';

export interface Address {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/**
 * Listens; fulfilled with the address of the page.
 * @throws {ChainpulseError} `server_not_loopback`, `server_port_taken`, `server_port_denied`, `server_listen_failed`
 */
export async function listen(app: FastifyInstance, { host, port }: Address): Promise<string> {
  await assertLoopback(host);
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw listenError(error, { host, port });
  }
  const { port: opened } = app.server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${opened}`;
}

export function listenError(error: unknown, { host, port }: Address): ChainpulseError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new ChainpulseError(
      'server_port_taken',
      `Port ${port} on ${host} is in use by another program: end it or choose another with --port.`,
      { cause: error },
    );
  }
  if (code === 'EACCES') {
    return new ChainpulseError(
      'server_port_denied',
      `Port ${port} on ${host} may not be opened by this user: choose one above 1023 with --port.`,
      { cause: error },
    );
  }
  return new ChainpulseError('server_listen_failed', `Cannot listen on ${host}, port ${port}: ${message}.`, {
    cause: error,
  });
}
