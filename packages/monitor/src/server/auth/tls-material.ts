// What the server proves itself with, and what it demands of clients, read from the files of the web configuration. A key is
// never part of a message.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type http from 'node:http';
import https from 'node:https';
import { createSecureContext, type SecureContextOptions, type TLSSocket } from 'node:tls';
import type { ClientAuthType, WebTls } from '../../config/web-config.ts';
import { ChainpulseError } from '../../model/errors.ts';

export interface TlsMaterial {
  readonly context: SecureContextOptions;
  readonly certificate: X509Certificate;
  readonly clientAuthType: ClientAuthType;
}

/** @throws {ChainpulseError} `tls_invalid` */
export function readTlsMaterial(tls: WebTls): TlsMaterial {
  const { certFile, keyFile, clientCaFile } = tls;
  const context: SecureContextOptions = {
    cert: readPem(certFile),
    key: readPem(keyFile),
    ...(clientCaFile !== undefined && { ca: readPem(clientCaFile) }),
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
  };
  try {
    createSecureContext(context);
    return { context, certificate: new X509Certificate(context.cert as Buffer), clientAuthType: tls.clientAuthType };
  } catch (error) {
    const files = [certFile, keyFile, clientCaFile].filter((file) => file !== undefined).join(', ');
    throw new ChainpulseError(
      'tls_invalid',
      `The certificate, its key and the client certificates do not fit or are no PEM (${files}): ${(error as Error).message}.`,
      { cause: error },
    );
  }
}

export function filesOf({ certFile, keyFile, clientCaFile }: WebTls): readonly string[] {
  return clientCaFile === undefined ? [certFile, keyFile] : [certFile, keyFile, clientCaFile];
}

/** An HTTPS server, not listening yet; `setSecureContext` gives it other material for the connections to come. */
export function createTlsServer(
  { context, clientAuthType }: TlsMaterial,
  options: https.ServerOptions,
  handler: http.RequestListener,
): https.Server {
  const server = https.createServer(
    {
      ...options,
      ...context,
      requestCert: clientAuthType !== 'NoClientCert',
      rejectUnauthorized: clientAuthType === 'RequireAndVerifyClientCert',
    },
    handler,
  );
  server.on('secureConnection', (socket) => {
    if (!mayEnter(socket, clientAuthType)) socket.destroy();
  });
  return server;
}

/** What the handshake itself does not refuse. */
function mayEnter(socket: TLSSocket, clientAuthType: ClientAuthType): boolean {
  const shown = () => socket.getPeerX509Certificate() !== undefined;
  switch (clientAuthType) {
    case 'RequireAnyClientCert':
      return shown();
    case 'VerifyClientCertIfGiven':
      return socket.authorized || !shown();
    case 'NoClientCert':
    case 'RequestClientCert':
    case 'RequireAndVerifyClientCert':
      return true;
  }
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ChainpulseError('tls_invalid', `${file} cannot be read (${why}): the server's TLS needs it.`, {
      cause: error,
    });
  }
}
