// The types of our own API (`/api/chain/v1`, `/health`, `/metrics/summary`), as JSON. Nothing else lives here: the page
// imports this file and no other of the monitor.

export type TargetHealth = 'up' | 'down' | 'unknown';

export interface WireTarget {
  id: string;
  type: 'scrape' | 'probe' | 'machine';
  address: string;
  labels: Record<string, string>;
  health: TargetHealth;
  /** Why it is down; '' otherwise. */
  reason: string;
  /** Unix milliseconds since when `health` is what it is. */
  sinceMs: number;
  lastCollectionMs: number | null;
  lastDurationMs: number | null;
  lastSampleCount: number | null;
  intervalMs: number;
}

export type HealthState = 'healthy' | 'critical';

export interface WireHealth {
  status: HealthState;
  /** The first sentence to read: what is wrong with which node and what to do. */
  summary: string;
  timeMs: number;
  components: Record<string, WireComponentHealth>;
}

export interface WireComponentHealth {
  status: HealthState;
  reasons: string[];
}

/** `/ready`: whether the store answers and every chain target meets what was asked for. */
export interface WireReady {
  ready: boolean;
  /** Why not, a sentence each; empty when ready. */
  reasons: string[];
}

/** `/api/chain/v1/snapshot` and the first event of the stream. */
export interface WireSnapshot {
  version: string;
  /** The monitor's time, Unix milliseconds. */
  timeMs: number;
  /** How fast that time runs: 1, the speed of a replay, or 0 once its recording has ended. */
  clockSpeed: number;
  startedMs: number;
  health: WireHealth;
  /** Stored from remote write, OTLP and imports within the last minute. */
  pushedSamplesLastMinute: number;
  targets: WireTarget[];
}

/** `/metrics/summary`: the latest value of what matters most, each absent when it is not known. */
export interface WireSummary {
  timeMs: number;
  targets: { up: number; down: number; unknown: number };
  chains: WireChainSummary[];
  machine: WireMachineSummary | null;
  monitor: { seriesActive: number; samplesIngestedTotal: number; storageBytes: number; uptimeSeconds: number };
}

export interface WireChainSummary {
  target: string;
  chain?: string;
  node?: string;
  headHeight?: number;
  headAgeSeconds?: number;
  blockIntervalSeconds?: number;
  transactionsPerSecond?: number;
  gasUsedRatio?: number;
  baseFeeWei?: number;
  mempoolPending?: number;
  mempoolQueued?: number;
  peers?: number;
  syncing?: boolean;
  clientVersion?: string;
}

export interface WireMachineSummary {
  cpuUsageRatio?: number;
  memoryUsedBytes?: number;
  memoryTotalBytes?: number;
  filesystemUsageRatio?: number;
  networkReceivedBytesPerSecond?: number;
  networkSentBytesPerSecond?: number;
}

/**
 * `/api/chain/v1/events`, server-sent events. The name of an event is its `kind`.
 * `snapshot` comes first and whenever a target or the health changes; `commit` at most once a second.
 */
export type WireEvent =
  | { kind: 'snapshot'; snapshot: WireSnapshot }
  | { kind: 'commit'; timeMs: number; samples: number };

/** Every error of our own API, with the HTTP status that fits it. */
export interface WireError {
  code: string;
  message: string;
}
