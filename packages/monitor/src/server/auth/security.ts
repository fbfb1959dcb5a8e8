// Who may ask the server what, over which transport: the users and TLS of the web-config file and the bearer tokens, kept up to
// date with their files. Invariant: what was read last without an error counts as a whole; a change that cannot be read, or
// that would open the server (no users any more, no TLS), is logged and not taken.

import type { X509Certificate } from 'node:crypto';
import type http from 'node:http';
import type https from 'node:https';
import type { Config } from '../../config/schema.ts';
import { readWebConfig, type WebConfig } from '../../config/web-config.ts';
import { ChainpulseError } from '../../model/errors.ts';
import type { Protection } from '../exposure.ts';
import { isLoopback } from '../loopback.ts';
import { OwnHosts } from '../own-hosts.ts';
import type { Refusal } from '../refusal.ts';
import { readAcceptedTokens } from './accepted-tokens.ts';
import { readAuthorization } from './authorization-header.ts';
import { BasicUsers } from './basic-users.ts';
import { BearerTokens } from './bearer-tokens.ts';
import { ChangedFiles } from './changed-files.ts';
import { FailedAttempts } from './failed-attempts.ts';
import { PasswordVerifier, VerifierBusy } from './password-verifier.ts';
import { type Caller, grants, type RouteScope, type Scope } from './scopes.ts';
import { createTlsServer, filesOf, readTlsMaterial, type TlsMaterial } from './tls-material.ts';

export type SecuritySettings = Omit<Config['server'], 'port' | 'adminApi'>;

export interface SecurityLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface AuthenticatedRequest {
  readonly authorization: string | undefined;
  readonly remoteAddress: string;
  readonly scope: RouteScope;
}

/** Why a request is not answered, with the headers that go with it. */
export interface AccessRefusal extends Refusal {
  readonly headers: Readonly<Record<string, string | string[]>>;
}

/** What was read from the files at one time. */
interface Material {
  readonly files: readonly string[];
  readonly users: BasicUsers;
  readonly tokens: BearerTokens;
  readonly tls: TlsMaterial | undefined;
}

/** A client that is told to come back may do so after this. */
const RETRY_AFTER_SECONDS = '1';

export class Security implements Protection {
  readonly hosts: OwnHosts;
  readonly #settings: SecuritySettings;
  readonly #log: SecurityLog;
  readonly #verifier: PasswordVerifier;
  readonly #attempts = new FailedAttempts();
  readonly #changes: ChangedFiles | undefined;
  #material: Material;
  #server: https.Server | undefined;
  /** Why the last change of the files was not taken, which is logged once. */
  #problem: string | undefined;

