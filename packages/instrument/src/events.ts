// What happened in a node, told by the same calls that count it: whoever listens gets one object for each event, from which
// spans, log lines and live streams are made. With nobody listening a recorder pays one comparison.

import { InstrumentError } from './errors.ts';

/** Event types and their fields, as the domain sets declare them. */
export type EventMap = Readonly<Record<string, object>>;

export type PublishedEvent<M extends EventMap> = {
  [T in keyof M & string]: {
    readonly type: T;
    /** Unix time in milliseconds. */
    readonly atMs: number;
    /** As they were given to the recorder. */
    readonly fields: Readonly<M[T]>;
  };
}[keyof M & string];

export type EventListener<M extends EventMap> = (event: PublishedEvent<M>) => void;

const MAX_LISTENERS = 100;

export class EventHub<M extends EventMap> {
  /** Undefined while nobody listens. */
  publish: (<T extends keyof M & string>(type: T, fields: Readonly<M[T]>) => void) | undefined;
  readonly #nowMs: () => number;
  readonly #listeners = new Set<EventListener<M>>();
  #failureCount = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Calls of listeners that threw. */
  get failureCount(): number {
    return this.#failureCount;
  }

  /**
   * Calls `listener` with every event, at once and in the order of recording; answers with a function that ends it. What it
   * throws is counted and goes no further.
   * @throws {InstrumentError} `collector_limit` at 100 listeners
   */
  subscribe(listener: EventListener<M>): () => void {
    if (this.#listeners.size >= MAX_LISTENERS) {
      throw new InstrumentError('collector_limit', `There are ${MAX_LISTENERS} listeners: end those no longer needed.`);
    }
    const registered: EventListener<M> = (event) => listener(event);
    this.#listeners.add(registered);
    this.publish = (type, fields) => this.#deliver(type, fields);
    return () => {
      this.#listeners.delete(registered);
      if (this.#listeners.size === 0) this.publish = undefined;
    };
  }

  #deliver<T extends keyof M & string>(type: T, fields: Readonly<M[T]>): void {
    const event = { type, atMs: this.#nowMs(), fields } as PublishedEvent<M>;
    for (const listener of this.#listeners) {
      try {
        const result: unknown = listener(event);
        // A listener may be an async function: what it throws must not end the program.
        if (result instanceof Promise) result.catch(() => this.#failureCount++);
      } catch {
        this.#failureCount++;
      }
    }
  }
}
