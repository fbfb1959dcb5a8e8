// `targets`, `scrape_pools`, `targets/metadata` and `targets/relabel_steps`: what is watched, in the form in which Prometheus has
// it. A job is a scrape pool. Nothing is relabelled and so nothing is dropped.

import type { Engine } from '../../engine/interface.ts';
import type { MetricMetadata } from '../../model/batch.ts';
import { formatDuration } from '../../model/duration.ts';
import { compareTexts } from '../../model/label-order.ts';
import { labelsToRecord, labelValue, METRIC_NAME } from '../../model/labels.ts';
import { labelsPredicate, type Matcher } from '../../model/matcher.ts';
import { parseSelector } from '../../promql/selector.ts';
import type { TargetStatus } from '../../sources/interface.ts';
import type { SeriesRequest } from '../../storage/interface.ts';
import { ApiError, apiErrorOf } from './error.ts';
import { quote } from './format.ts';
import type { Parameters } from './parameters.ts';
import type { Question } from './question.ts';
import { type Answer, renderList } from './render.ts';
import { renderJson } from './render-json.ts';
import { renderLabels } from './render-labels.ts';
import { MAX_TIME_MS } from './time-text.ts';
import { withinTime } from './within-time.ts';

/** How Go writes a time that never was. */
const NEVER = '0001-01-01T00:00:00Z';
/** What the series of a family carry behind its name. */
const SUFFIXES = ['_bucket', '_count', '_sum', '_total', '_info', '_created', '_gcount', '_gsum'];
/** How long ago a target may have had a series that is still one of its own. */
const METADATA_AGE_MS = 600_000;

export function answerTargets(parameters: Parameters, targets: readonly TargetStatus[]): Answer {
  const state = parameters.firstOfAddress('state').toLowerCase();
  const pool = parameters.firstOfAddress('scrapePool');
  const wants = (which: string) => state === '' || state === 'any' || state === which;
  const wanted = wants('active') ? byPool(targets).filter((target) => pool === '' || poolOf(target) === pool) : [];
  return { data: renderTargets(wanted, wants('dropped') ? renderDroppedCounts(targets) : 'null') };
}

export function answerScrapePools(targets: readonly TargetStatus[]): Answer {
  return { data: [renderJson({ scrapePools: poolsOf(targets) })] };
}

/** @throws {ApiError} */
export function answerRelabelSteps(parameters: Parameters, targets: readonly TargetStatus[]): Answer {
  const pool = parameters.first('scrapePool');
  if (pool === '') throw new ApiError('bad_data', 'no scrapePool parameter provided');
  const text = parameters.first('labels');
  if (text === '') throw new ApiError('bad_data', 'no labels parameter provided');
  if (!isLabels(text)) throw new ApiError('bad_data', 'error parsing labels: write a JSON object of strings');
  if (!poolsOf(targets).includes(pool)) {
    throw new ApiError('bad_data', `error retrieving scrape config: scrape pool ${JSON.stringify(pool)} not found`);
  }
  return { data: ['{"steps":[]}'] };
}

/** @throws {ApiError} */
export function readTargetMetadata(
  parameters: Parameters,
  engine: Engine,
  targets: readonly TargetStatus[],
  nowMs: number,
): Question {
  const limit = parameters.optionalCount('limit') ?? -1;
  const matches = labelsPredicate(targetMatchers(parameters));
  const metric = parameters.first('metric');
  const tell = async (signal: AbortSignal): Promise<Answer> => {
    const known = new Map((await engine.metadata('', 0, signal)).map((entry) => [entry.name, entry]));
    const found: string[] = [];
    for (const target of targets) {
      signal.throwIfAborted();
      // As in Prometheus, the target that reaches the limit is told whole.
      if (limit >= 0 && found.length >= limit) break;
      if (!matches(target.labels)) continue;
      const names = await engine.labelValues(METRIC_NAME, namesRequest(target, nowMs), signal);
      for (const entry of familiesOf(names, known)) {
        if (metric === '' || entry.name === metric) found.push(renderMetadata(target, entry, metric));
      }
    }
    return { data: renderList(found, (text) => text) };
  };
  return (turn) => withinTime(turn, tell);
}

