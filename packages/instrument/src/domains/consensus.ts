// What happens in consensus: proposals, commits, views and their changes, votes, certificates, faults, voting power. Heights,
// views and validators are fields of events and never labels, except where the table bounds them.

import type { Counter } from '../counter.ts';
import type { Histogram } from '../observing-family.ts';
import { closedHandles } from './closed-handles.ts';
import { clockOf, type DomainContext, type EventSink, isPosition } from './context.ts';
import { DerivedGrowth, ratio, share, show, total } from './derive.ts';
import { amountOrNaN } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { CONSENSUS_METRICS } from './table/consensus.ts';

type Table = typeof CONSENSUS_METRICS;

export type ConsensusAlgorithm = Table['info']['labels']['algorithm'][number];
export type ConsensusStage = Table['stageDuration']['labels']['stage'][number];
export type ViewChangeReason = Table['viewChanges']['labels']['reason'][number];
export type VoteType = Table['votesSent']['labels']['type'][number];
export type CertificateType = Table['certificates']['labels']['type'][number];
export type ConsensusMessageType = Table['messages']['labels']['type'][number];
export type ConsensusMessageDirection = Table['messages']['labels']['direction'][number];
export type SafetyViolationType = Table['safetyViolations']['labels']['type'][number];
export type ByzantineBehaviorType = Table['byzantineBehaviors']['labels']['behavior'][number];
export type EquivocationType = Table['equivocationsByType']['labels']['type'][number];
export type EquivocationSigner = Table['equivocationsByType']['labels']['signer'][number];

export interface ConsensusInfo {
  readonly algorithm: ConsensusAlgorithm;
  /** Of the protocol, as the node writes it. */
  readonly version: string;
}

export interface BlockProposed {
  readonly height: number;
  readonly view?: number | undefined;
  readonly transactionCount?: number | undefined;
}

export interface BlockCommitted {
  readonly height: number;
  readonly view?: number | undefined;
  /** From first seeing the proposal to the commit; left out where the node did not see it, as while it synchronizes. */
  readonly latencySeconds?: number | undefined;
}

export interface BlockProposalTime {
  /** From starting to build the block to handing its proposal to the network. */
  readonly durationSeconds: number;
  readonly height?: number | undefined;
}

export interface StageDone {
  readonly stage: ConsensusStage;
  readonly durationSeconds: number;
  readonly height?: number | undefined;
}

export interface ViewChange {
  readonly fromView: number;
  readonly toView: number;
  readonly reason: ViewChangeReason;
  /** From giving up the one view to being active in the next. */
  readonly durationSeconds?: number | undefined;
}

export interface ViewTimeout {
  readonly view: number;
  /** Of the view; left out where it is not known. At most 256 different ones are told apart. */
  readonly leader?: string | undefined;
}

export interface VoteSent {
  readonly type: VoteType;
  readonly view?: number | undefined;
}

export interface VoteReceived {
  readonly type: VoteType;
  readonly view?: number | undefined;
  /** Who voted. */
  readonly validator?: string | undefined;
}

export interface VoteProcessingTime {
  /** From receiving a vote to having it verified and added to its quorum. */
  readonly durationSeconds: number;
}

export interface CertificateSeen {
  readonly type: CertificateType;
  readonly view?: number | undefined;
  readonly signerCount?: number | undefined;
}

export interface ConsensusMessage {
  readonly type: ConsensusMessageType;
  readonly direction: ConsensusMessageDirection;
}

export interface SafetyViolation {
  readonly type: SafetyViolationType;
  readonly view?: number | undefined;
}

export interface ByzantineBehavior {
  readonly behavior: ByzantineBehaviorType;
  /** Who behaved so. */
  readonly validator?: string | undefined;
}

export interface Equivocation {
  readonly type: EquivocationType;
  /** `own` when the conflicting signatures are by a key of this node. */
  readonly signer: EquivocationSigner;
  readonly view?: number | undefined;
  readonly validator?: string | undefined;
}

export interface Reorganization {
  /** Blocks taken from the canonical chain. */
  readonly depthBlocks: number;
  readonly oldHeadHeight?: number | undefined;
  readonly newHeadHeight?: number | undefined;
}

