// The info series that `info` looks at, each with the times of its samples. As in Prometheus they are looked for where the first
// selector of the vector looks (`offset` and `@` move that), but seen at the time of the step.

import { type Labels, labelsKey, labelValue } from '../../../model/labels.ts';
import type { Matcher } from '../../../model/matcher.ts';
import type { CallArguments, PlanNode, SelectorNode, TimePart } from '../../plan/nodes.ts';
import { childrenOf } from '../../plan/shared-nodes.ts';
import type { EvaluationContext } from '../context.ts';
import { instantTimeSeries } from '../selection.ts';
import { ABSENT, FLOAT, type Grid, hasAnyStep, type StepSeries, timeAt } from '../series.ts';
import { inStretches } from '../stretches.ts';

/** What tells targets apart. */
export const IDENTIFYING_LABELS = ['instance', 'job'];

export async function selectInfoSeries(
  call: CallArguments,
  base: readonly StepSeries[],
  matchers: readonly Matcher[],
  isInfoSeries: (labels: Labels) => boolean,
): Promise<readonly StepSeries[]> {
  const wanted = identifyingValues(base.filter(({ labels }) => !isInfoSeries(labels)));
  if (wanted.size === 0) return [];
  const isWanted = (labels: Labels): boolean =>
    [...wanted].every(([name, values]) => values.has(labelValue(labels, name)));
  const { grid, span } = call;
  // The names of the info series are needed.
  const context = { ...call.context, features: { ...call.context.features, delayedNameRemoval: true } };
  const seen = seenTimes(call.nodes[0]!, grid, context);
  const selector: SelectorNode = {
    kind: 'selector',
    span,
    stepInvariant: false,
    matchers: [...matchers, ...narrowing(wanted)],
    offsetMs: 0,
    at: undefined,
    edges: 'plain',
    readsBuckets: true,
    mixesNames: true,
  };
  const found: StepSeries[] = [];
  for await (const series of instantTimeSeries(selector, grid, context)) {
    if (isWanted(series.labels)) found.push(series);
  }
  if (timeAt(grid, grid.count - 1) <= seen.lastMs) return withinSeen(found, seen, new Map(), grid, context);
  const atLast = new Map<string, number>();
  for await (const { labels, values } of instantTimeSeries({ ...selector, at: seen.lastMs }, oneStep(grid), context)) {
    atLast.set(labelsKey(labels), values[0]!);
    if (isWanted(labels) && !found.some((one) => labelsKey(one.labels) === labelsKey(labels))) {
      found.push({ labels, values: new Float64Array(grid.count), present: new Uint8Array(grid.count) });
    }
  }
  return withinSeen(found, seen, atLast, grid, context);
}

/** The store is asked for less where a label has one value for all. */
function narrowing(wanted: ReadonlyMap<string, ReadonlySet<string>>): Matcher[] {
  const matchers: Matcher[] = [];
  for (const [name, values] of wanted) {
    const [value] = values;
    if (values.size === 1 && value !== undefined) matchers.push({ name, operator: '=', value });
  }
  return matchers;
}

function identifyingValues(base: readonly StepSeries[]): ReadonlyMap<string, ReadonlySet<string>> {
  const wanted = new Map<string, Set<string>>();
  for (const { labels } of base) {
    for (const name of IDENTIFYING_LABELS) {
      const value = labelValue(labels, name);
      if (value === '') continue;
      const values = wanted.get(name);
      if (values === undefined) wanted.set(name, new Set([value]));
      else values.add(value);
    }
  }
  return wanted;
}

/** Samples beyond these times are not looked at. */
interface SeenTimes {
  readonly firstMs: number;
  readonly lastMs: number;
}

function seenTimes(node: PlanNode, grid: Grid, context: EvaluationContext): SeenTimes {
  const first = firstSelector(node);
  const { at, offsetMs = 0 } = first ?? {};
  const atMs = at === 'start' ? context.startMs : at === 'end' ? context.endMs : at;
  const startMs = atMs ?? grid.startMs;
  const endMs = atMs ?? timeAt(grid, grid.count - 1);
  return { firstMs: startMs - offsetMs - context.lookbackMs + 1, lastMs: endMs - offsetMs };
}

function firstSelector(node: PlanNode): TimePart | undefined {
  if (node.kind === 'selector' || node.kind === 'range-selector') return node;
  for (const child of childrenOf(node)) {
    const found = firstSelector(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `atLast`: the times of the samples that are seen from the last time on, in seconds. */
async function withinSeen(
  found: readonly StepSeries[],
  seen: SeenTimes,
  atLast: ReadonlyMap<string, number>,
  grid: Grid,
  context: EvaluationContext,
): Promise<StepSeries[]> {
  const within: StepSeries[] = [];
  for (const series of found) {
    const { labels } = series;
    const values = new Float64Array(grid.count);
    const present = new Uint8Array(grid.count);
    const timeOf = seenTime(series, seen, atLast.get(labelsKey(labels)), grid, context);
    await inStretches(grid.count, context.budget, (from, to) => {
      for (let step = from; step < to; step++) {
        const sampleMs = timeOf(step);
        if (sampleMs === undefined) continue;
        values[step] = sampleMs;
        present[step] = FLOAT;
      }
    });
    if (hasAnyStep(present)) within.push({ labels, values, present });
  }
  return within;
}

/** The time of the sample that is seen at a step; `last`: of the one that is seen beyond the last time, in seconds. */
function seenTime(
  { values: times, present }: StepSeries,
  { firstMs, lastMs }: SeenTimes,
  last: number | undefined,
  grid: Grid,
  { lookbackMs }: EvaluationContext,
): (step: number) => number | undefined {
  return (step) => {
    const timeMs = timeAt(grid, step);
    const isBeyond = timeMs > lastMs;
    if (isBeyond ? last === undefined : present[step] === ABSENT) return undefined;
    const sampleMs = Math.round((isBeyond ? last! : times[step]!) * 1000);
    return sampleMs < firstMs || sampleMs <= timeMs - lookbackMs ? undefined : sampleMs;
  };
}

function oneStep(grid: Grid): Grid {
  return { ...grid, count: 1 };
}
