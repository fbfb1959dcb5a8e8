// The `Authorization` header of a target, read anew at every request, so that a token or password may change. What is read
// is never part of a message.

import { readFile } from 'node:fs/promises';
import type { TargetConfig } from '../config/schema.ts';
import { ChainpulseError } from '../model/errors.ts';

export type ReadAuthorization = () => Promise<string | undefined>;

/** User and password in the address count when the configuration names no other. */
export function credentialsOf(
  { bearerTokenFile, basicAuth }: Pick<TargetConfig, 'bearerTokenFile' | 'basicAuth'>,
  url: URL,
): ReadAuthorization {
  if (bearerTokenFile !== undefined) return async () => `Bearer ${await secretIn(bearerTokenFile)}`;
  if (basicAuth !== undefined)
    return async () => basicAuthorization(basicAuth.username, await secretIn(basicAuth.passwordFile));
  const inUrl = authorizationIn(url);
  return async () => inUrl;
}

/** From the user and password in an address. */
export function authorizationIn({ username, password }: URL): string | undefined {
  return username === '' && password === '' ? undefined : basicAuthorization(decoded(username), decoded(password));
}

/** A percent sign that begins no escape stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

async function secretIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ChainpulseError('credential_unreadable', `The credential file ${file} cannot be read (${why}).`, {
      cause: error,
    });
  }
}
