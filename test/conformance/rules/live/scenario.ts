// What the nodes of the play expose, as a function of time: the canonical metrics that the shipped alerts read, calm or as in an
// incident. Values change at whole seconds of the play and well past the thresholds, so that a scrape sees the incident or does
// not. Invariant: the page of a node depends on the time alone, so that whoever asks at one moment sees the same.

/** From and to, seconds of the play. */
export type Span = readonly [fromSeconds: number, toSeconds: number];

export interface PlayedNode {
  readonly name: string;
  readonly chain: string;
  /** When everything is wrong with it. */
  readonly incidents: readonly Span[];
  /** When it refuses connections. */
  readonly outages: readonly Span[];
}

interface Moment {
  /** Whole seconds of the play. */
  readonly second: number;
  /** Tenths of a second of the play; heights rise with them, so that two scrapes never see the same while all is well. */
  readonly tenths: number;
  /** Those of `second` that were part of an incident. */
  readonly badSeconds: number;
  readonly isBad: boolean;
  readonly unixSeconds: number;
}

type Row = (moment: Moment) => readonly string[];

const CALM_COUNTER = 1000;
const HEIGHT = 50_000;
const BEGIN_SECONDS = performance.timeOrigin / 1000;
const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** One value while all is well, and another one in an incident. */
function gauge(series: string, calm: number, bad: number): Row {
  return ({ isBad }) => [`${series} ${isBad ? bad : calm}`];
}

/** What it rises by each second while all is well, and in an incident. */
function counter(series: string, calmStep: number, badStep: number): Row {
  return ({ second, badSeconds }) => [
    `${series} ${CALM_COUNTER + calmStep * (second - badSeconds) + badStep * badSeconds}`,
  ];
}

/** A counter whose series is made by the first event. */
function firstEventCounter(series: string, badStep: number): Row {
  return ({ badSeconds }) => (badSeconds === 0 ? [] : [`${series} ${badStep * badSeconds}`]);
}

/** Ten observations a second: below the smaller bound while all is well, between both in an incident. */
function histogram(name: string, fast: string, slow: string, labels = ''): Row {
  return ({ second, badSeconds }) => {
    const all = CALM_COUNTER + 10 * second;
    const bucket = (le: string) => `${name}_bucket{${labels}le="${le}"}`;
    const own = labels === '' ? '' : `{${labels.slice(0, -1)}}`;
    return [
      `${bucket(fast)} ${all - 10 * badSeconds}`,
      `${bucket(slow)} ${all}`,
      `${bucket('+Inf')} ${all}`,
      `${name}_sum${own} ${all}`,
      `${name}_count${own} ${all}`,
    ];
  };
}

/** Rises with time, and stands still in an incident. */
function height(series: string, behind = 0): Row {
  return ({ tenths, badSeconds, isBad, second }) => {
    const running = isBad ? 10 * (second - badSeconds) : tenths - 10 * badSeconds;
    return [`${series} ${HEIGHT + running - behind}`];
  };
}

const VALIDATOR = 'validator="v1"';
const MOUNT = 'mountpoint="/data"';

