// The target that takes pushes for jobs that end before anybody could scrape them: Prometheus's Pushgateway. It holds one
// group of metrics for each job and grouping, and every push replaces the group (PUT) or the metrics of the same names
// (POST); so a snapshot is never cut, and a newer one makes those that wait needless.
// Source: github.com/prometheus/pushgateway, README, "API"

import { Buffer } from 'node:buffer';
import { InstrumentError } from '../errors.ts';
import { renderSnapshotText } from '../exposition/snapshot-text.ts';
import { TEXT_CONTENT_TYPE } from '../exposition/text.ts';
import { type EndpointOptions, endpointOf } from './endpoint.ts';
import { describeAnswer, exchange } from './exchange.ts';
import { type Compression, checkedCompression, compressedRequest } from './gzip.ts';
import { type PushClock, SYSTEM_CLOCK } from './push-clock.ts';
import { type PushTarget, verdictOfStatus } from './push-target.ts';

export interface PushgatewayOptions extends EndpointOptions {
  /** The server's address; `/metrics/job/…` is added. */
  readonly url: string;
  readonly job: string;
  /** Further labels that tell the group from others, such as `instance`. */
  readonly grouping?: Readonly<Record<string, string>>;
  /** `PUT` (default) replaces the whole group, `POST` only the metrics of the same names. */
  readonly method?: 'PUT' | 'POST';
  /** Default `gzip`, which Pushgateway knows from 1.5.0 on. */
  readonly compression?: Compression;
}

export interface DeleteOptions {
  /** Default 10 s. */
  readonly timeoutMs?: number;
  readonly clock?: PushClock;
}

export interface PushgatewayTarget extends PushTarget {
  /** Removes the group from the Pushgateway. Answers with what went wrong, or undefined; never rejects. */
  delete(options?: DeleteOptions): Promise<string | undefined>;
}

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const DEFAULT_TIMEOUT_MS = 10_000;

/** @throws {InstrumentError} `option_invalid` */
export function pushgateway(options: PushgatewayOptions): PushgatewayTarget {
  const { job, grouping = {}, method = 'PUT', compression, ...rest } = options;
  if (method !== 'PUT' && method !== 'POST') fail(`The method is ${JSON.stringify(method)}: give "PUT" or "POST".`);
  const compress = checkedCompression(compression);
  const endpoint = endpointOf(rest, { path: `/metrics${groupPath({ ...grouping, job })}` });
  return {
    protocol: 'pushgateway',
    endpoint,
    takesParts: false,
    dialect: 'text',
    prepare: (snapshot) => snapshot,
    encode(snapshot) {
      const headers = { 'content-type': TEXT_CONTENT_TYPE };
      return compressedRequest({ method, headers, body: renderSnapshotText(snapshot) }, compress);
    },
    judge: ({ status }) => verdictOfStatus(status),
    async delete({ timeoutMs = DEFAULT_TIMEOUT_MS, clock = SYSTEM_CLOCK } = {}) {
      const request = { method: 'DELETE', headers: {}, body: new Uint8Array() } as const;
      const signal = new AbortController().signal;
      const result = await exchange(endpoint, request, { timeoutMs, clock, signal });
      if (result.kind === 'answered' && verdictOfStatus(result.answer.status).kind === 'ok') return undefined;
      const what = result.kind === 'answered' ? describeAnswer(endpoint, result.answer) : result.reason;
      return `DELETE ${endpoint.shownUrl} ${what}`;
    },
  };
}

/** `/job/…` first and then the other labels by name; values that a path cannot hold go as base64. */
function groupPath({ job, ...others }: Readonly<Record<string, string>>): string {
  if (typeof job !== 'string' || job === '') fail('A Pushgateway needs a job: give it as a non-empty string.');
  const labels = Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1));
  return [['job', job] as const, ...labels].map(([name, value]) => pathPart(name, value)).join('');
}

function pathPart(name: string, value: string): string {
  if (!LABEL_NAME.test(name) || name.startsWith('__')) {
    fail(
      `${JSON.stringify(name)} of the grouping is no label name: use letters, digits and _, no digit and no __ first.`,
    );
  }
  if (typeof value !== 'string') fail(`The label ${JSON.stringify(name)} of the grouping is no string: give it one.`);
  // A path has no empty parts, and servers take `.` and `..` out of it.
  if (value !== '' && !/[/\\]|^\.{1,2}$/.test(value)) return `/${name}/${encodeURIComponent(value.toWellFormed())}`;
  return `/${name}@base64/${Buffer.from(value).toString('base64url') || '='}`;
}

function fail(message: string): never {
  throw new InstrumentError('option_invalid', message);
}
