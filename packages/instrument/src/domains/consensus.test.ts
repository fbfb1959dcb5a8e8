import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConsensusMetrics } from './consensus.ts';
import { offContext, TestNode } from './testing/recorded.ts';

function makeNode() {
  const node = new TestNode();
  return { node, consensus: new ConsensusMetrics(node.context()) };
}

/** Calls every recorder once. */
function recordAll(consensus: ConsensusMetrics): void {
  consensus.setInfo({ algorithm: 'hotstuff2', version: '1.2' });
  consensus.setTargetBlockInterval({ intervalSeconds: 2 });
  consensus.updateCurrentView({ view: 1 });
  consensus.updateCurrentView({ view: 2 });
  consensus.updateHighestQc({ view: 1 });
  consensus.updateFinalizedHeight({ height: 0 });
  consensus.updateParticipation({ participatingPower: 70, totalPower: 100 });
  consensus.updateDifficulty({ difficulty: 17 });
  consensus.updateUpgrade({ remainingSeconds: 600 });
  consensus.recordBlockProposed({ height: 1, view: 2, transactionCount: 3 });
  consensus.recordBlockProposalTime({ durationSeconds: 0.1, height: 1 });
  consensus.recordBlockCommitted({ height: 1, view: 2, latencySeconds: 0.5 });
  consensus.recordStage({ stage: 'certify', durationSeconds: 0.02, height: 1 });
  consensus.recordViewChange({ fromView: 1, toView: 2, reason: 'leader_failure', durationSeconds: 0.2 });
  consensus.recordViewTimeout({ view: 1, leader: 'v7' });
  consensus.recordVoteSent({ type: 'prepare', view: 2 });
  consensus.recordVoteReceived({ type: 'commit', view: 2, validator: 'v3' });
  consensus.recordVoteProcessingTime({ durationSeconds: 0.001 });
  consensus.recordCertificate({ type: 'quorum', view: 2, signerCount: 3 });
  consensus.recordMessage({ type: 'vote', direction: 'received' });
  consensus.recordSafetyViolation({ type: 'locked_view', view: 2 });
  consensus.recordByzantineBehavior({ behavior: 'replay', validator: 'v3' });
  consensus.recordEquivocation({ type: 'vote', signer: 'other', view: 2, validator: 'v3' });
  consensus.recordReorg({ depthBlocks: 2, oldHeadHeight: 9, newHeadHeight: 8 });
  consensus.recordSignatureWork({ operation: 'sign', durationSeconds: 0.3, referenceSeconds: 0.1 });
}

test('every recorder writes its metrics', () => {
  const { node, consensus } = makeNode();
  recordAll(consensus);
  const one = {
    chain_consensus_blocks_proposed_total: {},
    chain_consensus_blocks_committed_total: {},
    chain_consensus_view_changes_total: { reason: 'leader_failure' },
    chain_consensus_view_timeouts_total: {},
    chain_consensus_leader_timeouts_total: { leader: 'v7' },
    chain_consensus_votes_sent_total: { type: 'prepare' },
    chain_consensus_votes_received_total: { type: 'commit' },
    chain_consensus_certificates_total: { type: 'quorum' },
    chain_consensus_messages_total: { type: 'vote', direction: 'received' },
    chain_consensus_safety_violations_total: { type: 'locked_view' },
    chain_consensus_byzantine_behaviors_total: { behavior: 'replay' },
    chain_consensus_equivocations_total: {},
    chain_consensus_equivocations_by_type_total: { type: 'vote', signer: 'other' },
    chain_consensus_info: { algorithm: 'hotstuff2', version: '1.2' },
  };
  for (const [name, labels] of Object.entries(one)) assert.equal(node.value(name, labels), 1, name);
  assert.deepEqual(
    {
      view: node.value('chain_consensus_current_view'),
      qc: node.value('chain_consensus_highest_qc_view'),
      final: node.value('chain_consensus_finalized_height'),
      target: node.value('chain_consensus_target_block_interval_seconds'),
      committed: node.value('chain_consensus_last_commit_timestamp_seconds'),
      difficulty: node.value('chain_consensus_difficulty'),
      upgrade: node.value('chain_consensus_upgrade_remaining_seconds'),
      signatures: node.value('chain_consensus_signature_seconds_total'),
      reference: node.value('chain_consensus_signature_reference_seconds_total'),
    },
    {
      view: 2,
      qc: 2,
      final: 1,
      target: 2,
      committed: node.nowMs / 1000,
      difficulty: 17,
      upgrade: 600,
      signatures: 0.3,
      reference: 0.1,
    },
  );
  assert.deepEqual(node.observed('chain_consensus_block_proposal_duration_seconds'), { count: 1, sum: 0.1 });
  assert.deepEqual(node.observed('chain_consensus_block_commit_duration_seconds'), { count: 1, sum: 0.5 });
  assert.deepEqual(node.observed('chain_consensus_stage_duration_seconds', { stage: 'certify' }), {
    count: 1,
    sum: 0.02,
  });
  assert.deepEqual(node.observed('chain_consensus_view_change_duration_seconds'), { count: 1, sum: 0.2 });
  assert.deepEqual(node.observed('chain_consensus_vote_processing_duration_seconds'), { count: 1, sum: 0.001 });
  assert.deepEqual(node.observed('chain_consensus_reorg_depth_blocks'), { count: 1, sum: 2 });
});

