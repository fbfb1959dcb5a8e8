// One alert a node for what all nodes share.

import { soleCondition } from '../expression/conditions.ts';
import { presenceIn } from '../expression/label-shape.ts';
import type { Trap } from '../interface.ts';

/** What all nodes of a chain agree on. */
const SHARED =
  /participat|total_voting_power|validators_(?:members|active|total)|finalized_height|chain_halt|total_supply|epoch$/i;

export const SHARED_STATE_PER_NODE: Trap = {
  code: 'shared-state-per-node',
  level: 'info',
  title: 'One alert a node for what all nodes share',
  why: 'When the chain has the fault every node reports it: as many alerts as nodes say one thing, and hide those that say another.',
  mend: 'Aggregate over the nodes: `max by (job, chain) (…)`.',
  *examine(subject) {
    if (subject.kind !== 'alert') return;
    const condition = soleCondition(subject.syntax);
    if (condition === undefined) return;
    const { metric, shapes } = subject.analysis.of(condition.compared);
    if (metric === undefined || !SHARED.test(metric) || presenceIn(shapes, 'instance') !== 'always') return;
    yield {
      level: 'info',
      at: subject.placeAt(condition.syntax.span.from),
      message: `${metric} is of the whole chain, and the alert is one a node`,
      mend: SHARED_STATE_PER_NODE.mend,
    };
  },
};
