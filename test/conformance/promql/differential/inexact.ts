// Where the two sides may differ by the last bits, each with its reason; everything else is compared to the bit.

/** Relative difference allowed where an expression holds one of the reasons. */
const TOLERANCE = 1e-12;
/** So little that zeros of both signs are equal and nothing else: of them Go's sort leaves in front whichever it happens to. */
const ZEROS_ALIKE = Number.MIN_VALUE;
const SORTS_VALUES = /\b(?:quantile|quantile_over_time|mad_over_time)\b/i;

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

/** The relative difference that is allowed in an expression's values; 0 for none. */
export function toleranceOf(expression: string): number {
  const reasons = process.arch === 'x64' ? REASONS : [...REASONS, ...REASONS_ELSEWHERE];
  if (reasons.some(({ part }) => part.test(expression))) return TOLERANCE;
  return SORTS_VALUES.test(expression) ? ZEROS_ALIKE : 0;
}
