// Which series match: answered from the lists of an inverted index, hot or cold. The shortest list that holds every answer
// is copied first, before any rest, and then only gets shorter: by intersecting with or subtracting the lists of other
// labels, or, while few are left, by looking up their own values. A value is tried once, whatever number of series has it.
//
// While a search rests, series may come and go. What it holds over a rest are numbers of series, which never come to mean
// another one. The number of a label may, once all series that carried it are gone; but then only series have it that are
// not among those found before the rest.

import type { Pauses } from '../../sqlite/pacing.ts';
import type { LabelTest } from './label-test.ts';

export interface LabelIndex {
  /** Series that there are. */
  readonly size: number;
  /** Numbers of all series, ascending; a copy. */
  all(): Uint32Array;
  /** The number of a label, -1 when no series carries it. */
  labelOf(name: string, value: string): number;
  valueOf(label: number): string;
  /** How many values a name has. */
  valueCount(name: string): number;
  /** The labels of a name; it can be gone on with after a rest. */
  labelsNamed(name: string): Iterable<number>;
  listLength(label: number): number;
  /** The series that carry a label, ascending; some may be gone. Valid until the next call and the next rest. */
  list(label: number): Uint32Array;
  /** Finds the label that a series which is there now has under this name; -1 when it has none, or is gone. */
  labelFinder(name: string): (series: number) => number;
  /** A small number that only this series has while it is there, -1 when it is gone. */
  placeOf(series: number): number;
  /** All places are less. */
  readonly places: number;
}

/** Values tried, or series looked at, between two looks at the clock. */
const STRIDE = 64;
/** Sorting the union of several lists pays while it has less than this share of all series. */
const SORTED_SHARE_MAX = 1 / 8;
const NONE = new Uint32Array(0);

/** The numbers of the series that pass all tests, ascending; some may be gone when there was a rest. */
export async function searchSeries(
  index: LabelIndex,
  tests: readonly LabelTest[],
  pauses: Pauses,
): Promise<Uint32Array> {
  // Values that are named cost a lookup each, all others must be tried.
  const effort = ({ name, decisive }: LabelTest) => (decisive === undefined ? index.valueCount(name) : 0);
  const left = tests.filter(({ takesAll }) => !takesAll).sort((one, other) => effort(one) - effort(other));
  let found = startingList(index, left) ?? index.all();
  for (const test of left) {
    if (found.length === 0) break;
    if (pauses.isOver()) await pauses.rest();
    found = await narrow(index, found, test, pauses);
  }
  return found;
}

/** The smallest union of lists that all answers must be in; the test that names them is taken out of `tests`. */
function startingList(index: LabelIndex, tests: LabelTest[]): Uint32Array | undefined {
  let best: { readonly at: number; readonly labels: readonly number[]; readonly length: number } | undefined;
  for (const [at, test] of tests.entries()) {
    if (test.decisive === undefined || test.takesAbsent) continue;
    const labels = [...labelsOf(index, test.name, test.decisive)];
    const length = labels.reduce((sum, label) => sum + index.listLength(label), 0);
    if (best === undefined || length < best.length) best = { at, labels, length };
  }
  if (best === undefined) return undefined;
  const { at, labels, length } = best;
  if (labels.length > 1 && length > SORTED_SHARE_MAX * index.size) return undefined;
  tests.splice(at, 1);
  const union = new Uint32Array(length);
  let end = 0;
  for (const label of labels) {
    union.set(index.list(label), end);
    end += index.listLength(label);
  }
  return labels.length > 1 ? union.sort() : union;
}

async function narrow(index: LabelIndex, found: Uint32Array, test: LabelTest, pauses: Pauses): Promise<Uint32Array> {
  const { decisive, name, takesAbsent } = test;
  if (decisive?.length === 1) {
    const label = index.labelOf(name, decisive[0]!);
    const list = label < 0 ? NONE : index.list(label);
    return found.subarray(0, takesAbsent ? subtract(found, list) : intersect(found, list));
  }
  const values = decisive?.length ?? index.valueCount(name);
  const kept =
    found.length <= values ? narrowByOwn(index, found, test, pauses) : narrowByLists(index, found, test, pauses);
  return found.subarray(0, await kept);
}

/** Looks at the label of each series that is left. The three that follow keep what they find at the front. */
async function narrowByOwn(index: LabelIndex, found: Uint32Array, test: LabelTest, pauses: Pauses): Promise<number> {
  const taken = new Map<number, boolean>();
  const labelIn = index.labelFinder(test.name);
  let kept = 0;
  for (let at = 0; at < found.length; at++) {
    if (at % STRIDE === 0 && pauses.isOver()) await pauses.rest();
    const series = found[at]!;
    const label = labelIn(series);
    let isTaken: boolean | undefined = test.takesAbsent;
    if (label >= 0) {
      isTaken = taken.get(label);
      if (isTaken === undefined) taken.set(label, (isTaken = test.takes(index.valueOf(label))));
    }
    if (isTaken) found[kept++] = series;
  }
  return kept;
}

/** Marks the series of all values whose answer differs from that of a series without the label. */
async function narrowByLists(index: LabelIndex, found: Uint32Array, test: LabelTest, pauses: Pauses): Promise<number> {
  // A place that another series takes over during a rest is that of a series which is not among the found.
  const marks = new Uint8Array(index.places);
  const { decisive, name, takesAbsent } = test;
  let visited = 0;
  for (const label of decisive === undefined ? index.labelsNamed(name) : labelsOf(index, name, decisive)) {
    if (decisive !== undefined || test.takes(index.valueOf(label)) !== takesAbsent) {
      for (const series of index.list(label)) {
        const place = index.placeOf(series);
        if (place >= 0) marks[place] = 1;
      }
    }
    if (++visited % STRIDE === 0 && pauses.isOver()) await pauses.rest();
  }
  let kept = 0;
  for (const series of found) {
    const place = index.placeOf(series);
    if (place >= 0 && (marks[place] === 0) === takesAbsent) found[kept++] = series;
  }
  return kept;
}

/** Those of the values that any series has, looked up as they are asked for. */
function* labelsOf(index: LabelIndex, name: string, values: readonly string[]): Generator<number> {
  for (const value of values) {
    const label = index.labelOf(name, value);
    if (label >= 0) yield label;
  }
}

function intersect(found: Uint32Array, list: Uint32Array): number {
  let kept = 0;
  let at = 0;
  for (const series of found) {
    at = firstAtLeast(list, series, at);
    if (at === list.length) break;
    if (list[at] === series) found[kept++] = series;
  }
  return kept;
}

function subtract(found: Uint32Array, list: Uint32Array): number {
  let kept = 0;
  let at = 0;
  for (const series of found) {
    at = firstAtLeast(list, series, at);
    if (at === list.length || list[at] !== series) found[kept++] = series;
  }
  return kept;
}

/** The place of the first number that is not less, from `start` on: in leaps that double, then by halves. */
function firstAtLeast(list: Uint32Array, wanted: number, start: number): number {
  let low = start;
  let leap = 1;
  while (low + leap <= list.length && list[low + leap - 1]! < wanted) {
    low += leap;
    leap *= 2;
  }
  let high = Math.min(low + leap - 1, list.length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
