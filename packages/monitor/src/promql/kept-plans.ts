// The plans of the last expressions: a dashboard and an alert ask the same again and again. A plan is never changed, so it serves
// queries that are evaluated side by side. Invariant: what is kept is what would be planned anew, for the same options.

import type { PlanNode } from './plan/nodes.ts';
import type { SharedNodes } from './plan/shared-nodes.ts';

/** Plans that are kept, and the characters of all their expressions; the least recently used go when there is one more. */
export const PLANS_KEPT_MAX = 256;
export const PLAN_CHARACTERS_KEPT_MAX = 65_536;
/** A longer expression is planned each time. */
const PLAN_CHARACTERS_MAX = 4096;

/** What the times of a query can be asked with: only then does a plan depend on them. */
const ASKS_FOR_TIMES = /step|range/i;

export interface Planned {
  readonly plan: PlanNode;
  readonly sharedParts: SharedNodes;
}

/** What a plan depends on beside the expression and what the engine was made with. */
export interface PlanTimes {
  readonly stepMs: number;
  readonly spanMs: number;
  readonly mixesTypes: boolean;
}

export class KeptPlans {
  /** By what they depend on, an expression at its end; the least recently used first. */
  readonly #plans = new Map<string, Planned>();
  #characters = 0;

  /** As it was kept, or as `plan` makes it; what that throws is not kept. */
  of(expression: string, times: PlanTimes, plan: () => Planned): Planned {
    if (expression.length > PLAN_CHARACTERS_MAX) return plan();
    const key = keyOf(expression, times);
    const known = this.#plans.get(key);
    const planned = known ?? plan();
    if (known === undefined) this.#characters += key.length;
    else this.#plans.delete(key);
    this.#plans.set(key, planned);
    while (this.#plans.size > PLANS_KEPT_MAX || this.#characters > PLAN_CHARACTERS_KEPT_MAX) this.#forgetOldest();
    return planned;
  }

  #forgetOldest(): void {
    const oldest = this.#plans.keys().next().value!;
    this.#plans.delete(oldest);
    this.#characters -= oldest.length;
  }
}

function keyOf(expression: string, { stepMs, spanMs, mixesTypes }: PlanTimes): string {
  const times = ASKS_FOR_TIMES.test(expression) ? `${stepMs},${spanMs}` : '';
  return `${mixesTypes ? 't' : ''}${times}:${expression}`;
}
