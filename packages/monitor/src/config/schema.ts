// The one schema of the configuration: what may be written, its limits and defaults. `chainpulse.yaml` and the options of
// the command line both end up here, and nothing else in the monitor validates configuration.

import { z } from 'zod';
import { parseDurationMs, parseSizeBytes } from '../model/duration.ts';
import { ChainpulseError } from '../model/errors.ts';
import { parseTargetAddress } from './target-address.ts';

const MAX_TARGETS = 1000;
const LABEL_LENGTH = 200;

function durationBetween(minMs: number, maxMs: number, range: string) {
  return z.string({ error: 'write a duration such as 5s or 1h30m' }).transform((text, context) => {
    const durationMs = parseDurationMs(text);
    if (durationMs === undefined) {
      context.addIssue({ code: 'custom', message: `"${text}" is no duration: write for example 5s, 1h30m or 30d` });
    } else if (durationMs < minMs || durationMs > maxMs) {
      context.addIssue({ code: 'custom', message: `${text} is outside ${range}` });
    } else return durationMs;
    return z.NEVER;
  });
}

const size = z
  .union([z.string(), z.number().int().nonnegative()], { error: 'write a size such as 64MiB' })
  .transform((given, context) => {
    const sizeBytes = parseSizeBytes(String(given));
    if (sizeBytes !== undefined && sizeBytes > 0) return sizeBytes;
    context.addIssue({ code: 'custom', message: `"${given}" is no size: write for example 64MiB` });
    return z.NEVER;
  });

const retention = z.union(
  [
    z.literal('unlimited').transform(() => undefined),
    durationBetween(60_000, 100 * 31_536_000_000, '1m to 100y (or write unlimited)'),
  ],
  { error: 'write a duration from 1m to 100y such as 30d, or unlimited' },
);

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

const credentials = z.strictObject({
  username: z.string().min(1).describe('User name.'),
  passwordFile: z.string().min(1).describe('File that holds the password; read at every request, so it may change.'),
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
  bearerTokenFile: z.string().min(1).optional().describe('File that holds a bearer token to send.'),
  basicAuth: credentials.optional().describe('Basic authentication to send.'),
});

const server = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on. Only loopback addresses are accepted until the monitor can authenticate.'),
  port: z
    .number({ error: PORT })
    .int(PORT)
    .min(0, PORT)
    .max(65535, PORT)
    .default(8090)
    .describe('Port of the page and the API. 0 takes a free one.'),
});

const storage = z.strictObject({
  directory: z.string().min(1).default('chainpulse-data').describe('Folder of the history; made when it is missing.'),
  retention: retention.prefault('30d').describe('How long history is kept: 1m to 100y, or `unlimited`.'),
  durability: z
    .enum(['full', 'normal'])
    .default('full')
    .describe(
      '`full`: what was stored survives power loss. `normal`: it survives a crash of the monitor; cheaper on slow disks.',
    ),
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
function refuseContradictions({ collection, targets }: Config, context: z.core.$RefinementCtx): void {
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
    if (each.bearerTokenFile !== undefined && each.basicAuth !== undefined) {
      refuse(at('basicAuth'), 'give either bearerTokenFile or basicAuth');
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
