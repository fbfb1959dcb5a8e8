// The load of consensus on a node, told to its recorders as a node would tell it: view after view, proposals by a rotating
// leader, votes, certificates, commits, and what they bring about in the pool, the state and the database. Time is the clock
// of the metrics and chance comes from a seed, so the same options record the same, always.

import type { ByzantineBehaviorType, ViewChangeReason } from '../../domains/consensus.ts';
import { BLOCKS_METRICS } from '../../domains/table/blocks.ts';
import { CONSENSUS_METRICS } from '../../domains/table/consensus.ts';
import type { GroundTruth } from '../ground-truth.ts';
import { checkOptions } from './check-options.ts';
import { Random } from './random.ts';
import { RECORDS_A_TRANSACTION, TransactionFlow } from './transaction-flow.ts';
import type { SimulationTarget } from './witness.ts';

export interface ConsensusLoad {
  /** Simulated; more than 0. */
  readonly durationSeconds: number;
  /** Views a second when none fails; a failed one takes three times as long. Default 1. */
  readonly blocksPerSecond?: number;
  /** Members of the set, of which this node is `v0`; at least 4, default 4. */
  readonly validatorCount?: number;
  /** Default 100. */
  readonly transactionsPerBlock?: number;
  /** Share of the views that end without a block, 0 to 1; default 0.02. */
  readonly viewChangeRate?: number;
  /** Share of the views in which a member acts against the protocol, 0 to 1; default 0. */
  readonly byzantineRate?: number;
  /** A whole number; default 1. */
  readonly seed?: number;
}

type Settings = Required<ConsensusLoad>;

const DEFAULTS = {
  blocksPerSecond: 1,
  validatorCount: 4,
  transactionsPerBlock: 100,
  viewChangeRate: 0.02,
  byzantineRate: 0,
  seed: 1,
};

const VIEW_CHANGE_REASONS: readonly ViewChangeReason[] = CONSENSUS_METRICS.viewChanges.labels.reason;
const BEHAVIORS: readonly ByzantineBehaviorType[] = CONSENSUS_METRICS.byzantineBehaviors.labels.behavior;
const STAGES = CONSENSUS_METRICS.stageDuration.labels.stage;

/** What a failed view costs, in views. */
const TIMEOUT_VIEWS = 3;
const VOTE_BYTES = 200;
const PROPOSAL_HEAD_BYTES = 500;
const TRANSACTION_BYTES = 180;
const GAS_A_TRANSACTION = 21_000;

/**
 * Lets the clock run through `durationSeconds` of consensus, or to the end of the last view. Called again, it goes on where it ended. Answers with the truth
 * of everything that was recorded through `target.node`, earlier simulations included.
 * @throws {InstrumentError} `option_invalid` for options out of range, or more than 20 million records
 */
export function simulateConsensusLoad(target: SimulationTarget, load: ConsensusLoad): GroundTruth {
  const settings = { ...DEFAULTS, ...load };
  checkLoad(settings);
  const simulation = new ConsensusSimulation(target, settings);
  const endMs = target.clock.nowMs + settings.durationSeconds * 1000;
  const viewCount = Math.ceil(settings.durationSeconds * settings.blocksPerSecond);
  for (let i = 0; i < viewCount && target.clock.nowMs < endMs; i++) simulation.runView();
  target.clock.set(Math.max(endMs, target.clock.nowMs));
  return target.truth;
}

function checkLoad(settings: Settings): void {
  const { durationSeconds, blocksPerSecond, validatorCount, transactionsPerBlock } = settings;
  checkOptions(settings, {
    above0: ['durationSeconds', 'blocksPerSecond'],
    wholes: { validatorCount: 4, transactionsPerBlock: 0 },
    ratios: ['viewChangeRate', 'byzantineRate'],
    records:
      durationSeconds * blocksPerSecond * (RECORDS_A_TRANSACTION * transactionsPerBlock + 6 * validatorCount + 30),
  });
}

class ConsensusSimulation {
  readonly #target: SimulationTarget;
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #transactions: TransactionFlow;
  readonly #validators: readonly string[];
  readonly #viewSeconds: number;
  #view: number;
  #height: number;

