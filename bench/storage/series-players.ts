// Carries single series on: each player walks through its recorded series again and again, at whatever pace it is asked, and
// keeps the value that is due. Invariant: what only rose goes on from its last value and rises again by all that it rose in the
// recording; a histogram's buckets stay cumulative and its count stays its last bucket; a restarted process begins anew, as the
// recorded one did. Between two recorded scrapes events come evenly, and a sum grows with them alone, by unequal parts.

import { mix, stir, uniformOf } from './hashed-random.ts';
import type { RecordedSeries } from './recording.ts';
import { RunningSum } from './running-sum.ts';
import type { Behaviour, Sum } from './series-behaviour.ts';

/** Where in the recording a target is. */
export interface Place {
  /** The recorded scrape that was passed last. */
  scrape: number;
  /** From it to the next one, 0 to below 1. */
  part: number;
  /** What was `part` at the step before, when that lay after the same recorded scrape; else 0. */
  partBefore: number;
  /** Whether the step before lay after the same recorded scrape. */
  isAgain: boolean;
  /** The first repetition is the recording itself, to the bit. */
  isVerbatim: boolean;
  /** The repetition's and the step's randomness. */
  repetitionHash: number;
  stepHash: number;
}

export interface Player {
  /** A repetition begins, before the first scrape of the recording. */
  rewind(): void;
  /** Goes on to a place; series that the place lacks stay as they are. */
  goTo(place: Place): void;
}

/** The target's values, by number of the series less the target's first one, and by scrape how often its process had restarted. */
export interface PlayedTarget {
  readonly series: readonly RecordedSeries[];
  readonly firstSeries: number;
  readonly values: Float64Array;
  readonly restarts: Uint32Array;
}

export function playerOf(behaviour: Behaviour, target: PlayedTarget): Player {
  switch (behaviour.kind) {
    case 'constant':
      target.values[behaviour.series - target.firstSeries] = behaviour.value;
      return { rewind: () => {}, goTo: () => {} };
    case 'replayed':
      return new ReplayedPlayer(behaviour, target);
    case 'counted':
      return new CountedPlayer(behaviour, target);
    case 'summed':
      return new SummedPlayer(behaviour.sum, target);
    case 'histogram':
      return new HistogramPlayer(behaviour, target);
  }
}

class ReplayedPlayer implements Player {
  readonly #recorded: Float64Array;
  readonly #isPresent: Uint8Array;
  readonly #denominators: Float64Array;
  readonly #amplitude: number;
  readonly #step: number;
  readonly #values: Float64Array;
  readonly #index: number;

  constructor({ series, variation }: Behaviour & { kind: 'replayed' }, target: PlayedTarget) {
    this.#recorded = target.series[series]!.values;
    this.#isPresent = target.series[series]!.isPresent;
    this.#denominators = variation.denominators;
    this.#amplitude = variation.amplitude;
    this.#step = variation.step;
    this.#values = target.values;
    this.#index = series - target.firstSeries;
  }

  rewind(): void {}

  goTo({ scrape, isAgain, isVerbatim, repetitionHash }: Place): void {
    const value = this.#recorded[scrape]!;
    let varied = value;
    if (!isVerbatim && this.#amplitude > 0 && value !== 0 && Number.isFinite(value)) {
      const next = this.#isPresent[scrape + 1] === 1 ? this.#recorded[scrape + 1]! : value;
      // A slow repetition comes by the same recorded scrape twice: the second time stands between it and the next.
      varied =
        isAgain && next !== value
          ? this.#vary((value + next) / 2, this.#denominatorAt(scrape, scrape + 1), stir(repetitionHash, next))
          : this.#vary(value, this.#denominatorAt(scrape, scrape), repetitionHash);
    }
    this.#values[this.#index] = varied;
  }

  /** Every value of a repetition is moved in one way, wherever it comes: what did not change, or came back, does so again. */
  #vary(value: number, denominator: number, repetitionHash: number): number {
    const amplitude = Math.min(this.#amplitude, Math.abs(value) / 2);
    const moved = value + amplitude * (2 * uniformOf(stir(repetitionHash, value)) - 1);
    if (denominator === 0) return moved;
    if (denominator === 1) return Math.round(moved / this.#step) * this.#step;
    return Math.round(moved * denominator) / denominator;
  }

  #denominatorAt(scrape: number, other: number): number {
    const a = this.#denominators[scrape]!;
    const b = this.#denominators[other]!;
    return a === 0 || b === 0 ? 0 : Math.max(a, b);
  }
}

