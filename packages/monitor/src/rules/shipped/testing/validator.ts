// Unit tests of the alerts of validators.

import type { AlertTest } from './alert-test.ts';

const VALIDATOR = { validator: '0xa1' } as const;
const OF = '{validator="0xa1"}';
const SHARE = `chain_validator_proposal_share_ratio${OF}`;
const POWER = `chain_validator_voting_power_ratio${OF}`;
const MISSED_PROPOSALS = 'chain_validator_proposals_missed_total{validator="0xa1",reason="late"}';
const CONSECUTIVE = `chain_validator_consecutive_missed_votes${OF}`;
const MISSED = `chain_validator_votes_missed_total${OF}`;
const EXPECTED = `chain_validator_votes_expected_total${OF}`;
const ACTIVE = `chain_validator_active${OF}`;
const SLASHINGS = 'chain_validator_slashings_total{validator="0xa1",reason="equivocation"}';
const SIGNING = `chain_validator_signing_failures_total${OF}`;
const STAKE = `chain_validator_stake${OF}`;
const BALANCE = `chain_validator_operational_balance${OF}`;
const LEAST_BALANCE = `chain_validator_operational_balance_minimum${OF}`;

export const VALIDATOR_TESTS: readonly AlertTest[] = [
  {
    alert: 'ProposerShareDrift',
    incident: { [SHARE]: '0.25x7 0.5x139 0.25x8', [POWER]: '0.25x156' },
    quietUntil: '31m45s',
    fires: { at: '32m', value: 0.25, labels: VALIDATOR },
    clearAt: '37m',
    calm: { [SHARE]: '0.25x130', [POWER]: '0.2x130' },
  },
  {
    alert: 'MissedProposal',
    incident: { [MISSED_PROPOSALS]: '0x20 1x140', up: '1x160' },
    quietUntil: '5m',
    fires: { at: '10m', value: 1, labels: VALIDATOR },
    clearAt: '36m',
    calm: { [MISSED_PROPOSALS]: '0x80', up: '1x80' },
  },
  {
    alert: 'ConsecutiveMissedVotes',
    incident: { [CONSECUTIVE]: '0x7 1+1x9 0x8' },
    quietUntil: '2m45s',
    fires: { at: '3m', value: 5, labels: VALIDATOR },
    clearAt: '4m30s',
    calm: { [CONSECUTIVE]: '0+1x4 0+1x4 0x20' },
  },
  {
    alert: 'MissedVoteRatio',
    incident: { [MISSED]: '0x20 3+3x100 303x120', [EXPECTED]: '0+15x240' },
    quietUntil: '24m',
    fires: { at: '26m15s', value: 255 / 1575, labels: VALIDATOR },
    clearAt: '55m',
    calm: { [MISSED]: '0+1x120', [EXPECTED]: '0+15x120' },
  },
  {
    alert: 'ValidatorInactiveOrJailed',
    incident: { [ACTIVE]: '1x7 0x19 1x8' },
    quietUntil: '2m45s',
    fires: { at: '3m', value: 0, labels: VALIDATOR },
    clearAt: '7m',
    calm: { [ACTIVE]: '1x40' },
  },
  {
    alert: 'ValidatorSlashed',
    incident: { [SLASHINGS]: '0x20 1x260', up: '1x280' },
    quietUntil: '5m',
    fires: { at: '10m', value: 1, labels: VALIDATOR },
    clearAt: '1h6m',
    calm: { [SLASHINGS]: '0x40', up: '1x40' },
  },
  {
    alert: 'SigningFailures',
    incident: { [SIGNING]: '0x20 1+1x20 21x60', up: '1x100' },
    quietUntil: '6m',
    fires: { at: '10m', value: 20, labels: VALIDATOR },
    clearAt: '21m',
    calm: { [SIGNING]: '3x60', up: '1x60' },
  },
  {
    alert: 'StakeDropped',
    incident: { [STAKE]: '1000x239 900x250' },
    quietUntil: '59m45s',
    fires: { at: '1h', value: 0.1, labels: VALIDATOR },
    clearAt: '2h',
    calm: { [STAKE]: '1000x239 990x20' },
  },
  {
    alert: 'SignerBalanceLow',
    incident: { [BALANCE]: '100x7 5x39 100x8', [LEAST_BALANCE]: '10x56' },
    quietUntil: '6m45s',
    fires: { at: '7m', value: 5, labels: VALIDATOR },
    clearAt: '12m',
    calm: { [BALANCE]: '100-1x40', [LEAST_BALANCE]: '10x40' },
  },
];