const ROWS: readonly Row[] = [
  // node
  ({ isBad, tenths }) => [`process_start_time_seconds ${1_700_000_000 + (isBad ? tenths : 0)}`],
  ({ isBad, unixSeconds }) => [
    `chain_runtime_task_last_iteration_timestamp_seconds{task="timer"} ${isBad ? 1_700_000_000 : unixSeconds}`,
  ],
  gauge('chain_actors_mailbox_messages{actor="a"}', 3, 5000),
  firstEventCounter('chain_actors_restarts_total{actor="a",reason="panic"}', 8),
  counter('chain_api_requests_total{method="GET",path="/x",status="2xx"}', 100, 100),
  counter('chain_api_requests_total{method="GET",path="/x",status="5xx"}', 0, 70),
  gauge('nodejs_eventloop_lag_p99_seconds', 0.01, 2),
  gauge('nodejs_heap_size_used_bytes', 4e8, 9.9e8),
  gauge('nodejs_heap_size_limit_bytes', 1e9, 1e9),
  gauge('process_open_fds', 40, 1000),
  gauge('process_max_fds', 1024, 1024),
  counter('chain_runtime_instrument_dropped_records_total{reason="limit"}', 0, 4),
  // consensus
  height('chain_blocks_head_height'),
  ({ isBad, tenths, badSeconds, second }) => [
    `chain_consensus_finalized_height ${HEIGHT - (isBad ? 100 : 1) + (isBad ? 10 * second : tenths) - 10 * badSeconds}`,
  ],
  height('chain_consensus_current_view'),
  ({ isBad, tenths, badSeconds, second }) => [
    `chain_consensus_highest_qc_view ${HEIGHT - (isBad ? 50 : 1) + (isBad ? 10 * second : tenths) - 10 * badSeconds}`,
  ],
  histogram('chain_blocks_interval_seconds', '1', '30'),
  counter('chain_consensus_view_timeouts_total', 0, 17),
  counter('chain_consensus_views_total', 1, 1),
  gauge('chain_consensus_participating_voting_power', 100, 60),
  gauge('chain_consensus_total_voting_power', 100, 100),
  histogram('chain_consensus_block_commit_duration_seconds', '0.5', '30'),
  histogram('chain_consensus_vote_processing_duration_seconds', '0.1', '5'),
  counter('chain_consensus_equivocations_total', 0, 1),
  counter('chain_consensus_safety_violations_total{type="conflict"}', 0, 1),
  histogram('chain_consensus_reorg_depth_blocks', '1', '10'),
  counter('chain_blocks_invalid_total{reason="signature"}', 0, 15),
  counter('chain_consensus_byzantine_behaviors_total{behavior="double"}', 0, 1),
  counter('chain_consensus_view_changes_total{reason="timeout"}', 0, 5),
  counter('chain_transactions_processed_total', 100, 0),
  gauge('chain_consensus_upgrade_remaining_seconds', 0, 5000),
  // mempool
  gauge('chain_mempool_transactions{state="pending"}', 10, 950),
  gauge('chain_mempool_capacity_transactions', 1000, 1000),
  counter('chain_mempool_removed_total{reason="committed"}', 100, 0),
  // validator
  gauge(`chain_validator_proposal_share_ratio{${VALIDATOR}}`, 0.25, 0.6),
  gauge(`chain_validator_voting_power_ratio{${VALIDATOR}}`, 0.25, 0.25),
  firstEventCounter(`chain_validator_proposals_missed_total{${VALIDATOR},reason="late"}`, 1),
  gauge(`chain_validator_consecutive_missed_votes{${VALIDATOR}}`, 0, 9),
  counter(`chain_validator_votes_missed_total{${VALIDATOR}}`, 0, 2.5),
  counter(`chain_validator_votes_expected_total{${VALIDATOR}}`, 1, 1),
  gauge('chain_validator_active{validator="v2"}', 1, 0),
  firstEventCounter(`chain_validator_slashings_total{${VALIDATOR},reason="double"}`, 1),
  firstEventCounter(`chain_validator_signing_failures_total{${VALIDATOR}}`, 2),
  gauge(`chain_validator_stake{${VALIDATOR}}`, 1000, 800),
  gauge(`chain_validator_operational_balance{${VALIDATOR}}`, 10, 1),
  gauge(`chain_validator_operational_balance_minimum{${VALIDATOR}}`, 5, 5),
  // sync
  height('chain_sync_current_height'),
  height('chain_sync_target_height', -1),
  ({ isBad }) => [`chain_sync_target_height{kind="far"} ${isBad ? 9e6 : 0}`, `chain_sync_current_height{kind="far"} 0`],
  gauge('chain_sync_state{state="synced"}', 1, 0),
  gauge('chain_sync_state{state="failed"}', 0, 1),
  gauge('chain_sync_blocks_per_second{kind="far"}', 50, 1),
  counter('chain_sync_errors_total{reason="disk"}', 0, 15),
  // network
  gauge('chain_peers_connected{direction="inbound"}', 8, 0),
  gauge('chain_peers_connected{direction="outbound"}', 8, 0),
  gauge('chain_peers_connected{direction="inbound",net="open"}', 8, 0),
  gauge('chain_peers_connected{direction="outbound",net="open"}', 8, 8),
  counter('chain_peers_disconnections_total{reason="banned"}', 0, 6),
  counter('chain_peers_connections_total{direction="inbound"}', 0, 5),
  counter('chain_network_connection_failures_total{reason="refused"}', 0, 15),
  counter('chain_network_connection_attempts_total', 0, 15),
  gauge('chain_peers_known{health="healthy"}', 20, 5),
  gauge('chain_peers_known{health="unhealthy"}', 1, 15),
  counter('chain_network_messages_undelivered_total{reason="full"}', 0, 70),
  counter('chain_network_messages_sent_total{type="vote"}', 100, 100),
  histogram('chain_peers_latency_seconds', '0.1', '5'),
  counter('chain_network_partitions_total', 0, 1),
  // storage and resources
  firstEventCounter('chain_storage_errors_total{operation="write",reason="io"}', 1),
  histogram('chain_storage_operation_duration_seconds', '0.01', '1', 'operation="read",'),
  // It falls all the time, so that the forecast is always of a full disk: its size decides whether that matters.
  ({ unixSeconds }) => [
    `chain_machine_filesystem_available_bytes{${MOUNT}} ${60 * GIB - 2 * MIB * (unixSeconds - BEGIN_SECONDS)}`,
  ],
  gauge(`chain_machine_filesystem_size_bytes{${MOUNT}}`, 100 * GIB, 10_000 * GIB),
  gauge('chain_machine_cpu_usage_ratio', 0.2, 0.99),
  gauge('chain_machine_memory_usage_ratio', 0.2, 0.99),
  gauge('chain_machine_memory_leak_suspected', 0, 1),
  gauge('chain_machine_clock_offset_seconds', 0.001, -3),
  gauge('chain_gpu_temperature_celsius{gpu="0"}', 50, 99),
  // migration, inference, quantum, monitor
  gauge('chain_migration_progress_ratio', 1, 0.4),
  gauge('chain_migration_phase', 0, 2),
  counter('chain_migration_errors_total{phase="2",type="data"}', 0, 5),
  counter('chain_migration_rollbacks_total{phase="2"}', 0, 1),
  histogram('chain_inference_duration_seconds', '0.1', '5', 'model="m",'),
  firstEventCounter('chain_inference_failures_total{model="m",reason="timeout"}', 15),
  counter('chain_inference_inferences_total{model="m"}', 10, 10),
  gauge('chain_quantum_security_level{algorithm="a"}', 192, 64),
  counter('chain_quantum_random_tests_total{outcome="failed"}', 0, 1),
  counter('chainpulse_rule_evaluation_failures_total{group="g"}', 0, 1),
  counter('chainpulse_rule_group_iterations_missed_total{group="g"}', 0, 1),
  counter('chainpulse_series_dropped_total{reason="limit"}', 0, 1),
];

/** The page of a node at a time of the play. */
export function pageOf({ incidents }: PlayedNode, playMs: number, unixMs: number): string {
  const second = Math.floor(playMs / 1000);
  const moment: Moment = {
    second,
    tenths: Math.floor(playMs / 100),
    badSeconds: incidents.reduce((sum, [from, to]) => sum + Math.min(Math.max(second - from, 0), to - from), 0),
    isBad: isWithin(incidents, second),
    unixSeconds: unixMs / 1000,
  };
  return `${ROWS.flatMap((row) => row(moment)).join('\n')}\n`;
}

export function isWithin(spans: readonly Span[], second: number): boolean {
  return spans.some(([from, to]) => from <= second && second < to);
}
