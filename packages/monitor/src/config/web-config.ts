// Reads the file of users and TLS that Prometheus and its exporters call web configuration: what works there works here, and
// what is not supported is refused by its name. Paths in it are relative to its folder. What it holds of secrets is hashes of
// passwords; they are in no message. Source: https://prometheus.io/docs/prometheus/latest/configuration/https/

import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { type PasswordHash, parsePasswordHash } from '../server/auth/password-hash.ts';
import { ConfigError, parseYaml, readText } from './yaml-file.ts';

export interface WebConfig {
  readonly tls: WebTls | undefined;
  /** By user name. */
  readonly users: ReadonlyMap<string, PasswordHash>;
}

export interface WebTls {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientAuthType: ClientAuthType;
  readonly clientCaFile: string | undefined;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
}

export type ClientAuthType = z.output<typeof clientAuthType>;
type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

const MAX_USERS = 1000;
const SUPPORTED =
  'is not supported; there are tls_server_config (cert_file, key_file, client_auth_type, client_ca_file, min_version, max_version), ' +
  'basic_auth_users, and http_server_config.http2, which is passed over';

const clientAuthType = z.enum([
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
]);

const version = z
  .enum(['TLS12', 'TLS13'], { error: 'write TLS12 or TLS13; older ones are not safe and not spoken' })
  .transform((name): TlsVersion => (name === 'TLS12' ? 'TLSv1.2' : 'TLSv1.3'));

const tlsServerConfig = z
  .strictObject({
    cert_file: z.string().min(1),
    key_file: z.string().min(1),
    client_auth_type: clientAuthType.default('NoClientCert'),
    client_ca_file: z.string().min(1).optional(),
    min_version: version.prefault('TLS12'),
    max_version: version.prefault('TLS13'),
  })
  .superRefine((tls, context) => {
    const refuse = (name: keyof typeof tls, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message });
    const isVerified =
      tls.client_auth_type === 'RequireAndVerifyClientCert' || tls.client_auth_type === 'VerifyClientCertIfGiven';
    if (isVerified && tls.client_ca_file === undefined) {
      refuse('client_auth_type', 'needs client_ca_file, the certificates that may sign those of clients');
    }
    if (tls.client_auth_type === 'NoClientCert' && tls.client_ca_file !== undefined) {
      refuse('client_ca_file', 'has no use without client_auth_type: RequireAndVerifyClientCert');
    }
    if (tls.min_version > tls.max_version) refuse('max_version', 'is older than min_version');
  });

const passwordHash = z.string().transform((text, context) => {
  const hash = parsePasswordHash(text);
  if (typeof hash !== 'string') return hash;
  context.addIssue({ code: 'custom', message: hash });
  return z.NEVER;
});

const users = z.record(z.string(), passwordHash).superRefine((all, context) => {
  const names = Object.keys(all);
  if (names.length > MAX_USERS) context.addIssue({ code: 'custom', message: `at most ${MAX_USERS} users` });
  for (const name of names) {
    if (!name.includes(':') && name !== '') continue;
    context.addIssue({ code: 'custom', path: [name], message: 'the name of a user is not empty and holds no colon' });
  }
});

const webConfigSchema = z.strictObject({
  tls_server_config: tlsServerConfig.optional(),
  basic_auth_users: users.nullish(),
  http_server_config: z.strictObject({ http2: z.boolean().optional() }).optional(),
});

/** @throws {ConfigError} */
export function readWebConfig(path: string): WebConfig {
  const { data } = parseYaml(readText(path), { path, schema: webConfigSchema, unknownKey: SUPPORTED });
  const inFolder = (name: string) => resolve(dirname(path), name);
  const { tls_server_config: tls, basic_auth_users: hashes } = data;
  const names = Object.entries(hashes ?? {});
  if (tls === undefined && names.length === 0) {
    throw new ConfigError([`${path}: protects nothing: give basic_auth_users, tls_server_config or both`]);
  }
  return {
    users: new Map(names),
    tls: tls && {
      certFile: inFolder(tls.cert_file),
      keyFile: inFolder(tls.key_file),
      clientAuthType: tls.client_auth_type,
      clientCaFile: tls.client_ca_file === undefined ? undefined : inFolder(tls.client_ca_file),
      minVersion: tls.min_version,
      maxVersion: tls.max_version,
    },
  };
}
