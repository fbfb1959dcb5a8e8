// What the recorders of the sets consensus, validators and performance do to their metrics.

import { CONSENSUS_METRICS } from '../../domains/table/consensus.ts';
import { PERFORMANCE_METRICS } from '../../domains/table/performance.ts';
import { VALIDATORS_METRICS } from '../../domains/table/validators.ts';
import type { EffectContext, EffectsOf } from './effects.ts';

const NONE = {};

export function consensusEffects({ truth, nowMs }: EffectContext) {
  const table = CONSENSUS_METRICS;
  let viewEnteredMs: number | undefined;
  const participating = () => truth.value(table.participatingVotingPower);
  truth.cover(Object.values(table));
  truth.derive(table.participation, NONE, () => {
    const power = participating();
    const all = truth.value(table.totalVotingPower);
    return power === undefined || all === undefined || all === 0 ? undefined : Math.min(1, power / all);
  });
  return {
    recordBlockProposed: () => truth.add(table.blocksProposed),
    recordBlockCommitted: ({ height, latencySeconds }) => {
      truth.add(table.blocksCommitted);
      if (latencySeconds !== undefined) truth.observe(table.blockCommitDuration, NONE, latencySeconds);
      truth.set(table.finalizedHeight, NONE, Math.max(height, truth.value(table.finalizedHeight) ?? height));
      truth.set(table.lastCommitTimestamp, NONE, nowMs() / 1000);
    },
    recordBlockProposalTime: (fields) => truth.observe(table.blockProposalDuration, NONE, fields.durationSeconds),
    recordStage: ({ stage, durationSeconds }) => truth.observe(table.stageDuration, { stage }, durationSeconds),
    updateCurrentView: ({ view }) => {
      const before = truth.value(table.currentView);
      truth.set(table.currentView, NONE, view);
      if (view === before) return;
      if (before === undefined || view > before) truth.add(table.views);
      if (before !== undefined && viewEnteredMs !== undefined && view > before) {
        truth.observe(table.viewDuration, NONE, (nowMs() - viewEnteredMs) / 1000);
      }
      viewEnteredMs = nowMs();
    },
    updateHighestQc: ({ view }) => truth.set(table.highestQcView, NONE, view),
    updateFinalizedHeight: ({ height }) => truth.set(table.finalizedHeight, NONE, height),
    setTargetBlockInterval: (fields) => truth.set(table.targetBlockInterval, NONE, fields.intervalSeconds),
    recordViewChange: ({ reason, durationSeconds }) => {
      truth.add(table.viewChanges, { reason });
      if (durationSeconds !== undefined) truth.observe(table.viewChangeDuration, NONE, durationSeconds);
    },
    recordViewTimeout: ({ leader }) => {
      truth.add(table.viewTimeouts);
      if (leader !== undefined) truth.add(table.leaderTimeouts, { leader });
    },
    recordVoteSent: ({ type }) => truth.add(table.votesSent, { type }),
    recordVoteReceived: ({ type }) => truth.add(table.votesReceived, { type }),
    recordVoteProcessingTime: (fields) => truth.observe(table.voteProcessingDuration, NONE, fields.durationSeconds),
    recordCertificate: ({ type, view }) => {
      truth.add(table.certificates, { type });
      if (type !== 'quorum' || view === undefined) return;
      truth.set(table.highestQcView, NONE, Math.max(view, truth.value(table.highestQcView) ?? view));
    },
    recordMessage: ({ type, direction }) => truth.add(table.messages, { type, direction }),
    recordSafetyViolation: ({ type }) => truth.add(table.safetyViolations, { type }),
    recordByzantineBehavior: ({ behavior }) => truth.add(table.byzantineBehaviors, { behavior }),
    recordEquivocation: ({ type, signer }) => {
      truth.add(table.equivocations);
      truth.add(table.equivocationsByType, { type, signer });
    },
    recordReorg: ({ depthBlocks }) => truth.observe(table.reorgDepthBlocks, NONE, depthBlocks),
    updateParticipation: ({ participatingPower, totalPower }) => {
      truth.set(table.participatingVotingPower, NONE, participatingPower);
      truth.set(table.totalVotingPower, NONE, totalPower);
    },
  } satisfies EffectsOf<'consensus'>;
}

/** Of how many of the latest blocks a proposal share is, and with how few there is none. */
const SHARE_BLOCKS = 1000;
const MIN_SHARE_BLOCKS = 100;

/** An own validator's counters are there from the first word of it; the truth need not know those at 0. */
export function validatorsEffects({ truth }: EffectContext) {
  const table = VALIDATORS_METRICS;
  let proposers: string[] = [];
  const shareOf = (validator: string) => {
    const recent = proposers.slice(-SHARE_BLOCKS);
    if (recent.length < MIN_SHARE_BLOCKS) return undefined;
    return recent.filter((proposer) => proposer === validator).length / recent.length;
  };
  const own = (validator: string) => truth.derive(table.proposalShare, { validator }, () => shareOf(validator));
  truth.cover(Object.values(table));
  return {
    updateSet: ({ activeCount, inactiveCount, jailedCount, exitingCount }) => {
      const counts = { active: activeCount, inactive: inactiveCount, jailed: jailedCount, exiting: exitingCount };
      for (const [status, count] of Object.entries(counts)) {
        if (count !== undefined) truth.set(table.setMembers, { status }, count);
      }
    },
    recordSignerAbsent: ({ validator }) => truth.add(table.setMissedVotes, { validator }),
    recordCertificateSeen: ({ memberCount }) => truth.add(table.setVotesDue, NONE, memberCount),
    recordCommittedProposer: ({ validator, isOwn }) => {
      if (isOwn === true) own(validator);
      proposers.push(validator);
      if (proposers.length > 2 * SHARE_BLOCKS) proposers = proposers.slice(-SHARE_BLOCKS);
    },
    recordProposalDuty: ({ validator, performed, reason = 'unknown' }) => {
      own(validator);
      truth.add(table.proposalsExpected, { validator });
      if (!performed) truth.add(table.proposalsMissed, { validator, reason });
    },
    recordVoteDuty: ({ validator, performed }) => {
      own(validator);
      truth.add(table.votesExpected, { validator });
      if (!performed) truth.add(table.votesMissed, { validator });
      const missed = performed ? 0 : (truth.value(table.consecutiveMissedVotes, { validator }) ?? 0) + 1;
      truth.set(table.consecutiveMissedVotes, { validator }, missed);
    },
    updateStatus: ({ validator, active }) => {
      own(validator);
      truth.set(table.active, { validator }, active ? 1 : 0);
    },
    recordSlashed: ({ validator, reason }) => {
      own(validator);
      truth.add(table.slashings, { validator, reason });
    },
    recordReward: ({ validator, rewardNative }) => truth.add(table.rewards, { validator }, rewardNative),
    recordSigning: ({ validator, success }) => truth.add(table.signingFailures, { validator }, success ? 0 : 1),
  } satisfies EffectsOf<'validators'>;
}

export function performanceEffects({ truth }: EffectContext) {
  const table = PERFORMANCE_METRICS;
  truth.cover(Object.values(table));
  return {
    recordConfirmation: ({ latencySeconds }) => truth.observe(table.confirmationLatency, NONE, latencySeconds),
    recordFinalization: ({ latencySeconds }) => truth.observe(table.finalizationLatency, NONE, latencySeconds),
    recordEndToEnd: ({ latencySeconds }) => truth.observe(table.endToEndLatency, NONE, latencySeconds),
  } satisfies EffectsOf<'performance'>;
}
