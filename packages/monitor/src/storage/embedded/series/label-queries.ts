// Which names and values labels have, among series with a sample in a range. A series is only asked after when it would
// tell something new, so that in the usual case few are.

import type { Labels } from '../../../model/labels.ts';
import type { Pauses } from '../../sqlite/pacing.ts';
import type { ColdSeries } from './cold-series.ts';
import type { HotSeries } from './hot-series.ts';
import { type LabelIndex, searchSeries } from './label-search.ts';
import type { LabelTest } from './label-test.ts';

/** Tells whether a series has a sample in the range. `slot`: -1 for a cold one. */
export type HasSample = (ref: number, slot: number) => boolean | Promise<boolean>;

export interface LabelQuery {
  /** Series that pass all tests of any list; all series when there is none. */
  readonly testSets: readonly (readonly LabelTest[])[];
  readonly minTimeMs: number;
  readonly hasSample: HasSample;
  readonly pauses: Pauses;
}

/** One part of the series, hot or cold. */
interface Part {
  readonly index: LabelIndex;
  readonly names: () => Iterable<string>;
  /** Undefined when the series is gone. */
  readonly labelsOf: (series: number) => Labels | undefined;
  readonly hasSample: (series: number) => boolean | Promise<boolean>;
}

/** Series between two looks at the clock. */
const STRIDE = 64;

export async function labelNamesOf(hot: HotSeries, cold: ColdSeries, query: LabelQuery): Promise<Set<string>> {
  const found = new Set<string>();
  for (const part of partsOf(hot, cold, query)) {
    for (const tests of query.testSets.length === 0 ? [[]] : query.testSets) {
      await addNames(part, tests, found, query.pauses);
    }
  }
  return found;
}

export async function labelValuesOf(
  hot: HotSeries,
  cold: ColdSeries,
  name: string,
  query: LabelQuery,
): Promise<Set<string>> {
  const found = new Set<string>();
  for (const part of partsOf(hot, cold, query)) {
    if (query.testSets.length === 0) await addAllValues(part, name, found, query.pauses);
    for (const tests of query.testSets) await addValues(part, name, tests, found, query.pauses);
  }
  return found;
}

/** The hot series first: what goes cold meanwhile is then found there. */
function* partsOf(hot: HotSeries, cold: ColdSeries, { hasSample, minTimeMs }: LabelQuery): Generator<Part> {
  yield {
    index: hot,
    names: () => hot.labels.names(),
    labelsOf: (ref) => (hot.slotOf(ref) < 0 ? undefined : hot.labelsOf(hot.slotOf(ref))),
    hasSample: (ref) => {
      const slot = hot.slotOf(ref);
      return slot >= 0 && hot.latestMs[slot]! >= minTimeMs && hasSample(ref, slot);
    },
  };
  for (const [{ refs }, segment] of cold.segmentsSince(minTimeMs)) {
    yield {
      index: segment,
      names: () => segment.names(),
      labelsOf: (row) => segment.labelsOf(row),
      hasSample: (row) => {
        const ref = segment.refs[row]!;
        return segment.latestMs[row]! >= minTimeMs && refs.has(ref) && hasSample(ref, -1);
      },
    };
  }
}

async function addNames(part: Part, tests: readonly LabelTest[], found: Set<string>, pauses: Pauses): Promise<void> {
  const open = new Set<string>();
  for (const name of part.names()) if (!found.has(name)) open.add(name);
  if (open.size === 0) return;
  const matching = await searchSeries(part.index, tests, pauses);
  for (let at = 0; at < matching.length && open.size > 0; at++) {
    if (at % STRIDE === 0 && pauses.isOver()) await pauses.rest();
    const labels = part.labelsOf(matching[at]!);
    if (labels === undefined || !labels.some(({ name }) => open.has(name))) continue;
    const answer = part.hasSample(matching[at]!);
    if (!(typeof answer === 'boolean' ? answer : await answer)) continue;
    for (const { name } of labels) {
      open.delete(name);
      found.add(name);
    }
  }
}

/** Goes through the values, and of each through the series until one has a sample. */
async function addAllValues(part: Part, name: string, found: Set<string>, pauses: Pauses): Promise<void> {
  const { index } = part;
  let looked = 0;
  for (const label of index.labelsNamed(name)) {
    const value = index.valueOf(label);
    if (!found.has(value)) {
      const list = index.list(label);
      // A copy: what asks for a sample may rest.
      for (const series of list.length === 1 ? [list[0]!] : list.slice()) {
        if (++looked % STRIDE === 0 && pauses.isOver()) await pauses.rest();
        const answer = part.hasSample(series);
        if (!(typeof answer === 'boolean' ? answer : await answer)) continue;
        found.add(value);
        break;
      }
    }
  }
}

/** Goes through the series that match. */
async function addValues(
  part: Part,
  name: string,
  tests: readonly LabelTest[],
  found: Set<string>,
  pauses: Pauses,
): Promise<void> {
  const { index } = part;
  const matching = await searchSeries(index, tests, pauses);
  const labelIn = index.labelFinder(name);
  for (let at = 0; at < matching.length; at++) {
    if (at % STRIDE === 0 && pauses.isOver()) await pauses.rest();
    const label = labelIn(matching[at]!);
    if (label < 0) continue;
    const value = index.valueOf(label);
    if (found.has(value)) continue;
    const answer = part.hasSample(matching[at]!);
    if (typeof answer === 'boolean' ? answer : await answer) found.add(value);
  }
}
