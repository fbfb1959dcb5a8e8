// What it takes to say what a recorder does to metrics: for each recorder that a simulation may call, a function that tells the
// truth the same thing. The effects are written from what each metric means, not from how its set computes it.

import type { DomainSets } from '../../domains/node-metrics.ts';
import type { DomainSetName } from '../../domains/table/index.ts';
import type { GroundTruth } from '../ground-truth.ts';

type ArgumentOf<F> = F extends (fields: infer A) => unknown ? A : never;

/** Of a set: what some of its recorders do. */
export type EffectsOf<N extends DomainSetName> = {
  readonly [M in keyof DomainSets[N]]?: (fields: ArgumentOf<DomainSets[N][M]>) => void;
};

/** What the effects of all sets are told to, and the time that they are told at. */
export interface EffectContext {
  readonly truth: GroundTruth;
  readonly nowMs: () => number;
}
