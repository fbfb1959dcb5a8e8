// The unit test of a shipped alert, as a row of a table: what happens to a node, when the alert fires and when it has cleared, and
// what the same metrics show while all is well. Files in promtool's format are made from it.

/** Values by series, in the notation of unit tests; series get the labels of `NODE_LABELS`, where they do not say others. */
export type SeriesTable = Readonly<Record<string, string>>;

export interface AlertTest {
  readonly alert: string;
  /** It begins calm, goes wrong, and is mended. */
  readonly incident: SeriesTable;
  /** Each is one alert at one time. */
  readonly fires: Firing;
  /** When it does not fire yet, although things go wrong or are about to. */
  readonly quietUntil?: string;
  /** When it is over; undefined for what never ends. */
  readonly clearAt?: string;
  /** Undefined for what is never quiet. */
  readonly calm?: SeriesTable;
  /** Between samples; default 15 s. */
  readonly interval?: string;
}

export interface Firing {
  readonly at: string;
  /** Of the expression: annotations tell it. */
  readonly value: number;
  /** Beside or instead of those of the node; '' takes one away. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What a query inside of an annotation finds. */
  readonly queried?: number;
}

/** The node that all tests are about. */
export const NODE_LABELS = { job: 'node', instance: 'node-1:9090', chain: 'devnet', node: 'alpha' } as const;

/** Labels of what is told of a chain and not of a node. */
export const CHAIN_ALONE = { instance: '', node: '' } as const;

/** Steps of 15 s, so many a minute. */
const STEPS_A_MINUTE = 4;
const FAST_STEPS = 20;

/** The buckets of a histogram, by their bounds: quick ones first, all of them slow from the fifth minute on, quick again after. */
export function slowing(
  metric: string,
  bounds: { readonly quick: readonly string[]; readonly slow: readonly string[] },
  slowMinutes: number,
  labels = '',
): SeriesTable {
  const slowSteps = slowMinutes * STEPS_A_MINUTE;
  const before = 15 * FAST_STEPS;
  const quick = `0+15x${FAST_STEPS} ${before}x${slowSteps - 1} ${before + 15}+15x60`;
  const slowTotal = before + 3 * slowSteps;
  const slow = `0+15x${FAST_STEPS} ${before + 3}+3x${slowSteps - 1} ${slowTotal + 15}+15x60`;
  const series = (bound: string, values: string) => [`${metric}{le="${bound}"${labels}}`, values] as const;
  return Object.fromEntries([
    ...bounds.quick.map((bound) => series(bound, quick)),
    ...bounds.slow.map((bound) => series(bound, slow)),
  ]);
}

/** The same buckets of a node that is quick all the time. */
export function quick(metric: string, bounds: readonly string[], labels = ''): SeriesTable {
  return Object.fromEntries(bounds.map((bound) => [`${metric}{le="${bound}"${labels}}`, '0+15x60']));
}
