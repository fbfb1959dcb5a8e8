// The functions of dates as functions of a vector: of its values, or of the time of the step when it is left out.

import type { CallArguments } from '../../plan/nodes.ts';
import { mergeEqual } from '../distinct.ts';
import { ABSENT, FLOAT, NO_LABELS, nameless, type SeriesStream } from '../series.ts';
import { inStretches, ofTimes } from '../stretches.ts';

export function dateFunction(part: (time: number) => number): (call: CallArguments) => SeriesStream {
  return (call) => {
    if (call.nodes.length === 0) return ofSteps(part, call);
    const node = call.nodes[0]!;
    const mayCollide = 'mixesNames' in node && node.mixesNames && !call.context.features.delayedNameRemoval;
    const stream = ofValues(part, call);
    return mayCollide ? mergeEqual(stream, call.context.budget) : stream;
  };
}

async function* ofSteps(part: (time: number) => number, { grid, context }: CallArguments): SeriesStream {
  const values = await ofTimes(grid, context.budget, (timeMs) => part(Math.trunc(timeMs / 1000)));
  yield { labels: NO_LABELS, values, present: new Uint8Array(grid.count).fill(FLOAT) };
}

async function* ofValues(part: (time: number) => number, call: CallArguments): SeriesStream {
  const { budget, features } = call.context;
  for await (const series of call.vector(0)) {
    if (budget.isDue()) await budget.pause();
    const { values: times, histograms } = series;
    const present =
      histograms === undefined ? series.present : series.present.map((kind) => (kind === FLOAT ? FLOAT : ABSENT));
    if (!present.includes(FLOAT)) continue;
    const values = new Float64Array(times.length);
    const computing = inStretches(times.length, budget, (from, to) => {
      for (let step = from; step < to; step++) if (present[step] === FLOAT) values[step] = part(times[step]!);
    });
    if (computing !== undefined) await computing;
    yield { ...nameless(series, features), values, present };
  }
}
