// The section `storage` of the configuration: where history is kept, for how long, and whether it is sent on.

import { z } from 'zod';
import { labelsFromRecord } from '../model/labels.ts';
import { clientTls, credentials, durationBetween, file, size } from './fields.ts';

const HEADERS_MAX = 32;
const EXTERNAL_LABELS_MAX = 32;
const EXTERNAL_LABEL_LENGTH = 200;

const retention = z.union(
  [
    z.literal('unlimited').transform(() => undefined),
    durationBetween(60_000, 100 * 31_536_000_000, '1m to 100y (or write unlimited)'),
  ],
  { error: 'write a duration from 1m to 100y such as 30d, or unlimited' },
);

const serverAddress = z
  .url({ protocol: /^https?$/, error: 'write an address such as http://victoria:8428' })
  .refine((text) => !/[?#]/.test(text), 'leave ? and # out: paths of the API are added');

const labelName = z
  .string()
  .max(EXTERNAL_LABEL_LENGTH)
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'a name has letters, digits and _, and does not begin with a digit')
  .refine((name) => !name.startsWith('__'), 'names that begin with __ are not for you to give');

const externalLabels = z
  .record(labelName, z.string().min(1).max(EXTERNAL_LABEL_LENGTH))
  .refine((labels) => Object.keys(labels).length <= EXTERNAL_LABELS_MAX, `at most ${EXTERNAL_LABELS_MAX} labels`)
  .transform(labelsFromRecord);

const remote = z.strictObject({
  url: serverAddress
    .optional()
    .describe(
      'Base address of the server that takes remote write, with its prefix for writing, such as `http://vm:8428` or `http://vminsert:8480/insert/0/prometheus`; `/api/v1/write` is added, unless it ends with `/api/v1/write`, `/api/v1/push` (Mimir) or `/api/v1/receive` (Thanos).',
    ),
  queryUrl: serverAddress
    .optional()
    .describe(
      'Base address for reading, such as `http://vmselect:8481/select/0/prometheus` or `http://mimir/prometheus`. Default: `url`, without the end of a whole address.',
    ),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]+$/, 'write the name of a header'), z.string())
    .refine((headers) => Object.keys(headers).length <= HEADERS_MAX, `at most ${HEADERS_MAX} headers`)
    .default({})
    .describe('Sent with every request, such as `X-Scope-OrgID`.'),
  bearerTokenFile: file.optional().describe('File that holds a bearer token to send.'),
  basicAuth: credentials.optional().describe('Basic authentication to send.'),
  tls: clientTls.optional().describe('How an `https` server is trusted. Its files are read at the start.'),
  externalLabels: externalLabels
    .prefault({})
    .describe(
      'Labels that every series carries on the server, such as `monitor: rpc-1`, so that those of many monitors are told apart. A label that a series has itself counts before them. Questions to the server get them as matchers, unless they name the label, and answers come without them.',
    ),
  protocol: z
    .enum(['1.0', '2.0'])
    .default('1.0')
    .describe(
      'Version of remote write. `2.0` carries metadata with its series, and native histograms with bounds of their own, which 1.0 cannot: they are dropped, told once and counted. Where the server does not know 2.0, 1.0 is sent.',
    ),
  evaluate: z
    .enum(['server', 'local'])
    .default('server')
    .describe(
      'Who evaluates PromQL with `engine: remote`: the `server` that has the samples, by its own settings, of which `query.lookback` and `query.timeout` can be sent to it; or `local`, the monitor itself, over the samples that the server gives.',
    ),
  readVia: z
    .enum(['auto', 'remote_read', 'export', 'query'])
    .default('auto')
    .describe('How samples are read from the server; `auto` finds out what it has.'),
  queueSize: size.prefault('1GiB').describe('What waits to be sent; beyond it the oldest is dropped and counted.'),
  queueAge: durationBetween(60_000, 30 * 86_400_000, '1m to 30d')
    .prefault('24h')
    .describe('How long a sample waits to be sent at most; then it is dropped and counted.'),
  requestTimeout: durationBetween(100, 600_000, '100ms to 10m')
    .prefault('30s')
    .describe('How long the server may take to answer a write; then it is sent again.'),
  resend: durationBetween(0, 600_000, '0s to 10m')
    .prefault('0s')
    .describe(
      'How long what was sent is kept, and sent again when the server then refuses connections: for one that answers before it has written, as VictoriaMetrics does (`30s` is enough).',
    ),
});

export const storage = z.strictObject({
  directory: z
    .string()
    .min(1)
    .default('chainpulse-data')
    .describe('Folder of the history, or of what waits to be sent; made when it is missing.'),
  engine: z
    .enum(['embedded', 'remote', 'mirror'])
    .default('embedded')
    .describe(
      '`embedded`: history is kept in the folder. `remote`: it is sent to another server and read from there. `mirror`: kept in the folder and sent too.',
    ),
  retention: retention.prefault('30d').describe('How long history is kept in the folder: 1m to 100y, or `unlimited`.'),
  retentionSize: size
    .optional()
    .describe('How large the history in the folder may become; beyond it the oldest is deleted. Default: no bound.'),
  durability: z
    .enum(['full', 'normal'])
    .default('full')
    .describe(
      '`full`: what was stored survives power loss. `normal`: it survives a crash of the monitor; cheaper on slow disks.',
    ),
  remote: remote.prefault({}),
});

export type StorageConfig = z.output<typeof storage>;

export function refuseStorageContradictions(
  { engine, remote: { url, queryUrl, tls, bearerTokenFile, basicAuth } }: StorageConfig,
  refuse: (path: PropertyKey[], message: string) => void,
): void {
  if (engine !== 'embedded' && url === undefined) {
    refuse(['remote', 'url'], `engine: ${engine} needs the address of the server`);
  }
  if (bearerTokenFile !== undefined && basicAuth !== undefined) {
    refuse(['remote', 'basicAuth'], 'give either bearerTokenFile or basicAuth');
  }
  const addresses = [url, queryUrl].filter((address) => address !== undefined);
  if (tls !== undefined && !addresses.some((address) => address.startsWith('https:'))) {
    refuse(['remote', 'tls'], 'belongs to an https server');
  }
  if (tls !== undefined && (tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    refuse(['remote', 'tls'], 'give certFile and keyFile together');
  }
}
