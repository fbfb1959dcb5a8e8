import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setUp } from './testing/set-up.ts';

const SHARE = 'chain_validator_proposal_share_ratio{validator="a"}';
const PARTICIPATION = 'chain_validators_participation_ratio';

describe('the validators set', () => {
  it('counts duties, and votes missed in a row until one is cast', () => {
    const { metrics, value } = setUp(['validators']);
    const inARow = () => value('chain_validator_consecutive_missed_votes{validator="a"}');
    metrics.validators.recordVoteDuty({ validator: 'a', performed: false });
    metrics.validators.recordVoteDuty({ validator: 'a', performed: false });
    assert.equal(inARow(), 2);
    metrics.validators.recordVoteDuty({ validator: 'a', performed: true });
    assert.equal(inARow(), 0);
    metrics.validators.recordVoteDuty({ validator: 'a', performed: false });
    assert.equal(inARow(), 1);
    metrics.validators.recordProposalDuty({ validator: 'a', performed: true });
    metrics.validators.recordProposalDuty({ validator: 'a', performed: false, reason: 'late' });
    metrics.validators.recordProposalDuty({ validator: 'a', performed: false });
    assert.equal(value('chain_validator_votes_expected_total{validator="a"}'), 4);
    assert.equal(value('chain_validator_votes_missed_total{validator="a"}'), 3);
    assert.equal(value('chain_validator_proposals_expected_total{validator="a"}'), 3);
    assert.equal(value('chain_validator_proposals_missed_total{reason="late",validator="a"}'), 1);
    assert.equal(value('chain_validator_proposals_missed_total{reason="unknown",validator="a"}'), 1);
  });

  it('shows the counters of an own validator at 0 from the first word of it on', () => {
    const { metrics, value } = setUp(['validators']);
    metrics.validators.updateStatus({ validator: 'a', active: false });
    assert.equal(value('chain_validator_active{validator="a"}'), 0);
    assert.equal(value('chain_validator_slashings_total{reason="equivocation",validator="a"}'), 0);
    assert.equal(value('chain_validator_votes_missed_total{validator="a"}'), 0);
    metrics.validators.recordSigning({ validator: 'a', success: true });
    assert.equal(value('chain_validator_signing_failures_total{validator="a"}'), 0);
    metrics.validators.recordSigning({ validator: 'a', success: false });
    assert.equal(value('chain_validator_signing_failures_total{validator="a"}'), 1);
  });

  it('takes neither a duty of unknown outcome for a missed one, nor an unknown status for inactive', () => {
    const { metrics, value, dropped } = setUp(['validators']);
    const { validators } = metrics;
    for (const unknown of [undefined, null, 1, 'no'] as unknown[] as boolean[]) {
      validators.recordVoteDuty({ validator: 'a', performed: unknown });
      validators.recordProposalDuty({ validator: 'a', performed: unknown });
      validators.recordSigning({ validator: 'a', success: unknown });
      validators.updateStatus({ validator: 'a', active: unknown });
    }
    validators.recordReward({ validator: 'a' } as { validator: string; rewardNative: number });
    validators.recordCertificateSeen({} as { memberCount: number });
    const totals = ['votes_expected', 'votes_missed', 'proposals_expected', 'signing_failures'];
    for (const name of totals) assert.equal(value(`chain_validator_${name}_total{validator="a"}`), 0, name);
    assert.equal(value('chain_validator_active{validator="a"}'), undefined);
    assert.equal(value('chain_validator_rewards_total{validator="a"}'), undefined);
    assert.equal(value('chain_validators_votes_due_total'), 0);
    assert.deepEqual(dropped(), { invalid_value: 18 });
  });

  it('computes the share of the latest 1,000 commits, from 100 on', () => {
    const { metrics, value } = setUp(['validators']);
    const commit = (count: number, validator: string) => {
      for (let i = 0; i < count; i++) metrics.validators.recordCommittedProposer({ validator });
    };
    metrics.validators.updateStake({ validator: 'a', stakeNative: 32 });
    commit(9, 'a');
    commit(90, 'b');
    assert.equal(value(SHARE), undefined);
    commit(1, 'a');
    assert.equal(value(SHARE), 0.1);
    // Nobody said that b was an own one.
    assert.equal(value('chain_validator_proposal_share_ratio{validator="b"}'), undefined);
    commit(950, 'c');
    // Of the first 100 blocks, 50 have left the ring, all of a's but the last one among them.
    assert.equal(value(SHARE), 0.001);
    commit(1_000, 'c');
    assert.equal(value(SHARE), 0);
  });

  it('knows own validators from commits that say so', () => {
    const { metrics, value } = setUp(['validators']);
    for (let i = 0; i < 100; i++) metrics.validators.recordCommittedProposer({ validator: 'a', isOwn: i === 0 });
    assert.equal(value(SHARE), 1);
  });

  it('computes participation from absences and votes due over the window', () => {
    const { metrics, value, pass } = setUp(['validators']);
    const certificate = (absent: number) => {
      metrics.validators.recordCertificateSeen({ memberCount: 10 });
      for (let i = 0; i < absent; i++) metrics.validators.recordSignerAbsent({ validator: `v${i}` });
    };
    certificate(5);
    assert.equal(value(PARTICIPATION), undefined);
    pass(30);
    assert.equal(value(PARTICIPATION), undefined);
    pass(30);
    certificate(0);
    certificate(4);
    assert.equal(value(PARTICIPATION), 0.8);
    pass(120);
    value(PARTICIPATION);
    pass(60);
    assert.equal(value(PARTICIPATION), undefined);
    assert.equal(value('chain_validators_missed_votes_total{validator="v0"}'), 2);
  });

  it('computes the share of the voting power from what the consensus set knows', () => {
    const { metrics, value } = setUp(['validators', 'consensus']);
    const share = 'chain_validator_voting_power_ratio{validator="a"}';
    metrics.validators.updateStake({ validator: 'a', votingPower: 5 });
    assert.equal(value(share), undefined);
    metrics.consensus.updateParticipation({ participatingPower: 75, totalPower: 100 });
    assert.equal(value(share), 0.05);
    metrics.consensus.updateParticipation({ participatingPower: 0, totalPower: 0 });
    assert.equal(value(share), undefined);
    assert.equal(value('chain_validator_voting_power{validator="a"}'), 5);
  });

  it('shows the set, balances, rewards and reputations', () => {
    const { metrics, value, dropped } = setUp(['validators']);
    metrics.validators.updateSet({ activeCount: 96, jailedCount: 0 });
    metrics.validators.updateBalance({ validator: 'a', balanceNative: 4 });
    metrics.validators.recordReward({ validator: 'a', rewardNative: 0.25 });
    metrics.validators.recordReward({ validator: 'a', rewardNative: -1 });
    metrics.validators.updateReputation({ validator: 'v7', score: -3 });
    assert.equal(value('chain_validators_members{status="active"}'), 96);
    assert.equal(value('chain_validators_members{status="jailed"}'), 0);
    assert.equal(value('chain_validators_members{status="exiting"}'), undefined);
    assert.equal(value('chain_validator_operational_balance{validator="a"}'), 4);
    assert.equal(value('chain_validator_operational_balance_minimum{validator="a"}'), undefined);
    assert.equal(value('chain_validator_rewards_total{validator="a"}'), 0.25);
    assert.equal(value('chain_validators_reputation_score{validator="v7"}'), -3);
    assert.deepEqual(dropped(), { invalid_value: 1 });
  });
});
