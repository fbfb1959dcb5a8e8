// The validator set as this node sees it (`chain_validators_…`), and the node's own validators: duties, stake, balance,
// slashings (`chain_validator_…`).

import type { MetricReader } from '../snapshot/collection.ts';
import { closedHandles } from './closed-handles.ts';
import type { DomainContext, EventSink } from './context.ts';
import { DerivedGrowth, ratio, share, show, total } from './derive.ts';
import { amountOrNaN, finiteOrNaN, flagOrNaN, occurredIf } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { ProposalShares } from './proposal-shares.ts';
import { VALIDATORS_METRICS } from './table/validators.ts';

type Table = typeof VALIDATORS_METRICS;

export type ProposalMissReason = Table['proposalsMissed']['labels']['reason'][number];
export type SlashingReason = Table['slashings']['labels']['reason'][number];

interface OfValidator {
  /** The name or key under which it is shown; at most 64 own ones and 256 members of the set are told apart. */
  readonly validator: string;
}

/** Left out are counts that the chain does not know. */
export interface ValidatorSetSize {
  readonly activeCount?: number | undefined;
  readonly inactiveCount?: number | undefined;
  readonly jailedCount?: number | undefined;
  readonly exitingCount?: number | undefined;
}

export interface SignerAbsent extends OfValidator {
  readonly view?: number | undefined;
}

export interface CertificateMembers {
  /** Members of the set that should have signed. */
  readonly memberCount: number;
  readonly view?: number | undefined;
}

export interface ProposalDuty extends OfValidator {
  readonly view?: number | undefined;
  readonly performed: boolean;
  /** Of one that was not performed; default `unknown`. */
  readonly reason?: ProposalMissReason | undefined;
}

export interface VoteDuty extends OfValidator {
  readonly view?: number | undefined;
  /** Cast, and included where the chain tells. */
  readonly performed: boolean;
}

export interface CommittedProposer extends OfValidator {
  readonly height?: number | undefined;
  /** True makes it known as an own validator; duties, status and stake do so, too. */
  readonly isOwn?: boolean | undefined;
}

export interface ValidatorStatus extends OfValidator {
  /** False when it is inactive or jailed. */
  readonly active: boolean;
}

export interface ValidatorSlashed extends OfValidator {
  readonly reason: SlashingReason;
  /** For events alone. */
  readonly amountNative?: number | undefined;
}

export interface ValidatorStake extends OfValidator {
  /** In whole native currency. */
  readonly stakeNative?: number | undefined;
  /** In the unit of `consensus.updateParticipation`, by whose total it is divided. */
  readonly votingPower?: number | undefined;
}

export interface ValidatorBalance extends OfValidator {
  readonly balanceNative: number;
  /** Below it the account must be refilled. */
  readonly minimumNative?: number | undefined;
}

export interface ValidatorReward extends OfValidator {
  /** In whole native currency, 0 or more. */
  readonly rewardNative: number;
}

export interface ValidatorSigning extends OfValidator {
  readonly success: boolean;
}

export interface ValidatorReputation extends OfValidator {
  /** On the scale of the chain. */
  readonly score: number;
}

export type ValidatorsEvents = {
  'validators.signer_absent': SignerAbsent;
  'validators.certificate_seen': CertificateMembers;
  'validators.proposal_due': ProposalDuty;
  'validators.vote_due': VoteDuty;
  'validators.block_proposed': CommittedProposer;
  'validators.slashed': ValidatorSlashed;
  'validators.rewarded': ValidatorReward;
  'validators.signed': ValidatorSigning;
};

const MAX_OWN = VALIDATORS_METRICS.proposalShare.labels.validator.limit;

export class ValidatorsMetrics {
  static {
    guardRecorders(ValidatorsMetrics);
  }

  readonly #instruments: InstrumentsOf<Table>;
  readonly #members: ReturnType<typeof memberHandles>;
  readonly #events: EventSink<ValidatorsEvents>;
  /** Absent in a set that is switched off. */
  readonly #shares: ProposalShares | undefined;

