// What a Prometheus knows: its names, metadata, scrape intervals, and the series of the metrics that the files name. A part that it
// does not answer leaves the evidence incomplete: then nothing is said to be missing.
// https://prometheus.io/docs/prometheus/latest/querying/api/

import { z } from 'zod';
import type { MetricType } from '../../model/batch.ts';
import { parseDurationMs } from '../../model/duration.ts';
import { ChainpulseError, withoutCredentials } from '../../model/errors.ts';
import { labelsFromRecord } from '../../model/labels.ts';
import { authorizationIn } from './address-credentials.ts';
import type { EvidenceSource } from './evidence.ts';
import { SeenSeries } from './of-samples.ts';

const TIMEOUT_MS = 10_000;
/** Names whose series are asked for. */
const MAX_NAMES = 5000;
/** Series of one name. */
const MAX_SERIES_A_NAME = 10_000;
const NAMES_A_REQUEST = 20;
const LOOK_BACK_MS = 24 * 3_600_000;
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

const names = z.array(z.string());
const metadata = z.record(z.string(), z.array(z.object({ type: z.string(), help: z.string(), unit: z.string() })));
const targets = z.object({
  activeTargets: z.array(z.object({ scrapeInterval: z.string().optional() })),
});
const seriesList = z.array(z.record(z.string(), z.string()));

const TYPES: ReadonlySet<string> = new Set([
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
]);

/** Whether the address is that of a server with Prometheus' API. */
export async function isPrometheus(base: URL): Promise<boolean> {
  try {
    await ask(base, 'labels?limit=1', names);
    return true;
  } catch {
    return false;
  }
}

/** `asked` are the names of the metrics that files name. */
export async function prometheusEvidence(base: URL, asked: readonly string[]): Promise<EvidenceSource> {
  const name = withoutCredentials(base.href);
  const notes: string[] = [];
  const attempt = async <T>(what: string, path: string, schema: z.ZodType<T>): Promise<T | undefined> => {
    try {
      return await ask(base, path, schema);
    } catch (error) {
      notes.push(`${name} does not tell ${what}: ${(error as Error).message}`);
      return undefined;
    }
  };
  const known = await attempt('its names', 'label/__name__/values', names);
  const described = await attempt('metadata', 'metadata', metadata);
  const scraped = await attempt('its targets', 'targets?state=active', targets);
  const seen = new SeenSeries();
  for (const [family, [first]] of Object.entries(described ?? {})) {
    if (first === undefined) continue;
    const type = TYPES.has(first.type) ? (first.type as MetricType) : 'unknown';
    seen.describe({ name: family, type, help: first.help, unit: first.unit });
  }
  const present = new Set(known ?? []);
  const wanted = asked.filter((each) => present.has(each)).slice(0, MAX_NAMES);
  const unseen: string[] = [];
  for (let at = 0; at < wanted.length; at += NAMES_A_REQUEST) {
    const some = wanted.slice(at, at + NAMES_A_REQUEST);
    const form = new URLSearchParams(
      some.map((each): [string, string] => ['match[]', `{__name__=${JSON.stringify(each)}}`]),
    );
    form.set('start', String((Date.now() - LOOK_BACK_MS) / 1000));
    form.set('limit', String(MAX_SERIES_A_NAME * some.length));
    const series = await attempt(`the series of ${some[0]} and others`, `series?${form.toString()}`, seriesList);
    if (series === undefined) unseen.push(...some);
    for (const labels of series ?? []) seen.see(labelsFromRecord(labels));
  }
  const facts = seen.facts(name);
  const told = new Set(facts.map((each) => each.name));
  // A name whose series nobody asked for exists, and no more is known of it.
  const bare = [...present].filter((each) => !told.has(each)).map((each) => bareFacts(each, name));
  const intervals = (scraped?.activeTargets ?? []).flatMap(({ scrapeInterval }) =>
    scrapeInterval === undefined ? [] : (parseDurationMs(scrapeInterval) ?? []),
  );
  return {
    name,
    series: [...facts, ...bare],
    isComplete: known !== undefined && unseen.length === 0,
    scrapeIntervalMs: intervals.length === 0 ? undefined : Math.min(...intervals),
    notes,
  };
}

function bareFacts(name: string, source: string) {
  return {
    name,
    family: name,
    role: 'unknown' as const,
    unit: undefined,
    help: '',
    labels: new Map(),
    hasOtherLabels: true,
    range: { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY, includesMin: true, includesMax: true },
    startsAtZero: undefined,
    source,
  };
}

async function ask<T>(base: URL, path: string, schema: z.ZodType<T>): Promise<T> {
  const url = new URL(`${base.pathname.replace(/\/+$/, '')}/api/v1/${path}`, base);
  const headers: Record<string, string> = { accept: 'application/json' };
  const authorization = authorizationIn(base);
  if (authorization !== undefined) headers['authorization'] = authorization;
  url.username = '';
  url.password = '';
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const text = await bounded(response);
  if (!response.ok) throw new ChainpulseError('evidence_unavailable', `HTTP ${response.status}`);
  const answer = z.object({ status: z.literal('success'), data: schema }).safeParse(JSON.parse(text));
  if (!answer.success) throw new ChainpulseError('evidence_unavailable', "it does not answer as Prometheus' API does");
  return answer.data.data;
}

async function bounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of response.body ?? []) {
    sizeBytes += part.length;
    if (sizeBytes > MAX_ANSWER_BYTES) throw new ChainpulseError('evidence_unavailable', 'the answer is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
