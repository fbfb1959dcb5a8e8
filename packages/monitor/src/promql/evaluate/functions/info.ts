// info(v, {selector}): adds the labels of info series, such as `target_info`, to the series of a vector that have the same `instance` and
// `job`. The selector names the info metrics (`__name__`) and which of their labels are taken; without it all are.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#info

import { type Labels, labelValue, METRIC_NAME } from '../../../model/labels.ts';
import { labelsPredicate, type Matcher, valuePredicate } from '../../../model/matcher.ts';
import type { CallArguments } from '../../plan/nodes.ts';
import type { QueryBudget } from '../budget.ts';
import { mergeEqual } from '../distinct.ts';
import { ABSENT, type SeriesStream, type StepSeries } from '../series.ts';
import { InfoLabels } from './info-labels.ts';
import { selectInfoSeries } from './info-series.ts';

const STEPS_BETWEEN_CLOCK_READS = 1024;
const TARGET_INFO: Matcher = { name: METRIC_NAME, operator: '=', value: 'target_info' };
const ANY_INFO: Matcher = { name: METRIC_NAME, operator: '=~', value: '.+_info' };

export function info(call: CallArguments): SeriesStream {
  return mergeEqual(enriched(call), call.context.budget);
}

async function* enriched(call: CallArguments): SeriesStream {
  const { grid, context } = call;
  const { budget } = context;
  const matchers = selectorMatchers(call);
  const nameMatchers = infoNameMatchers(matchers);
  const dataMatchers = matchers.filter(({ name }) => name !== METRIC_NAME);
  const isInfoName = labelsPredicate(nameMatchers);
  const isInfoSeries = (labels: Labels): boolean =>
    isInfoName([{ name: METRIC_NAME, value: labelValue(labels, METRIC_NAME) }]);
  const base: StepSeries[] = [];
  try {
    for await (const series of call.vector(0)) {
      budget.hold(1, grid.count);
      base.push(series);
    }
    const infoSeries = await selectInfoSeries(call, base, [...nameMatchers, ...dataMatchers], isInfoSeries);
    const present = presentSteps(base, grid.count);
    const infoLabels = new InfoLabels(infoSeries, dataMatchers, present);
    const needsInfo = dataMatchers.some((matcher) => !valuePredicate(matcher)(''));
    for (const series of base) {
      if (budget.isDue()) await budget.pause();
      if (isInfoSeries(series.labels)) yield withNameKept(series);
      else yield* parts(series, infoLabels, needsInfo, budget);
    }
  } finally {
    budget.release(base.length, base.length * grid.count);
  }
}

/** A series is parted where other info series come to stand for it. */
async function* parts(
  series: StepSeries,
  infoLabels: InfoLabels,
  needsInfo: boolean,
  budget: QueryBudget,
): SeriesStream {
  const byLabels = new Map<Labels | undefined, Uint8Array>();
  const lookUp = infoLabels.of(series.labels);
  for (let step = 0; step < series.present.length; step++) {
    if (step % STEPS_BETWEEN_CLOCK_READS === 0 && budget.isDue()) await budget.pause();
    const kind = series.present[step]!;
    if (kind === ABSENT) continue;
    const labels = lookUp(step);
    if (labels === undefined && needsInfo) continue;
    let present = byLabels.get(labels);
    if (present === undefined) byLabels.set(labels, (present = new Uint8Array(series.present.length)));
    present[step] = kind;
  }
  for (const [labels = series.labels, present] of byLabels) yield { ...withNameKept(series), labels, present };
}

/** As in Prometheus, a name that was to go at the end of the query stays. */
function withNameKept(series: StepSeries): StepSeries {
  const { dropsName: _, ...kept } = series;
  return kept;
}

function presentSteps(all: readonly StepSeries[], stepCount: number): Uint8Array {
  const any = new Uint8Array(stepCount);
  for (const { present } of all) for (let step = 0; step < stepCount; step++) any[step]! |= present[step]!;
  return any;
}

function selectorMatchers({ nodes }: CallArguments): readonly Matcher[] {
  const selector = nodes[1];
  return selector !== undefined && 'matchers' in selector ? selector.matchers : [];
}

/** Those that only say what the name is not are about all that is called `…_info`. */
function infoNameMatchers(matchers: readonly Matcher[]): readonly Matcher[] {
  const given = matchers.filter(({ name }) => name === METRIC_NAME);
  if (given.length === 0) return [TARGET_INFO];
  return given.some(({ operator }) => operator === '=' || operator === '=~') ? given : [ANY_INFO, ...given];
}
