// What every domain set is given. A set makes its instruments from the table in its constructor, keeps handles for closed
// label combinations, and has one method for each thing that happens in a node. The methods take one object, read its
// fields directly, allocate nothing and never throw: values that an instrument cannot take are dropped and counted by the
// instrument, and a missing argument is one without fields (`static { guardRecorders(this); }` in each class).

import type { Registry } from '../registry.ts';

export interface DomainContext<E> {
  /** Undefined when the set is switched off: its instruments do nothing, and it registers no callbacks. */
  readonly registry: Registry | undefined;
  /** Told by every `record…` method, and by no other. */
  readonly events: EventSink<E>;
  /** Unix time in milliseconds. */
  readonly nowMs: () => number;
  /** The stretch over which derived values are computed. */
  readonly windowSeconds: number;
}

/**
 * The part of an `EventHub` that a set uses. `E` maps event types (`consensus.block_committed`) to their fields; it is a
 * type alias and no interface, as only aliases fit `EventMap`. A hub of more events than `E` is a sink of `E`.
 */
export interface EventSink<E> {
  /** Undefined while nobody listens. */
  readonly publish: (<T extends keyof E & string>(type: T, fields: Readonly<E[T]>) => void) | undefined;
}

export const DEFAULT_WINDOW_SECONDS = 60;

/** The clock of a set; one that is switched off need not look at the time. */
export function clockOf({ registry, nowMs }: Pick<DomainContext<never>, 'registry' | 'nowMs'>): () => number {
  return registry === undefined ? () => 0 : nowMs;
}

/** A height or a view: where the highest is kept, anything else would stick, as no later one would be above it. */
export function isPosition(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
