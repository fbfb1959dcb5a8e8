import { explorerLink } from '../route.ts';

/** The metrics with the most series: a monitor that watches nothing has none but what was pushed. */
const PUSHED_METRICS = 'topk(20, count by (__name__) ({__name__!=""}))';

/** Where to look at what is pushed. */
export function pushedLink(windowS: number): string {
  return explorerLink(PUSHED_METRICS, windowS);
}
