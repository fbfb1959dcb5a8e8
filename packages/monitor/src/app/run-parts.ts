// What runs once the store is open: targets, the live stream, health, the metrics, the server, the upkeep. They are put
// together here, and stopped in the opposite order.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderTextBytes } from '@chainpulse/instrument';
import type { Logger } from 'pino';
import type { Config } from '../config/schema.ts';
import type { EngineClient } from '../engine/client.ts';
import { ObservedAppender } from '../engine/observed-appender.ts';
import { HealthJudge } from '../health/health-judge.ts';
import type { GroupEvaluation } from '../rules/interface.ts';
import { MonitorMetrics } from '../self/monitor-metrics.ts';
import type { Security } from '../server/auth/security.ts';
import { LiveFeed } from '../server/chain/live-feed.ts';
import { listen } from '../server/listen.ts';
import type { PushObserver } from '../server/push/push-observer.ts';
import { createServer } from '../server/server.ts';
import type { TargetStatus } from '../sources/interface.ts';
import { registerProcessMetrics } from '../sources/machine/process-metrics.ts';
import { VERSION } from '../version.ts';
import { AppendLog } from './append-log.ts';
import { serverLimitsOf } from './query-options.ts';
import type { Recordings } from './recordings.ts';
import type { RunClock } from './run-clock.ts';
import { type RulesSource, RunningRules } from './running-rules.ts';
import { servedSettingsOf } from './served-settings.ts';
import type { TargetAdapters } from './target-adapters.ts';
import { startUpkeep } from './upkeep.ts';
import { WatchedTargets } from './watched-targets.ts';

/** From `src` in a checkout and from `dist` in a package alike. */
const PAGE_DIRECTORY = fileURLToPath(new URL('../../dist/page', import.meta.url));

/** The runbooks of the shipped alerts, beside the code in a package and in the documentation of a checkout. */
const RUNBOOKS_DIRECTORY = [
  fileURLToPath(new URL('../runbooks', import.meta.url)),
  fileURLToPath(new URL('../../../../docs/runbooks', import.meta.url)),
].find((directory) => existsSync(directory));

interface Ground {
  readonly config: Config;
  readonly time: RunClock;
  readonly engine: EngineClient;
  readonly logger: Logger;
  readonly recordings: Recordings;
  readonly adapters: TargetAdapters;
}

interface Run extends Ground {
  readonly security: Security;
  readonly rulesSource: RulesSource;
  /** Says who is told of evaluations that commits cause. */
  readonly onEvaluation: (listener: (evaluation: GroupEvaluation) => void) => void;
  /** What has been started, to be stopped in the opposite order. */
  readonly parts: AsyncDisposableStack;
}

/** @throws {ChainpulseError} when the port was taken meanwhile. */
export async function runParts({ security, parts, rulesSource, onEvaluation, ...ground }: Run) {
  const { config, time, engine, logger, recordings } = ground;
  const { metrics, feed, health, watched, pushes } = connect(ground);
  parts.defer(registerProcessMetrics(metrics.registry));
  const server = createServer({
    security,
    engine,
    clock: time.clock,
    targets: () => watched.statuses(),
    feed,
    health,
    renderMetrics: () => renderTextBytes(metrics.registry),
    samplesIngestedTotal: () => metrics.samplesIngestedTotal,
    pageDirectory: PAGE_DIRECTORY,
    version: VERSION,
    startedMs: time.clock.nowMs(),
    served: servedSettingsOf(config),
    limits: serverLimitsOf(config.query),
    queryObserver: metrics,
    pushObserver: pushes,
    snapshotsDirectory: config.server.adminApi ? join(config.storage.directory, 'snapshots') : undefined,
    logger,
    reload: () => rules.load(),
    runbooksDirectory: RUNBOOKS_DIRECTORY,
  });
  parts.defer(() => server.close());
  const url = await listen(server, config.server, security);
  const { clock } = time;
  const rules = new RunningRules({
    host: engine,
    clock,
    config,
    source: rulesSource,
    url,
    adapters: () => ground.adapters.inUse(),
    presetOf: (target) => ground.adapters.presetOf(target),
    observer: metrics,
    onChange: () => feed.publishAlerts(),
    logger,
  });
  onEvaluation((evaluation) => rules.evaluated(evaluation));
  parts.defer(() => rules.stop());
  await rules.load();
  ground.adapters.onPreset = () => rules.loadSoon();
  parts.defer(() => watched.stop());
  watched.start(url);
  void recordings.ended().then(() => {
    time.recordingsEnded();
    feed.publishTargets();
  });
  parts.use(startUpkeep({ engine, clock: time.clock, metrics, health, logger }));
  return { url, targets: () => watched.statuses(), reload: () => rules.load() };
}

/** Ties together the parts that tell each other of events: targets, commits, health, the live stream, the metrics. */
function connect({ config, time, engine, logger, recordings, adapters }: Ground) {
  const targets = (): readonly TargetStatus[] => watched.statuses();
  const feed = new LiveFeed();
  const health = new HealthJudge({ clock: time.clock, targets, onStorageChange: () => feed.publishTargets() });
  const metrics = new MonitorMetrics({
    version: VERSION,
    targets,
    droppedSubscribers: () => feed.droppedTotal,
    clockAheadMs: time.aheadMs,
  });
  const log = new AppendLog(logger);
  const appender = new ObservedAppender(engine, {
    committed: ({ durationSeconds, timeMs, samples }) => {
      metrics.commitEnded(durationSeconds);
      log.succeeded();
      health.appendSucceeded();
      feed.publishCommit({ timeMs, samples });
    },
    appendFailed: (error) => {
      log.failed(error);
      health.appendFailed(error);
    },
    seriesRefused: (count) => metrics.seriesRefused(count),
  });
  const watched = new WatchedTargets({
    config,
    clock: time.clock,
    isVirtual: time.isVirtual,
    appender,
    observer: metrics,
    registry: metrics.registry,
    recordings,
    adapters,
    onStatusChange: ({ id, address, health: state, reason }) => {
      logger.info({ target: id, address, state, reason }, `${id} is ${state}`);
      feed.publishTargets();
    },
  });
  const pushes: PushObserver = {
    pushEnded: (event) => {
      metrics.pushEnded(event);
      if (event.newestTimeMs === undefined) return;
      log.succeeded();
      health.appendSucceeded();
      health.samplesPushed(event.samples + event.histograms);
      feed.publishCommit({ timeMs: event.newestTimeMs, samples: event.samples + event.histograms });
    },
    appendFailed: (error) => {
      log.failed(error);
      health.appendFailed(error);
    },
  };
  return { metrics, feed, health, watched, pushes };
}