  constructor(target: SimulationTarget, settings: Settings) {
    const { truth, node } = target;
    this.#target = target;
    this.#settings = settings;
    this.#random = new Random(settings.seed);
    this.#transactions = new TransactionFlow(target, this.#random);
    this.#validators = Array.from({ length: settings.validatorCount }, (_, i) => `v${i}`);
    this.#viewSeconds = 1 / settings.blocksPerSecond;
    // A second simulation goes on where the first one ended, also on metrics without the set consensus.
    this.#view = truth.value(CONSENSUS_METRICS.currentView) ?? 0;
    this.#height = truth.value(CONSENSUS_METRICS.finalizedHeight) ?? truth.value(BLOCKS_METRICS.headHeight) ?? 0;
    node.consensus.setTargetBlockInterval({ intervalSeconds: this.#viewSeconds });
    node.validators.updateSet({ activeCount: settings.validatorCount, jailedCount: 0 });
    node.validators.updateStatus({ validator: 'v0', active: true });
  }

  runView(): void {
    const { node, clock } = this.#target;
    this.#view++;
    node.consensus.updateCurrentView({ view: this.#view });
    if (this.#random.chance(this.#settings.byzantineRate)) this.#misbehave();
    if (this.#random.chance(this.#settings.viewChangeRate)) {
      this.#failView();
      clock.advance(TIMEOUT_VIEWS * this.#viewSeconds);
      return;
    }
    this.#transactions.submit(this.#settings.transactionsPerBlock);
    const latencySeconds = this.#viewSeconds * this.#random.between(0.2, 0.9);
    clock.advance(latencySeconds);
    this.#propose();
    this.#vote();
    this.#certify();
    this.#commit(latencySeconds);
    clock.advance(this.#viewSeconds - latencySeconds);
  }

  get #leader(): string {
    return this.#validators[this.#view % this.#validators.length]!;
  }

  get #isLeading(): boolean {
    return this.#leader === 'v0';
  }

  /** Members of the set but this node. */
  get #others(): readonly string[] {
    return this.#validators.slice(1);
  }

  #misbehave(): void {
    const { consensus, network } = this.#target.node;
    const validator = this.#random.pick(this.#others);
    const behavior = this.#random.pick(BEHAVIORS);
    consensus.recordByzantineBehavior({ behavior, validator });
    if (behavior === 'equivocation') {
      consensus.recordEquivocation({ type: 'vote', signer: 'other', view: this.#view, validator });
    } else if (behavior === 'invalid_signature') {
      network.recordMessageInvalid({ reason: 'signature', type: 'vote', peer: validator, sizeBytes: VOTE_BYTES });
    } else if (behavior === 'invalid_vote') {
      consensus.recordSafetyViolation({ type: 'vote_rule', view: this.#view });
    }
  }

  #failView(): void {
    const { consensus, validators } = this.#target.node;
    const view = this.#view;
    consensus.recordViewTimeout({ view, leader: this.#leader });
    consensus.recordVoteSent({ type: 'timeout', view });
    this.#exchange('timeout', 'vote', VOTE_BYTES);
    consensus.recordCertificate({ type: 'timeout', view });
    consensus.recordViewChange({
      fromView: view,
      toView: view + 1,
      reason: this.#random.pick(VIEW_CHANGE_REASONS),
      durationSeconds: this.#random.exponential(this.#viewSeconds / 10),
    });
    if (this.#isLeading) validators.recordProposalDuty({ validator: 'v0', view, performed: false, reason: 'late' });
  }

  #propose(): void {
    const { consensus, network, blocks, validators } = this.#target.node;
    const { transactionsPerBlock } = this.#settings;
    const height = this.#height + 1;
    const view = this.#view;
    const sizeBytes = PROPOSAL_HEAD_BYTES + transactionsPerBlock * TRANSACTION_BYTES;
    if (this.#isLeading) {
      consensus.recordBlockProposed({ height, view, transactionCount: transactionsPerBlock });
      consensus.recordBlockProposalTime({ height, durationSeconds: this.#random.exponential(0.02) });
      consensus.recordMessage({ type: 'proposal', direction: 'sent' });
      validators.recordProposalDuty({ validator: 'v0', view, performed: true });
      blocks.recordBlockReceived({ height, origin: 'local', sizeBytes });
      for (const peer of this.#others) network.recordMessageSent({ type: 'proposal', peer, sizeBytes });
    } else {
      consensus.recordMessage({ type: 'proposal', direction: 'received' });
      network.recordMessageReceived({ type: 'proposal', peer: this.#leader, sizeBytes });
      network.recordMessageProcessingTime({ type: 'proposal', durationSeconds: this.#random.exponential(0.004) });
      blocks.recordBlockReceived({ height, origin: 'gossip', sizeBytes });
    }
    blocks.recordBlockValidated({ height, durationSeconds: this.#random.exponential(0.01) });
  }

  #vote(): void {
    const { consensus, validators } = this.#target.node;
    for (const type of ['prepare', 'commit'] as const) {
      consensus.recordVoteSent({ type, view: this.#view });
      this.#exchange(type, 'vote', VOTE_BYTES);
    }
    validators.recordVoteDuty({ validator: 'v0', view: this.#view, performed: true });
  }

  /** The leader hears from all others and sends them nothing; the others send to the leader. */
  #exchange(vote: 'prepare' | 'commit' | 'timeout', type: 'vote', sizeBytes: number): void {
    const { consensus, network } = this.#target.node;
    const message = vote === 'timeout' ? 'timeout' : 'vote';
    if (!this.#isLeading) {
      consensus.recordMessage({ type: message, direction: 'sent' });
      network.recordMessageSent({ type, peer: this.#leader, sizeBytes });
      return;
    }
    for (const validator of this.#others) {
      consensus.recordVoteReceived({ type: vote, view: this.#view, validator });
      consensus.recordVoteProcessingTime({ durationSeconds: this.#random.exponential(0.001) });
      consensus.recordMessage({ type: message, direction: 'received' });
      network.recordMessageReceived({ type, peer: validator, sizeBytes });
      network.recordMessageProcessingTime({ type, durationSeconds: this.#random.exponential(0.001) });
    }
  }

  #certify(): void {
    const { consensus, validators } = this.#target.node;
    const memberCount = this.#validators.length;
    // One absent signer at times: a quorum needs two thirds.
    const absent = this.#random.chance(0.1) ? this.#random.pick(this.#others) : undefined;
    const signerCount = memberCount - (absent === undefined ? 0 : 1);
    consensus.recordCertificate({ type: 'quorum', view: this.#view, signerCount });
    consensus.updateParticipation({ participatingPower: signerCount, totalPower: memberCount });
    validators.recordCertificateSeen({ memberCount, view: this.#view });
    if (absent !== undefined) validators.recordSignerAbsent({ validator: absent, view: this.#view });
  }

  #commit(latencySeconds: number): void {
    const { node, clock } = this.#target;
    const { transactionsPerBlock } = this.#settings;
    const height = ++this.#height;
    const gasUsed = transactionsPerBlock * GAS_A_TRANSACTION;
    const sizeBytes = PROPOSAL_HEAD_BYTES + transactionsPerBlock * TRANSACTION_BYTES;
    for (const stage of STAGES) {
      node.consensus.recordStage({ stage, height, durationSeconds: latencySeconds / STAGES.length });
    }
    node.consensus.recordBlockCommitted({ height, view: this.#view, latencySeconds });
    node.performance.recordFinalization({ latencySeconds, height });
    node.blocks.recordBlockImported({ height, transactionCount: transactionsPerBlock, sizeBytes, gasUsed });
    node.blocks.updateHead({ height, timestampSeconds: Math.floor(clock.nowMs / 1000) });
    node.blocks.updateHeadContents({ transactionCount: transactionsPerBlock, gasUsed });
    node.validators.recordCommittedProposer({ validator: this.#leader, height, isOwn: this.#isLeading });
    this.#transactions.commit(transactionsPerBlock, height);
    this.#store(height, sizeBytes);
  }

  #store(height: number, sizeBytes: number): void {
    const { state, storage } = this.#target.node;
    state.recordTransition({ height, durationSeconds: this.#random.exponential(0.01) });
    state.recordRootUpdate({ height });
    state.updateAccounts({ count: 1000 + height });
    storage.recordRead({ keyType: 'block', durationSeconds: this.#random.exponential(0.0002) });
    storage.recordWrite({ keyType: 'block', durationSeconds: this.#random.exponential(0.001), sizeBytes });
    storage.recordBatch({ operationCount: 2, durationSeconds: this.#random.exponential(0.002) });
    if (this.#random.chance(0.9)) storage.recordCacheHit({ cache: 'state' });
    else storage.recordCacheMiss({ cache: 'state' });
    storage.updateSize({ sizeBytes: height * sizeBytes, liveBytes: height * sizeBytes * 0.75 });
    storage.updateKeyCount({ count: 4 * height });
  }
}
