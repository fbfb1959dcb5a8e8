// Where pushes go and with what credentials. Everything that may be secret (passwords, tokens, values of headers and of the
// query) is known here, so that it can be taken out of whatever is shown: a receiver's answer may well repeat it.

import { Buffer } from 'node:buffer';
import { InstrumentError } from '../errors.ts';

export interface EndpointOptions {
  /**
   * `http:` or `https:`. A user and password in it become Basic authentication. They and the query are kept secret; the host
   * and the path are shown in failures.
   */
  readonly url: string;
  /** Sent with every request; the protocol's own headers win. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly basicAuth?: { readonly username: string; readonly password: string };
  readonly bearerToken?: string;
}

export interface Endpoint {
  /** With the query, which may be secret. */
  readonly url: string;
  /** Without user, password, query and fragment. */
  readonly shownUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Takes every secret out of a text. */
  readonly redact: (text: string) => string;
  /** Of the longest secret, in UTF-16 units: so much at the end of a text that was cut may be a part of one. */
  readonly longestSecret: number;
}

const REDACTED = '***';
/** They belong to the connection, and `fetch` refuses or ignores them. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/** What a protocol adds to what its user gave. */
interface EndpointPlace {
  /** Goes after the URL's own path. */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Part of a header, and secret by itself. */
  readonly secrets?: readonly string[];
}

/** @throws {InstrumentError} `option_invalid`; the message never holds the URL or a header's value */
export function endpointOf(
  options: EndpointOptions,
  { path = '', query = {}, secrets: own = [] }: EndpointPlace = {},
): Endpoint {
  const url = parseUrl(options.url);
  const username = decode(url.username);
  const password = decode(url.password);
  url.username = '';
  url.password = '';
  url.hash = '';
  const secretQuery = [...url.searchParams.values()];
  url.pathname = url.pathname.replace(/\/+$/, '') + path;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);

  const headers = checkedHeaders(options.headers ?? {});
  const authorization = authorizationOf(options, { username, password });
  if (authorization !== undefined) headers['authorization'] = authorization.header;
  const secrets = secretsOf([...Object.values(headers), ...secretQuery, ...own, ...(authorization?.secrets ?? [])]);
  return new KeptEndpoint(url, headers, secrets);
}

/** A target is logged like any object: what is secret is in private fields, which nothing prints. */
class KeptEndpoint implements Endpoint {
  readonly shownUrl: string;
  readonly longestSecret: number;
  readonly redact: (text: string) => string;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param secrets longest first */
  constructor(url: URL, headers: Readonly<Record<string, string>>, secrets: readonly string[]) {
    this.shownUrl = url.origin + url.pathname;
    this.longestSecret = secrets[0]?.length ?? 0;
    this.redact = (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, REDACTED), text);
    this.#url = url.href;
    this.#headers = headers;
  }

  get url(): string {
    return this.#url;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }
}

function parseUrl(text: string): URL {
  const url = typeof text === 'string' ? URL.parse(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    fail('The url to push to is none: give one that starts with http:// or https://.');
  }
  return url;
}

function checkedHeaders(given: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase();
    if (CONNECTION_HEADERS.has(key))
      fail(`The header ${JSON.stringify(name)} belongs to the connection: leave it out.`);
    if (!isValidHeader(name, value))
      fail(`The header ${JSON.stringify(name)} is not valid: look at its name and value.`);
    headers[key] = value;
  }
  return headers;
}

function isValidHeader(name: string, value: string): boolean {
  try {
    // What is sent must be what is known as a secret: white space at its ends would be taken off.
    return typeof value === 'string' && new Headers([[name, value]]).get(name) === value;
  } catch {
    // Its message would repeat the value.
    return false;
  }
}

interface Authorization {
  readonly header: string;
  readonly secrets: readonly string[];
}

function authorizationOf(
  { basicAuth, bearerToken, headers = {} }: EndpointOptions,
  inUrl: { readonly username: string; readonly password: string },
): Authorization | undefined {
  const isInUrl = inUrl.username !== '' || inUrl.password !== '';
  const isInHeaders = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  const ways = [isInUrl, isInHeaders, basicAuth !== undefined, bearerToken !== undefined].filter(Boolean);
  if (ways.length > 1) fail('There are several credentials for one url: keep one of them.');
  if (bearerToken !== undefined) {
    if (!isValidHeader('authorization', `Bearer ${bearerToken}`))
      fail('The bearerToken cannot be sent: look at its characters.');
    return { header: `Bearer ${bearerToken}`, secrets: [bearerToken] };
  }
  const basic = basicAuth ?? (isInUrl ? inUrl : undefined);
  if (basic === undefined) return undefined;
  const encoded = base64(`${basic.username}:${basic.password}`);
  return { header: `Basic ${encoded}`, secrets: [encoded, basic.password] };
}

/** Longest first, so that none is taken apart by a shorter one; each also as it stands in URLs and in JSON. */
function secretsOf(values: readonly string[]): readonly string[] {
  const forms = values.flatMap((value) => [
    value,
    encodeURIComponent(value.toWellFormed()),
    JSON.stringify(value).slice(1, -1),
  ]);
  return [...new Set(forms)].filter((form) => form !== '').sort((a, b) => b.length - a.length);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function fail(message: string): never {
  throw new InstrumentError('option_invalid', message);
}
