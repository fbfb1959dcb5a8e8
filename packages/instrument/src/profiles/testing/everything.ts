// A registry with every metric of the table, and a script that gives each of them values: what a profile can be asked for.

import { type MetricDefinition, type MetricDefinitions, makeInstruments } from '../../domains/metric-definition.ts';
import { METRIC_TABLE } from '../../domains/table/index.ts';
import type { LabelSchema } from '../../labels.ts';
import { Registry } from '../../registry.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';

/** Where the node's data are; other bounded labels have other values. */
export const DATA_MOUNT = '/data';

/** A number of 0 to below 1. */
export type Random = () => number;

type LabelSet = Readonly<Record<string, string>>;

/** Any instrument of the table; without labels the methods take the value alone. */
interface AnyInstrument {
  inc(...record: readonly unknown[]): void;
  set(...record: readonly unknown[]): void;
  observe(...record: readonly unknown[]): void;
}

const BOUNDED_VALUES = ['a', 'b'];
const MOUNTS = ['/', DATA_MOUNT];

export class Everything {
  readonly registry: Registry;
  nowMs = 1_700_000_000_000;
  readonly #random: Random;
  readonly #instruments: readonly (readonly [MetricDefinition, AnyInstrument])[];

  constructor(random: Random = () => 0.5) {
    this.#random = random;
    this.registry = new Registry({ nowMs: () => this.nowMs });
    this.#instruments = Object.values(METRIC_TABLE).flatMap((rows: MetricDefinitions) => {
      const made = makeInstruments(this.registry, rows) as Readonly<Record<string, unknown>>;
      return Object.entries(rows).map(([key, row]) => [row, made[key] as AnyInstrument] as const);
    });
  }

  /** Records something with every series, and lets time pass. */
  pass(seconds: number): Snapshot {
    for (const [row, instrument] of this.#instruments) this.#record(row, instrument);
    this.nowMs += seconds * 1000;
    return this.registry.snapshot();
  }

  /** The instrument with this name. */
  instrument(name: string): AnyInstrument {
    const found = this.#instruments.find(([row]) => row.name === name);
    if (found === undefined) throw new Error(`The table has no ${name}.`);
    return found[1];
  }

  #record(row: MetricDefinition, instrument: AnyInstrument): void {
    const { type, labels = {}, buckets = [], stateLabel = 'state' } = row;
    if (type === 'stateset') {
      const { [stateLabel]: states = [], ...others } = labels;
      const names = 'limit' in states ? BOUNDED_VALUES : states;
      const state = names[Math.floor(this.#random() * names.length)];
      for (const set of labelSets(others)) instrument.set(...withLabels(set, state));
      return;
    }
    for (const set of labelSets(labels)) {
      if (type === 'info') instrument.set(set);
      if (type === 'counter') instrument.inc(...withLabels(set, Math.floor(1 + this.#random() * 1000)));
      if (type === 'gauge') instrument.set(...withLabels(set, this.#random() * (row.unit === 'ratio' ? 1 : 1e6)));
      // One in each bucket, the one above all bounds included, so that none can be lost unnoticed.
      const bounds = type === 'histogram' ? [...buckets, 2 * (buckets.at(-1) ?? 1)] : [];
      for (const bound of bounds) if (this.#random() >= 0.3) instrument.observe(...withLabels(set, bound));
    }
  }
}

function withLabels(labels: LabelSet, value: unknown): readonly unknown[] {
  return Object.keys(labels).length === 0 ? [value] : [labels, value];
}

/** Every combination of closed values, with two of each bounded label. */
function labelSets(schema: LabelSchema): readonly LabelSet[] {
  return Object.entries(schema).reduce<readonly LabelSet[]>(
    (sets, [label, values]) => {
      const used = 'limit' in values ? boundedValues(label) : values;
      return sets.flatMap((set) => used.map((value) => ({ ...set, [label]: value })));
    },
    [{}],
  );
}

function boundedValues(label: string): readonly string[] {
  return label === 'mount' ? MOUNTS : BOUNDED_VALUES;
}
