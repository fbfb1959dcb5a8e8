// A registry of prom-client, or of a library that descends from it, shown by ours: `refresh` reads its JSON, which runs its
// callbacks, and `families` gives what was read. A reading that fails shows nothing rather than the values of the last one.

import { InstrumentError } from '../../errors.ts';
import type { Label } from '../../labels.ts';
import type { FamilySnapshot, SnapshotSource } from '../../snapshot/snapshot.ts';
import { LabelKeeper } from './label-keeper.ts';
import { familyFromJson } from './prom-client-json.ts';

const DEFAULT_MAX_SERIES = 10_000;

/** What is needed of it: a registry of prom-client 12 to 15, @prometheus-io/client or @platformatic/prom-client. */
export interface PromClientRegistry {
  getMetricsAsJSON(): unknown;
  readonly contentType?: string;
}

export interface PromClientSourceOptions {
  /** Label sets over all metrics that are shown (default 10,000); further ones are left out and counted. */
  readonly maxSeries?: number;
}

export interface PromClientSource extends SnapshotSource {
  refresh(): Promise<void>;
  /** Label sets that the last reading left out. */
  droppedSeries(): number;
}

/**
 * `registry.attach(promClientSource(register))` shows the metrics of `register`, with its default labels, as they were at
 * the last `registry.refresh()`. Counters keep their names, with or without `_total`.
 */
export function promClientSource(
  register: PromClientRegistry,
  { maxSeries = DEFAULT_MAX_SERIES }: PromClientSourceOptions = {},
): PromClientSource {
  if (typeof register?.getMetricsAsJSON !== 'function') {
    throw new InstrumentError(
      'option_invalid',
      'The register has no getMetricsAsJSON(): give a Registry of prom-client.',
    );
  }
  return new Source(register, maxSeries);
}

class Source implements PromClientSource {
  readonly #register: PromClientRegistry;
  readonly #maxSeries: number;
  readonly #keeper = new LabelKeeper();
  #families: readonly FamilySnapshot[] = [];
  #droppedSeries = 0;
  #isReading = false;

  constructor(register: PromClientRegistry, maxSeries: number) {
    this.#register = register;
    this.#maxSeries = maxSeries;
  }

  families(): readonly FamilySnapshot[] {
    return this.#families;
  }

  droppedSeries(): number {
    return this.#droppedSeries;
  }

  /** What was read last stays until this reading has ended; one that has not ended when the next begins is given up. */
  async refresh(): Promise<void> {
    if (this.#isReading) this.#families = [];
    this.#isReading = true;
    try {
      this.#take(await this.#register.getMetricsAsJSON());
    } catch (error) {
      this.#families = [];
      throw error;
    } finally {
      this.#isReading = false;
    }
  }

  #take(metrics: unknown): void {
    const isOpenMetrics = this.#register.contentType?.startsWith('application/openmetrics-text') === true;
    const keepLabels = (family: string, labels: Label[]): readonly Label[] => this.#keeper.keep(family, labels);
    const read: FamilySnapshot[] = [];
    let room = this.#maxSeries;
    let dropped = 0;
    for (const metric of Array.isArray(metrics) ? metrics : []) {
      const family = familyFromJson(metric, isOpenMetrics, {}, keepLabels);
      if (family === undefined) continue;
      const count = family.points.length;
      dropped += Math.max(0, count - room);
      read.push(count <= room ? family : ({ ...family, points: family.points.slice(0, room) } as FamilySnapshot));
      room -= Math.min(room, count);
    }
    this.#keeper.finish();
    this.#families = read;
    this.#droppedSeries = dropped;
  }
}
