// The one schema of the configuration: what may be written, its limits and defaults. `chainpulse.yaml` and the options of
// the command line both end up here, and nothing else in the monitor validates configuration.

import { z } from 'zod';
import { ChainpulseError } from '../model/errors.ts';
import { chainParameters } from '../rules/shipped/chain-parameters.ts';
import { SCOPES } from '../server/auth/scopes.ts';
import { adapter, adapterContradiction, profile } from './adapter-schema.ts';
import { clientTls, credentials, durationBetween, file, size } from './fields.ts';
import { otlp } from './otlp-schema.ts';
import { query } from './query-schema.ts';
import { rules } from './rules-schema.ts';
import { refuseStorageContradictions, storage } from './storage-schema.ts';
import { parseTargetAddress } from './target-address.ts';

const MAX_TARGETS = 1000;
const LABEL_LENGTH = 200;
const MAX_TOKENS = 100;
const MAX_USERS = 1000;
const MAX_HOSTS = 64;

const interval = durationBetween(100, 86_400_000, '100ms to 1d');
const label = z.string().min(1).max(LABEL_LENGTH);
const PORT = 'write a port from 0 to 65535';
const TIMEOUT_TOO_LONG = 'the timeout is longer than the interval';
const IDENTIFYING = ['url', 'job', 'instance', 'chain', 'node'] as const;

