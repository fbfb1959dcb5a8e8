// A sum of observations as a node computes it: on its grid, or addition after addition with the rounding of each. It goes on from its
// last value by all that the recorded one rises, in as many parts as it is asked for.

import { mix, uniformOf } from './hashed-random.ts';
import type { Sum } from './series-behaviour.ts';

/** More additions between two scrapes than this leave no other trace in the last bits than so many. */
const ADDITIONS_MAX = 32;
/** A part of a rise is larger or smaller than its share of the events by up to so much. */
const SCATTER_OF_A_SHARE = 0.3;

export class RunningSum {
  value = 0;
  isBegun = false;
  readonly #recorded: Float64Array;
  readonly #form: Sum['form'];
  readonly #denominator: number;
  readonly #noise: number;
  /** 'exact': the value in units of the grid. */
  #units = 0;
  /** Of the rise to the next recorded scrape, what is in the value already, in units of the grid ('free': as it is). */
  #taken = 0;

  constructor({ form, denominator, noise }: Sum, recorded: Float64Array) {
    this.#recorded = recorded;
    this.#form = form;
    this.#denominator = denominator;
    this.#noise = noise;
  }

  rewind(): void {
    this.#taken = 0;
  }

  beginAt(scrape: number): void {
    this.isBegun = true;
    this.#taken = 0;
    this.value = this.#recorded[scrape]!;
    this.#units = this.#unitsAt(scrape);
  }

  /** What is missing up to a recorded scrape. */
  takeRest(before: number, scrape: number, events: number, hash: number): void {
    const rise = this.#unitsAt(scrape) - this.#unitsAt(before) - this.#taken;
    this.#taken = 0;
    if (rise !== 0) this.#add(rise, events, hash);
  }

  /** A part of what is left of the rise from a recorded scrape to the next. */
  takePart(scrape: number, part: number, events: number, hash: number): void {
    const left = this.#unitsAt(scrape + 1) - this.#unitsAt(scrape) - this.#taken;
    if (left === 0) return;
    const scatter = part === 1 ? 1 : 1 + SCATTER_OF_A_SHARE * (2 * uniformOf(hash) - 1);
    const wanted = left * Math.min(1, part * scatter);
    const share = this.#form === 'free' ? wanted : Math.round(wanted);
    this.#taken += share;
    if (share !== 0) this.#add(share, events, mix(hash));
  }

  #unitsAt(scrape: number): number {
    const value = this.#recorded[scrape]!;
    return this.#form === 'free' ? value : Math.round(value * this.#denominator);
  }

  #add(rise: number, events: number, hash: number): void {
    if (this.#form === 'free') this.value += rise;
    else if (this.#form === 'exact') {
      this.#units += rise;
      this.value = this.#units / this.#denominator;
    } else this.#addObservations(rise, Math.min(Math.max(1, events), ADDITIONS_MAX), hash);
  }

  #addObservations(rise: number, observations: number, hash: number): void {
    let left = rise;
    let state = hash;
    for (let rest = observations; rest > 0; rest--) {
      state = mix(state);
      const size = rest === 1 ? left : Math.round((left / rest) * (0.5 + (state >>> 0) / 4_294_967_296));
      left -= size;
      let observed = size / this.#denominator;
      if (this.#noise > 0) {
        state = mix(state);
        // Uniform, with the standard deviation that was measured.
        observed += this.#noise * Math.sqrt(12) * ((state >>> 0) / 4_294_967_296 - 0.5);
      }
      this.value += observed;
    }
  }
}
