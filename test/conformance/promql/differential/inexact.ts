// Where the two sides may differ by the last bits, each with its reason; everything else is compared to the bit.

/** Relative difference allowed where an expression holds one of these. */
export const TOLERANCE = 1e-12;

interface Reason {
  readonly part: RegExp;
  readonly reason: string;
}

const REASONS: readonly Reason[] = [
  {
    part: /\b(?:sum|avg|stddev|stdvar)\b/i,
    reason: 'aggregations add series up in an order that no store promises; Prometheus takes it from a hash map',
  },
];

/** Ours is Go's mathematics as it is on x86; elsewhere Go multiplies and adds in one step where its compiler likes to. */
const REASONS_ELSEWHERE: readonly Reason[] = [
  {
    part: /\b(?:exp|ln|log2|log10|a?sinh?|a?cosh?|a?tanh?|atan2|histogram_(?:quantiles?|fraction|stddev|stdvar))\b|\^/i,
    reason: 'Go computes logarithms, exponentials and powers by other instructions there',
  },
];

export function isInexact(expression: string): boolean {
  const reasons = process.arch === 'x64' ? REASONS : [...REASONS, ...REASONS_ELSEWHERE];
  return reasons.some(({ part }) => part.test(expression));
}
