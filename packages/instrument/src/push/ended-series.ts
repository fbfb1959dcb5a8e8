// What a receiver of remote write has to be told besides values: that a series has ended (a gauge that was cleared, labels
// that were removed). Otherwise it goes on showing the last value for minutes. Such series are added to a snapshot with the
// points that they had last, marked here, and encoded as Prometheus's stale marker. A push that stops ends no series: what a
// job has sent last is to be found.
// Sources: prometheus.io/docs/specs/prw/remote_write_spec, …/remote_write_spec_2_0, "Stale markers"

import { labelKey } from '../snapshot/merge.ts';
import type { FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';

type Point = FamilySnapshot['points'][number];

/** The bits of the NaN that says that a series has ended; no other NaN does. */
export const STALE_NAN_BITS = 0x7ff0000000000002n;

const endedPoints = new WeakSet<Point>();

/** Whether the point is the mark of an end and no value. */
export function isEnded(point: Point): boolean {
  return endedPoints.has(point);
}

export class EndedSeries {
  /** By name. */
  #last: ReadonlyMap<string, FamilySnapshot> = new Map();

  /** The snapshot with what has ended since the one before; a family with ended series comes twice. */
  addTo(snapshot: Snapshot): Snapshot {
    const now = new Map(snapshot.families.map((family) => [family.name, family]));
    const ended = [...this.#last.values()].flatMap((last) => endedOf(last, now.get(last.name)));
    this.#last = now;
    return ended.length === 0 ? snapshot : { ...snapshot, families: [...snapshot.families, ...ended] };
  }
}

function endedOf(last: FamilySnapshot, now: FamilySnapshot | undefined): FamilySnapshot[] {
  // A metric that has become another one may go on under the same names.
  if (now !== undefined && now.type !== last.type) return [];
  const gone = missingPoints(last.points, now?.points ?? []);
  if (gone.length === 0) return [];
  const marks = gone.map((point) => ({ ...point }));
  for (const mark of marks) endedPoints.add(mark);
  // The points of a family are of its own kind, which the compiler cannot tell of a union.
  return [{ ...last, points: marks } as FamilySnapshot];
}

function missingPoints(before: readonly Point[], after: readonly Point[]): readonly Point[] {
  // Mostly all are there, with the same arrays of labels, and no text has to be made.
  const arrays = new Set(after.map(({ labels }) => labels));
  const unsure = before.filter(({ labels }) => !arrays.has(labels));
  if (unsure.length === 0) return unsure;
  const keys = new Set(after.map(({ labels }) => labelKey(labels)));
  return unsure.filter(({ labels }) => !keys.has(labelKey(labels)));
}
