// What the tests of the domain sets share: a context with a clock that stands still until it is told to go on, and reading
// what a registry shows.

import { EventHub } from '../../events.ts';
import { Registry } from '../../registry.ts';
import type { ScalarPoint } from '../../snapshot/snapshot.ts';
import type { DomainContext } from '../context.ts';

const START_MS = 1_700_000_000_000;

export class TestNode {
  readonly registry = new Registry();
  /** The types of the events that were told. */
  readonly told: string[] = [];
  nowMs = START_MS;
  readonly #hub = new EventHub<Record<string, object>>(() => this.nowMs);

  constructor() {
    this.#hub.subscribe(({ type }) => this.told.push(type));
  }

  context<E>(): DomainContext<E> {
    const events = this.#hub as unknown as DomainContext<E>['events'];
    return { registry: this.registry, events, nowMs: () => this.nowMs, windowSeconds: 60 };
  }

  pass(seconds: number): void {
    this.nowMs += seconds * 1000;
  }

  /** The value of one series; undefined when it is absent. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    return this.#point(name, labels)?.value;
  }

  /** By the value of the only label. */
  valuesBy(name: string): Readonly<Record<string, number>> {
    const points = (this.#family(name)?.points ?? []) as readonly ScalarPoint[];
    return Object.fromEntries(points.map(({ labels, value }) => [labels[0]!.value, value]));
  }

  /** Count and sum of a histogram's observations. */
  observed(name: string, labels: Readonly<Record<string, string>> = {}): { count: number; sum: number } {
    const family = this.#family(name);
    const point = family?.type === 'histogram' ? family.points.find((each) => isOf(each.labels, labels)) : undefined;
    const counts = point?.counts ?? [];
    return { count: counts.reduce((sum, count) => sum + count, 0), sum: point?.sum ?? 0 };
  }

  #point(name: string, labels: Readonly<Record<string, string>>): ScalarPoint | undefined {
    const points = (this.#family(name)?.points ?? []) as readonly ScalarPoint[];
    return points.find((point) => isOf(point.labels, labels));
  }

  #family(name: string) {
    return this.registry.snapshot().families.find((family) => family.name === name);
  }
}

/** One that is switched off: recorders do nothing and tell nobody. */
export function offContext<E>(): DomainContext<E> {
  return {
    registry: undefined,
    events: { publish: undefined },
    nowMs: () => {
      throw new Error('a set that is switched off need not look at the time');
    },
    windowSeconds: 60,
  };
}

function isOf(labels: ScalarPoint['labels'], wanted: Readonly<Record<string, string>>): boolean {
  return labels.length === Object.keys(wanted).length && labels.every(({ name, value }) => wanted[name] === value);
}
