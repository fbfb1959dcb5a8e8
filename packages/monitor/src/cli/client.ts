// How a command asks a monitor, or any server with Prometheus' API: address, credentials and certificates from options or the
// environment, over one kept connection. Bodies go and come as streams, so that nothing large is held. No message repeats a
// credential. Invariant: credentials go to the address that was given alone; redirects are not followed.

import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import { authorizationIn, basicAuthorization } from '../app/credentials.ts';
import { ChainpulseError, withoutCredentials } from '../model/errors.ts';
import { UsageError } from './usage-error.ts';

export interface ClientOptions {
  readonly url: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly bearerTokenFile?: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

export interface ClientRequest {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
  readonly signal?: AbortSignal;
}

export interface ClientAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** To be read to its end, or destroyed. */
  readonly body: Readable;
}

const DEFAULT_URL = 'http://127.0.0.1:8090';

/** Adds what every command that asks a monitor takes. */
export function addClientOptions(command: Command): Command {
  const option = (flags: string, description: string, variable: string) =>
    new Option(flags, description).env(`CHAINPULSE_${variable}`);
  return command
    .addOption(
      option('--url <address>', 'the monitor, or any server with the Prometheus API', 'URL').default(DEFAULT_URL),
    )
    .addOption(option('--username <name>', 'user to ask as; needs --password-file', 'USERNAME'))
    .addOption(option('--password-file <file>', 'file that holds the password', 'PASSWORD_FILE'))
    .addOption(option('--bearer-token-file <file>', 'file that holds a bearer token', 'BEARER_TOKEN_FILE'))
    .addOption(option('--ca-file <file>', "certificates (PEM) that may sign the server's", 'CA_FILE'))
    .addOption(option('--cert-file <file>', 'client certificate (PEM) to show; needs --key-file', 'CERT_FILE'))
    .addOption(option('--key-file <file>', 'key of the client certificate (PEM)', 'KEY_FILE'));
}

export class MonitorClient {
  /** Fit for messages. */
  readonly shownUrl: string;
  readonly #wanted: string;
  readonly #base: URL;
  readonly #authorization: string | undefined;
  readonly #agent: http.Agent;

  /** Reads the files that the options name; `wanted` is what a message says did not come. @throws {UsageError} */
  constructor(options: ClientOptions, wanted = 'answer') {
    this.#wanted = wanted;
    const { url } = options;
    if (!URL.canParse(url)) throw new UsageError(`--url is no URL: write for example ${DEFAULT_URL}`);
    this.#base = new URL(url.endsWith('/') ? url : `${url}/`);
    if (this.#base.protocol !== 'http:' && this.#base.protocol !== 'https:') {
      throw new UsageError(`--url is neither http nor https: write for example ${DEFAULT_URL}`);
    }
    this.shownUrl = withoutCredentials(url);
    this.#authorization = authorizationOf(options, this.#base);
    this.#agent = this.#isEncrypted
      ? new https.Agent({ keepAlive: true, ...tlsOf(options) })
      : new http.Agent({ keepAlive: true });
  }

  /**
   * Sends a request to a path below the address; fulfilled when the head of the answer is there.
   * @throws {ChainpulseError} `server_unreachable`, `server_refused` (401 and 403); the signal's reason when it is aborted.
   */
  async send(path: string, request: ClientRequest = {}): Promise<ClientAnswer> {
    let answer: http.IncomingMessage;
    try {
      answer = await this.#exchange(new URL(path, this.#base), request);
    } catch (error) {
      request.signal?.throwIfAborted();
      throw this.#unreachable(error);
    }
    const { statusCode: status = 0, headers } = answer;
    if (status === 401 || status === 403) throw await this.#refused(status, answer);
    return { status, headers, body: answer };
  }

