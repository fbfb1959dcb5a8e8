import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { type Labels, labelsKey } from '../../../model/labels.ts';
import type { Matcher } from '../../../model/matcher.ts';
import { Pace, type Pauses } from '../../sqlite/pacing.ts';
import { StateTable } from '../../sqlite/state-table.ts';
import { DEFAULT_STORE_LIMITS } from '../limits.ts';
import { SeriesRegistry } from './series-registry.ts';
import { anyLabels, someLabels, someMatcher } from './testing/arbitraries.ts';
import { SeriesDatabase } from './testing/series-database.ts';
import { type Life, SeriesModel } from './testing/series-model.ts';

type Change =
  | { readonly kind: 'resolve'; readonly series: readonly Labels[] }
  | { readonly kind: 'sample' | 'cool' | 'remove'; readonly picks: readonly number[]; readonly timeMs: number }
  | { readonly kind: 'consolidate' | 'restart' };

type Command =
  | Change
  | { readonly kind: 'expire'; readonly timeMs: number }
  | {
      readonly kind: 'select';
      readonly matchers: readonly Matcher[];
      readonly minTimeMs: number;
      /** What happens while the search rests. */
      readonly meanwhile: readonly Change[];
    };

const picks = fc.array(fc.nat(1000), { minLength: 1, maxLength: 12, size: 'max' });
const labels = fc.oneof({ weight: 4, arbitrary: someLabels }, anyLabels);

const living: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('resolve' as const),
      series: fc.array(labels, { maxLength: 30, size: 'max' }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('sample' as const, 'cool' as const), picks, timeMs: fc.nat(100) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), picks, timeMs: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('consolidate' as const) }) },
);

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: living },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), timeMs: fc.nat(60) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('select' as const),
      matchers: fc.array(someMatcher, { maxLength: 3 }),
      minTimeMs: fc.oneof(fc.constant(Number.NEGATIVE_INFINITY), fc.nat(100)),
      meanwhile: fc.array(living, { maxLength: 4 }),
    }),
  },
);

it('holds and finds what a plain list of series would, through cooling, deletion, upkeep and restarts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 80, size: 'max' }), async (commands) => {
      const pair = new Pair();
      try {
        for (const next of commands) {
          await pair.run(next);
          await pair.compare([], Number.NEGATIVE_INFINITY);
        }
      } finally {
        pair.file.delete();
      }
    }),
    { numRuns: 60 },
  );
});

const still = { isOver: () => false, rest: async () => {} };
const open = () => {};

/** The registry and the model, always in step. */
class Pair {
  readonly file = new SeriesDatabase();
  readonly model = new SeriesModel();
  floorMs = Number.NEGATIVE_INFINITY;
  registry = this.#load();

  async run(next: Command): Promise<void> {
    switch (next.kind) {
      case 'resolve':
        return this.#resolve(next.series);
      case 'sample':
        for (const life of this.#pick(next.picks, this.model.hot())) {
          life.latestMs = Math.max(life.latestMs, this.floorMs, next.timeMs);
          this.registry.latestMs[this.registry.slotOf(life.ref)] = life.latestMs;
        }
        return;
      case 'cool':
        return this.#cool(this.#pick(next.picks, this.model.hot()));
      case 'remove':
        return this.#remove(this.#pick(next.picks, [...this.model.lives.values()]));
      case 'consolidate':
        this.registry.consolidate();
        return;
      case 'restart':
        this.file.reopen();
        this.registry = this.#load();
        return;
      case 'expire':
        this.floorMs = Math.max(this.floorMs, next.timeMs);
        while (this.registry.removeCold(this.floorMs));
        for (const life of this.model.lives.values()) {
          if (!life.isHot && life.latestMs < this.floorMs) this.model.lives.delete(life.ref);
        }
        return;
      case 'select':
        await this.compare(next.matchers, next.minTimeMs);
        await this.#selectMeanwhile(next.matchers, next.minTimeMs, next.meanwhile);
        return this.#valuesMeanwhile(next.matchers, next.minTimeMs, next.meanwhile);
    }
  }

  async compare(matchers: readonly Matcher[], minTimeMs: number): Promise<void> {
    const range = { minTimeMs: Math.max(minTimeMs, this.floorMs), maxTimeMs: Number.POSITIVE_INFINITY };
    const expected = this.model.select(matchers, range.minTimeMs);
    assert.deepEqual(await this.registry.select(matchers, range, new Pace()), expected);
    assert.equal(this.registry.hotCount, this.model.hot().length);
    assert.deepEqual(
      [...this.registry.slots()].map((slot) => this.registry.refOf(slot)),
      this.model.hot().map(({ ref }) => ref),
    );
    const sets = matchers.length === 0 ? [] : [matchers];
    const all = expected.flatMap((selected) => selected.labels);
    const always = () => true;
    const later = async () => true;
    for (const hasSample of [always, later]) {
      const names = await this.registry.labelNames(sets, range, hasSample, still);
      assert.deepEqual(names, new Set(all.map(({ name }) => name)));
      const values = await this.registry.labelValues('le', sets, range, hasSample, still);
      assert.deepEqual(values, new Set(all.filter(({ name }) => name === 'le').map(({ value }) => value)));
    }
  }

