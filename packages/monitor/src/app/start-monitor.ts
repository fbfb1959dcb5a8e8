// The root of the main thread: constructs the parts, wires them, and stops them in order. Invariant: when the start
// fails, whatever was started before is stopped again, and nothing is written when the port is taken.

import { extname } from 'node:path';
import { type Logger, pino } from 'pino';
import type { Config, TargetConfig } from '../config/schema.ts';
import { type EngineClient, startEngine } from '../engine/client.ts';
import type { StepBack } from '../model/clock.ts';
import { formatDuration } from '../model/duration.ts';
import type { GroupEvaluation } from '../rules/interface.ts';
import { Security } from '../server/auth/security.ts';
import { assertMayListen } from '../server/exposure.ts';
import type { TargetStatus } from '../sources/interface.ts';
import { assertPortFree } from './port.ts';
import { openRecordings } from './recordings.ts';
import { type RunClock, runClockFor } from './run-clock.ts';
import type { RulesSource } from './running-rules.ts';
import { TargetAdapters } from './target-adapters.ts';
import { workerSettingsOf } from './worker-settings.ts';

const WORKER = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
export interface Monitor {
  readonly url: string;
  readonly config: Config;
  targets(): readonly TargetStatus[];
  /** Reads the rules anew; what is wrong in them, a line each. */
  reload(): Promise<readonly string[]>;
  /** Ends everything in order; fulfilled when the history is on disk and the port is free. */
  stop(): Promise<void>;
}

export interface MonitorOptions {
  /** Sentences about the configuration for the log. */
  readonly warnings?: readonly string[];
  /** Called at most once, when the monitor cannot go on: stop it and say why. */
  readonly onFailure: (error: Error) => void;
  /** A node of the monitor's own. Asked for once the store is open, so that nothing starts in a folder that another has. */
  readonly startNode?: () => Promise<OwnNode>;
  /** Default: the configuration that the monitor was started with, and the current folder. */
  readonly rulesSource?: RulesSource;
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
  for (const warning of options.warnings ?? []) logger.warn(warning);

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
}: Start): Promise<Pick<Monitor, 'url' | 'targets' | 'reload'>> {
  const rulesSource = options.rulesSource ?? { directory: process.cwd() };
  const adapters = new TargetAdapters({ config: configured, directory: rulesSource.directory, logger });
  const recordings = await openRecordings(configured, adapters);
  const time = runClockFor(configured.targets, recordings.firstTimestampMs, (wrong) => warnOfStepBack(wrong, logger));
  // Rules are loaded later, and only then evaluated on commits.
  let evaluated: (evaluation: GroupEvaluation) => void = () => {};
  const opening = startStore(configured, time, logger, options.onFailure, (evaluation) => evaluated(evaluation));
  // The worker needs as long to open the store as this thread to load what it does not need before.
  const loading = import('./run-parts.ts');
  // Awaited below; a start that fails before does not get there.
  loading.catch(() => {});
  const engine = await opening;
  parts.defer(() => engine.close());
  await time.followHistory({
    newestTimeMs: (await engine.stats()).newestTimeMs,
    hasSamples: async (minTimeMs, maxTimeMs) =>
      (await engine.series({ matcherSets: [], minTimeMs, maxTimeMs, limit: 1 })).length > 0,
  });
  warnOfTimeAhead(time, logger);
  const config = await withOwnNode(configured, parts, options);
  const { runParts } = await loading;
  return runParts({
    config,
    time,
    engine,
    logger,
    recordings,
    security,
    parts,
    adapters,
    rulesSource,
    onEvaluation: (listener) => {
      evaluated = listener;
    },
  });
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
  onEvaluation: (evaluation: GroupEvaluation) => void,
): Promise<EngineClient> {
  return startEngine({
    workerUrl: WORKER,
    settings: workerSettingsOf(config, time.forWorker),
    onLost,
    onNotice: (message) => logger.warn(message),
    onEvaluation,
  });
}