/** Which recorded scrape a player has taken in whole, for those that go on from their last value. */
class Passage {
  readonly #isPresent: Uint8Array;
  readonly #restarts: Uint32Array;
  /** The recorded scrape that was taken in, -1 for none of this repetition. */
  scrape = -1;

  constructor(isPresent: Uint8Array, restarts: Uint32Array) {
    this.#isPresent = isPresent;
    this.#restarts = restarts;
  }

  rewind(): void {
    this.scrape = this.#isPresent[0] === 1 ? 0 : -1;
  }

  has(scrape: number): boolean {
    return this.#isPresent[scrape] === 1;
  }

  /** Whether the process restarted between the scrape that was taken in and this one. */
  isRestartedBefore(scrape: number): boolean {
    return this.scrape >= 0 && this.#restarts[scrape] !== this.#restarts[this.scrape];
  }

  /** Whether something may happen between this scrape and the next. */
  leadsOn(scrape: number): boolean {
    return this.#isPresent[scrape + 1] === 1 && this.#restarts[scrape + 1] === this.#restarts[scrape];
  }
}

class CountedPlayer implements Player {
  readonly #recorded: Float64Array;
  readonly #passage: Passage;
  readonly #step: number;
  readonly #values: Float64Array;
  readonly #index: number;
  #isBegun = false;
  /** Of the rise to the next recorded scrape, what is in the value already. */
  #taken = 0;

  constructor({ series, step }: Behaviour & { kind: 'counted' }, target: PlayedTarget) {
    this.#recorded = target.series[series]!.values;
    this.#passage = new Passage(target.series[series]!.isPresent, target.restarts);
    this.#step = step;
    this.#values = target.values;
    this.#index = series - target.firstSeries;
  }

  rewind(): void {
    this.#passage.rewind();
    this.#taken = 0;
  }

