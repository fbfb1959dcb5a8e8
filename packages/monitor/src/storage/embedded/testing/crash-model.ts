// What a store must hold after the writer of the plan was killed: everything that was answered, and of the one step of each
// lane that was not, all or nothing of an append, and any part of a deletion.

import assert from 'node:assert/strict';
import type { LocalStore } from '../../interface.ts';
import { LANES, type Lane, type PlannedStep, plannedStep } from './crash-plan.ts';

type Samples = Map<string, Map<number, number>>;

export class CrashModel {
  /** The step of each lane that was not answered yet. */
  readonly next: Record<Lane, number> = { steady: 0, deleted: 0 };
  readonly #samples: Samples = new Map();

  /** A step was answered; they come in their order. */
  answered(lane: Lane, number: number): void {
    assert.equal(number, this.next[lane]);
    this.next[lane]++;
    const step = plannedStep(lane, number);
    if (step.kind === 'append') {
      for (const [series, timeMs, value] of step.rows) this.#samplesOf(series).set(timeMs, value);
      return;
    }
    for (const series of step.series) {
      const own = this.#samplesOf(series);
      for (const timeMs of own.keys()) if (isIn(step, timeMs)) own.delete(timeMs);
    }
  }

  /** Fails unless the store holds that. Gives the number of samples in it. */
  async check(store: LocalStore, what: string): Promise<number> {
    const found = await everySample(store, what);
    for (const lane of LANES) this.#settle(plannedStep(lane, this.next[lane]), found, what);
    let count = 0;
    for (const [series, expected] of this.#samples) {
      const own = found.get(series) ?? new Map<number, number>();
      count += own.size;
      for (const [timeMs, value] of expected) {
        if (own.get(timeMs) !== value)
          assert.fail(`${what}: ${series} has ${own.get(timeMs)}, not ${value}, at ${timeMs}`);
      }
      if (own.size > expected.size) assert.fail(`${what}: ${series} has ${own.size} samples, not ${expected.size}`);
    }
    for (const [series, own] of found)
      if (!this.#samples.has(series)) assert.fail(`${what}: ${series} has ${own.size}`);
    return count;
  }

  /** Takes what the step that was not answered may have done for granted, in `found`. */
  #settle(step: PlannedStep, found: Samples, what: string): void {
    if (step.kind === 'delete') {
      for (const series of step.series) {
        for (const [timeMs, value] of this.#samplesOf(series)) {
          const own = found.get(series) ?? new Map<number, number>();
          if (isIn(step, timeMs) && !own.has(timeMs)) found.set(series, own.set(timeMs, value));
        }
      }
      return;
    }
    const there = step.rows.filter(([series, timeMs]) => found.get(series)?.has(timeMs));
    assert.ok(there.length === 0 || there.length === step.rows.length, `${what}: part of a batch is there`);
    for (const [series, timeMs, value] of there) {
      const own = found.get(series)!;
      assert.equal(own.get(timeMs), value, what);
      own.delete(timeMs);
      if (own.size === 0) found.delete(series);
    }
  }

  #samplesOf(series: string): Map<number, number> {
    let own = this.#samples.get(series);
    if (own === undefined) this.#samples.set(series, (own = new Map()));
    return own;
  }
}

function isIn({ minTimeMs, maxTimeMs }: Extract<PlannedStep, { kind: 'delete' }>, timeMs: number): boolean {
  return timeMs >= minTimeMs && timeMs <= maxTimeMs;
}

async function everySample(store: LocalStore, what: string): Promise<Samples> {
  const found: Samples = new Map();
  const warn = (message: string) => assert.fail(`${what}: ${message}`);
  const all = { minTimeMs: -1e15, maxTimeMs: 1e15, matchers: [], warn };
  for await (const { labels, timestampsMs, values } of store.select(all)) {
    const series = labels.find(({ name }) => name === 'series')!.value;
    assert.ok(!found.has(series), `${what}: ${series} comes twice`);
    const own = new Map<number, number>();
    for (const [at, timeMs] of timestampsMs.entries()) {
      if (own.has(timeMs)) assert.fail(`${what}: ${series} has two samples at ${timeMs}`);
      own.set(timeMs, values[at]!);
    }
    found.set(series, own);
  }
  return found;
}
