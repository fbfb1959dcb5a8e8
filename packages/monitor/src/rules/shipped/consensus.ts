// Alerts of consensus: the chain stands still, is slow, or is no longer safe.

import type { AlertDefinition } from './alert-definition.ts';
import { blocksMs, blocksWindow, CHAIN, MINUTE_MS, NODE, SECOND_MS, seconds, share } from './phrases.ts';

/** Of the histogram of the time between blocks, in seconds. */
const LAST_INTERVAL_BOUND = 300;

export const CONSENSUS_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'ChainHalted',
    component: 'consensus',
    severity: 'critical',
    metrics: ['chain_blocks_head_height', 'chain_consensus_finalized_height'],
    dependsOnChain: true,
    expression: (context) => {
      const window = blocksWindow(context, 20, MINUTE_MS);
      const changed = (metric: string) => `changes(${context.select(metric)}[${window}])`;
      return `max by (job, chain) (${changed('chain_blocks_head_height')} or ${changed('chain_consensus_finalized_height')}) == 0`;
    },
    forMs: (context) => blocksMs(context, 20, MINUTE_MS),
    summary: `${CHAIN} has no new block on any watched node: ask two nodes of others whether the network stands still or these are cut off`,
    description:
      'Not one of the nodes of job {{ $labels.job }} has a new block for twenty block times and more. If nodes of others go on, the fault is here: network, clock, or all nodes on one bad version.',
  },
  {
    name: 'NodeStuck',
    component: 'consensus',
    severity: 'critical',
    metrics: ['chain_blocks_head_height'],
    dependsOnChain: true,
    expression: (context) => {
      const head = context.select('chain_blocks_head_height');
      const window = blocksWindow(context, 20, MINUTE_MS);
      return `changes(${head}[${window}]) == 0 and on (job, chain) max by (job, chain) (changes(${head}[${window}])) > 0`;
    },
    forMs: (context) => blocksMs(context, 10, 30 * SECOND_MS),
    summary: `${NODE} has no new block while others of its chain go on: see its peers and its last rejected block, then restart it`,
    description: 'The node answers and its height does not change; other nodes of the same chain get blocks.',
  },
  {
    name: 'BlockIntervalHigh',
    component: 'consensus',
    severity: 'warning',
    metrics: ['chain_blocks_interval_seconds'],
    dependsOnChain: true,
    expression: (context) => {
      const window = blocksWindow(context, 50, 5 * MINUTE_MS);
      const most = context.settings.maxBlockTime * context.chain.targetBlockSeconds;
      const rate = (part: string) =>
        `sum by (${part === 'bucket' ? 'le, ' : ''}job, chain) (rate(${context.select(`chain_blocks_interval_seconds_${part}`)}[${window}]))`;
      // From the last bound of the histogram on there is the mean alone: no quantile is above it.
      if (most >= LAST_INTERVAL_BOUND) return `${share(rate('sum'), rate('count'))} > ${most}`;
      return `histogram_quantile(0.95, ${rate('bucket')}) > ${most}`;
    },
    forMs: (context) => blocksMs(context, 50, 5 * MINUTE_MS),
    summary: `Blocks of ${CHAIN} take {{ $value | humanizeDuration }}: look at timeouts by leader, round trips and execution times`,
    description: 'The p95 of the time between blocks is far above the target of the chain.',
  },
  {
    name: 'ViewTimeoutRateHigh',
    component: 'consensus',
    severity: 'warning',
    metrics: ['chain_consensus_view_timeouts_total', 'chain_consensus_views_total'],
    expression: ({ settings, select }) =>
      `${share(`rate(${select('chain_consensus_view_timeouts_total')}[5m])`, `rate(${select('chain_consensus_views_total')}[5m])`)} > ${settings.maxViewTimeoutRatio}`,
    forMs: () => 5 * MINUTE_MS,
    summary: `{{ $value | humanizePercentage }} of the views that ${NODE} sees end by a timeout: list their leaders; one leader is that validator, all of them the network`,
    description: 'Views end without a block. The counter of timeouts by leader says whose.',
  },
  {
    name: 'ViewStuck',
    component: 'consensus',
    severity: 'critical',
    metrics: ['chain_consensus_current_view', 'chain_blocks_head_height'],
    dependsOnChain: true,
    expression: (context) => {
      const window = blocksWindow(context, 20, MINUTE_MS);
      const changed = (metric: string) => `changes(${context.select(metric)}[${window}])`;
      // Where views begin anew at each height, they may be the same while the chain goes on.
      return `${changed('chain_consensus_current_view')} == 0 unless on (job, instance) ${changed('chain_blocks_head_height')} > 0`;
    },
    forMs: (context) => blocksMs(context, 20, MINUTE_MS),
    summary: `${NODE} stays in view {{ with printf "chain_consensus_current_view{instance=%q}" $labels.instance | query }}{{ . | first | value | printf "%.0f" }}{{ end }}: its pacemaker does not advance; see clock, timers and timeout certificates`,
    description:
      'A view ends by a certificate or by a timeout, and neither comes: the node takes no part in consensus.',
  },
  {
    name: 'QCLagsView',
    component: 'consensus',
    severity: 'warning',
    metrics: ['chain_consensus_current_view', 'chain_consensus_highest_qc_view'],
    expression: ({ select }) =>
      `${select('chain_consensus_current_view')} - ${select('chain_consensus_highest_qc_view')} > 5`,
    forMs: () => 3 * MINUTE_MS,
    summary: `${NODE} has seen no quorum certificate for {{ $value }} views: see whether votes reach the leaders, and how long their checks take`,
    description: 'Views advance by timeouts alone. Proposals or votes are lost, or checked too slowly.',
  },
  {
    name: 'FinalityLag',
    component: 'consensus',
    severity: 'critical',
    metrics: ['chain_blocks_head_height', 'chain_consensus_finalized_height'],
    dependsOnChain: true,
    expression: ({ chain, select }) =>
      `${select('chain_blocks_head_height')} - ${select('chain_consensus_finalized_height')} > ${chain.finalityDepthBlocks}`,
    forMs: (context) => blocksMs(context, 2 * context.chain.slotsPerEpoch, 30 * SECOND_MS, 8 * MINUTE_MS),
    summary: `${NODE} is {{ $value }} blocks ahead of finality: check that two thirds of the voting power take part, and name who is silent`,
    description:
      'Blocks are produced and not finalized. Votes are missing, or this node sees none of them, or the commit path fails.',
  },
  {
    name: 'QuorumAtRisk',
    component: 'consensus',
    severity: 'critical',
    metrics: ['chain_consensus_participating_voting_power', 'chain_consensus_total_voting_power'],
    expression: ({ settings, select }) =>
      `${share(select('chain_consensus_participating_voting_power'), select('chain_consensus_total_voting_power'))} < ${settings.minParticipation}`,
    forMs: () => 5 * MINUTE_MS,
    summary: `Only {{ $value | humanizePercentage }} of the voting power takes part, as ${NODE} sees it: name the silent validators and call them`,
    description:
      'Two thirds are needed to go on. What is missing until then is all that keeps the chain from standing still.',
  },
  {
    name: 'CommitLatencyHigh',
    component: 'consensus',
    severity: 'warning',
    metrics: ['chain_consensus_block_commit_duration_seconds'],
    expression: ({ settings, select }) =>
      `histogram_quantile(0.99, sum by (le, job, instance, chain, node) (rate(${select('chain_consensus_block_commit_duration_seconds_bucket')}[5m]))) > ${seconds(settings.maxCommitLatency)}`,
    forMs: () => 10 * MINUTE_MS,
    summary: `A commit takes ${NODE} {{ $value | humanizeDuration }}: split it by stage to find the slow one`,
    description:
      'The p99 from proposal to commit is too long. The durations by stage tell propose, vote, certify, execute and persist apart.',
  },
  {
    name: 'VoteLatencyHigh',
    component: 'consensus',
    severity: 'warning',
    metrics: ['chain_consensus_vote_processing_duration_seconds'],
    expression: ({ settings, select }) =>
      `histogram_quantile(0.95, sum by (le, job, instance, chain, node) (rate(${select('chain_consensus_vote_processing_duration_seconds_bucket')}[5m]))) > ${seconds(settings.maxVoteLatency)}`,
    forMs: () => 5 * MINUTE_MS,
    summary: `${NODE} takes {{ $value | humanizeDuration }} for a vote: see its CPU, the checks of signatures, and what waits before them`,
    description: 'Votes are handled too slowly to make a certificate before the view times out.',
  },
  {
    name: 'EquivocationDetected',
    component: 'consensus',
    severity: 'critical',
    metrics: ['chain_consensus_equivocations_total'],
    expression: ({ select }) => `increase(${select('chain_consensus_equivocations_total')}[10m]) > 0`,
    summary: `${NODE} has seen a validator sign two things for one view: if it is your key, stop signing now and find the second signer`,
    description: 'Equivocation is slashed. For the validator of somebody else, keep the evidence and hand it in.',
  },
  {
    name: 'SafetyViolation',
    component: 'consensus',
    severity: 'critical',
    metrics: ['chain_consensus_safety_violations_total'],
    expression: ({ settings, select }) =>
      `sum without (type) (increase(${select('chain_consensus_safety_violations_total')}[1h])) > ${settings.maxSafetyViolations}`,
    summary: `${NODE} has seen safety violated: halt it, keep its data directory, do not restart it, and compare the conflicting commits`,
    description:
      'Two conflicting blocks were committed, or a vote broke the rules of locking. What the node does next may make it worse.',
  },
  {
    name: 'DeepReorganization',
    component: 'consensus',
    severity: 'warning',
    metrics: ['chain_consensus_reorg_depth_blocks'],
    dependsOnChain: true,
    expression: ({ chain, select }) => {
      // The counter of the deep ones alone: each bucket by itself would be extrapolated in its own way.
      const deep = `${select('chain_consensus_reorg_depth_blocks_count')} - ignoring (le) ${select('chain_consensus_reorg_depth_blocks_bucket', boundary(chain.reorgDepthBlocks))}`;
      return `increase((${deep})[10m:15s]) > 0`;
    },
    summary: `${NODE} replaced several blocks at its head: compare its head with peers and an endpoint that you trust`,
    description: 'A reorganization was deeper than is normal: a partition has healed, or the node follows a fork.',
  },
  {
    name: 'BadBlocksReceived',
    component: 'consensus',
    severity: 'critical',
    metrics: ['chain_blocks_invalid_total'],
    expression: ({ settings, select }) =>
      `sum without (reason) (increase(${select('chain_blocks_invalid_total')}[5m])) > ${settings.maxInvalidBlocks}`,
    summary: `${NODE} refused {{ $value | humanize }} blocks within five minutes: compare its version and its state root with other nodes`,
    description:
      'Either somebody sends it rubbish, or it follows other rules than the rest. The reasons are in the label of the metric.',
  },
  {
    name: 'ByzantineRate',
    component: 'consensus',
    severity: 'critical',
    metrics: ['chain_consensus_byzantine_behaviors_total'],
    expression: ({ settings, select }) =>
      `sum without (behavior) (increase(${select('chain_consensus_byzantine_behaviors_total')}[1h])) > ${settings.maxByzantineBehaviorRate}`,
    summary: `${NODE} has seen {{ $value | humanize }} byzantine acts within an hour: gather the evidence by validator, and see whether they come near a third of the power`,
    description: 'One validator that misbehaves is a nuisance; a group of a third of the power is the end of safety.',
  },
  {
    name: 'LivenessTimeouts',
    component: 'consensus',
    severity: 'warning',
    metrics: ['chain_consensus_view_timeouts_total'],
    expression: ({ settings, select }) =>
      `increase(${select('chain_consensus_view_timeouts_total')}[10m]) > ${settings.maxLivenessTimeouts}`,
    summary: `${NODE} saw {{ $value | humanize }} views time out in ten minutes: look at the leaders of those views`,
    description: 'Each timeout costs the chain a view. The same leaders again and again are those to call.',
  },
  {
    name: 'ViewChangeRate',
    component: 'consensus',
    severity: 'warning',
    metrics: ['chain_consensus_view_changes_total'],
    expression: ({ settings, select }) =>
      `sum without (reason) (rate(${select('chain_consensus_view_changes_total')}[5m])) > ${settings.maxViewChangeFrequency}`,
    forMs: () => 5 * MINUTE_MS,
    summary: `${NODE} changes its view {{ $value | humanize }} times a second: see the reasons of the changes`,
    description:
      'View changes outside of the normal course cost throughput. By reason: timeouts are the network or a leader, the others are bugs.',
  },
  {
    name: 'ThroughputLow',
    component: 'consensus',
    severity: 'warning',
    metrics: ['chain_transactions_processed_total', 'chain_mempool_transactions'],
    expression: ({ settings, select }) =>
      `rate(${select('chain_transactions_processed_total')}[5m]) < ${settings.minTransactionThroughput} and on (job, instance) ${select('chain_mempool_transactions', 'state="pending"')} > ${60 * settings.minTransactionThroughput}`,
    forMs: () => 10 * MINUTE_MS,
    summary: `${NODE} commits {{ $value | humanize }} transactions a second while more wait than that: are blocks full, or slow, or empty?`,
    description:
      'More than a minute of transactions waits, and hardly any is committed. Full blocks are a limit of the chain, empty ones a fault of who builds them.',
  },
  {
    name: 'UpgradePending',
    component: 'consensus',
    severity: 'info',
    metrics: ['chain_consensus_upgrade_remaining_seconds'],
    expression: ({ settings, select }) => {
      const remaining = select('chain_consensus_upgrade_remaining_seconds');
      return `${remaining} > 0 and ${remaining} < ${seconds(settings.upgradeNotice)}`;
    },
    summary: `The chain of ${NODE} upgrades in {{ $value | humanizeDuration }}: have the new version ready, and see that it knows the upgrade's height`,
    description: 'A node on the old version stops at the upgrade, or follows a fork.',
  },
];

/** A boundary of a histogram as either version of Prometheus stores it: 2 or 2.0. */
function boundary(le: number): string {
  return `le=~"${le}|${le}[.]0"`;
}
