// What follows from how Prometheus stores native histograms and from nothing else, and so is not compared.

/**
 * Whether a histogram is known to be a reset of its counter, to be none, or neither, is kept with each chunk of Prometheus'
 * storage. Where it is known that two histograms disagree, operations between them warn. A sample by itself does not tell.
 */
const RESET_WARNING = /conflicting counter resets during histogram/;

export function withoutExcused(notes: readonly string[]): string[] {
  return notes.filter((note) => !RESET_WARNING.test(note));
}

/**
 * A chunk widens its histograms to the buckets that the last of them has. Operations for which an empty bucket is not the same
 * as none then see what the sample did not have: of metrics whose buckets grow these are not asked.
 */
export function dependsOnChunks(expression: string): boolean {
  const isGrowing = /native_(?:growing|empty)/.test(expression);
  return isGrowing && /\bchanges\b|[!=]=|\b(?:Inf|NaN|histogram_quantiles?|count_values)\b|e300/.test(expression);
}

/**
 * `@` within a subquery that has `@` or `offset` itself: where the subquery's first step happens to be the begin of the query,
 * Prometheus looks as far from the moment asked for as the subquery's steps lie from its end.
 */
export function hasNestedAt(expression: string): boolean {
  return /@[^\]]*\[[^\]]*:[^\]]*\]\s*(?:@|offset)/i.test(expression);
}
