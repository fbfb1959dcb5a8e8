// Shows a snapshot under another system's names: the same instruments, with that system's types, units and buckets, so that
// rules and dashboards written for it keep working. Nothing is measured twice: all of it is computed from the snapshot and,
// where a value is one over a window, from what earlier snapshots had. Values that cannot be computed are absent.

import type { ProfileName } from '../domains/metric-definition.ts';
import { METRIC_TABLE } from '../domains/table/index.ts';
import { InstrumentError } from '../errors.ts';
import type { FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';
import { MetricView } from './metric-view.ts';
import { profileMetrics } from './profile-metric.ts';

export interface ProfileOptions {
  /** Of rates, means and quantiles, more than 0; 60 by default. Time is that of the snapshots. */
  readonly windowSeconds?: number | undefined;
  /** The `mount` of the file system that holds the node's data; by default the only one, or `/`. */
  readonly dataMount?: string | undefined;
  /** Shows the canonical names as well; false by default. */
  readonly alongside?: boolean | undefined;
}

export interface Profile {
  readonly name: ProfileName;
  /**
   * The snapshot under the names of this profile. Metrics that are not of the table keep their names; one whose name is of
   * the profile is left out. Snapshots are given in the order in which they were taken.
   */
  apply(snapshot: Snapshot): Snapshot;
}

const DEFAULT_WINDOW_SECONDS = 60;

const CANONICAL_NAMES: ReadonlySet<string> = new Set(
  Object.values(METRIC_TABLE).flatMap((set) => Object.values(set).map(({ name }) => name)),
);

/**
 * A profile that shows the snapshots of one registry; it keeps the totals of one window, so each registry has its own.
 *
 * ```ts
 * const alys = createProfile('alys');
 * const page = renderSnapshotText(alys.apply(registry.snapshot()));
 * ```
 * @throws {InstrumentError} `option_invalid`
 */
export function createProfile(name: ProfileName, options: ProfileOptions = {}): Profile {
  const { windowSeconds = DEFAULT_WINDOW_SECONDS, dataMount, alongside = false } = options;
  if (!(windowSeconds > 0 && windowSeconds < Number.POSITIVE_INFINITY)) {
    throw new InstrumentError('option_invalid', `windowSeconds is ${String(windowSeconds)}: give seconds above 0.`);
  }
  const views = profileMetrics(name).map((metric) => new MetricView(metric, { windowSeconds, dataMount }));
  return {
    name,
    apply: ({ takenAtMs, families }) => {
      const byName = new Map(families.map((family) => [family.name, family]));
      const reading = { atMs: takenAtMs, family: (wanted: string) => byName.get(wanted) };
      const shown = new Map<string, FamilySnapshot>();
      for (const view of views) for (const family of view.show(reading)) shown.set(family.name, family);
      for (const family of families) {
        const isKept = alongside || !CANONICAL_NAMES.has(family.name);
        if (isKept && !shown.has(family.name)) shown.set(family.name, family);
      }
      return { takenAtMs, families: Array.from(shown.values()).sort((a, b) => (a.name < b.name ? -1 : 1)) };
    },
  };
}
