// A node's recorders with a witness: each call goes to the real metrics and, separately, to the truth about them. What a
// workload records through them can therefore be compared, value by value, with what the metrics show.

import type { DomainSets } from '../../domains/node-metrics.ts';
import type { DomainSetName } from '../../domains/table/index.ts';
import { GroundTruth } from '../ground-truth.ts';
import type { ManualClock } from '../manual-clock.ts';
import type { EffectContext } from './effects.ts';
import { blocksEffects, mempoolEffects, stateEffects, storageEffects, transactionsEffects } from './effects-chain.ts';
import { consensusEffects, performanceEffects, validatorsEffects } from './effects-consensus.ts';
import { networkEffects, peersEffects } from './effects-network.ts';

const MAKERS = {
  consensus: consensusEffects,
  blocks: blocksEffects,
  transactions: transactionsEffects,
  mempool: mempoolEffects,
  performance: performanceEffects,
  network: networkEffects,
  peers: peersEffects,
  storage: storageEffects,
  state: stateEffects,
  validators: validatorsEffects,
} satisfies Partial<Record<DomainSetName, (context: EffectContext) => object>>;

/** The sets whose recorders a witness knows. */
export type WitnessedSetName = keyof typeof MAKERS;

/**
 * Recorders by set, as in `NodeMetrics`; those whose effect the witness does not know are not there. All sets are: what the
 * metrics do not have is recorded nowhere.
 */
export type WitnessedNode = {
  readonly [N in WitnessedSetName]: {
    readonly [M in keyof ReturnType<(typeof MAKERS)[N]> & keyof DomainSets[N]]: DomainSets[N][M];
  };
};

/** What simulations need: recorders with a witness, the truth, and the clock of the metrics. */
export interface SimulationTarget {
  readonly node: WitnessedNode;
  readonly truth: GroundTruth;
  readonly clock: ManualClock;
}

/** What is to be witnessed: metrics that nothing was recorded in yet, made with `nowMs: clock.read`. */
export interface WitnessOptions {
  readonly metrics: Partial<DomainSets>;
  readonly clock: ManualClock;
}

/**
 * Recorders that tell the truth about these metrics as well. Values that a metric would drop (NaN, an unknown label) are not
 * for them: the truth takes everything as valid.
 */
export function witness({ metrics, clock }: WitnessOptions): SimulationTarget {
  const truth = new GroundTruth();
  const names = Object.keys(MAKERS) as WitnessedSetName[];
  const node = Object.fromEntries(
    names.map((name) => [name, witnessed(name, metrics[name], { truth, nowMs: clock.read })]),
  );
  return { node: node as unknown as WitnessedNode, truth, clock };
}

type Recorders = Readonly<Record<string, (fields: unknown) => void>>;

function witnessed(name: WitnessedSetName, set: object | undefined, context: EffectContext): Recorders {
  // A set that is not there has no effects: they are told to a truth that nobody asks.
  const effects: Recorders = MAKERS[name](
    set === undefined ? { ...context, truth: new GroundTruth() } : context,
  ) as Recorders;
  const recorders = set as Recorders | undefined;
  const pairs = Object.entries(effects).map(([method, effect]) => {
    const record = (fields: unknown) => {
      if (recorders === undefined) return;
      recorders[method]!(fields);
      effect(fields);
    };
    return [method, record] as const;
  });
  return Object.fromEntries(pairs);
}