export interface SignatureWork {
  readonly operation?: 'sign' | 'verify' | undefined;
  /** Post-quantum operations that this tells of; default 1. */
  readonly count?: number | undefined;
  /** What they took together. */
  readonly durationSeconds: number;
  /** What as many operations of the classical algorithm take together, by this node's own measurement; above 0. */
  readonly referenceSeconds: number;
}

export interface Participation {
  /** Voting power that signed the latest certificate. */
  readonly participatingPower: number;
  /** Voting power of the whole active set. */
  readonly totalPower: number;
}

export interface UpcomingUpgrade {
  /** Estimated; undefined when no upgrade is scheduled any more. */
  readonly remainingSeconds: number | undefined;
}

export type ConsensusEvents = {
  'consensus.block_proposed': BlockProposed;
  'consensus.block_committed': BlockCommitted;
  'consensus.block_proposal_timed': BlockProposalTime;
  'consensus.stage_done': StageDone;
  'consensus.view_changed': ViewChange;
  'consensus.view_timed_out': ViewTimeout;
  'consensus.vote_sent': VoteSent;
  'consensus.vote_received': VoteReceived;
  'consensus.vote_processed': VoteProcessingTime;
  'consensus.certificate_seen': CertificateSeen;
  'consensus.message_processed': ConsensusMessage;
  'consensus.safety_violated': SafetyViolation;
  'consensus.byzantine_behavior_detected': ByzantineBehavior;
  'consensus.equivocation_found': Equivocation;
  'consensus.reorganized': Reorganization;
  'consensus.signature_work_done': SignatureWork;
};

export class ConsensusMetrics {
  readonly #instruments: InstrumentsOf<Table>;
  readonly #handles: ReturnType<typeof handlesOf>;
  readonly #events: EventSink<ConsensusEvents>;
  readonly #nowMs: () => number;
  // The instruments of the hottest recorder, one step nearer.
  readonly #blocksCommitted: Counter;
  readonly #blockCommitDuration: Histogram;
  #finalizedHeight = -1;
  #highestQcView = -1;
  #currentView = -1;
  #viewEnteredMs = 0;

  static {
    guardRecorders(ConsensusMetrics);
  }

