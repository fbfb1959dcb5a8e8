// Who may read: whoever sends the token, or the name and password, that the node was given. The comparison takes the same time
// whatever is sent, and neither answers nor errors repeat a credential. Source: RFC 6750 (Bearer), RFC 7617 (Basic).

import { createHash, timingSafeEqual } from 'node:crypto';
import { InstrumentError } from '../errors.ts';

export type Authorization =
  | {
      /** Sent as `Authorization: Bearer …`. */
      readonly bearerToken: string;
    }
  | {
      readonly username: string;
      readonly password: string;
    };

export interface Guard {
  /** For `WWW-Authenticate`. */
  readonly challenge: string;
  allows(header: string | undefined): boolean;
}

const MAX_CREDENTIAL_LENGTH = 4096;
const BEARER_TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** @throws {InstrumentError} `option_invalid` */
export function guardOf(authorization: Authorization): Guard {
  // Anything may come from code without types, and an error about it must not repeat it.
  const given: Readonly<Record<string, unknown>> = Object(authorization);
  if ('bearerToken' in given) return bearerGuard(given['bearerToken']);
  return basicGuard(given['username'], given['password']);
}

function bearerGuard(token: unknown): Guard {
  if (typeof token !== 'string' || token.length > MAX_CREDENTIAL_LENGTH || !BEARER_TOKEN.test(token)) {
    throw new InstrumentError(
      'option_invalid',
      `authorization.bearerToken must be 1 to ${MAX_CREDENTIAL_LENGTH} letters, digits and -._~+/, then any =.`,
    );
  }
  const isToken = sameAs(token);
  return { challenge: 'Bearer', allows: (header) => isToken(credentialsOf(header, 'bearer')) };
}

function basicGuard(username: unknown, password: unknown): Guard {
  const isFit = [username, password].every((text) => {
    return typeof text === 'string' && text !== '' && text.length <= MAX_CREDENTIAL_LENGTH && isPrintable(text);
  });
  if (!isFit || (username as string).includes(':')) {
    throw new InstrumentError(
      'option_invalid',
      'authorization needs a bearerToken, or a username without a colon and a password, both without control characters.',
    );
  }
  const isPair = sameAs(`${username as string}:${password as string}`);
  return {
    challenge: 'Basic realm="metrics", charset="UTF-8"',
    allows: (header) => isPair(Buffer.from(credentialsOf(header, 'basic'), 'base64').toString('utf8')),
  };
}

/** Digests, so that what is compared has one length. */
function sameAs(secret: string): (given: string) => boolean {
  const expected = digest(secret);
  return (given) => timingSafeEqual(digest(given), expected);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** What follows the scheme, or '', which no credential equals. */
function credentialsOf(header: string | undefined, scheme: string): string {
  const match = /^([A-Za-z]+) +([^ ]+) *$/.exec(header ?? '');
  return match?.[1]?.toLowerCase() === scheme ? (match[2] ?? '') : '';
}

function isPrintable(text: string): boolean {
  return Array.from(text).every((character) => character >= ' ' && character !== '\x7f');
}
