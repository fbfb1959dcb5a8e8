// The events that recorders told, kept for a test to look at.

import type { NodeEventMap } from '../domains/node-metrics.ts';
import type { EventHub, PublishedEvent } from '../events.ts';

export type NodeEvent = PublishedEvent<NodeEventMap>;
type NodeEventOf<T extends keyof NodeEventMap> = Extract<NodeEvent, { readonly type: T }>;

/** The latest of them; a simulation tells millions. */
const MAX_KEPT = 10_000;

export class EventLog {
  #kept: NodeEvent[] = [];
  #count = 0;

  /** Listens from now on. */
  constructor(hub: EventHub<NodeEventMap>) {
    hub.subscribe((event) => this.#keep(event));
  }

  /** Events told so far, those that are no longer kept included. */
  get count(): number {
    return this.#count;
  }

  /** The latest 10,000, oldest first. */
  all(): readonly NodeEvent[] {
    return this.#kept.slice(-MAX_KEPT);
  }

  /** Those of one type, among the latest 10,000, oldest first. */
  ofType<T extends keyof NodeEventMap>(type: T): readonly NodeEventOf<T>[] {
    return this.all().filter((event): event is NodeEventOf<T> => event.type === type);
  }

  #keep(event: NodeEvent): void {
    this.#count++;
    this.#kept.push(event);
    if (this.#kept.length >= 2 * MAX_KEPT) this.#kept = this.all() as NodeEvent[];
  }
}
