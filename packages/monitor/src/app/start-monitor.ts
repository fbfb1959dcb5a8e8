// The root of the main thread: constructs the parts, wires them, and stops them in order. Invariant: when the start
// fails, whatever was started before is stopped again, and nothing is written when the port is taken.

import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderTextBytes } from '@chainpulse/instrument';
import { type Logger, pino } from 'pino';
import type { Config, TargetConfig } from '../config/schema.ts';
import { type EngineClient, startEngine } from '../engine/client.ts';
import { ObservedAppender } from '../engine/observed-appender.ts';
import { HealthJudge } from '../health/health-judge.ts';
import type { StepBack } from '../model/clock.ts';
import { formatDuration } from '../model/duration.ts';
import { MonitorMetrics } from '../self/monitor-metrics.ts';
import { Security } from '../server/auth/security.ts';
import { LiveFeed } from '../server/chain/live-feed.ts';
import { assertMayListen } from '../server/exposure.ts';
import { listen } from '../server/listen.ts';
import type { PushObserver } from '../server/push/push-observer.ts';
import { createServer } from '../server/server.ts';
import type { TargetStatus } from '../sources/interface.ts';
import { registerProcessMetrics } from '../sources/machine/process-metrics.ts';
import { VERSION } from '../version.ts';
import { AppendLog } from './append-log.ts';
import { assertPortFree } from './port.ts';
import { openRecordings, type Recordings } from './recordings.ts';
import { type RunClock, runClockFor } from './run-clock.ts';
import { startUpkeep } from './upkeep.ts';
import { WatchedTargets } from './watched-targets.ts';

const WORKER = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
/** From `src` in a checkout and from `dist` in a package alike. */
const PAGE_DIRECTORY = fileURLToPath(new URL('../../dist/page', import.meta.url));

export interface Monitor {
  readonly url: string;
  readonly config: Config;
  targets(): readonly TargetStatus[];
  /** Ends everything in order; fulfilled when the history is on disk and the port is free. */
  stop(): Promise<void>;
}

export interface MonitorOptions {
  /** Called at most once, when the monitor cannot go on: stop it and say why. */
  readonly onFailure: (error: Error) => void;
  /** A node of the monitor's own. Asked for once the store is open, so that nothing starts in a folder that another has. */
  readonly startNode?: () => Promise<OwnNode>;
}

/** Watched beside the configured targets, and stopped after them. */
interface OwnNode {
  readonly target: TargetConfig;
  stop(): Promise<void>;
}

/** @throws {ChainpulseError} with what is wrong and what to do. */
export async function startMonitor(config: Config, options: MonitorOptions): Promise<Monitor> {
  const log = pino.destination({ dest: 2, sync: true });
  // A terminal that was closed takes no more lines, and the monitor still has to stop in order.
  log.on('error', () => {});
  const logger = pino({ level: config.log.level }, log);

  // Not `await using`: the parser that guards the dependency directions does not know it.
  const parts = new AsyncDisposableStack();
  try {
    const security = await Security.open(config.server, logger);
    parts.defer(() => security.close());
    await assertMayListen(config.server.host, security);
    await assertPortFree(config.server);
    const running = await startParts({ config, logger, security, parts, options });
    return { config, ...running, stop: () => parts.disposeAsync() };
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
}

interface Start {
  readonly config: Config;
  readonly logger: Logger;
  readonly security: Security;
  /** What has been started, to be stopped in the opposite order. */
  readonly parts: AsyncDisposableStack;
  readonly options: MonitorOptions;
}

async function startParts({
  config: configured,
  logger,
  security,
  parts,
  options,
}: Start): Promise<Pick<Monitor, 'url' | 'targets'>> {
  const recordings = await openRecordings(configured);
  const time = runClockFor(configured.targets, recordings.firstTimestampMs, (wrong) => warnOfStepBack(wrong, logger));
  const engine = await startStore(configured, time, logger, options.onFailure);
  parts.defer(() => engine.close());
  await time.followHistory({
    newestTimeMs: (await engine.stats()).newestTimeMs,
    hasSamples: async (minTimeMs, maxTimeMs) =>
      (await engine.series({ matcherSets: [], minTimeMs, maxTimeMs, limit: 1 })).length > 0,
  });
  warnOfTimeAhead(time, logger);
  const config = await withOwnNode(configured, parts, options);
  const { metrics, feed, health, watched, pushes } = connect({ config, time, engine, logger, recordings });
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
    queryObserver: metrics,
    pushObserver: pushes,
    snapshotsDirectory: config.server.adminApi ? join(config.storage.directory, 'snapshots') : undefined,
    logger,
  });
  parts.defer(() => server.close());
  const url = await listen(server, config.server, security);
  parts.defer(() => watched.stop());
  watched.start(url);
  void recordings.ended().then(() => {
    time.recordingsEnded();
    feed.publishTargets();
  });
  parts.use(startUpkeep({ engine, clock: time.clock, metrics, health, logger }));
  return { url, targets: () => watched.statuses() };
}

async function withOwnNode(config: Config, parts: AsyncDisposableStack, options: MonitorOptions): Promise<Config> {
  const node = await options.startNode?.();
  if (node === undefined) return config;
  parts.defer(() => node.stop());
  return { ...config, targets: [...config.targets, node.target] };
}

function warnOfTimeAhead({ aheadMs }: RunClock, logger: Logger): void {
  const seconds = Math.round(aheadMs() / 1000);
  if (seconds < 1) return;
  logger.warn(
    `the history reaches ${formatDuration(seconds * 1000)} beyond the system's clock: the monitor's time starts there and runs a tenth slower until the clock has caught up`,
  );
}

function warnOfStepBack({ fromMs, toMs }: StepBack, logger: Logger): void {
  const [from, to] = [fromMs, toMs].map((timeMs) => new Date(timeMs).toISOString());
  logger.warn(
    `the system's clock had jumped forward and was set back: what was collected meanwhile is stored under times from ${from} to ${to}`,
  );
}

function startStore(
  config: Config,
  time: RunClock,
  logger: Logger,
  onLost: (error: Error) => void,
): Promise<EngineClient> {
  return startEngine({
    workerUrl: WORKER,
    settings: { storage: config.storage, otlp: config.otlp, clock: time.forWorker },
    onLost,
    onNotice: (message) => logger.warn(message),
  });
}

interface Ground {
  readonly config: Config;
  readonly time: RunClock;
  readonly engine: EngineClient;
  readonly logger: Logger;
  readonly recordings: Recordings;
}

/** Ties together the parts that tell each other of events: targets, commits, health, the live stream, the metrics. */
function connect({ config, time, engine, logger, recordings }: Ground) {
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
