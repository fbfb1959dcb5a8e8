// All that libp2p and gossipsub registered with one registry, and the source through which the registry shows it. Several
// nodes or components that register the same metric share it; what cannot be registered gets a family that is shown nowhere,
// so that no caller has to be told.

import { BRIDGE_DROP_REASONS, BRIDGES_METRICS } from '../../domains/table/bridges.ts';
import { InstrumentError } from '../../errors.ts';
import type { FamilySnapshot, ScalarPoint, SnapshotSource } from '../../snapshot/snapshot.ts';
import { Calculation, type Patience } from './calculation.ts';
import { CellBudget, type CellLimits } from './cells.ts';
import { type BridgeDropReason, BridgeDrops } from './drops.ts';
import { type Calculated, type ForeignFamily, HistogramFamily, ScalarFamily } from './families.ts';
import type { AttachingRegistry } from './interface.ts';
import { metricName } from './names.ts';

const MAX_FAMILIES = 2000;
const MAX_SERIES = 10_000;
const MAX_CALCULATIONS = 2000;
const MAX_COLLECT_CALLBACKS = 100;
const MAX_BUCKETS = 256;
/** prom-client's, which is what libp2p's own Prometheus metrics fall back to. */
const DEFAULT_BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface Registration {
  readonly name: string;
  readonly help?: string | undefined;
  /** Valid and different from each other. */
  readonly labelNames: readonly string[];
  readonly maxLabelValues: number;
}

const stores = new WeakMap<AttachingRegistry, ForeignStore>();

/** The store of this registry, attached to it when it is asked for the first time. */
export function storeOf(registry: AttachingRegistry): ForeignStore {
  if (typeof registry?.attach !== 'function') {
    throw new InstrumentError(
      'option_invalid',
      'The bridge has no registry: give a Registry of @chainpulse/instrument.',
    );
  }
  const known = stores.get(registry);
  if (known !== undefined) return known;
  const store = new ForeignStore();
  registry.attach(store);
  stores.set(registry, store);
  return store;
}

/** What libp2p and gossipsub recorded or registered with this registry that was dropped, since the start, by reason. */
export function libp2pDroppedRecords(registry: AttachingRegistry): Readonly<Record<BridgeDropReason, number>> {
  return (stores.get(registry)?.drops ?? new BridgeDrops()).snapshot();
}

export class ForeignStore implements SnapshotSource {
  readonly drops = new BridgeDrops();
  readonly #budget = new CellBudget(MAX_SERIES);
  readonly #families = new Map<string, ForeignFamily>();
  /** Which metric shows each sample name. */
  readonly #owners = new Map<string, string>();
  readonly #calculations = new Set<Calculation>();
  readonly #collectCallbacks = new Set<() => void>();
  #isCollecting = false;

  scalar(type: 'counter' | 'gauge', registration: Registration): ScalarFamily {
    const name = metricName(registration.name, type);
    const known = this.#families.get(name ?? '');
    if (known !== undefined) {
      if (known.type === type && known instanceof ScalarFamily && hasLabels(known, registration)) return known;
    } else if (name !== undefined && this.#claim(name, [name])) {
      return this.#keep(new ScalarFamily(describe(name, registration), type, this.#limits(registration)));
    }
    this.drops.count('refused');
    return new ScalarFamily(describe('refused', registration), type, nowhere());
  }

  /** Buckets are sorted, and those that are no number or infinite left out. Without any: those of prom-client. */
  histogram(registration: Registration, buckets: readonly number[] | undefined): HistogramFamily {
    const name = metricName(registration.name, 'histogram');
    const bounds = usable(buckets);
    const known = this.#families.get(name ?? '');
    if (known !== undefined) {
      const isSame = known instanceof HistogramFamily && hasLabels(known, registration);
      if (isSame && (buckets === undefined || sameNumbers(known.bounds, bounds))) return known;
    } else if (name !== undefined && bounds.length <= MAX_BUCKETS) {
      const names = [name, `${name}_bucket`, `${name}_sum`, `${name}_count`];
      if (this.#claim(name, names)) {
        return this.#keep(new HistogramFamily(describe(name, registration), bounds, this.#limits(registration)));
      }
    }
    this.drops.count('refused');
    return new HistogramFamily(describe('refused', registration), [], nowhere());
  }

