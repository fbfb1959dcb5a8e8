// How long messages take to peers and back.

import { InstrumentError } from '../../errors.ts';
import type { Random } from './random.ts';

export type LatencyDistribution =
  /** Always the same. */
  | { readonly kind: 'constant'; readonly seconds: number }
  /** Anything between the two alike. */
  | { readonly kind: 'uniform'; readonly minSeconds: number; readonly maxSeconds: number }
  /** Cut off at 0. */
  | { readonly kind: 'normal'; readonly meanSeconds: number; readonly deviationSeconds: number }
  | { readonly kind: 'exponential'; readonly meanSeconds: number }
  /** What the internet looks like: `spread` is the standard deviation of the logarithm, such as 0.5. */
  | { readonly kind: 'lognormal'; readonly medianSeconds: number; readonly spread: number };

/** Seconds, 0 or more. */
export function sampleLatency(distribution: LatencyDistribution, random: Random): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.seconds;
    case 'uniform':
      return random.between(distribution.minSeconds, distribution.maxSeconds);
    case 'normal':
      return Math.max(0, random.normal(distribution.meanSeconds, distribution.deviationSeconds));
    case 'exponential':
      return random.exponential(distribution.meanSeconds);
    case 'lognormal':
      return distribution.medianSeconds * Math.exp(random.normal(0, distribution.spread));
  }
}

const KINDS: readonly string[] = [
  'constant',
  'uniform',
  'normal',
  'exponential',
  'lognormal',
] satisfies readonly Kind[];
type Kind = LatencyDistribution['kind'];

/** @throws {InstrumentError} `option_invalid` for a kind that does not exist, or a number that is none or negative */
export function checkLatency(distribution: LatencyDistribution): void {
  const { kind, ...numbers } = distribution;
  if (!KINDS.includes(kind)) {
    throw new InstrumentError('option_invalid', `latency.kind is ${String(kind)}: give one of ${KINDS.join(', ')}.`);
  }
  for (const [name, value] of Object.entries(numbers)) {
    if (value >= 0 && Number.isFinite(value)) continue;
    const what = `latency.${name} of the ${kind} distribution is ${String(value)}`;
    throw new InstrumentError('option_invalid', `${what}: give a number of 0 or more.`);
  }
}
