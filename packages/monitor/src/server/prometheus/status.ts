// `targets`, `status/buildinfo` and `status/tsdb`, in the form in which Prometheus has them.

import type { Engine } from '../../engine/interface.ts';
import { formatDuration } from '../../model/duration.ts';
import { labelsToRecord, labelValue } from '../../model/labels.ts';
import type { TargetStatus } from '../../sources/interface.ts';
import type { CountByName } from '../../storage/interface.ts';
import { ApiError } from './error.ts';
import { quote } from './format.ts';
import type { Parameters } from './parameters.ts';
import type { Question } from './queries.ts';
import type { Answer } from './render.ts';
import { renderList } from './render.ts';

/**
 * The release of Prometheus whose API and PromQL semantics (ranges are left-open) are followed. Clients turn features
 * on by it: Grafana asks for label values with `match[]` from 2.24 on.
 */
const PROMETHEUS_VERSION = '3.0.0';

/** How Go writes a time that never was. */
const NEVER = '0001-01-01T00:00:00Z';

export function answerTargets(parameters: Parameters, targets: readonly TargetStatus[]): Answer {
  const state = parameters.first('state').toLowerCase();
  const pool = parameters.first('scrapePool');
  const wantsActive = state === '' || state === 'any' || state === 'active';
  const wanted = wantsActive ? targets.filter(({ labels }) => pool === '' || labelValue(labels, 'job') === pool) : [];
  return { data: renderTargets(wanted) };
}

function* renderTargets(targets: readonly TargetStatus[]): Generator<string> {
  yield '{"activeTargets":';
  yield* renderList(targets, (target) => JSON.stringify(activeTargetOf(target)));
  yield ',"droppedTargets":[]}';
}

function activeTargetOf(target: TargetStatus): Record<string, unknown> {
  const { address, labels, lastCollectionMs, lastDurationMs } = target;
  const interval = formatDuration(target.intervalMs);
  const timeout = formatDuration(target.timeoutMs);
  return {
    discoveredLabels: {
      ...addressLabels(address),
      __scrape_interval__: interval,
      __scrape_timeout__: timeout,
      ...labelsToRecord(labels),
    },
    labels: labelsToRecord(labels),
    scrapePool: labelValue(labels, 'job'),
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

function addressLabels(address: string): Record<string, string> {
  if (!URL.canParse(address)) return { __address__: address };
  const { protocol, host, pathname } = new URL(address);
  if (host === '') return { __address__: address };
  return { __address__: host, __metrics_path__: pathname, __scheme__: protocol.slice(0, -1) };
}

/** Without `features`, which is how Grafana tells Prometheus from Mimir. */
export function answerBuildInfo(version: string): Answer {
  const data = {
    version: PROMETHEUS_VERSION,
    revision: `chainpulse-${version}`,
    branch: '',
    buildUser: '',
    buildDate: '',
    goVersion: '',
  };
  return { data: [JSON.stringify(data)] };
}

/** How many are listed of each kind, unless the client says otherwise, and at most. */
const TSDB_LIMIT = 10;
const TSDB_LIMIT_MAX = 10_000;
/** How Prometheus writes the times of a store without samples. */
const NO_MIN_TIME = '9223372036854775807';
const NO_MAX_TIME = '-9223372036854775808';

/** What takes the most series and memory, of the series with samples lately. @throws {ApiError} */
export function readTsdbStatus(parameters: Parameters, engine: Engine): Question {
  const given = parameters.first('limit');
  const limit = given === '' ? TSDB_LIMIT : Number(/^\+?\d{1,15}$/.test(given) ? given : 0);
  if (limit < 1) throw new ApiError('bad_data', 'limit must be a positive number');
  if (limit > TSDB_LIMIT_MAX) throw new ApiError('bad_data', `limit must not exceed ${TSDB_LIMIT_MAX}`);
  return async () => {
    const { series, labelPairs, ...lists } = await engine.cardinality(limit);
    const { chunks, oldestTimeMs = NO_MIN_TIME, newestTimeMs = NO_MAX_TIME } = await engine.stats();
    const head = `"numSeries":${series},"numLabelPairs":${labelPairs},"chunkCount":${chunks}`;
    const data = [
      `{"headStats":{${head},"minTime":${oldestTimeMs},"maxTime":${newestTimeMs}}`,
      `,"seriesCountByMetricName":${renderCounts(lists.seriesByMetric)}`,
      `,"labelValueCountByLabelName":${renderCounts(lists.valuesByLabel)}`,
      `,"memoryInBytesByLabelName":${renderCounts(lists.bytesByLabel)}`,
      `,"seriesCountByLabelValuePair":${renderCounts(lists.seriesByPair)}}`,
    ];
    return { data };
  };
}

function renderCounts(counts: readonly CountByName[]): string {
  return `[${counts.map(({ name, value }) => `{"name":${quote(name)},"value":${value}}`).join(',')}]`;
}
