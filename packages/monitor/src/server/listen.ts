// Opens the port, with errors that say what to do.

import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { ChainpulseError } from '../model/errors.ts';
import { assertMayListen, type Protection } from './exposure.ts';

export interface Address {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

const UNPROTECTED: Protection = { isAuthenticating: false, isEncrypted: false, isInsecureAllowed: false };
/** What listens there is reached under the machine's own name. */
const EVERY_ADDRESS = ['0.0.0.0', '::'];

/**
 * Listens; fulfilled with the address of the page.
 * @throws {ChainpulseError} `server_not_loopback`, `server_port_taken`, `server_port_denied`, `server_listen_failed`
 */
export async function listen(
  app: FastifyInstance,
  { host, port }: Address,
  protection: Protection = UNPROTECTED,
): Promise<string> {
  await assertMayListen(host, protection);
  try {
    await app.listen({ host, port, listenTextResolver: (address) => `listening on ${new URL(address).host}` });
  } catch (error) {
    throw listenError(error, { host, port });
  }
  const { port: opened } = app.server.address() as AddressInfo;
  const name = EVERY_ADDRESS.includes(host) ? hostname() : host;
  return `${protection.isEncrypted ? 'https' : 'http'}://${name.includes(':') ? `[${name}]` : name}:${opened}`;
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