  /** What was there all the time is found, and nothing that was never there; nothing comes twice. */
  async #selectMeanwhile(matchers: readonly Matcher[], minTimeMs: number, meanwhile: readonly Change[]): Promise<void> {
    const range = { minTimeMs: Math.max(minTimeMs, this.floorMs), maxTimeMs: Number.POSITIVE_INFINITY };
    const watched = this.#watch(matchers, range.minTimeMs, meanwhile);
    const found = await this.registry.select(matchers, range, watched.pauses);
    const refs = found.flatMap((selected) => selected.refs);
    assert.equal(new Set(refs).size, refs.length);
    assert.equal(new Set(found.map((selected) => labelsKey(selected.labels))).size, found.length);
    for (const { ref } of watched.always()) assert.ok(refs.includes(ref), `series ${ref} was there all the time`);
    const ever = new Set(watched.ever().map(({ ref }) => ref));
    for (const ref of refs) assert.ok(ever.has(ref), `series ${ref} never matched`);
  }

  /** The same of the values of a label, when it takes a while to know whether a series has a sample. */
  async #valuesMeanwhile(matchers: readonly Matcher[], minTimeMs: number, meanwhile: readonly Change[]): Promise<void> {
    const range = { minTimeMs: Math.max(minTimeMs, this.floorMs), maxTimeMs: Number.POSITIVE_INFINITY };
    for (const sets of matchers.length === 0 ? [[], [[]]] : [[matchers]]) {
      const { always, ever, pauses } = this.#watch(matchers, range.minTimeMs, meanwhile);
      const hasSample = async () => {
        if (pauses.isOver()) await pauses.rest();
        return true;
      };
      const found = await this.registry.labelValues('le', sets, range, hasSample, still);
      for (const value of valuesOf(always())) assert.ok(found.has(value), `${value} was there all the time`);
      for (const value of found) assert.ok(valuesOf(ever()).has(value), `${value} never was there`);
    }
  }

  /** Makes one change at every rest, and knows which series matched all the time, and which ever. */
  #watch(matchers: readonly Matcher[], minTimeMs: number, meanwhile: readonly Change[]) {
    const matching = () => new Map(this.model.matching(matchers, minTimeMs).map((life) => [life.ref, life]));
    let always = matching();
    const ever = new Map(always);
    const changes = [...meanwhile];
    const pauses: Pauses = {
      isOver: () => changes.length > 0,
      rest: async () => {
        await this.run(changes.shift()!);
        const now = matching();
        always = new Map([...always].filter(([ref]) => now.has(ref)));
        for (const [ref, life] of now) ever.set(ref, life);
      },
    };
    return { pauses, always: () => [...always.values()], ever: () => [...ever.values()] };
  }

  async #resolve(series: readonly Labels[]): Promise<void> {
    const refs = await this.registry.resolve(series, open);
    for (const [at, own] of series.entries()) {
      const ref = refs[at]!;
      const life = this.model.find(own);
      if (life === undefined) {
        assert.ok(ref > this.model.lastRef, 'a reference is never given out twice');
        this.model.lastRef = ref;
        this.model.lives.set(ref, { ref, labels: own, isHot: true, latestMs: Number.NEGATIVE_INFINITY });
      } else {
        assert.equal(ref, life.ref);
      }
    }
  }

  async #cool(lives: readonly Life[]): Promise<void> {
    const sampled = lives.filter(({ latestMs }) => latestMs !== Number.NEGATIVE_INFINITY);
    await this.registry.coolDown(
      sampled.map(({ ref }) => this.registry.slotOf(ref)),
      open,
    );
    for (const life of sampled) life.isHot = false;
  }

  async #remove(lives: readonly Life[]): Promise<void> {
    await this.registry.remove(
      Uint32Array.from(lives, ({ ref }) => ref),
      open,
    );
    for (const { ref } of lives) this.model.lives.delete(ref);
  }

  #pick(picks: readonly number[], from: readonly Life[]): Life[] {
    return from.length === 0 ? [] : [...new Set(picks.map((pick) => from[pick % from.length]!))];
  }

  #load(): SeriesRegistry {
    const limits = { ...DEFAULT_STORE_LIMITS, coldCacheBytes: 4000 };
    const registry = new SeriesRegistry(this.file.database, limits, new StateTable(this.file.database));
    for (const { ref, latestMs } of this.model.hot()) {
      assert.ok(registry.slotOf(ref) >= 0, `series ${ref} is there after a restart`);
      registry.latestMs[registry.slotOf(ref)] = latestMs;
    }
    return registry;
  }
}

function valuesOf(lives: readonly Life[]): Set<string> {
  return new Set(lives.flatMap(({ labels }) => labels.filter(({ name }) => name === 'le')).map(({ value }) => value));
}
