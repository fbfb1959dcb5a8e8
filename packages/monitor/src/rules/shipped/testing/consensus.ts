// Unit tests of the alerts of consensus.

import { type AlertTest, CHAIN_ALONE, quick, slowing } from './alert-test.ts';

const HEAD = 'chain_blocks_head_height';
const OTHER_HEAD = 'chain_blocks_head_height{instance="node-2:9090",node="beta"}';
const FINALIZED = 'chain_consensus_finalized_height';
const INTERVAL = 'chain_blocks_interval_seconds_bucket';
const TIMEOUTS = 'chain_consensus_view_timeouts_total';
const VIEWS = 'chain_consensus_views_total';
const VIEW = 'chain_consensus_current_view';
const CERTIFIED = 'chain_consensus_highest_qc_view';
const TAKES_PART = 'chain_consensus_participating_voting_power';
const POWER = 'chain_consensus_total_voting_power';
const COMMIT = 'chain_consensus_block_commit_duration_seconds_bucket';
const VOTE = 'chain_consensus_vote_processing_duration_seconds_bucket';
const EQUIVOCATIONS = 'chain_consensus_equivocations_total';
const VIOLATIONS = 'chain_consensus_safety_violations_total{type="conflicting_commit"}';
const REORGANIZATIONS = 'chain_consensus_reorg_depth_blocks_count';
const SHALLOW = 'chain_consensus_reorg_depth_blocks_bucket{le="1"}';
const INVALID = 'chain_blocks_invalid_total{reason="state_root"}';
const BYZANTINE = 'chain_consensus_byzantine_behaviors_total{behavior="equivocation"}';
const CHANGES = 'chain_consensus_view_changes_total{reason="timeout"}';
const PROCESSED = 'chain_transactions_processed_total';
const PENDING = 'chain_mempool_transactions{state="pending"}';
const UPGRADE = 'chain_consensus_upgrade_remaining_seconds';

