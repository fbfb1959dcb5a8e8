// Reads the `Authorization` header. What is no credential at all is told from one that is wrong by its kind alone; nothing of
// it is ever part of a message. Source: RFC 7617 (Basic), RFC 6750 (Bearer).

export type Credential =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'malformed' };

/** Of what follows the scheme; longer is malformed. */
const MAX_CREDENTIAL_CHARACTERS = 8192;
const MALFORMED: Credential = { kind: 'malformed' };
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Undefined when no credential was sent. */
export function readAuthorization(header: string | undefined): Credential | undefined {
  if (header === undefined) return undefined;
  const [, scheme = '', given = ''] = /^([A-Za-z]+) +([^ ]+) *$/.exec(header) ?? [];
  if (given.length > MAX_CREDENTIAL_CHARACTERS) return MALFORMED;
  switch (scheme.toLowerCase()) {
    case 'basic':
      return readBasic(given);
    case 'bearer':
      return { kind: 'bearer', token: given };
    default:
      return MALFORMED;
  }
}

/** A name cannot hold a colon, a password can. */
function readBasic(given: string): Credential {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(given)) return MALFORMED;
  let pair: string;
  try {
    pair = UTF_8.decode(Buffer.from(given, 'base64'));
  } catch {
    return MALFORMED;
  }
  const colon = pair.indexOf(':');
  if (colon < 0) return MALFORMED;
  return { kind: 'basic', username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}