test('each record tells one event, and updates tell none', () => {
  const { node, consensus } = makeNode();
  recordAll(consensus);
  assert.equal(node.told.length, 16);
  assert.equal(new Set(node.told).size, 16);
  assert.equal(node.told[0], 'consensus.block_proposed');
});

test('a commit raises the finalized height and never lowers it; an update says what is so', () => {
  const { node, consensus } = makeNode();
  const finalized = () => node.value('chain_consensus_finalized_height');
  consensus.recordBlockCommitted({ height: 0 });
  assert.equal(finalized(), 0);
  consensus.recordBlockCommitted({ height: 12 });
  consensus.recordBlockCommitted({ height: 11 });
  assert.equal(finalized(), 12);
  consensus.updateFinalizedHeight({ height: 5 });
  assert.equal(finalized(), 5);
  consensus.recordBlockCommitted({ height: 6 });
  assert.equal(finalized(), 6);
});

test('a commit without a latency is counted and not timed', () => {
  const { node, consensus } = makeNode();
  consensus.recordBlockCommitted({ height: 3 });
  assert.equal(node.value('chain_consensus_blocks_committed_total'), 1);
  assert.equal(node.observed('chain_consensus_block_commit_duration_seconds').count, 0);
});

test('heights and views that are none are dropped and counted, and do not stick', () => {
  const { node, consensus } = makeNode();
  const wrong = [Number.NaN, Number.POSITIVE_INFINITY, -1, 1.5, '7', 7n, undefined, 2 ** 60];
  for (const height of wrong) consensus.recordBlockCommitted({ height: height as number });
  for (const view of wrong) consensus.updateCurrentView({ view: view as number });
  for (const view of wrong) consensus.updateHighestQc({ view: view as number });
  assert.equal(node.registry.droppedRecords().invalid_value, 3 * wrong.length);
  assert.equal(node.value('chain_consensus_finalized_height'), undefined);
  consensus.recordBlockCommitted({ height: 4 });
  consensus.updateCurrentView({ view: 4 });
  assert.equal(node.value('chain_consensus_blocks_committed_total'), wrong.length + 1);
  assert.equal(node.value('chain_consensus_finalized_height'), 4);
  assert.equal(node.value('chain_consensus_views_total'), 1);
});

test('views are counted as they are entered, and timed as they are left', () => {
  const { node, consensus } = makeNode();
  const seen = () => ({
    view: node.value('chain_consensus_current_view'),
    entered: node.value('chain_consensus_views_total'),
    left: node.observed('chain_consensus_view_duration_seconds'),
  });
  consensus.updateCurrentView({ view: 0 });
  assert.deepEqual(seen(), { view: 0, entered: 1, left: { count: 0, sum: 0 } });
  node.pass(2);
  consensus.updateCurrentView({ view: 0 });
  node.pass(1);
  consensus.updateCurrentView({ view: 5 });
  assert.deepEqual(seen(), { view: 5, entered: 2, left: { count: 1, sum: 3 } });
  node.pass(10);
  consensus.updateCurrentView({ view: 4 });
  assert.deepEqual(seen(), { view: 4, entered: 2, left: { count: 1, sum: 3 } });
  node.pass(4);
  consensus.updateCurrentView({ view: 6 });
  assert.deepEqual(seen(), { view: 6, entered: 3, left: { count: 2, sum: 7 } });
  node.pass(-60);
  consensus.updateCurrentView({ view: 7 });
  assert.deepEqual(seen().left, { count: 3, sum: 7 }, 'a clock that went back took no time');
});

