// What happens when a registry is read: callbacks bring gauges up to date, series that nobody records any more end, sources
// add what they know, and values that are computed from all of that are computed.

import { InstrumentError } from '../errors.ts';
import type { DropCounts } from '../series/drops.ts';
import { mergeFamilies } from './merge.ts';
import type { FamilySnapshot, SnapshotSource } from './snapshot.ts';
import { isWellFormed } from './well-formed.ts';

/** Callbacks of each kind, and sources, at a time. */
const MAX_CALLBACKS = 1000;

/** Sees what the registry is about to show, that of its sources included. */
export interface MetricReader {
  /** The metric with all its series merged, or undefined when there is none of that name. */
  family(name: string): FamilySnapshot | undefined;
}

export class Collection {
  readonly #drops: DropCounts;
  readonly #collectors = new Set<() => void>();
  readonly #derivers = new Set<(reader: MetricReader) => void>();
  readonly #sources = new Set<SnapshotSource>();
  #isRunning = false;
  #foreign: readonly (readonly FamilySnapshot[])[] = [];

  constructor(drops: DropCounts) {
    this.#drops = drops;
  }

  get hasSources(): boolean {
    return this.#sources.size > 0;
  }

  onCollect(collector: () => void): () => void {
    return this.#keep(this.#collectors, () => collector(), 'onCollect callbacks');
  }

  onDerive(deriver: (reader: MetricReader) => void): () => void {
    return this.#keep(this.#derivers, (reader: MetricReader) => deriver(reader), 'onDerive callbacks');
  }

  attach(source: SnapshotSource): () => void {
    if (typeof source?.families !== 'function') {
      throw new InstrumentError(
        'option_invalid',
        'What is attached has no families(): give a source, such as promClientSource(register) makes of a registry of prom-client.',
      );
    }
    return this.#keep(this.#sources, source, 'attached sources');
  }

  async refresh(): Promise<void> {
    await Promise.all(Array.from(this.#sources, (source) => this.#refreshOne(source)));
  }

  /**
   * Brings gauges up to date and answers with what the sources know. A read from inside a callback gets what there is.
   * Without values that are computed: for a registry that is read by one that sees more.
   */
  gather(): readonly (readonly FamilySnapshot[])[] {
    if (this.#isRunning) return this.#foreign;
    return this.#run(() => {});
  }

  /** As `gather`, and computes what is computed from everything. */
  gatherAndDerive(ownFamily: (name: string) => FamilySnapshot | undefined): readonly (readonly FamilySnapshot[])[] {
    if (this.#isRunning) return this.#foreign;
    return this.#run((foreign) => {
      const reader: MetricReader = { family: (name) => mergedFamily(name, ownFamily, foreign) };
      for (const deriver of this.#derivers) this.#guard(() => deriver(reader));
    });
  }

  #run(derive: (foreign: readonly (readonly FamilySnapshot[])[]) => void): readonly (readonly FamilySnapshot[])[] {
    this.#isRunning = true;
    for (const collector of this.#collectors) this.#guard(collector);
    this.#foreign = this.#sourceFamilies();
    derive(this.#foreign);
    this.#isRunning = false;
    return this.#foreign;
  }

  #sourceFamilies(): (readonly FamilySnapshot[])[] {
    const all: (readonly FamilySnapshot[])[] = [];
    for (const source of this.#sources) this.#guard(() => all.push(this.#wellFormed(source.families())));
    return all;
  }

  /** Without what no renderer could show; each family left out is counted. */
  #wellFormed(families: readonly FamilySnapshot[]): readonly FamilySnapshot[] {
    const kept = families.filter(isWellFormed);
    for (let i = kept.length; i < families.length; i++) this.#drops.count('internal');
    return kept;
  }

  async #refreshOne(source: SnapshotSource): Promise<void> {
    try {
      await source.refresh?.();
    } catch {
      this.#drops.count('internal');
    }
  }

  #guard(work: () => unknown): void {
    try {
      const result = work();
      // A callback may be an async function, though nobody waits for it: what it throws must not end the program.
      if (result instanceof Promise) result.catch(() => this.#drops.count('internal'));
    } catch {
      this.#drops.count('internal');
    }
  }

  #keep<T>(kept: Set<T>, item: T, what: string): () => void {
    if (kept.size >= MAX_CALLBACKS) {
      throw new InstrumentError(
        'collector_limit',
        `There are ${MAX_CALLBACKS} ${what}: register one for many metrics, and end those no longer needed.`,
      );
    }
    kept.add(item);
    return () => {
      kept.delete(item);
    };
  }
}

function mergedFamily(
  name: string,
  ownFamily: (name: string) => FamilySnapshot | undefined,
  foreign: readonly (readonly FamilySnapshot[])[],
): FamilySnapshot | undefined {
  const own = ownFamily(name);
  const others = foreign.map((families) => families.filter((family) => family.name === name));
  return mergeFamilies([own === undefined ? [] : [own], ...others]).families[0];
}
