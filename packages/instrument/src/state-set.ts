// State sets: one series for each state a thing can be in, 1 for the states it is in and 0 for the others; absent until one
// is set. They are shown as gauges with the label `state` in every format: OpenMetrics' own state sets would force the label
// to be named as the metric, and then no two formats would agree.

import type { GaugeFamily } from './gauge.ts';
import type { LabelSchema, LabelValues } from './labels.ts';

export interface StateSet<V extends string> {
  /** Makes `state` the one that is 1. A state that is not in the set is dropped and counted as `unknown_label`. */
  set(state: V): void;
  /** Changes one state and leaves the others: for sets of which several may be 1. States never set are 0 from now on. */
  setActive(state: V, isActive: boolean): void;
  /** Makes all of them absent until one is set again. */
  clear(): void;
}

export interface LabelledStateSet<S extends LabelSchema, V extends string> {
  /** See {@link StateSet.set}. */
  set(labels: LabelValues<S>, state: V): void;
  /** See {@link StateSet.setActive}. */
  setActive(labels: LabelValues<S>, state: V, isActive: boolean): void;
  /** See {@link StateSet.clear}. */
  clear(labels: LabelValues<S>): void;
}

export class StateSetFamily<S extends LabelSchema, V extends string> implements LabelledStateSet<S, V> {
  readonly #gauge: GaugeFamily<LabelSchema>;
  readonly #stateLabel: string;
  readonly #states: readonly string[];

  constructor(gauge: GaugeFamily<LabelSchema>, states: { readonly label: string; readonly values: readonly string[] }) {
    this.#gauge = gauge;
    this.#stateLabel = states.label;
    this.#states = states.values;
  }

  set(labels: LabelValues<S>, state: V): void {
    if (!this.#states.includes(state)) {
      this.#put(labels, state, 1);
      return;
    }
    for (const other of this.#states) this.#put(labels, other, other === state ? 1 : 0);
  }

  setActive(labels: LabelValues<S>, state: V, isActive: boolean): void {
    // What is neither is no value of the state, and must not make the others appear.
    if (typeof isActive !== 'boolean') {
      this.#put(labels, state, Number.NaN);
      return;
    }
    if (this.#states.includes(state)) {
      for (const other of this.#states) {
        if (other !== state) this.#gauge.appear(this.#with(labels, other));
      }
    }
    this.#put(labels, state, isActive ? 1 : 0);
  }

  clear(labels: LabelValues<S>): void {
    for (const state of this.#states) this.#gauge.remove(this.#with(labels, state));
  }

  #put(labels: LabelValues<S>, state: string, value: number): void {
    this.#gauge.set(this.#with(labels, state), value);
  }

  /** Labels whose getters throw are no labels: the gauge counts them. */
  #with(labels: LabelValues<S>, state: string): Readonly<Record<string, string>> {
    try {
      return { ...labels, [this.#stateLabel]: state };
    } catch {
      return {};
    }
  }
}

/** The only member of a state set without further labels. */
export class UnlabelledStateSet<V extends string> implements StateSet<V> {
  readonly #family: StateSetFamily<Record<never, never>, V>;

  constructor(family: StateSetFamily<Record<never, never>, V>) {
    this.#family = family;
  }

  set(state: V): void {
    this.#family.set({}, state);
  }

  setActive(state: V, isActive: boolean): void {
    this.#family.setActive({}, state, isActive);
  }

  clear(): void {
    this.#family.clear({});
  }
}
