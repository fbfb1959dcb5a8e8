// Which selectors may give native histograms without their buckets: those of which a function asks for counts and sums alone, and
// nothing around it for more. Prometheus reads no buckets there, and answers differently for it where buckets would not fit
// together.

import { partsOf, type SelectorSyntax, type Syntax } from '../parse/syntax-tree.ts';

const OF_STATISTICS = new Set(['histogram_count', 'histogram_sum', 'histogram_avg']);
const OF_BUCKETS = new Set(['histogram_quantile', 'histogram_quantiles', 'histogram_fraction']);
/** Of histograms: they keep the buckets on one side of a number, and the name. */
export const TRIM_OPERATORS: ReadonlySet<string> = new Set(['</', '>/']);

/** Whether a function asks for counts and sums alone. */
export function asksForStatistics(name: string): boolean {
  return OF_STATISTICS.has(name);
}

export function selectorsWithoutBuckets(syntax: Syntax): ReadonlySet<SelectorSyntax> {
  const found = new Set<SelectorSyntax>();
  gather(syntax, false, found);
  return found;
}

function gather(syntax: Syntax, ofStatistics: boolean, found: Set<SelectorSyntax>): void {
  if (needsBuckets(syntax)) return;
  if (syntax.kind === 'selector') {
    if (ofStatistics) found.add(syntax);
    return;
  }
  const isOfStatistics = ofStatistics || (syntax.kind === 'call' && asksForStatistics(syntax.name));
  for (const part of partsOf(syntax)) gather(part, isOfStatistics, found);
}

/** Whether a counter was reset between the steps of a subquery is seen from the buckets. */
function needsBuckets(syntax: Syntax): boolean {
  switch (syntax.kind) {
    case 'subquery':
      return true;
    case 'call':
      return OF_BUCKETS.has(syntax.name);
    case 'binary':
      return TRIM_OPERATORS.has(syntax.operator);
    default:
      return false;
  }
}