  private constructor(settings: SecuritySettings, log: SecurityLog, onlyThisMachine: boolean) {
    this.#settings = settings;
    this.#log = log;
    this.#verifier = new PasswordVerifier();
    this.#material = this.#read();
    this.hosts = new OwnHosts({
      host: settings.host,
      isLoopback: onlyThisMachine,
      names: settings.hosts,
      certificate: () => this.#certificate,
    });
    if (settings.insecure && !onlyThisMachine) this.#warnOfExposure();
    if (this.#material.files.length > 0) {
      this.#changes = new ChangedFiles(
        () => this.#material.files,
        () => this.#reload(),
      );
    }
  }

  /** @throws {ConfigError} of the web-config file. @throws {ChainpulseError} `tls_invalid`, `token_invalid` */
  static async open(settings: SecuritySettings, log: SecurityLog): Promise<Security> {
    return new Security(settings, log, await isLoopback(settings.host));
  }

  get isAuthenticating(): boolean {
    return this.#demandsCredentials || this.#verifiesClients;
  }

  get isEncrypted(): boolean {
    return this.#material.tls !== undefined;
  }

  get isInsecureAllowed(): boolean {
    return this.#settings.insecure;
  }

  /** Undefined when the request may be answered. */
  async refusalOf({ authorization, remoteAddress, scope }: AuthenticatedRequest): Promise<AccessRefusal | undefined> {
    if (!this.#demandsCredentials) return undefined;
    if (scope === 'health' && this.#settings.auth.publicHealth) return undefined;
    const credential = readAuthorization(authorization);
    if (credential === undefined) return this.#unauthorized('Credentials are needed.');
    if ((await this.#attempts.turnOf(remoteAddress)) === 'refused') {
      // Not 429: nobody knows yet whether these credentials are wrong, and Prometheus drops what was answered with that.
      return busy('too_many_attempts', 'Too many attempts with wrong credentials came from this address.');
    }
    let caller: Caller | undefined;
    try {
      caller = await this.#find(credential);
    } catch (error) {
      if (!(error instanceof VerifierBusy)) throw error;
      return busy('passwords_busy', 'Too many passwords are being checked.');
    }
    if (caller === undefined) {
      if (this.#attempts.failed(remoteAddress)) {
        this.#log.warn(`${remoteAddress} sent wrong credentials several times; its requests are slowed down`);
      }
      return this.#unauthorized('The credentials are wrong.');
    }
    return grants(caller, scope) ? undefined : forbidden(scope);
  }

  /** The server for fastify; undefined without TLS. */
  createServer(options: https.ServerOptions, handler: http.RequestListener): http.Server | undefined {
    const { tls } = this.#material;
    if (tls === undefined) return undefined;
    this.#server = createTlsServer(tls, options, handler);
    return this.#server;
  }

  async close(): Promise<void> {
    this.#changes?.close();
    await this.#verifier.close();
  }

  #warnOfExposure(): void {
    if (!this.isAuthenticating) {
      this.#log.warn(`anybody who reaches ${this.#settings.host} may read everything and write: --insecure allows it`);
    } else if (!this.isEncrypted) {
      this.#log.warn(`passwords and tokens travel to ${this.#settings.host} in clear text: --insecure allows it`);
    }
  }

  get #certificate(): X509Certificate | undefined {
    return this.#material.tls?.certificate;
  }

  get #demandsCredentials(): boolean {
    return this.#material.users.count > 0 || this.#material.tokens.count > 0;
  }

  /** Then the transport itself lets in none but those that it knows, and without users and tokens they may do everything. */
  get #verifiesClients(): boolean {
    return this.#material.tls?.clientAuthType === 'RequireAndVerifyClientCert';
  }

  async #find(credential: NonNullable<ReturnType<typeof readAuthorization>>): Promise<Caller | undefined> {
    switch (credential.kind) {
      case 'basic':
        return this.#material.users.find(credential.username, credential.password);
      case 'bearer':
        return this.#material.tokens.find(credential.token);
      case 'malformed':
        return undefined;
    }
  }

  #unauthorized(message: string): AccessRefusal {
    const challenges: string[] = [];
    if (this.#material.users.count > 0) challenges.push('Basic realm="chainpulse", charset="UTF-8"');
    if (this.#material.tokens.count > 0) challenges.push('Bearer realm="chainpulse"');
    return { status: 401, code: 'unauthorized', message, headers: { 'www-authenticate': challenges } };
  }

  /** @throws as `open` */
  #read(): Material {
    const { webConfig: path, auth } = this.#settings;
    const web: WebConfig = path === undefined ? { tls: undefined, users: new Map() } : readWebConfig(path);
    const scopes =
      auth.users && new Map<string, readonly Scope[]>(auth.users.map(({ name, scopes }) => [name, scopes]));
    const tokenFiles = auth.tokens.flatMap(({ tokenFile }) => tokenFile ?? []);
    return {
      files: [...(path === undefined ? [] : [path]), ...(web.tls === undefined ? [] : filesOf(web.tls)), ...tokenFiles],
      users: new BasicUsers({ hashes: web.users, scopes, verifier: this.#verifier }),
      tokens: new BearerTokens(readAcceptedTokens(auth.tokens)),
      tls: web.tls && readTlsMaterial(web.tls),
    };
  }

  #reload(): 'taken' | 'not taken' {
    try {
      const material = this.#read();
      const why = whyNot(this.#material, material);
      if (why !== undefined) throw new ChainpulseError('security_not_reloaded', why);
      if (material.tls !== undefined) this.#server?.setSecureContext(material.tls.context);
      this.#material = material;
      this.#problem = undefined;
      this.#log.info('users, tokens and certificates were read again');
      return 'taken';
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.#problem) {
        this.#log.error(
          `users, tokens and certificates stay as they were, since their files cannot be taken: ${message}`,
        );
      }
      this.#problem = message;
      return 'not taken';
    }
  }
}

/** What only a restart may change. */
function whyNot(before: Material, after: Material): string | undefined {
  if (before.tls?.clientAuthType !== after.tls?.clientAuthType) {
    return 'TLS cannot be turned on or off, nor client_auth_type changed, while the monitor runs: restart it.';
  }
  if (before.users.count > 0 && after.users.count === 0) {
    return 'there are no users any more, and that would open the server to everybody: restart the monitor if this is meant.';
  }
  return undefined;
}

function busy(code: string, message: string): AccessRefusal {
  return { status: 503, code, message: `${message} Try again later.`, headers: { 'retry-after': RETRY_AFTER_SECONDS } };
}

function forbidden(scope: RouteScope): AccessRefusal {
  return {
    status: 403,
    code: 'scope_missing',
    message: `These credentials may not do this: they lack the scope "${scope === 'health' ? 'read' : scope}".`,
    headers: {},
  };
}
