// What the table says of a metric, and the instruments that are made from it.

import type { Counter, LabelledCounter } from '../counter.ts';
import type { Gauge, LabelledGauge } from '../gauge.ts';

import type { Info } from '../info.ts';
import type { LabelSchema } from '../labels.ts';
import { NOOP_INSTRUMENT } from '../noop.ts';
import type { Histogram, LabelledHistogram } from '../observing-family.ts';
import type { Registry } from '../registry.ts';
import type { MergeMode } from '../snapshot/snapshot.ts';
import type { LabelledStateSet, StateSet } from '../state-set.ts';

/** The systems whose names a node can show instead of the canonical ones. */
export const PROFILE_NAMES = ['hotstuff2', 'p2p', 'alys', 'aureon', 'arthachain'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

export interface MetricDefinition {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'info' | 'stateset';
  /** The base unit; left out for what has none. */
  readonly unit?: string;
  readonly help: string;
  /** A state set names its states by the label `state` (or the one that `stateLabel` names). */
  readonly labels?: LabelSchema;
  readonly buckets?: readonly number[];
  /** Of infos: labels of which each combination is shown once; default: one series in all. */
  readonly by?: readonly string[];
  /** Of state sets: the label that names the states, when it is not `state`. */
  readonly stateLabel?: string;
  /** Of gauges: how the values of several threads become one; `last` when absent. */
  readonly merge?: MergeMode;
  /** How a value that is not measured itself is computed. */
  readonly formula?: string;
  /** The methods that record it, or what collects it. */
  readonly recordedBy: string;
  /** The name in each profile; its notation is described in `profiles/alias.ts`. */
  readonly aliases?: Readonly<Partial<Record<ProfileName, string>>>;
}

export type MetricDefinitions = Readonly<Record<string, MetricDefinition>>;

type StateLabelOf<D> = D extends { stateLabel: infer L extends string } ? L : 'state';
type StatesOf<S, L extends string> = S extends Record<L, readonly (infer V extends string)[]> ? V : never;

type StateSetOf<S extends LabelSchema, L extends string> = keyof Omit<S, L> extends never
  ? StateSet<StatesOf<S, L>>
  : LabelledStateSet<Omit<S, L>, StatesOf<S, L>>;

interface LabelledInstruments<S extends LabelSchema, L extends string> {
  readonly counter: LabelledCounter<S>;
  readonly gauge: LabelledGauge<S>;
  readonly histogram: LabelledHistogram<S>;
  readonly info: Info<S>;
  readonly stateset: StateSetOf<S, L>;
}

interface UnlabelledInstruments {
  readonly counter: Counter;
  readonly gauge: Gauge;
  readonly histogram: Histogram;
  readonly info: never;
  readonly stateset: never;
}

export type InstrumentOf<D extends MetricDefinition> = D extends { labels: infer S extends LabelSchema }
  ? LabelledInstruments<S, StateLabelOf<D>>[D['type']]
  : UnlabelledInstruments[D['type']];

export type InstrumentsOf<T extends MetricDefinitions> = { readonly [K in keyof T]: InstrumentOf<T[K]> };

/** Keeps the literal types of a row, so that label values are known to the compiler. */
export function metric<const D extends MetricDefinition>(definition: D): D {
  return definition;
}

/**
 * Makes every instrument of a table's part in `registry`, or without one instruments that do nothing.
 * @throws {InstrumentError} as the registry does
 */
export function makeInstruments<T extends MetricDefinitions>(
  registry: Registry | undefined,
  definitions: T,
): InstrumentsOf<T> {
  const made = Object.entries(definitions).map(([key, definition]) => [
    key,
    registry === undefined ? NOOP_INSTRUMENT : makeInstrument(registry, definition),
  ]);
  return Object.fromEntries(made) as InstrumentsOf<T>;
}

function makeInstrument(registry: Registry, definition: MetricDefinition): unknown {
  const { name, help, unit, labels, buckets = [], merge } = definition;
  const described = { name, help, ...(unit === undefined ? {} : { unit }) };
  const labelled = { ...described, labels: labels ?? {} };
  switch (definition.type) {
    case 'counter':
      return labels === undefined ? registry.counter(described) : registry.counter(labelled);
    case 'gauge': {
      const merged = merge === undefined ? {} : { merge };
      return labels === undefined
        ? registry.gauge({ ...described, ...merged })
        : registry.gauge({ ...labelled, ...merged });
    }
    case 'histogram':
      return labels === undefined
        ? registry.histogram({ ...described, buckets })
        : registry.histogram({ ...labelled, buckets });
    case 'info':
      return registry.info({ ...labelled, ...(definition.by === undefined ? {} : { by: definition.by }) });
    case 'stateset':
      return registry.stateSet({ ...labelled, stateLabel: definition.stateLabel ?? 'state' });
  }
}
