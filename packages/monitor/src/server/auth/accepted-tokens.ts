// Reads the bearer tokens that the configuration names. A token itself is kept nowhere but in its file.

import { readFileSync } from 'node:fs';
import { ChainpulseError } from '../../model/errors.ts';
import { type AcceptedToken, digestOf } from './bearer-tokens.ts';
import type { Scope } from './scopes.ts';

export interface TokenSettings {
  readonly name: string;
  /** Either this or `sha256`. */
  readonly tokenFile?: string | undefined;
  /** Hexadecimal. */
  readonly sha256?: string | undefined;
  readonly scopes: readonly Scope[];
}

/** Shorter ones can be guessed. */
const MIN_CHARACTERS = 16;
const MAX_CHARACTERS = 4096;
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** @throws {ChainpulseError} `token_invalid` */
export function readAcceptedTokens(tokens: readonly TokenSettings[]): readonly AcceptedToken[] {
  return tokens.map(({ name, tokenFile, sha256, scopes }) => ({
    caller: { name, scopes },
    digest: sha256 === undefined ? digestOf(readToken(tokenFile ?? '')) : Buffer.from(sha256, 'hex'),
  }));
}

function readToken(file: string): string {
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ChainpulseError('token_invalid', `The token file ${file} cannot be read (${why}).`, { cause: error });
  }
  if (token.length >= MIN_CHARACTERS && token.length <= MAX_CHARACTERS && TOKEN.test(token)) return token;
  throw new ChainpulseError(
    'token_invalid',
    `The token in ${file} must be ${MIN_CHARACTERS} to ${MAX_CHARACTERS} letters, digits and -._~+/, then any =: make one with "openssl rand -hex 32".`,
  );
}
