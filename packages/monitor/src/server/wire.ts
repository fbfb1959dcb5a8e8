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

/** `/api/chain/v1/alerts`: what is wrong by the rules, the worst first, and the rules that fail. */
export interface WireAlerts {
  /** The monitor's time, Unix milliseconds. */
  timeMs: number;
  /** Of all alerts, whatever was asked for, but those of severity `none`: they say that alerting works. */
  counts: Record<AlertState, number>;
  /** Alerts that match what was asked for, also those beyond the limit. */
  matched: number;
  rules: WireRuleCounts;
  alerts: WireAlert[];
  /** Rules whose last evaluation failed. */
  failures: WireRuleFailure[];
}

export type AlertState = 'firing' | 'pending' | 'resolved';

export interface WireRuleCounts {
  groups: number;
  alerting: number;
  recording: number;
  failing: number;
  /** The latest of any group, Unix milliseconds; null before the first. */
  lastEvaluationMs: number | null;
}

export interface WireAlert {
  /** Names the alert, from pending to resolved, in an address. */
  id: string;
  name: string;
  state: AlertState;
  /** The label `severity`; '' without one. */
  severity: string;
  /** 5 critical, 4 high, 3 warning, 2 low, 1 info, 0 for every other word. */
  severityLevel: number;
  /** The label `component`; '' without one. */
  component: string;
  /** The first sentence to read: the annotation `summary`, else `description`, else the name. */
  summary: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** As PromQL writes numbers, which JSON cannot all hold: `NaN`, `+Inf`. */
  value: string;
  activeAtMs: number;
  firedAtMs: number | null;
  resolvedAtMs: number | null;
  /** Since when the expression holds no more and `keep_firing_for` keeps the alert. */
  keepFiringSinceMs: number | null;
  /** The annotation `runbook_url`; null without one. */
  runbookUrl: string | null;
  /** Its name under `/runbooks/`, where the address is one of those. */
  runbookName: string | null;
  rule: WireAlertRule;
}

export interface WireAlertRule {
  group: string;
  file: string;
  line: number;
  /** On one line, as Prometheus writes it. */
  expression: string;
  /** What to draw: of a comparison with a number its other side. */
  chartExpression: string;
  /** The number that is compared with, and how: `chartExpression operator value`. */
  threshold: { value: number; operator: string } | null;
  labels: Record<string, string>;
  /** The worst of its alerts; `inactive` without any. */
  state: 'unknown' | 'inactive' | 'pending' | 'firing';
  forMs: number;
  keepFiringForMs: number;
  intervalMs: number;
  health: 'unknown' | 'ok' | 'err';
  /** '' when there was none. */
  lastError: string;
  lastEvaluationMs: number | null;
  lastDurationMs: number;
}

export interface WireRuleFailure {
  name: string;
  kind: 'alerting' | 'recording';
  group: string;
  file: string;
  line: number;
  error: string;
}

/**
 * `/api/chain/v1/events`, server-sent events. The name of an event is its `kind`.
 * `snapshot` comes first and whenever a target or the health changes; `commit` at most once a second,
 * `alerts` when one has come, fired or gone, or when other rules are in force or fail.
 */
export type WireEvent =
  | { kind: 'snapshot'; snapshot: WireSnapshot }
  | { kind: 'commit'; timeMs: number; samples: number }
  | { kind: 'alerts' };

/** Every error of our own API, with the HTTP status that fits it. */
export interface WireError {
  code: string;
  message: string;
}
