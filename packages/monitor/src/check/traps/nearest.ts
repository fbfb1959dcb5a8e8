// The name that somebody meant: the one that the fewest changed letters lead to.

const MAX_CHANGES_SHARE = 0.34;
const MAX_CANDIDATES = 20_000;

/** Undefined when none is near. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(name.length * MAX_CHANGES_SHARE)) + 1;
  for (const candidate of candidates.slice(0, MAX_CANDIDATES)) {
    if (Math.abs(candidate.length - name.length) >= fewest) continue;
    const changes = changesBetween(name, candidate, fewest);
    if (changes < fewest) {
      best = candidate;
      fewest = changes;
    }
  }
  return best;
}

/** Letters to put in, leave out or exchange; `limit` when there are as many or more. */
function changesBetween(one: string, other: string, limit: number): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= other.length; j++) {
      const exchanged = row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      const cost = Math.min(exchanged, row[j]! + 1, next[j - 1]! + 1);
      next.push(cost);
      if (cost < least) least = cost;
    }
    if (least >= limit) return limit;
    row = next;
  }
  return row[other.length]!;
}
