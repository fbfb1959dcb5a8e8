// How an https target is trusted and what is shown to it, read anew when one of its files has changed. A key is never part of a
// message.

import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import type { clientTls } from '../config/fields.ts';
import type { TargetConfig } from '../config/schema.ts';
import { ChainpulseError } from '../model/errors.ts';
import { stateOf } from '../server/auth/changed-files.ts';
import type { ClientTls } from '../sources/scrape/http-get.ts';

type TlsConfig = z.output<typeof clientTls>;

/** Undefined where the configuration says nothing. The same object is given out until a file has changed. */
export function targetTlsOf({ tls }: TargetConfig): (() => Promise<ClientTls>) | undefined {
  if (tls === undefined) return undefined;
  const { caFile, certFile, keyFile, serverName, insecureSkipVerify } = tls;
  let known: { readonly state: string; readonly tls: ClientTls } | undefined;
  return async () => {
    const files = [caFile, certFile, keyFile].filter((file) => file !== undefined);
    const state = (await Promise.all(files.map(stateOf))).join('\n');
    if (known?.state === state) return known.tls;
    const read: ClientTls = {
      ...(await readCertificates(tls)),
      ...(serverName !== undefined && { servername: serverName }),
      rejectUnauthorized: !insecureSkipVerify,
    };
    known = { state, tls: read };
    return read;
  };
}

/** The same, read once, for a server that samples are sent to. */
export async function readClientTls(tls: TlsConfig) {
  const { serverName, insecureSkipVerify } = tls;
  return {
    ...(await readCertificates(tls)),
    ...(serverName !== undefined && { serverName }),
    insecureSkipVerify,
  };
}

async function readCertificates({ caFile, certFile, keyFile }: TlsConfig) {
  return {
    ...(caFile !== undefined && { ca: await readPem(caFile) }),
    ...(certFile !== undefined && { cert: await readPem(certFile) }),
    ...(keyFile !== undefined && { key: await readPem(keyFile) }),
  };
}

async function readPem(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ChainpulseError('tls_unreadable', `The file ${file} of a tls section cannot be read (${why}).`, {
      cause: error,
    });
  }
}