  goTo({ scrape, part }: Place): void {
    const passage = this.#passage;
    if (!passage.has(scrape)) return;
    const recorded = this.#recorded;
    const value = recorded[scrape]!;
    if (passage.scrape !== scrape) {
      if (!this.#isBegun || passage.isRestartedBefore(scrape)) this.#values[this.#index] = value;
      else if (passage.scrape >= 0) this.#values[this.#index]! += value - recorded[passage.scrape]! - this.#taken;
      this.#isBegun = true;
      this.#taken = 0;
      passage.scrape = scrape;
    }
    if (part === 0 || !passage.leadsOn(scrape)) return;
    const rise = recorded[scrape + 1]! - value;
    if (rise === 0) return;
    const taken = Math.floor((rise / this.#step) * part) * this.#step - this.#taken;
    this.#taken += taken;
    this.#values[this.#index]! += taken;
  }
}

class SummedPlayer implements Player {
  readonly #recorded: Float64Array;
  readonly #passage: Passage;
  readonly #sum: RunningSum;
  readonly #values: Float64Array;
  readonly #index: number;

  constructor(sum: Sum, target: PlayedTarget) {
    this.#recorded = target.series[sum.series]!.values;
    this.#passage = new Passage(target.series[sum.series]!.isPresent, target.restarts);
    this.#sum = new RunningSum(sum, this.#recorded);
    this.#values = target.values;
    this.#index = sum.series - target.firstSeries;
  }

  rewind(): void {
    this.#passage.rewind();
    this.#sum.rewind();
  }

  goTo({ scrape, part, partBefore, isVerbatim, stepHash }: Place): void {
    const passage = this.#passage;
    if (!passage.has(scrape)) return;
    const hash = stir(stepHash, this.#recorded[scrape]!);
    if (passage.scrape !== scrape) {
      if (isVerbatim || !this.#sum.isBegun || passage.isRestartedBefore(scrape)) this.#sum.beginAt(scrape);
      else if (passage.scrape >= 0) this.#sum.takeRest(passage.scrape, scrape, 1, hash);
      passage.scrape = scrape;
    }
    if (part > 0 && passage.leadsOn(scrape)) {
      this.#sum.takePart(scrape, (part - partBefore) / (1 - partBefore), 1, mix(hash));
    }
    this.#values[this.#index] = this.#sum.value;
  }
}

class HistogramPlayer implements Player {
  readonly #buckets: readonly Float64Array[];
  readonly #passage: Passage;
  readonly #values: Float64Array;
  readonly #indexes: Uint32Array;
  readonly #countIndex: number;
  /** Of every bucket's rise to the next recorded scrape, what is in its value already. */
  readonly #taken: Float64Array;
  readonly #sum: RunningSum | undefined;
  readonly #sumIndex: number;
  #takenEvents = 0;
  #isBegun = false;

  constructor({ buckets, count, sum }: Behaviour & { kind: 'histogram' }, target: PlayedTarget) {
    const { series, firstSeries } = target;
    this.#buckets = buckets.map((bucket) => series[bucket]!.values);
    this.#passage = new Passage(series[count]!.isPresent, target.restarts);
    this.#values = target.values;
    this.#indexes = Uint32Array.from(buckets, (bucket) => bucket - firstSeries);
    this.#countIndex = count - firstSeries;
    this.#taken = new Float64Array(buckets.length);
    this.#sum = sum === undefined ? undefined : new RunningSum(sum, series[sum.series]!.values);
    this.#sumIndex = sum === undefined ? 0 : sum.series - firstSeries;
  }

  rewind(): void {
    this.#passage.rewind();
    this.#forgetTaken();
    this.#sum?.rewind();
  }

  goTo(place: Place): void {
    const { scrape, part } = place;
    const passage = this.#passage;
    if (!passage.has(scrape)) return;
    if (passage.scrape !== scrape) this.#arriveAt(place);
    if (part > 0 && passage.leadsOn(scrape)) this.#goOnFrom(place);
    this.#values[this.#countIndex] = this.#values[this.#indexes.at(-1)!]!;
    if (this.#sum !== undefined) this.#values[this.#sumIndex] = this.#sum.value;
  }

  #arriveAt({ scrape, isVerbatim, stepHash }: Place): void {
    const passage = this.#passage;
    const before = passage.scrape;
    const isAnew = !this.#isBegun || passage.isRestartedBefore(scrape);
    const counts = this.#buckets.at(-1)!;
    const events = before < 0 ? 0 : counts[scrape]! - counts[before]! - this.#takenEvents;
    if (isVerbatim || isAnew) this.#sum?.beginAt(scrape);
    else if (before >= 0) this.#sum?.takeRest(before, scrape, events, stir(stepHash, counts[scrape]!));
    for (let bucket = 0; bucket < this.#buckets.length; bucket++) {
      const recorded = this.#buckets[bucket]!;
      const index = this.#indexes[bucket]!;
      if (isAnew) this.#values[index] = recorded[scrape]!;
      else if (before >= 0) this.#values[index]! += recorded[scrape]! - recorded[before]! - this.#taken[bucket]!;
    }
    this.#forgetTaken();
    this.#isBegun = true;
    passage.scrape = scrape;
  }

  #goOnFrom({ scrape, part, stepHash }: Place): void {
    const counts = this.#buckets.at(-1)!;
    const left = counts[scrape + 1]! - counts[scrape]! - this.#takenEvents;
    if (left === 0) return;
    let events = 0;
    for (let bucket = 0; bucket < this.#buckets.length; bucket++) {
      const recorded = this.#buckets[bucket]!;
      // What rises evenly in every cumulative bucket stays cumulative.
      const then = Math.floor((recorded[scrape + 1]! - recorded[scrape]!) * part);
      events = then - this.#taken[bucket]!;
      this.#taken[bucket] = then;
      this.#values[this.#indexes[bucket]!]! += events;
    }
    this.#takenEvents += events;
    if (events > 0) this.#sum?.takePart(scrape, events / left, events, stir(stepHash, counts[scrape]!));
  }

  #forgetTaken(): void {
    this.#taken.fill(0);
    this.#takenEvents = 0;
  }
}