const address = z
  .string({ error: 'write the address of the target, such as http://127.0.0.1:9090/metrics' })
  .transform((text, context) => {
    try {
      return { text, ...parseTargetAddress(text) };
    } catch (error) {
      if (!(error instanceof ChainpulseError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });

const target = z.strictObject({
  url: address.describe('What is watched; the scheme says how: `http`, `https`, `evm+http`, `evm+https` or `replay`.'),
  job: label
    .optional()
    .describe('Label `job` of all its series. Default: the kind of source (`scrape`, `evm`, `replay`).'),
  instance: label
    .optional()
    .describe('Label `instance`. Default: host and port; in a recording the name of the recorded target.'),
  chain: label.optional().describe('Label `chain`: the network that the node belongs to. Absent unless given.'),
  node: label.optional().describe('Label `node`: your name for the node. Absent unless given.'),
  interval: interval.optional().describe('Overrides `collection.interval`.'),
  timeout: interval.optional().describe('Overrides `collection.timeout`. At most the interval.'),
  bodyLimit: size.optional().describe('Overrides `collection.bodyLimit`.'),
  sampleLimit: z.number().int().positive().optional().describe('Overrides `collection.sampleLimit`.'),
  nativeHistograms: z
    .boolean()
    .optional()
    .describe("Asks for protobuf and takes native histograms, as Prometheus' `scrape_native_histograms`. Default: no."),
  classicHistograms: z
    .boolean()
    .optional()
    .describe('Keeps the classic buckets, sum and count of a histogram that comes in both forms. Default: yes.'),
  bearerTokenFile: z.string().min(1).optional().describe('File that holds a bearer token to send.'),
  basicAuth: credentials.optional().describe('Basic authentication to send.'),
  adapter,
  profile,
  chainParameters: chainParameters
    .optional()
    .describe('What is normal on the chain of this target. Default: `rules.chain`.'),
  tls: clientTls.optional().describe('How an `https` target is trusted. Its files are read again when they change.'),
});

const scopes = z
  .array(z.enum(SCOPES))
  .min(1, 'write at least one of: read, push, admin')
  .max(SCOPES.length)
  .describe('What is allowed: `read`, `push`, `admin` (everything).');

const user = z.strictObject({
  name: z.string().min(1).max(LABEL_LENGTH).describe('Name of a user of the web-config file.'),
  scopes,
});

const token = z.strictObject({
  name: z.string().min(1).max(LABEL_LENGTH).describe('Name of the token, for people.'),
  tokenFile: file
    .optional()
    .describe('File that holds the token, of at least 16 characters; read again when it changes.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'write the SHA-256 of the token as 64 hexadecimal digits')
    .optional()
    .describe('SHA-256 of the token in hexadecimal, instead of a file.'),
  scopes,
});

const auth = z.strictObject({
  users: z
    .array(user)
    .max(MAX_USERS)
    .optional()
    .describe(
      'What each user of the web-config file may do; one who is not named may do nothing. Default: everything.',
    ),
  tokens: z.array(token).max(MAX_TOKENS).default([]).describe('Bearer tokens that are accepted.'),
  publicHealth: z
    .boolean()
    .default(false)
    .describe('Answers `/live`, `/-/healthy` and `/-/ready` without credentials, for load balancers.'),
});

const server = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on. Any but a loopback address demands TLS and users or tokens, or `insecure`.'),
  port: z
    .number({ error: PORT })
    .int(PORT)
    .min(0, PORT)
    .max(65535, PORT)
    .default(8090)
    .describe('Port of the page and the API. 0 takes a free one.'),
  hosts: z
    .array(z.string().regex(/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i, 'write a name without scheme and port'))
    .max(MAX_HOSTS)
    .default([])
    .describe(
      'Names under which browsers and clients reach the monitor, beside its own: what other names are asked for is refused.',
    ),
  webConfig: file
    .optional()
    .describe("File with users and TLS in the format of Prometheus' web configuration; read again when it changes."),
  auth: auth.prefault({}),
  insecure: z.boolean().default(false).describe('Listens on any address without TLS, users and tokens all the same.'),
  adminApi: z
    .boolean()
    .default(false)
    .describe('Answers `/api/v1/admin/tsdb/…`: deleting series, snapshots into the folder of the history.'),
});

const collection = z.strictObject({
  interval: interval.prefault('5s').describe('How often a target is asked: 100ms to 1d.'),
  timeout: interval.prefault('4s').describe('How long it may take to answer. At most the interval.'),
  bodyLimit: size
    .prefault('64MiB')
    .describe('Largest answer, uncompressed. A larger one is refused whole and counted.'),
  sampleLimit: z
    .number()
    .int()
    .positive()
    .default(100_000)
    .describe('Most samples in one answer. More are refused whole and counted.'),
});

const log = z.strictObject({
  level: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('What goes to stderr, as JSON lines.'),
});

const fields = z.strictObject({
  server: server.prefault({}),
  storage: storage.prefault({}),
  collection: collection.prefault({}),
  otlp: otlp.prefault({}),
  query: query.prefault({}),
  rules: rules.prefault({}),
  machine: z
    .boolean()
    .default(true)
    .describe(
      'Whether this machine and the monitor itself are watched too. Off: the store holds only what it is sent.',
    ),
  log: log.prefault({}),
  targets: z
    .array(target)
    .max(MAX_TARGETS)
    .default([])
    .describe(
      `What is watched: at most ${MAX_TARGETS} targets, no two with the same \`job\`, \`instance\`, \`chain\` and \`node\`.`,
    ),
});

export type Config = z.output<typeof fields>;
export type ConfigInput = z.input<typeof fields>;
export type TargetConfig = Config['targets'][number];

// Also when single fields are wrong: every problem is told at once.
export const configSchema = fields.superRefine(refuseContradictions, { when: ({ value }) => isObject(value) });

/** The labels that tell a target from the others, as far as the configuration alone gives them. */
export function identityOf({ url, job, instance, chain, node }: TargetConfig) {
  const address = url.kind === 'replay' ? url.text : url.url.host;
  return { job: job ?? url.kind, instance: instance ?? address, chain: chain ?? '', node: node ?? '' };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is wrong between fields. A field that is wrong in itself, or within something wrong, is passed over. */
function refuseContradictions(
  { server, storage, otlp, collection, targets }: Config,
  context: z.core.$RefinementCtx,
): void {
  const isSound = (...path: readonly PropertyKey[]): boolean =>
    !context.issues.some(
      ({ code, path: at = [] }) => code !== 'unrecognized_keys' && at.every((part, depth) => part === path[depth]),
    );
  const refuse = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
  const isLong = (timeoutMs: number, intervalMs: number, ...paths: readonly PropertyKey[][]) =>
    timeoutMs > intervalMs && paths.every((path) => isSound(...path));

  if (isLong(collection.timeout, collection.interval, ['collection', 'timeout'], ['collection', 'interval'])) {
    refuse(['collection', 'timeout'], TIMEOUT_TOO_LONG);
  }
  if (isSound('storage')) {
    refuseStorageContradictions(storage, (path, message) => refuse(['storage', ...path], message));
  }
  if (otlp.promoteAllResourceAttributes && otlp.promoteResourceAttributes.length > 0) {
    refuse(
      ['otlp', 'promoteResourceAttributes'],
      'promoteAllResourceAttributes promotes them all: give one of the two',
    );
  }
  if (isSound('server', 'auth'))
    refuseAuthContradictions(server.auth, (path, message) => refuse(['server', 'auth', ...path], message));
  if (!isSound('targets')) return;
  const firstWith = new Map<string, number>();
  targets.forEach((each, index) => {
    const at = (...names: readonly PropertyKey[]) => ['targets', index, ...names];
    if (!isSound(...at())) return;
    const intervalAt = each.interval === undefined ? ['collection', 'interval'] : at('interval');
    const intervalMs = each.interval ?? collection.interval;
    if (each.timeout !== undefined && isLong(each.timeout, intervalMs, at('timeout'), intervalAt)) {
      refuse(at('timeout'), TIMEOUT_TOO_LONG);
    }
    const contradiction = adapterContradiction(each);
    if (contradiction !== undefined) refuse(at('profile'), contradiction);
    if (each.bearerTokenFile !== undefined && each.basicAuth !== undefined) {
      refuse(at('basicAuth'), 'give either bearerTokenFile or basicAuth');
    }
    if (isSound(...at('url')) && isSound(...at('tls'))) {
      refuseTlsContradictions(each, (message) => refuse(at('tls'), message));
    }
    if (!IDENTIFYING.every((name) => isSound(...at(name)))) return;
    const identity = JSON.stringify(identityOf(each));
    const first = firstWith.get(identity);
    if (first === undefined) firstWith.set(identity, index);
    else
      refuse(
        at('url'),
        `has the same labels as targets[${first}]: give one of them a node or job of its own in the configuration file`,
      );
  });
}

function refuseAuthContradictions(
  { users = [], tokens }: Config['server']['auth'],
  refuse: (path: PropertyKey[], message: string) => void,
): void {
  tokens.forEach(({ tokenFile, sha256 }, index) => {
    if ((tokenFile === undefined) === (sha256 === undefined)) {
      refuse(['tokens', index], 'give either tokenFile or sha256');
    }
  });
  for (const [list, entries] of [
    ['users', users],
    ['tokens', tokens],
  ] as const) {
    const names = entries.map(({ name }) => name);
    names.forEach((name, index) => {
      if (names.indexOf(name) !== index) refuse([list, index, 'name'], 'is there twice: give each a name of its own');
    });
  }
}

function refuseTlsContradictions({ url, tls }: TargetConfig, refuse: (message: string) => void): void {
  if (tls === undefined) return;
  if (url.kind !== 'scrape' || url.url.protocol !== 'https:') {
    refuse('belongs to an https target; for evm+https name the certificates in the environment, NODE_EXTRA_CA_CERTS');
  }
  if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) refuse('give certFile and keyFile together');
}