/** Of the names of what the target has series of lately. */
function namesRequest({ labels }: TargetStatus, nowMs: number): SeriesRequest {
  const matchers = labels.map(({ name, value }): Matcher => ({ name, operator: '=', value }));
  return { matcherSets: [matchers], limit: 0, minTimeMs: nowMs - METADATA_AGE_MS, maxTimeMs: MAX_TIME_MS };
}

function familiesOf(names: readonly string[], known: ReadonlyMap<string, MetricMetadata>): Iterable<MetricMetadata> {
  const families = new Set<MetricMetadata>();
  for (const name of names) {
    const family = known.get(name) ?? known.get(withoutSuffix(name));
    if (family !== undefined) families.add(family);
  }
  return families;
}

function withoutSuffix(name: string): string {
  const suffix = SUFFIXES.find((one) => name.endsWith(one));
  return suffix === undefined ? name : name.slice(0, -suffix.length);
}

function renderMetadata(target: TargetStatus, { name, type, help, unit }: MetricMetadata, metric: string): string {
  const family = metric === '' ? `"metric":${quote(name)},` : '';
  return `{"target":${renderLabels(target.labels)},${family}"type":${quote(type)},"help":${quote(help)},"unit":${quote(unit)}}`;
}

function targetMatchers(parameters: Parameters): readonly Matcher[] {
  const text = parameters.first('match_target');
  if (text === '') return [];
  try {
    return parseSelector(text);
  } catch (error) {
    throw apiErrorOf(error, 'match_target');
  }
}

function poolOf({ labels }: TargetStatus): string {
  return labelValue(labels, 'job');
}

function poolsOf(targets: readonly TargetStatus[]): readonly string[] {
  return [...new Set(targets.map(poolOf))].sort();
}

function byPool(targets: readonly TargetStatus[]): readonly TargetStatus[] {
  return poolsOf(targets).flatMap((pool) => targets.filter((target) => poolOf(target) === pool));
}

function isLabels(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    return Object.values(value).every((one) => typeof one === 'string');
  } catch {
    return false;
  }
}

function renderDroppedCounts(targets: readonly TargetStatus[]): string {
  return renderJson(Object.fromEntries(poolsOf(targets).map((pool) => [pool, 0])));
}

function* renderTargets(targets: readonly TargetStatus[], droppedCounts: string): Generator<string> {
  yield '{"activeTargets":';
  yield* renderList(targets, (target) => renderJson(activeTargetOf(target)));
  yield `,"droppedTargets":[],"droppedTargetCounts":${droppedCounts}}`;
}

function activeTargetOf(target: TargetStatus): Record<string, unknown> {
  const { address, labels, lastCollectionMs, lastDurationMs } = target;
  const interval = formatDuration(target.intervalMs);
  const timeout = formatDuration(target.timeoutMs);
  return {
    discoveredLabels: discoveredLabelsOf(target, interval, timeout),
    labels: labelsToRecord(labels),
    scrapePool: poolOf(target),
    scrapeUrl: address,
    globalUrl: address,
    lastError: target.reason,
    lastScrape: lastCollectionMs === undefined ? NEVER : new Date(lastCollectionMs).toISOString(),
    lastScrapeDuration: lastDurationMs === undefined ? 0 : lastDurationMs / 1000,
    health: target.health,
    scrapeInterval: interval,
    scrapeTimeout: timeout,
  };
}

/** What the target is before its labels are made of it; an instance that is its host is made so. */
function discoveredLabelsOf({ address, labels }: TargetStatus, interval: string, timeout: string) {
  const own = addressLabels(address);
  const given = labels.filter(({ name, value }) => name !== 'instance' || value !== own['__address__']);
  const all = { ...own, __scrape_interval__: interval, __scrape_timeout__: timeout, ...labelsToRecord(given) };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => compareTexts(a, b)));
}

function addressLabels(address: string): Record<string, string> {
  if (!URL.canParse(address)) return { __address__: address };
  const { protocol, host, pathname } = new URL(address);
  if (host === '') return { __address__: address };
  return { __address__: host, __metrics_path__: pathname, __scheme__: protocol.slice(0, -1) };
}