  /** Of a family that is shown nowhere nothing is calculated: undefined. */
  makeCalculation(family: ForeignFamily, calculate: () => unknown, patience: Patience): Calculation | undefined {
    if (this.#families.get(family.description.name) !== family) return undefined;
    return new Calculation(family, calculate, this.drops, patience);
  }

  /** False, and counted, when there are too many. */
  addCalculation(calculation: Calculation): boolean {
    if (this.#calculations.size >= MAX_CALCULATIONS) {
      this.drops.count('refused');
      return false;
    }
    this.#calculations.add(calculation);
    return true;
  }

  removeCalculation(calculation: Calculation): void {
    this.#calculations.delete(calculation);
  }

  /** Calls back at every collection. Answers with a function that ends it. */
  addCollectCallback(callback: () => void): () => void {
    const registered = (): void => callback();
    if (this.#collectCallbacks.size >= MAX_COLLECT_CALLBACKS) this.drops.count('refused');
    else this.#collectCallbacks.add(registered);
    return () => {
      this.#collectCallbacks.delete(registered);
    };
  }

  async refresh(): Promise<void> {
    await Promise.all([...this.#calculations].map((calculation) => calculation.refresh()));
  }

  families(): readonly FamilySnapshot[] {
    // A callback that takes a snapshot itself gets what there is.
    if (!this.#isCollecting) {
      this.#isCollecting = true;
      this.#collect();
      this.#isCollecting = false;
    }
    const snapshots: FamilySnapshot[] = [...this.#families.values()].map((family) => family.snapshot());
    return [...snapshots, this.#ownFamily()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #collect(): void {
    for (const callback of this.#collectCallbacks) {
      try {
        callback();
      } catch {
        this.drops.count('callback');
      }
    }
    const latest = new Map<ScalarFamily, Calculated[]>();
    for (const family of this.#families.values()) {
      if (family.type === 'gauge') latest.set(family, []);
    }
    for (const calculation of this.#calculations) {
      calculation.collect();
      if (calculation.family instanceof ScalarFamily) latest.get(calculation.family)?.push(calculation.latest);
    }
    for (const [family, calculated] of latest) family.setCalculated(calculated);
  }

  #claim(name: string, sampleNames: readonly string[]): boolean {
    if (this.#families.size >= MAX_FAMILIES) return false;
    if (sampleNames.some((sampleName) => this.#owners.has(sampleName))) return false;
    for (const sampleName of sampleNames) this.#owners.set(sampleName, name);
    return true;
  }

  #keep<F extends ForeignFamily>(family: F): F {
    this.#families.set(family.description.name, family);
    return family;
  }

  #limits({ maxLabelValues }: Registration): CellLimits {
    return { budget: this.#budget, drops: this.drops, maxLabelValues };
  }

  #ownFamily(): FamilySnapshot {
    const counts = this.drops.snapshot();
    const points = BRIDGE_DROP_REASONS.map(
      (reason, i): ScalarPoint => ({ labels: OWN_LABELS[i]!, value: counts[reason] }),
    );
    const { name, help, unit, type } = BRIDGES_METRICS.bridgeDroppedRecords;
    return { name, help, unit, type, points };
  }
}

const OWN_LABELS = BRIDGE_DROP_REASONS.map((reason) => [
  { name: 'bridge', value: 'libp2p' },
  { name: 'reason', value: reason },
]);

function describe(name: string, { help, labelNames }: Registration): ForeignFamily['description'] {
  const isHelp = typeof help === 'string' && help.trim() !== '';
  return { name, help: isHelp ? help : name, labelNames };
}

/** Of a family that is shown nowhere: it holds no series and what it counts is not shown either. */
function nowhere(): CellLimits {
  return { budget: new CellBudget(0), drops: new BridgeDrops(), maxLabelValues: 0 };
}

function hasLabels(family: ForeignFamily, { labelNames }: Registration): boolean {
  const { labelNames: own } = family.description;
  return own.length === labelNames.length && own.every((name, i) => name === labelNames[i]);
}

function usable(buckets: readonly number[] | undefined): readonly number[] {
  const finite = [...new Set(buckets ?? [])].filter((bound) => Number.isFinite(bound)).sort((a, b) => a - b);
  return finite.length === 0 ? DEFAULT_BUCKETS : finite;
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((number, i) => number === b[i]);
}