export const CONSENSUS_TESTS: readonly AlertTest[] = [
  {
    alert: 'ChainHalted',
    incident: { [HEAD]: '0+15x20 300x20 315+15x20' },
    quietUntil: '6m30s',
    fires: { at: '8m', value: 0, labels: CHAIN_ALONE },
    clearAt: '10m30s',
    calm: { [HEAD]: '0+15x40', [OTHER_HEAD]: '300x40' },
  },
  {
    alert: 'NodeStuck',
    incident: { [HEAD]: '0+15x20 300x20 315+15x20', [OTHER_HEAD]: '0+15x80' },
    quietUntil: '5m45s',
    fires: { at: '8m', value: 0 },
    clearAt: '10m30s',
    calm: { [HEAD]: '0+15x40', [OTHER_HEAD]: '0+15x40' },
  },
  {
    alert: 'BlockIntervalHigh',
    incident: slowing(INTERVAL, { quick: ['1', '2'], slow: ['5', '+Inf'] }, 10),
    quietUntil: '9m',
    fires: { at: '15m', value: 4.85, labels: CHAIN_ALONE },
    clearAt: '20m30s',
    calm: quick(INTERVAL, ['1', '2', '5', '+Inf']),
  },
  {
    alert: 'ViewTimeoutRateHigh',
    incident: { [TIMEOUTS]: '0x20 3+3x40 123x40', [VIEWS]: '0+15x110' },
    quietUntil: '9m',
    fires: { at: '15m', value: 0.2 },
    clearAt: '21m',
    calm: { [TIMEOUTS]: '0+1x60', [VIEWS]: '0+15x60' },
  },
  {
    alert: 'ViewStuck',
    incident: { [VIEW]: '0+15x20 300x20 315+15x20' },
    quietUntil: '6m30s',
    fires: { at: '8m', value: 0, queried: 300 },
    clearAt: '10m30s',
    calm: { [VIEW]: '0+15x40' },
  },
  {
    alert: 'QCLagsView',
    incident: { [VIEW]: '0+15x60', [CERTIFIED]: '0+15x20 300x19 615+15x20' },
    quietUntil: '8m',
    fires: { at: '9m', value: 240 },
    clearAt: '10m15s',
    calm: { [VIEW]: '1+15x40', [CERTIFIED]: '0+15x40' },
  },
  {
    alert: 'FinalityLag',
    incident: { [HEAD]: '0+15x60', [FINALIZED]: '0+15x20 300x19 615+15x20' },
    quietUntil: '5m30s',
    fires: { at: '6m', value: 60 },
    clearAt: '10m15s',
    calm: { [HEAD]: '3+15x40', [FINALIZED]: '0+15x40' },
  },
  {
    alert: 'QuorumAtRisk',
    incident: { [TAKES_PART]: '100x7 70x39 100x8', [POWER]: '100x56' },
    quietUntil: '6m45s',
    fires: { at: '7m', value: 0.7 },
    clearAt: '12m',
    calm: { [TAKES_PART]: '80x40', [POWER]: '100x40' },
  },
  {
    alert: 'CommitLatencyHigh',
    incident: slowing(COMMIT, { quick: ['1', '5'], slow: ['10', '+Inf'] }, 20),
    quietUntil: '14m',
    fires: { at: '25m', value: 9.95 },
    clearAt: '30m30s',
    calm: quick(COMMIT, ['1', '5', '10', '+Inf']),
  },
  {
    alert: 'VoteLatencyHigh',
    incident: slowing(VOTE, { quick: ['0.1', '0.75'], slow: ['1', '+Inf'] }, 10),
    quietUntil: '9m',
    fires: { at: '15m', value: 0.9875 },
    clearAt: '20m30s',
    calm: quick(VOTE, ['0.1', '0.75', '1', '+Inf']),
  },
  {
    alert: 'EquivocationDetected',
    incident: { [EQUIVOCATIONS]: '0x20 1x60' },
    quietUntil: '5m',
    fires: { at: '5m15s', value: 1 },
    clearAt: '16m',
    calm: { [EQUIVOCATIONS]: '0x40' },
  },
  {
    alert: 'SafetyViolation',
    incident: { [VIOLATIONS]: '0x20 1x260' },
    quietUntil: '5m',
    fires: { at: '5m15s', value: 1 },
    clearAt: '1h6m',
    calm: { [VIOLATIONS]: '0x40' },
  },
  {
    alert: 'DeepReorganization',
    incident: { [REORGANIZATIONS]: '0x20 1x60', [SHALLOW]: '0x80' },
    quietUntil: '5m',
    fires: { at: '6m', value: 1 },
    clearAt: '16m',
    // One of a single block.
    calm: { [REORGANIZATIONS]: '0x20 1x20', [SHALLOW]: '0x20 1x20' },
  },
  {
    alert: 'BadBlocksReceived',
    incident: { [INVALID]: '0x20 1+1x30 31x60' },
    quietUntil: '7m',
    fires: { at: '10m', value: 20 },
    clearAt: '18m',
    calm: { [INVALID]: '0x20 1+1x4 5x60' },
  },
  {
    alert: 'ByzantineRate',
    incident: { [BYZANTINE]: '0x20 1x260' },
    quietUntil: '5m',
    fires: { at: '10m', value: 1 },
    clearAt: '1h6m',
    calm: { [BYZANTINE]: '0x40' },
  },
  {
    alert: 'LivenessTimeouts',
    incident: { [TIMEOUTS]: '0x20 1+1x30 31x60' },
    quietUntil: '7m',
    fires: { at: '12m45s', value: 31 },
    clearAt: '23m',
    calm: { [TIMEOUTS]: '0x20 1+1x4 5x60' },
  },
  {
    alert: 'ViewChangeRate',
    incident: { [CHANGES]: '0x20 3+3x40 123x40' },
    quietUntil: '9m',
    fires: { at: '15m', value: 0.2 },
    clearAt: '21m',
    calm: { [CHANGES]: '0+1x40' },
  },
  {
    alert: 'ThroughputLow',
    incident: { [PROCESSED]: '0+150x20 3000x79 3150+150x40', [PENDING]: '10x20 5000x79 10x40' },
    quietUntil: '15m',
    fires: { at: '22m', value: 0 },
    clearAt: '25m15s',
    // An idle chain.
    calm: { [PROCESSED]: '0x100', [PENDING]: '0x100' },
  },
  {
    alert: 'UpgradePending',
    incident: { [UPGRADE]: '20000x7 9000-15x40 0x8' },
    quietUntil: '1m45s',
    fires: { at: '2m', value: 9000 },
    clearAt: '12m30s',
    calm: { [UPGRADE]: '20000-15x40' },
  },
];