test('a quorum certificate raises the highest view, others and older ones do not', () => {
  const { node, consensus } = makeNode();
  consensus.recordCertificate({ type: 'timeout', view: 9 });
  assert.equal(node.value('chain_consensus_highest_qc_view'), undefined);
  consensus.recordCertificate({ type: 'quorum', view: 0 });
  assert.equal(node.value('chain_consensus_highest_qc_view'), 0);
  consensus.recordCertificate({ type: 'quorum', view: 8 });
  consensus.recordCertificate({ type: 'quorum', view: 7 });
  consensus.recordCertificate({ type: 'quorum' });
  assert.equal(node.value('chain_consensus_highest_qc_view'), 8);
  assert.equal(node.value('chain_consensus_certificates_total', { type: 'quorum' }), 4);
});

test('a timeout of an unknown leader is counted all the same', () => {
  const { node, consensus } = makeNode();
  consensus.recordViewTimeout({ view: 3 });
  assert.equal(node.value('chain_consensus_view_timeouts_total'), 1);
  assert.deepEqual(node.valuesBy('chain_consensus_leader_timeouts_total'), {});
  assert.equal(node.registry.droppedRecords().unknown_label, 0);
});

test('reasons, types and stages that are not in the table are dropped and counted', () => {
  const { node, consensus } = makeNode();
  consensus.recordViewChange({ fromView: 1, toView: 2, reason: 'boredom' as 'other' });
  consensus.recordVoteSent({ type: 'toString' as 'other' });
  consensus.recordMessage({ type: 'vote', direction: 'sideways' as 'sent' });
  consensus.recordStage({ stage: '' as 'vote', durationSeconds: 1 });
  consensus.setInfo({ algorithm: 'magic' as 'other', version: '1' });
  assert.equal(node.registry.droppedRecords().unknown_label, 5);
});

test('participation is the share of the power, and absent while the whole is 0 or unknown', () => {
  const { node, consensus } = makeNode();
  const participation = () => node.value('chain_consensus_participation_ratio');
  assert.equal(participation(), undefined);
  consensus.updateParticipation({ participatingPower: 75, totalPower: 100 });
  assert.equal(participation(), 0.75);
  consensus.updateParticipation({ participatingPower: 0, totalPower: 100 });
  assert.equal(participation(), 0);
  consensus.updateParticipation({ participatingPower: 0, totalPower: 0 });
  assert.equal(participation(), undefined);
  consensus.updateParticipation({ participatingPower: 120, totalPower: 100 });
  assert.equal(participation(), 1);
});

test('the overhead of post-quantum signatures is that of the window, and absent without work and reference', () => {
  const { node, consensus } = makeNode();
  const overhead = () => node.value('chain_consensus_quantum_overhead_ratio');
  assert.equal(overhead(), undefined);
  node.pass(60);
  assert.equal(overhead(), undefined);
  consensus.recordSignatureWork({ operation: 'verify', count: 40, durationSeconds: 3, referenceSeconds: 2 });
  node.pass(60);
  assert.equal(overhead(), 0.5);
  consensus.recordSignatureWork({ durationSeconds: 1, referenceSeconds: 2 });
  node.pass(60);
  assert.equal(overhead(), -0.5, 'they may be faster');
  node.pass(60);
  assert.equal(overhead(), undefined);
});

test('signature work without a reference is not counted at all', () => {
  const { node, consensus } = makeNode();
  for (const referenceSeconds of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, undefined]) {
    consensus.recordSignatureWork({ durationSeconds: 1, referenceSeconds: referenceSeconds as number });
  }
  consensus.recordSignatureWork({ durationSeconds: Number.NaN, referenceSeconds: 1 });
  assert.equal(node.registry.droppedRecords().invalid_value, 6);
  assert.equal(node.value('chain_consensus_signature_seconds_total'), 0);
  assert.equal(node.value('chain_consensus_signature_reference_seconds_total'), 0);
});

test('an upgrade that is through is shown no more', () => {
  const { node, consensus } = makeNode();
  consensus.updateUpgrade({ remainingSeconds: 0 });
  assert.equal(node.value('chain_consensus_upgrade_remaining_seconds'), 0);
  consensus.updateUpgrade({ remainingSeconds: undefined });
  assert.equal(node.value('chain_consensus_upgrade_remaining_seconds'), undefined);
});

test('recorders that are called without their argument throw nothing', () => {
  const { consensus } = makeNode();
  callWithNothing(consensus, undefined);
  callWithNothing(consensus, null);
});

test('a set that is switched off does nothing, and does not even look at the time', () => {
  recordAll(new ConsensusMetrics(offContext()));
});

function callWithNothing(consensus: ConsensusMetrics, argument: unknown): void {
  const methods = consensus as unknown as Record<string, (fields: unknown) => void>;
  const names = Object.getOwnPropertyNames(ConsensusMetrics.prototype).filter((name) => name !== 'constructor');
  assert.ok(names.length >= 24);
  for (const name of names) methods[name]?.(argument);
}
