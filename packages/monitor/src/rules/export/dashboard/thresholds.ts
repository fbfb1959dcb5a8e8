// From the coloured steps of a threshold to conditions: which side of which value is bad, and how bad. A step holds from its value
// on; the first one from below everything.

import type { ThresholdStep, Thresholds } from './read-dashboard.ts';

type Severity = 'critical' | 'warning';

export interface Condition {
  readonly severity: Severity;
  readonly operator: '>=' | '<';
  readonly value: number;
  readonly color: string;
}

/** Conditions, or why there are none. */
export type Conditions = { readonly conditions: readonly Condition[] } | { readonly reason: string };

interface RatedStep {
  readonly color: string;
  /** -Infinity of the first. */
  readonly value: number;
  readonly rank: number;
}

const RANKS = { critical: 2, warning: 1 } as const;
const NAMED: readonly (readonly [RegExp, number])[] = [
  [/red/i, RANKS.critical],
  [/orange|yellow/i, RANKS.warning],
];
/** Degrees of the colour circle. */
const RED_UNTIL = 20;
const RED_FROM = 340;
const YELLOW_UNTIL = 70;
/** Greys have no hue worth the name. */
const LEAST_SATURATION = 0.25;

export function conditionsOf({ mode, steps }: Thresholds): Conditions {
  if (mode !== 'absolute') return { reason: 'its thresholds are percentages of a range that only the page knows' };
  const rated = steps.map(ratedStep).toSorted((one, other) => one.value - other.value);
  const firstGood = rated.findIndex(({ rank }) => rank === 0);
  const lastGood = rated.findLastIndex(({ rank }) => rank === 0);
  if (rated.every(({ rank }) => rank === 0)) return { reason: 'none of its thresholds is red, orange or yellow' };
  if (firstGood === -1)
    return { reason: 'none of its thresholds is a good colour: which values are normal is not said' };
  if (rated.slice(firstGood, lastGood + 1).some(({ rank }) => rank > 0)) {
    return { reason: 'good and bad colours alternate: there is no one direction' };
  }
  const below = rated.slice(0, firstGood).map((step, at) => condition(step, '<', rated[at + 1]!.value));
  const above = rated.slice(lastGood + 1).map((step) => condition(step, '>=', step.value));
  return { conditions: [...widest(below), ...widest(above.toReversed()).toReversed()] };
}

/** Steps of Grafana that nobody has chosen. */
export function areDefault({ steps }: Thresholds): boolean {
  const [first, second, ...more] = steps;
  return more.length === 0 && first?.color === 'green' && second?.color === 'red' && second.value === 80;
}

/** Of steps of one severity the one that covers the others. From the worst end on. */
function widest(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.filter(({ severity }, at) => conditions[at + 1]?.severity !== severity);
}

function condition({ color, rank }: RatedStep, operator: Condition['operator'], value: number): Condition {
  return { severity: rank === RANKS.critical ? 'critical' : 'warning', operator, value, color };
}

function ratedStep({ color, value }: ThresholdStep): RatedStep {
  return { color, value: value ?? Number.NEGATIVE_INFINITY, rank: rankOf(color) };
}

function rankOf(color: string): number {
  const named = NAMED.find(([form]) => form.test(color));
  if (named !== undefined) return named[1];
  const hue = hueOf(color);
  if (hue === undefined) return 0;
  if (hue < RED_UNTIL || hue >= RED_FROM) return RANKS.critical;
  return hue < YELLOW_UNTIL ? RANKS.warning : 0;
}

/** Undefined for greys, and what is no `#rrggbb` and no `rgb(…)`. */
function hueOf(color: string): number | undefined {
  const hexadecimal = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(color);
  const decimal = /^rgba?\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)/i.exec(color);
  const parts = hexadecimal?.slice(1, 4).map((part) => Number.parseInt(part, 16)) ?? decimal?.slice(1, 4).map(Number);
  if (parts === undefined) return undefined;
  const [red = 0, green = 0, blue = 0] = parts;
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  if (most === 0 || spread / most < LEAST_SATURATION) return undefined;
  if (most === red) return (60 * ((green - blue) / spread) + 360) % 360;
  return most === green ? 60 * ((blue - red) / spread + 2) : 60 * ((red - green) / spread + 4);
}
