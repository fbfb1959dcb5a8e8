// Alerts of the validators whose keys a node holds: they miss their duties, lose stake, or are punished.

import type { AlertDefinition } from './alert-definition.ts';
import { MINUTE_MS, NODE, risen, share, VALIDATOR } from './phrases.ts';

export const VALIDATOR_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'ProposerShareDrift',
    component: 'validator',
    severity: 'warning',
    metrics: ['chain_validator_proposal_share_ratio', 'chain_validator_voting_power_ratio'],
    expression: ({ settings, select }) =>
      `abs(${select('chain_validator_proposal_share_ratio')} - ${select('chain_validator_voting_power_ratio')}) > ${settings.maxProposalShareDrift}`,
    forMs: () => 30 * MINUTE_MS,
    summary: `${VALIDATOR} on ${NODE} proposes {{ $value | humanizePercentage }} more or less than its share: check what the election of leaders reads`,
    description: 'Over half an hour the share of proposals is far from the share of the voting power.',
  },
  {
    name: 'MissedProposal',
    component: 'validator',
    severity: 'warning',
    metrics: ['chain_validator_proposals_missed_total'],
    expression: ({ select }) =>
      `sum without (reason) (${risen(select('chain_validator_proposals_missed_total'), '30m')}) > 0`,
    summary: `${VALIDATOR} on ${NODE} missed a proposal: read the log of that view; was it behind, was its mempool stuck, or did it send too late?`,
    description:
      'A block that this validator was to propose did not come, {{ $value | humanize }} within half an hour. The reason is in the label of the metric.',
  },
  {
    name: 'ConsecutiveMissedVotes',
    component: 'validator',
    severity: 'critical',
    metrics: ['chain_validator_consecutive_missed_votes', 'chain_validator_active'],
    expression: ({ settings, select }) =>
      `${select('chain_validator_consecutive_missed_votes')} >= ${settings.maxConsecutiveMissedVotes} unless on (job, instance, validator) ${select('chain_validator_active')} == 0`,
    summary: `${VALIDATOR} on ${NODE} missed {{ $value }} votes in a row: check the signer, the peers and the clock before it is punished`,
    description:
      'No vote of this validator was counted for {{ $value }} turns. Most chains punish a validator that is away for long.',
  },
  {
    name: 'MissedVoteRatio',
    component: 'validator',
    severity: 'warning',
    metrics: ['chain_validator_votes_missed_total', 'chain_validator_votes_expected_total'],
    expression: ({ settings, select }) =>
      `${share(`increase(${select('chain_validator_votes_missed_total')}[1h])`, `increase(${select('chain_validator_votes_expected_total')}[1h])`)} > ${settings.maxMissedVotesRatio}`,
    forMs: () => 15 * MINUTE_MS,
    summary: `${VALIDATOR} on ${NODE} misses {{ $value | humanizePercentage }} of its votes: compare with the whole network, then look at how late its votes go out`,
    description: 'If others miss as many, the network is slow. If not, this node is.',
  },
  {
    name: 'ValidatorInactiveOrJailed',
    component: 'validator',
    severity: 'critical',
    metrics: ['chain_validator_active'],
    expression: ({ select }) => `${select('chain_validator_active')} == 0`,
    forMs: () => MINUTE_MS,
    summary: `${VALIDATOR} on ${NODE} is not in the active set: read why on the chain, and do not unjail it before the cause is mended`,
    description: 'It is jailed, exited, or has too little stake; it earns nothing and its votes do not count.',
  },
  {
    name: 'ValidatorSlashed',
    component: 'validator',
    severity: 'critical',
    metrics: ['chain_validator_slashings_total'],
    expression: ({ select }) => `sum without (reason) (${risen(select('chain_validator_slashings_total'), '1h')}) > 0`,
    summary: `${VALIDATOR} on ${NODE} was slashed: stop its signer, and make sure that no second one runs with its key`,
    description: 'Two signers with one key go on to be slashed until one of them is stopped. Gather the evidence.',
  },
  {
    name: 'SigningFailures',
    component: 'validator',
    severity: 'high',
    metrics: ['chain_validator_signing_failures_total'],
    expression: ({ select }) => `${risen(select('chain_validator_signing_failures_total'), '10m')} > 0`,
    forMs: () => MINUTE_MS,
    summary: `${VALIDATOR} on ${NODE} could not sign {{ $value | humanize }} times: see whether the signer runs and its key can be reached`,
    description:
      'What is not signed is missed. A remote signer that is away, a locked key, or a guard that refuses to sign twice.',
  },
  {
    name: 'StakeDropped',
    component: 'validator',
    severity: 'warning',
    metrics: ['chain_validator_stake'],
    expression: ({ settings, select }) => {
      const stake = select('chain_validator_stake');
      return `(${stake} offset 1h - ${stake}) / clamp_min(${stake} offset 1h, 1) > ${settings.maxStakeDrop}`;
    },
    summary: `{{ $value | humanizePercentage }} of the stake of ${VALIDATOR} went within an hour: see announcements, and how far the cutoff of the active set is`,
    description: 'A large undelegation. Below the cutoff the validator leaves the active set.',
  },
  {
    name: 'SignerBalanceLow',
    component: 'validator',
    severity: 'warning',
    metrics: ['chain_validator_operational_balance', 'chain_validator_operational_balance_minimum'],
    expression: ({ select }) =>
      `${select('chain_validator_operational_balance')} < ${select('chain_validator_operational_balance_minimum')}`,
    forMs: () => 5 * MINUTE_MS,
    summary: `The account of ${VALIDATOR} that pays fees holds {{ $value | humanize }}: refill it`,
    description: 'Without a balance its transactions are refused, those that vote among them on some chains.',
  },
];
