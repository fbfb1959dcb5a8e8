// The handles of a metric whose labels are closed, found once: a record then costs a look-up by value and no object for the
// labels. A value that is not in the table leads to a stand-in whose records the metric drops and counts as `unknown_label`.

import type { LabelSchema, LabelValues } from '../labels.ts';

/** By the value of one label: handles, or for a metric with several labels what leads to them by the next label. */
export class ClosedHandles<V extends string, H> {
  readonly #byValue: ReadonlyMap<unknown, H>;
  readonly #unknown: H;

  constructor(byValue: ReadonlyMap<V, H>, unknown: H) {
    this.#byValue = byValue;
    this.#unknown = unknown;
  }

  /** Never throws, whatever `value` is. */
  of(value: V): H {
    return this.#byValue.get(value) ?? this.#unknown;
  }
}

/** Any instrument with labels. */
interface Labelled<S extends LabelSchema, H> {
  handle(labels: LabelValues<S>): H;
}

type ValueOf<S extends LabelSchema, N extends keyof S> = S[N] extends readonly (infer V extends string)[] ? V : never;

/**
 * The handles of `instrument` by the values of the named labels, which are all it has, each closed: `reason` gives
 * `handles.of(reason).inc()`; `type`, `direction` give `handles.of(type).of(direction).inc()`.
 */
export function closedHandles<S extends LabelSchema, H, A extends keyof S & string>(
  instrument: Labelled<S, H>,
  labels: S,
  ...names: [A]
): ClosedHandles<ValueOf<S, A>, H>;
export function closedHandles<S extends LabelSchema, H, A extends keyof S & string, B extends keyof S & string>(
  instrument: Labelled<S, H>,
  labels: S,
  ...names: [A, B]
): ClosedHandles<ValueOf<S, A>, ClosedHandles<ValueOf<S, B>, H>>;
export function closedHandles<
  S extends LabelSchema,
  H,
  A extends keyof S & string,
  B extends keyof S & string,
  C extends keyof S & string,
>(
  instrument: Labelled<S, H>,
  labels: S,
  ...names: [A, B, C]
): ClosedHandles<ValueOf<S, A>, ClosedHandles<ValueOf<S, B>, ClosedHandles<ValueOf<S, C>, H>>>;
export function closedHandles(
  instrument: Labelled<LabelSchema, unknown>,
  labels: LabelSchema,
  ...names: string[]
): unknown {
  return handlesFrom({ instrument, labels, names, unknown: standInFor(instrument) }, {});
}

interface Plan {
  readonly instrument: Labelled<LabelSchema, unknown>;
  readonly labels: LabelSchema;
  readonly names: readonly string[];
  readonly unknown: unknown;
}

/** `chosen` holds the values of the labels before those that are still to be chosen. */
function handlesFrom(plan: Plan, chosen: Readonly<Record<string, string>>): unknown {
  const depth = Object.keys(chosen).length;
  const name = plan.names[depth];
  if (name === undefined) return plan.instrument.handle(chosen);
  const values = plan.labels[name] as readonly string[];
  const byValue = new Map(values.map((value) => [value, handlesFrom(plan, { ...chosen, [name]: value })]));
  return new ClosedHandles(byValue, unknownAt(plan, depth));
}

/** For an unknown value of a label: the stand-in, behind as many look-ups as labels follow. */
function unknownAt({ names, unknown }: Plan, depth: number): unknown {
  let behind = unknown;
  for (let i = depth + 1; i < names.length; i++) behind = new ClosedHandles<string, unknown>(new Map(), behind);
  return behind;
}

/** Records without labels: dropped and counted by the metric. */
const NO_LABELS = {};

type Recorder = (labels: object, ...values: unknown[]) => void;

/** A real handle would count a drop when it is asked for, before anything was recorded. */
function standInFor(instrument: object): unknown {
  const recorders = instrument as Readonly<Record<string, Recorder>>;
  const dropBy = (method: string) => {
    return (...values: unknown[]) => recorders[method]?.(NO_LABELS, ...values);
  };
  const methods = [
    'inc',
    'dec',
    'set',
    'observe',
    'observeMany',
    'mirrorTotal',
    'incWithExemplar',
    'observeWithExemplar',
  ];
  return { ...Object.fromEntries(methods.map((method) => [method, dropBy(method)])), clear: () => {} };
}
