// Where the two sides may differ by the last bits, each with its reason; everything else is compared to the bit.

/** Relative difference allowed where an expression holds one of these. */
export const TOLERANCE = 1e-12;

const REASONS: readonly { readonly part: RegExp; readonly reason: string }[] = [
  {
    part: /\b(?:sum|avg|stddev|stdvar)\b/i,
    reason: 'aggregations add series up in an order that no store promises; Prometheus takes it from a hash map',
  },
  {
    part: /\b(?:exp|ln|log2|log10|a?sinh?|a?cosh?|a?tanh?|atan2)\b|\^/i,
    reason: 'Go and V8 have different mathematics libraries',
  },
  {
    part: /\bhistogram_(?:quantiles?|fraction|stddev|stdvar)\b/i,
    reason: 'exponential interpolation within buckets and their middles take logarithms and powers of those libraries',
  },
];

export function isInexact(expression: string): boolean {
  return REASONS.some(({ part }) => part.test(expression));
}
