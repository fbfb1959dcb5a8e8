// `status/config`, `flags`, `runtimeinfo`, `walreplay`, `features` and `notifications`: what the monitor is set to and how it does,
// under the names that Prometheus has for it. What Go alone has (goroutines, GOGC) is 0 or empty.

import { availableParallelism, hostname } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { stringify } from 'yaml';
import type { Engine } from '../../engine/interface.ts';
import type { Clock } from '../../model/clock.ts';
import { formatDuration } from '../../model/duration.ts';
import { labelValue } from '../../model/labels.ts';
import type { TargetStatus } from '../../sources/interface.ts';
import type { Question } from './question.ts';
import type { Answer } from './render.ts';
import { renderJson } from './render-json.ts';
import type { ServedSettings } from './served-settings.ts';

/** The log is read before the first question is answered. */
export const WAL_REPLAYED: Answer = { data: ['{"min":0,"max":0,"current":0}'] };
export const NO_NOTIFICATIONS: Answer = { data: ['[]'] };

/** The configuration as Prometheus would be given it; addresses come without credentials. */
export function answerConfig(settings: ServedSettings, targets: readonly TargetStatus[]): Answer {
  const { collectionIntervalMs, collectionTimeoutMs, evaluationIntervalMs } = settings;
  const jobs = Map.groupBy(targets, ({ labels }) => labelValue(labels, 'job'));
  const yaml = stringify({
    global: {
      scrape_interval: formatDuration(collectionIntervalMs),
      scrape_timeout: formatDuration(collectionTimeoutMs),
      evaluation_interval: formatDuration(evaluationIntervalMs),
    },
    ...(jobs.size > 0 && { scrape_configs: Array.from(jobs, ([job, own]) => jobOf(job, own)) }),
  });
  return { data: [renderJson({ yaml })] };
}

function jobOf(job: string, targets: readonly TargetStatus[]) {
  const { intervalMs, timeoutMs } = targets[0]!;
  return {
    job_name: job,
    scrape_interval: formatDuration(intervalMs),
    scrape_timeout: formatDuration(timeoutMs),
    static_configs: [{ targets: targets.map(({ address }) => address) }],
  };
}

export function answerFlags({ flags }: ServedSettings): Answer {
  return { data: [renderJson(sorted(flags))] };
}

/** The names of operators come as they are, without the escapes for pages. */
export function answerFeatures({ features }: ServedSettings): Answer {
  const categories = Object.entries(sorted(features)).map(([name, members]) => [name, sorted(members)]);
  return { data: [JSON.stringify(Object.fromEntries(categories))] };
}

export function readRuntimeInfo(
  { retention }: ServedSettings,
  engine: Engine,
  clock: Clock,
  startedMs: number,
): Question {
  return async () => {
    const { quarantinedChunks } = await engine.stats();
    const data = {
      startTime: goTime(startedMs),
      CWD: process.cwd(),
      hostname: hostname(),
      serverTime: goTime(clock.nowMs()),
      reloadConfigSuccess: true,
      lastConfigTime: goTime(Math.floor(startedMs / 1000) * 1000),
      corruptionCount: quarantinedChunks,
      goroutineCount: 0,
      GOMAXPROCS: availableParallelism(),
      GOMEMLIMIT: getHeapStatistics().heap_size_limit,
      GOGC: '',
      GODEBUG: '',
      storageRetention: retention,
    };
    return { data: [renderJson(data)] };
  };
}

/** RFC 3339 without zeros behind the second. */
function goTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.?0*Z$/, 'Z');
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
