// What a test may have meant: the names and series nearest to one that does not exist.

import type { FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';
import { seriesOf } from './metrics-probe.ts';
import type { SeriesLabels } from './series-text.ts';

const MAX_NAMES = 3;
const MAX_SERIES = 5;
/** Series that are compared with what was looked for. */
const MAX_COMPARED = 1000;

/** The names that take the fewest changes to become this one, nearest first. */
export function nearestNames(snapshot: Snapshot, name: string): readonly string[] {
  const near = snapshot.families.map((family) => ({ name: family.name, distance: distanceOf(name, family.name) }));
  const limit = Math.max(3, Math.floor(name.length / 2));
  return near
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MAX_NAMES)
    .map((each) => each.name);
}

/** The series of a metric whose labels differ least from these, with their values, nearest first. */
export function nearestSeries(family: FamilySnapshot, labels: SeriesLabels): readonly string[] {
  return seriesOf(family)
    .slice(0, MAX_COMPARED)
    .map((series) => ({ text: series.text, difference: differenceOf(series.labels, labels) }))
    .sort((a, b) => a.difference - b.difference)
    .slice(0, MAX_SERIES)
    .map(({ text }) => text);
}

/** A missing or superfluous label weighs more than any difference of values. */
function differenceOf(found: SeriesLabels, wanted: SeriesLabels): number {
  let difference = 0;
  for (const name of new Set([...Object.keys(found), ...Object.keys(wanted)])) {
    const [a, b] = [found[name], wanted[name]];
    if (a === undefined || b === undefined) difference += 1000;
    else difference += Math.min(999, distanceOf(a, b));
  }
  return difference;
}

/** Levenshtein's distance: insertions, deletions and replacements of UTF-16 units. */
function distanceOf(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(replaced, previous[j]! + 1, current[j - 1]! + 1);
    }
    previous = current;
  }
  return previous[b.length]!;
}
