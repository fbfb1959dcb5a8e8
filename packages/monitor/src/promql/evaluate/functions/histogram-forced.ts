// The info that classic histograms had to be made monotonic: one for all steps and series, with where, how far and when.

import type { Forced } from '../../histogram/classic.ts';
import { generalText } from '../../histogram/number-text.ts';
import type { CallArguments } from '../../plan/nodes.ts';
import type { NoteTally } from '../notes.ts';
import { timeAt } from '../series.ts';

const DIFFERENCE_DIGITS = 2;
/** Prometheus' counter is a signed number of so many bits, and wraps around. */
const COUNTER_BITS = 64;

const FORCED =
  'input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)';

interface ForcedCounts {
  readonly minBound: number;
  readonly maxBound: number;
  readonly maxDifference: number;
  readonly count: bigint;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Of one function, or of all functions of a query. */
class ForcedTally implements NoteTally {
  readonly #counts: ForcedCounts;

  constructor(counts: ForcedCounts) {
    this.#counts = counts;
  }

  plus(other: NoteTally): NoteTally {
    if (!(other instanceof ForcedTally)) return this;
    const [a, b] = [this.#counts, other.#counts];
    return new ForcedTally({
      minBound: Math.min(a.minBound, b.minBound),
      maxBound: Math.max(a.maxBound, b.maxBound),
      maxDifference: Math.max(a.maxDifference, b.maxDifference),
      count: BigInt.asIntN(COUNTER_BITS, a.count + b.count),
      firstMs: Math.min(a.firstMs, b.firstMs),
      lastMs: Math.max(a.lastMs, b.lastMs),
    });
  }

  toString(): string {
    const { minBound, maxBound, maxDifference, count, firstMs, lastMs } = this.#counts;
    return `, from buckets ${generalText(minBound)} to ${generalText(maxBound)}, with a max diff of ${generalText(maxDifference, DIFFERENCE_DIGITS)}, over ${count} samples from ${secondText(firstMs)} to ${secondText(lastMs)}`;
  }
}

interface Occurrences {
  minBound: number;
  maxBound: number;
  maxDifference: number;
  readonly countByStep: Uint32Array;
}

export class ForcedMonotonicity {
  readonly #call: CallArguments;
  readonly #vectorIndex: number;
  readonly #byName = new Map<string, Occurrences>();

  constructor(call: CallArguments, vectorIndex: number) {
    this.#call = call;
    this.#vectorIndex = vectorIndex;
  }

  add(name: string, { minBound, maxBound, maxDifference }: Forced, step: number): void {
    let known = this.#byName.get(name);
    if (known === undefined) {
      const countByStep = new Uint32Array(this.#call.grid.count);
      known = { minBound, maxBound, maxDifference, countByStep };
      this.#byName.set(name, known);
    }
    known.minBound = Math.min(known.minBound, minBound);
    known.maxBound = Math.max(known.maxBound, maxBound);
    known.maxDifference = Math.max(known.maxDifference, maxDifference);
    known.countByStep[step] = known.countByStep[step]! + 1;
  }

  inform(): void {
    const { context, nodes, grid } = this.#call;
    for (const [name, forced] of this.#byName) {
      const { minBound, maxBound, maxDifference, countByStep } = forced;
      const first = countByStep.findIndex((count) => count > 0);
      const last = countByStep.findLastIndex((count) => count > 0);
      const tally = new ForcedTally({
        minBound,
        maxBound,
        maxDifference,
        count: toldCount(countByStep),
        firstMs: timeAt(grid, first),
        lastMs: timeAt(grid, last),
      });
      context.notes.inform(nodes[this.#vectorIndex]!.span, `${FORCED}${forName(name)}`, tally);
    }
  }
}

/** As Prometheus counts, which takes what it has so far a second time at each step after the first. */
function toldCount(countByStep: Uint32Array): bigint {
  const first = countByStep.findIndex((count) => count > 0);
  let told = BigInt(countByStep[first]!);
  for (const count of countByStep.subarray(first + 1)) {
    told = BigInt.asIntN(COUNTER_BITS, 2n * (told + BigInt(count)));
  }
  return told;
}

/** How a note says which metric, when that is known. */
export function forName(name: string): string {
  return name === '' ? '' : ` for metric name ${JSON.stringify(name)}`;
}

function secondText(timeMs: number): string {
  return new Date(Math.trunc(timeMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}