  constructor(context: DomainContext<ConsensusEvents>) {
    this.#instruments = makeInstruments(context.registry, CONSENSUS_METRICS);
    this.#handles = handlesOf(this.#instruments);
    this.#events = context.events;
    this.#nowMs = clockOf(context);
    this.#blocksCommitted = this.#instruments.blocksCommitted;
    this.#blockCommitDuration = this.#instruments.blockCommitDuration;
    deriveConsensus(context, this.#instruments);
  }

  /** Says what this node runs, in the place of what was said before. */
  setInfo(fields: ConsensusInfo): void {
    this.#instruments.info.set(fields);
  }

  /** This node built a block and proposed it. */
  recordBlockProposed(fields: BlockProposed): void {
    this.#instruments.blocksProposed.inc();
    this.#events.publish?.('consensus.block_proposed', fields);
  }

  /** A block became final here, whoever proposed it. A height above the finalized one raises that. */
  recordBlockCommitted(fields: BlockCommitted): void {
    const { height, latencySeconds } = fields;
    this.#blocksCommitted.inc();
    if (latencySeconds !== undefined) this.#blockCommitDuration.observe(amountOrNaN(latencySeconds));
    if (!isPosition(height) || height > this.#finalizedHeight) this.updateFinalizedHeight(fields);
    this.#instruments.lastCommitTimestamp.set(this.#nowMs() / 1000);
    this.#events.publish?.('consensus.block_committed', fields);
  }

  recordBlockProposalTime(fields: BlockProposalTime): void {
    this.#instruments.blockProposalDuration.observe(amountOrNaN(fields.durationSeconds));
    this.#events.publish?.('consensus.block_proposal_timed', fields);
  }

  /** A block passed one stage of the commit path. */
  recordStage(fields: StageDone): void {
    this.#handles.stageDuration.of(fields.stage).observe(amountOrNaN(fields.durationSeconds));
    this.#events.publish?.('consensus.stage_done', fields);
  }

  /**
   * Says in which view this node is; call it whenever that changes. A higher view than the last counts as one view entered,
   * however many lie between, and ends the one before; a lower one is shown and not counted.
   */
  updateCurrentView({ view }: { readonly view: number }): void {
    const { currentView, views, viewDuration } = this.#instruments;
    currentView.set(isPosition(view) ? view : Number.NaN);
    if (!isPosition(view) || view === this.#currentView) return;
    const nowMs = this.#nowMs();
    if (view > this.#currentView) {
      views.inc();
      if (this.#currentView >= 0) viewDuration.observe(Math.max(0, nowMs - this.#viewEnteredMs) / 1000);
    }
    this.#currentView = view;
    this.#viewEnteredMs = nowMs;
  }

  /** Says which view the highest known quorum certificate is of. */
  updateHighestQc({ view }: { readonly view: number }): void {
    this.#instruments.highestQcView.set(isPosition(view) ? view : Number.NaN);
    if (isPosition(view)) this.#highestQcView = view;
  }

  /** Says which block is the highest final one, also where it is lower than before. */
  updateFinalizedHeight({ height }: { readonly height: number }): void {
    this.#instruments.finalizedHeight.set(isPosition(height) ? height : Number.NaN);
    if (isPosition(height)) this.#finalizedHeight = height;
  }

  setTargetBlockInterval({ intervalSeconds }: { readonly intervalSeconds: number }): void {
    this.#instruments.targetBlockInterval.set(amountOrNaN(intervalSeconds));
  }

  /** A view was left without a quorum certificate of its own. The new view itself is told by `updateCurrentView`. */
  recordViewChange(fields: ViewChange): void {
    this.#handles.viewChanges.of(fields.reason).inc();
    if (fields.durationSeconds !== undefined)
      this.#instruments.viewChangeDuration.observe(amountOrNaN(fields.durationSeconds));
    this.#events.publish?.('consensus.view_changed', fields);
  }

  /** The view timer of this node ran out: what HotStuff-2 calls a liveness timeout. */
  recordViewTimeout(fields: ViewTimeout): void {
    this.#instruments.viewTimeouts.inc();
    const { leader } = fields;
    if (leader !== undefined) this.#instruments.leaderTimeouts.inc({ leader });
    this.#events.publish?.('consensus.view_timed_out', fields);
  }

  recordVoteSent(fields: VoteSent): void {
    this.#handles.votesSent.of(fields.type).inc();
    this.#events.publish?.('consensus.vote_sent', fields);
  }

  recordVoteReceived(fields: VoteReceived): void {
    this.#handles.votesReceived.of(fields.type).inc();
    this.#events.publish?.('consensus.vote_received', fields);
  }

  recordVoteProcessingTime(fields: VoteProcessingTime): void {
    this.#instruments.voteProcessingDuration.observe(amountOrNaN(fields.durationSeconds));
    this.#events.publish?.('consensus.vote_processed', fields);
  }

  /** This node formed a certificate or saw it first. A quorum certificate of a higher view raises the highest QC view. */
  recordCertificate(fields: CertificateSeen): void {
    const { type, view } = fields;
    this.#handles.certificates.of(type).inc();
    if (type === 'quorum' && view !== undefined && !(isPosition(view) && view <= this.#highestQcView)) {
      this.updateHighestQc({ view });
    }
    this.#events.publish?.('consensus.certificate_seen', fields);
  }

  /** This node processed one consensus message, of its own or of another. */
  recordMessage(fields: ConsensusMessage): void {
    this.#handles.messages.of(fields.type).of(fields.direction).inc();
    this.#events.publish?.('consensus.message_processed', fields);
  }

  recordSafetyViolation(fields: SafetyViolation): void {
    this.#handles.safetyViolations.of(fields.type).inc();
    this.#events.publish?.('consensus.safety_violated', fields);
  }

  recordByzantineBehavior(fields: ByzantineBehavior): void {
    this.#handles.byzantineBehaviors.of(fields.behavior).inc();
    this.#events.publish?.('consensus.byzantine_behavior_detected', fields);
  }

  /** Two conflicting signed messages were found. Record the behaviour of another validator as such, too. */
  recordEquivocation(fields: Equivocation): void {
    this.#instruments.equivocations.inc();
    this.#handles.equivocationsByType.of(fields.type).of(fields.signer).inc();
    this.#events.publish?.('consensus.equivocation_found', fields);
  }

  /** Blocks left the canonical chain for others. */
  recordReorg(fields: Reorganization): void {
    this.#instruments.reorgDepthBlocks.observe(amountOrNaN(fields.depthBlocks));
    this.#events.publish?.('consensus.reorganized', fields);
  }

  /** Time went into post-quantum signatures. Without a reference above 0 nothing is counted: the two belong together. */
  recordSignatureWork(fields: SignatureWork): void {
    const spentSeconds = amountOrNaN(fields.durationSeconds);
    const referenceSeconds = amountOrNaN(fields.referenceSeconds);
    const isWhole = spentSeconds >= 0 && referenceSeconds > 0;
    this.#instruments.signatureSeconds.inc(isWhole ? spentSeconds : Number.NaN);
    if (isWhole) this.#instruments.signatureReferenceSeconds.inc(referenceSeconds);
    this.#events.publish?.('consensus.signature_work_done', fields);
  }

  /** Says how much voting power signed the latest certificate. */
  updateParticipation({ participatingPower, totalPower }: Participation): void {
    this.#instruments.participatingVotingPower.set(amountOrNaN(participatingPower));
    this.#instruments.totalVotingPower.set(amountOrNaN(totalPower));
  }

  updateDifficulty({ difficulty }: { readonly difficulty: number }): void {
    this.#instruments.difficulty.set(amountOrNaN(difficulty));
  }

  /** Says how far the next scheduled upgrade is; call it again as that changes, and with undefined once it is through. */
  updateUpgrade({ remainingSeconds }: UpcomingUpgrade): void {
    if (remainingSeconds === undefined) this.#instruments.upgradeRemaining.clear();
    else this.#instruments.upgradeRemaining.set(amountOrNaN(remainingSeconds));
  }
}

function handlesOf(instruments: InstrumentsOf<Table>) {
  const { messages, equivocationsByType } = CONSENSUS_METRICS;
  return {
    stageDuration: closedHandles(instruments.stageDuration, CONSENSUS_METRICS.stageDuration.labels, 'stage'),
    viewChanges: closedHandles(instruments.viewChanges, CONSENSUS_METRICS.viewChanges.labels, 'reason'),
    votesSent: closedHandles(instruments.votesSent, CONSENSUS_METRICS.votesSent.labels, 'type'),
    votesReceived: closedHandles(instruments.votesReceived, CONSENSUS_METRICS.votesReceived.labels, 'type'),
    certificates: closedHandles(instruments.certificates, CONSENSUS_METRICS.certificates.labels, 'type'),
    messages: closedHandles(instruments.messages, messages.labels, 'type', 'direction'),
    safetyViolations: closedHandles(instruments.safetyViolations, CONSENSUS_METRICS.safetyViolations.labels, 'type'),
    byzantineBehaviors: closedHandles(
      instruments.byzantineBehaviors,
      CONSENSUS_METRICS.byzantineBehaviors.labels,
      'behavior',
    ),
    equivocationsByType: closedHandles(instruments.equivocationsByType, equivocationsByType.labels, 'type', 'signer'),
  };
}

function deriveConsensus(context: DomainContext<ConsensusEvents>, instruments: InstrumentsOf<Table>): void {
  const { participatingVotingPower, totalVotingPower, signatureSeconds, signatureReferenceSeconds } = CONSENSUS_METRICS;
  const growth = new DerivedGrowth(context, {
    spent: (reader) => total(reader, signatureSeconds.name),
    reference: (reader) => total(reader, signatureReferenceSeconds.name),
  });
  context.registry?.onDerive((reader) => {
    const participating = total(reader, participatingVotingPower.name);
    show(instruments.participation, share(ratio(participating, total(reader, totalVotingPower.name))));
    const deltas = growth.read(reader)?.deltas;
    const timesReference = ratio(deltas?.spent, deltas?.reference);
    show(instruments.quantumOverhead, timesReference === undefined ? undefined : timesReference - 1);
  });
}