  /**
   * Sends a request and reads the answer as JSON, whatever its status.
   * @throws {ChainpulseError} as `send` does, and `answer_no_json`.
   */
  async json(path: string, request: ClientRequest = {}): Promise<unknown> {
    const { status, body } = await this.send(path, request);
    let content: string;
    try {
      content = await text(body);
    } catch (error) {
      request.signal?.throwIfAborted();
      throw this.#unreachable(error);
    }
    try {
      return JSON.parse(content);
    } catch (error) {
      throw new ChainpulseError(
        'answer_no_json',
        `The answer of ${this.shownUrl} is no JSON (HTTP ${status}). Is the address that of the monitor?`,
        { cause: error },
      );
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  get #isEncrypted(): boolean {
    return this.#base.protocol === 'https:';
  }

  #exchange(target: URL, { method = 'GET', headers, body, signal }: ClientRequest): Promise<http.IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    const request = (this.#isEncrypted ? https : http).request(
      {
        hostname: target.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: target.port,
        path: `${target.pathname}${target.search}`,
        method,
        headers: { ...headers, ...(this.#authorization !== undefined && { authorization: this.#authorization }) },
        agent: this.#agent,
        ...(signal !== undefined && { signal }),
      },
      resolve,
    );
    request.on('error', reject);
    if (body instanceof Readable) {
      body.on('error', (error) => request.destroy(error));
      body.pipe(request);
    } else request.end(body);
    return promise;
  }

  #unreachable(error: unknown): ChainpulseError {
    const { message, code = '' } = error as NodeJS.ErrnoException;
    return new ChainpulseError(
      'server_unreachable',
      `No ${this.#wanted} from ${this.shownUrl} (${message === '' ? code : message}). ${this.#mendOf(code)}`,
      { cause: error },
    );
  }

  #mendOf(code: string): string {
    if (/CERT|SELF_SIGNED|ISSUER|LEAF_SIGNATURE|ALTNAME/.test(code)) {
      return "Name the certificate that signed the server's with --ca-file, and the server as the certificate does.";
    }
    if (code === 'ECONNRESET' || code === 'EPROTO') {
      return `The server speaks ${this.#isEncrypted ? 'no TLS, or another version' : 'TLS only'}, or demands a client certificate (--cert-file): check the scheme of --url.`;
    }
    return 'Is the monitor running there? Start it with "chainpulse watch" or name another with --url.';
  }

  async #refused(status: 401 | 403, answer: http.IncomingMessage): Promise<ChainpulseError> {
    const why = await reasonIn(answer);
    const mend =
      status === 401
        ? ' Give --username and --password-file, or --bearer-token-file.'
        : ' Ask with credentials that may do it.';
    return new ChainpulseError(
      'server_refused',
      `${this.shownUrl} refused the request (HTTP ${status}): ${why}${mend}`,
    );
  }
}

/** The words of our own API or Prometheus', bounded; a page of a proxy has none. */
async function reasonIn(answer: http.IncomingMessage): Promise<string> {
  try {
    const { message, error } = JSON.parse(await text(answer)) as { message?: unknown; error?: unknown };
    const words = typeof message === 'string' ? message : error;
    return typeof words === 'string' ? words.slice(0, 500) : 'it gave no reason.';
  } catch {
    return 'it gave no reason.';
  }
}

function authorizationOf(options: ClientOptions, url: URL): string | undefined {
  const { username, passwordFile, bearerTokenFile } = options;
  if ((username === undefined) !== (passwordFile === undefined)) {
    throw new UsageError('--username and --password-file belong together');
  }
  if (bearerTokenFile !== undefined && username !== undefined) {
    throw new UsageError('give either --bearer-token-file or --username');
  }
  if (bearerTokenFile !== undefined) return `Bearer ${read('--bearer-token-file', bearerTokenFile).trim()}`;
  if (username !== undefined && passwordFile !== undefined) {
    return basicAuthorization(username, read('--password-file', passwordFile).trim());
  }
  return authorizationIn(url);
}

function tlsOf({ caFile, certFile, keyFile }: ClientOptions): https.AgentOptions {
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new UsageError('--cert-file and --key-file belong together');
  }
  return {
    ...(caFile !== undefined && { ca: read('--ca-file', caFile) }),
    ...(certFile !== undefined && { cert: read('--cert-file', certFile) }),
    ...(keyFile !== undefined && { key: read('--key-file', keyFile) }),
  };
}

function read(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new UsageError(`${option}: ${file} cannot be read (${why})`);
  }
}
