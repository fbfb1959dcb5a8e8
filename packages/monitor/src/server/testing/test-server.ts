// A server for the tests of this folder: the real one, on a free port, with what it needs made for the test.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import type { Engine } from '../../engine/interface.ts';
import { HealthJudge } from '../../health/health-judge.ts';
import type { PacedClock } from '../../model/clock.ts';
import { labelsFromRecord } from '../../model/labels.ts';
import type { TargetStatus } from '../../sources/interface.ts';
import { Security, type SecuritySettings } from '../auth/security.ts';
import { LiveFeed } from '../chain/live-feed.ts';
import type { HistoryLimits } from '../history/limits.ts';
import type { ServerLimits } from '../limits.ts';
import { listen } from '../listen.ts';
import type { ServedSettings } from '../prometheus/served-settings.ts';
import type { PushRouteLimits } from '../push/limits.ts';
import type { PushEnded } from '../push/push-observer.ts';
import type { QueryEnded } from '../query-observer.ts';
import { createServer } from '../server.ts';

/** The time in the tests' servers, unix milliseconds. */
export const NOW_MS = 1_700_000_000_000;

export interface TestServerOptions {
  readonly engine?: Engine;
  /** The list may be changed while the server runs. */
  readonly targets?: readonly TargetStatus[];
  readonly limits?: Partial<ServerLimits>;
  readonly pushLimits?: Partial<PushRouteLimits>;
  readonly historyLimits?: Partial<HistoryLimits>;
  /** Enables the admin API. */
  readonly snapshotsDirectory?: string;
  readonly reload?: () => Promise<readonly string[]>;
  readonly runbooksDirectory?: string;
  readonly maxSubscribers?: number;
  /** Stands still at {@link NOW_MS} unless given. */
  readonly clock?: PacedClock;
  readonly pageDirectory?: string;
  readonly renderMetrics?: () => Uint8Array;
  readonly served?: ServedSettings;
  /** What differs from a server on the loopback that asks nobody who they are. */
  readonly security?: Partial<SecuritySettings>;
}

const STANDING_CLOCK: PacedClock = { nowMs: () => NOW_MS, speed: 1, continueFrom: () => {} };

const OPEN_ON_LOOPBACK: SecuritySettings = {
  host: '127.0.0.1',
  hosts: [],
  insecure: false,
  auth: { tokens: [], publicHealth: false },
};

const SERVED_SETTINGS: ServedSettings = {
  flags: { 'query.timeout': '2m', 'query.lookback-delta': '5m' },
  collectionIntervalMs: 5000,
  collectionTimeoutMs: 4000,
  evaluationIntervalMs: 60_000,
  retention: '30d',
  features: { promql: { at_modifier: true } },
  language: { format: (expression) => expression, tree: (expression) => ({ type: 'stringLiteral', val: expression }) },
};

export async function startTestServer(t: TestContext, options: TestServerOptions = {}) {
  const { targets = [], engine = scriptedEngine({}), maxSubscribers = 4 } = options;
  const log: string[] = [];
  const queries: QueryEnded[] = [];
  const pushes: PushEnded[] = [];
  const { clock = STANDING_CLOCK } = options;
  const feed = new LiveFeed({ maxSubscribers, targetsIntervalMs: 1, commitIntervalMs: 1 });
  const health = new HealthJudge({ clock, targets: () => targets, onStorageChange: () => feed.publishTargets() });
  const logger = pino({ level: 'info' }, { write: (line: string) => log.push(line) });
  const security = await Security.open({ ...OPEN_ON_LOOPBACK, ...options.security }, logger);
  t.after(() => security.close());
  const app = createServer({
    security,
    engine,
    clock,
    targets: () => targets,
    feed,
    health,
    renderMetrics: options.renderMetrics ?? (() => Buffer.from('# TYPE chainpulse_test gauge\nchainpulse_test 1\n')),
    samplesIngestedTotal: () => 7,
    pageDirectory: options.pageDirectory ?? temporaryDirectory(t),
    version: '1.2.3',
    startedMs: NOW_MS - 60_000,
    served: options.served ?? SERVED_SETTINGS,
    queryObserver: { queryEnded: (event) => queries.push(event) },
    pushObserver: { pushEnded: (event) => pushes.push(event), appendFailed: () => {} },
    reload: options.reload ?? (async () => []),
    runbooksDirectory: options.runbooksDirectory ?? temporaryDirectory(t),
    logger,
    limits: options.limits ?? {},
    pushLimits: options.pushLimits ?? {},
    historyLimits: options.historyLimits ?? {},
    snapshotsDirectory: options.snapshotsDirectory,
  });
  const url = await listen(app, { host: options.security?.host ?? '127.0.0.1', port: 0 }, security);
  t.after(() => app.close());
  const port = Number(new URL(url).port);
  return { app, url, port, feed, health, queries, pushes, log };
}

/** An engine for what no real one can be made to do on demand; whatever is not given must not be asked. */
export function scriptedEngine(answers: Partial<Engine>): Engine {
  const unexpected = () => Promise.reject(new Error('the test does not expect this call'));
  const unexpectedRead = () => {
    throw new Error('the test does not expect this read');
  };
  return {
    resolveSeries: unexpected,
    append: unexpected,
    push: unexpected,
    instant: unexpected,
    range: unexpected,
    explain: unexpected,
    select: unexpectedRead,
    selectExemplars: unexpectedRead,
    cardinality: unexpected,
    deleteSeries: unexpected,
    cleanTombstones: unexpected,
    copyTo: unexpected,
    series: unexpected,
    labelNames: unexpected,
    labelValues: unexpected,
    metadata: unexpected,
    ruleGroups: unexpected,
    stats: unexpected,
    held: async () => ({ points: 0, reads: 0, leases: 0 }),
    close: unexpected,
    ...answers,
  };
}

export function targetStatus(instance: string, changes: Partial<TargetStatus> = {}): TargetStatus {
  return {
    id: `evm/${instance}`,
    type: 'probe',
    address: `evm+http://${instance}/`,
    labels: labelsFromRecord({ job: 'evm', instance, chain: 'dev' }),
    health: 'up',
    reason: '',
    lastCollectionMs: NOW_MS - 1000,
    lastDurationMs: 4.5,
    lastSampleCount: 12,
    sinceMs: NOW_MS - 30_000,
    intervalMs: 5000,
    timeoutMs: 2500,
    ...changes,
  };
}

export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-server-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Sends bytes as they are and gives everything that comes back until the server closes. */
export async function exchangeRaw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    received += chunk;
  });
  // A server that refuses may close before everything was written.
  socket.on('error', () => {});
  socket.write(text);
  await once(socket, 'close');
  return received;
}