  constructor(context: DomainContext<ValidatorsEvents>) {
    this.#instruments = makeInstruments(context.registry, VALIDATORS_METRICS);
    this.#members = memberHandles(this.#instruments);
    this.#events = context.events;
    if (context.registry !== undefined) this.#shares = new ProposalShares(MAX_OWN);
    const growth = new DerivedGrowth(context, {
      missed: (reader) => total(reader, VALIDATORS_METRICS.setMissedVotes.name) ?? 0,
      due: (reader) => total(reader, VALIDATORS_METRICS.setVotesDue.name),
    });
    // Of what this thread was told alone, and so also in threads that see nothing of the others.
    context.registry?.onCollect(() => this.#showShares());
    context.registry?.onDerive((reader) => {
      const deltas = growth.read(reader)?.deltas;
      const missed = ratio(deltas?.missed, deltas?.due);
      show(this.#instruments.setParticipation, missed === undefined ? undefined : share(1 - missed));
      this.#derivePowers(reader);
    });
  }

  updateSet({ activeCount, inactiveCount, jailedCount, exitingCount }: ValidatorSetSize): void {
    if (activeCount !== undefined) this.#members.of('active').set(amountOrNaN(activeCount));
    if (inactiveCount !== undefined) this.#members.of('inactive').set(amountOrNaN(inactiveCount));
    if (jailedCount !== undefined) this.#members.of('jailed').set(amountOrNaN(jailedCount));
    if (exitingCount !== undefined) this.#members.of('exiting').set(amountOrNaN(exitingCount));
  }

  /** A member of the set did not sign a certificate that this node saw. */
  recordSignerAbsent(fields: SignerAbsent): void {
    const { validator } = fields;
    this.#instruments.setMissedVotes.inc({ validator });
    this.#events.publish?.('validators.signer_absent', fields);
  }

  /** For every certificate, whoever signed it: what absences are a share of. */
  recordCertificateSeen(fields: CertificateMembers): void {
    this.#instruments.setVotesDue.inc(amountOrNaN(fields.memberCount));
    this.#events.publish?.('validators.certificate_seen', fields);
  }

  /** An own validator was to propose. */
  recordProposalDuty(fields: ProposalDuty): void {
    const { validator, performed, reason } = fields;
    this.#own(validator);
    this.#instruments.proposalsExpected.inc({ validator }, occurredIf(typeof performed === 'boolean'));
    if (performed === false) this.#instruments.proposalsMissed.inc({ validator, reason: reason ?? 'unknown' });
    this.#events.publish?.('validators.proposal_due', fields);
  }

  /** An own validator was to vote. */
  recordVoteDuty(fields: VoteDuty): void {
    const { validator, performed } = fields;
    this.#own(validator);
    this.#instruments.votesExpected.inc({ validator }, occurredIf(typeof performed === 'boolean'));
    if (performed === true) {
      this.#instruments.consecutiveMissedVotes.set({ validator }, 0);
    } else if (performed === false) {
      this.#instruments.votesMissed.inc({ validator });
      this.#instruments.consecutiveMissedVotes.inc({ validator });
    }
    this.#events.publish?.('validators.vote_due', fields);
  }

  /** For every committed block, whoever proposed it. */
  recordCommittedProposer(fields: CommittedProposer): void {
    if (fields.isOwn === true) this.#own(fields.validator);
    this.#shares?.committed(fields.validator);
    this.#events.publish?.('validators.block_proposed', fields);
  }

  updateStatus({ validator, active }: ValidatorStatus): void {
    this.#own(validator);
    this.#instruments.active.set({ validator }, flagOrNaN(active));
  }

  recordSlashed(fields: ValidatorSlashed): void {
    const { validator, reason } = fields;
    this.#own(validator);
    this.#instruments.slashings.inc({ validator, reason });
    this.#events.publish?.('validators.slashed', fields);
  }

  updateStake({ validator, stakeNative, votingPower }: ValidatorStake): void {
    this.#own(validator);
    if (stakeNative !== undefined) this.#instruments.stake.set({ validator }, amountOrNaN(stakeNative));
    if (votingPower !== undefined) this.#instruments.votingPower.set({ validator }, amountOrNaN(votingPower));
  }

  updateBalance({ validator, balanceNative, minimumNative }: ValidatorBalance): void {
    this.#instruments.operationalBalance.set({ validator }, amountOrNaN(balanceNative));
    if (minimumNative !== undefined)
      this.#instruments.operationalBalanceMinimum.set({ validator }, amountOrNaN(minimumNative));
  }

  recordReward(fields: ValidatorReward): void {
    const { validator } = fields;
    this.#instruments.rewards.inc({ validator }, amountOrNaN(fields.rewardNative));
    this.#events.publish?.('validators.rewarded', fields);
  }

  /** The signer was asked for a signature of an own validator. */
  recordSigning(fields: ValidatorSigning): void {
    const { validator, success } = fields;
    this.#instruments.signingFailures.inc({ validator }, 1 - flagOrNaN(success));
    this.#events.publish?.('validators.signed', fields);
  }

  updateReputation({ validator, score }: ValidatorReputation): void {
    this.#instruments.setReputationScore.set({ validator }, finiteOrNaN(score));
  }

  /** From the first word of it on, the counters of an own validator are there at 0: `increase` sees the first event, too. */
  #own(validator: string): void {
    if (this.#shares?.own(validator) !== true) return;
    const { proposalsExpected, proposalsMissed, votesExpected, votesMissed, slashings, signingFailures } =
      this.#instruments;
    proposalsExpected.inc({ validator }, 0);
    votesExpected.inc({ validator }, 0);
    votesMissed.inc({ validator }, 0);
    signingFailures.inc({ validator }, 0);
    for (const reason of VALIDATORS_METRICS.proposalsMissed.labels.reason)
      proposalsMissed.inc({ validator, reason }, 0);
    for (const reason of VALIDATORS_METRICS.slashings.labels.reason) slashings.inc({ validator, reason }, 0);
  }

  #showShares(): void {
    for (const [validator, proposed] of this.#shares?.read() ?? []) {
      this.#instruments.proposalShare.set({ validator }, proposed);
    }
  }

  #derivePowers(reader: MetricReader): void {
    const totalPower = total(reader, 'chain_consensus_total_voting_power');
    const powers = reader.family(VALIDATORS_METRICS.votingPower.name);
    if (powers?.type !== 'gauge') return;
    for (const { labels, value } of powers.points) {
      const validator = labels[0]!.value;
      const power = ratio(value, totalPower);
      if (power === undefined) this.#instruments.votingPowerShare.remove({ validator });
      else this.#instruments.votingPowerShare.set({ validator }, power);
    }
  }
}

function memberHandles(instruments: InstrumentsOf<Table>) {
  return closedHandles(instruments.setMembers, VALIDATORS_METRICS.setMembers.labels, 'status');
}
