// `status/buildinfo` and `status/tsdb`, in the form in which Prometheus has them.

import type { Engine } from '../../engine/interface.ts';
import type { CountByName } from '../../storage/interface.ts';
import { ApiError } from './error.ts';
import { quote } from './format.ts';
import type { Parameters } from './parameters.ts';
import type { Question } from './question.ts';
import type { Answer } from './render.ts';
import { withinTime } from './within-time.ts';

/**
 * The release of Prometheus whose API and PromQL semantics (ranges are left-open) are followed. Clients turn features
 * on by it: Grafana asks for label values with `match[]` from 2.24 on.
 */
const PROMETHEUS_VERSION = '3.14.0';

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
  return async (turn) => {
    const { series, labelPairs, ...lists } = await withinTime(turn, (signal) => engine.cardinality(limit, signal));
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
