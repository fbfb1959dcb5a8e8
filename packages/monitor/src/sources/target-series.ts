// The series of one target: slots, the small numbers by which a collector names a series, to the store's references.
// Invariant: a slot never changes its meaning, nor is its number given again. Labels are kept as the series' key alone,
// and as such only until the store has given the reference. When more series have gone than are here, and at least ten
// thousand, the gone ones are forgotten: those that are here move to new slots, and every older slot is refused from then on.
// A renaming is applied when a reference is asked for, so that it has seen all series of the first collection by then; the
// target's own reports (`up`) are never renamed.

import { type Label, type Labels, labelsFrom } from '../model/labels.ts';
import type { Appender } from '../storage/interface.ts';
import type { RenamedSeries, SeriesRenaming, ValueScale } from './interface.ts';
import { labelsOfKey, seriesKey } from './series-key.ts';

const GONE_SERIES_KEPT = 10_000;
/** So many series a question, so that the store's worker is not held up by one message. */
const SERIES_A_RESOLUTION = 4096;
/** Series that the store refused are offered again after this time. */
const REFUSED_AGAIN_AFTER_MS = 60_000;
const NO_REFERENCE = 0;
const INITIAL_SLOTS = 64;

export class TargetSeries {
  /** Slots below are forgotten. */
  firstSlot = 0;
  readonly #targetLabels: Labels;
  readonly #slotByKey = new Map<string, number>();
  /** The columns below begin at `firstSlot`. */
  #refs = new Uint32Array(INITIAL_SLOTS);
  /** The number of the collection that had the series last; 0 for none. */
  #lastSeen = new Float64Array(INITIAL_SLOTS);
  #slotCount = 0;
  /** With the target's labels; by slot, of series that have no reference yet. */
  #unresolved = new Map<number, Labels>();
  #refused = new Map<number, Labels>();
  #refusedAgainAtMs = 0;
  readonly #renaming: SeriesRenaming | undefined;
  /** Slots of the reports, which are not renamed. */
  readonly #reportSlots = new Set<number>();
  /** Slots of series that the renaming drops. */
  #dropped = new Set<number>();
  #scales = new Map<number, ValueScale>();
  /** The first slot that had a reference; only with a renaming, which may give several slots the same labels. */
  #slotByRef = new Map<number, number>();
  /** Whether there are slots with the same reference. */
  hasClashes = false;

  constructor(targetLabels: Labels, renaming?: SeriesRenaming) {
    this.#targetLabels = targetLabels;
    this.#renaming = renaming;
  }

  slotOf(labels: Labels): number {
    const key = seriesKey(labels);
    const known = this.#slotByKey.get(key);
    if (known !== undefined) return known;
    const slot = this.#newSlot();
    this.#slotByKey.set(key, slot);
    this.#unresolved.set(slot, withTargetLabels(labels, this.#targetLabels));
    return slot;
  }

  /** The slot of a report of the target, such as `up`. */
  reportSlotOf(labels: Labels): number {
    const slot = this.slotOf(labels);
    this.#reportSlots.add(slot);
    return slot;
  }

  /** Whether the renaming drops the series. */
  isDropped(slot: number): boolean {
    return this.#dropped.has(slot);
  }

  /** Undefined where values stay as they are. */
  scaleOf(slot: number): ValueScale | undefined {
    return this.#scales.size === 0 ? undefined : this.#scales.get(slot);
  }

  /** The store's reference, 0 when there is none. */
  refOf(slot: number): number {
    return this.#refs[slot - this.firstSlot]!;
  }

  lastSeen(slot: number): number {
    const index = slot - this.firstSlot;
    if (!(index >= 0 && index < this.#slotCount)) {
      throw new RangeError(`slot ${slot} is forgotten or was never given: slots begin at ${this.firstSlot}`);
    }
    return this.#lastSeen[index]!;
  }

  markSeen(slot: number, collection: number): void {
    this.#lastSeen[slot - this.firstSlot] = collection;
  }

  /** Asks the store for those references of these slots that are missing. @throws {ChainpulseError} as `Appender.resolveSeries`. */
  async resolve(appender: Appender, slots: Iterable<number>, nowMs: number): Promise<void> {
    if (this.#refused.size > 0 && nowMs >= this.#refusedAgainAtMs) {
      for (const [slot, labels] of this.#refused) this.#unresolved.set(slot, labels);
      this.#refused.clear();
    }
    if (this.#unresolved.size === 0) return;
    const missing: (readonly [slot: number, labels: Labels])[] = [];
    for (const slot of slots) {
      const labels = this.refOf(slot) === NO_REFERENCE ? this.#unresolved.get(slot) : undefined;
      if (labels !== undefined) missing.push([slot, labels]);
    }
    const asked = this.#renamed(missing);
    for (let start = 0; start < asked.length; start += SERIES_A_RESOLUTION) {
      const batch = asked.slice(start, start + SERIES_A_RESOLUTION);
      const refs = await appender.resolveSeries(batch.map(({ stored }) => stored));
      for (const [index, series] of batch.entries()) {
        const { slot, shown } = series;
        const ref = refs[index]!;
        this.#refs[slot - this.firstSlot] = ref;
        this.#unresolved.delete(slot);
        if (ref === NO_REFERENCE) {
          this.#refused.set(slot, shown);
          this.#refusedAgainAtMs = nowMs + REFUSED_AGAIN_AFTER_MS;
        } else if (this.#renaming !== undefined) this.#noteReference(ref, series, this.#renaming);
      }
    }
  }

  /** What the store is asked for; dropped series are done with. */
  #renamed(missing: readonly (readonly [slot: number, labels: Labels])[]): readonly AskedSeries[] {
    const renaming = this.#renaming;
    if (renaming === undefined) return missing.map(([slot, shown]) => ({ slot, shown, stored: shown }));
    renaming.meet(missing.filter(([slot]) => !this.#reportSlots.has(slot)).map(([, labels]) => labels));
    const asked: AskedSeries[] = [];
    for (const [slot, shown] of missing) {
      const renamed: RenamedSeries | undefined = this.#reportSlots.has(slot)
        ? { labels: shown }
        : renaming.rename(shown);
      if (renamed === undefined) {
        this.#dropped.add(slot);
        this.#unresolved.delete(slot);
        continue;
      }
      if (renamed.scale !== undefined) this.#scales.set(slot, renamed.scale);
      asked.push({ slot, shown, stored: renamed.labels });
    }
    return asked;
  }

  #noteReference(ref: number, { slot, shown, stored }: AskedSeries, renaming: SeriesRenaming): void {
    const first = this.#slotByRef.get(ref);
    if (first === undefined) this.#slotByRef.set(ref, slot);
    if (first === undefined || first === slot) return;
    this.hasClashes = true;
    renaming.clashed(shown, stored);
  }

  /**
   * Asks the store anew for the references of these slots, since it has told that it does not know some of them any more.
   * Gives the slots that have another reference now. @throws {ChainpulseError} as `Appender.resolveSeries`: they are asked
   * for again by the next collection.
   */
  async renew(appender: Appender, slots: Iterable<number>, nowMs: number): Promise<ReadonlySet<number>> {
    const before = new Map<number, number>();
    for (const slot of slots) if (this.refOf(slot) !== NO_REFERENCE) before.set(slot, this.refOf(slot));
    for (const [key, slot] of this.#slotByKey) {
      if (!before.has(slot)) continue;
      this.#slotByRef.delete(before.get(slot)!);
      this.#refs[slot - this.firstSlot] = NO_REFERENCE;
      this.#unresolved.set(slot, withTargetLabels(labelsOfKey(key), this.#targetLabels));
    }
    await this.resolve(appender, before.keys(), nowMs);
    const renewed = new Set<number>();
    for (const [slot, ref] of before) if (this.refOf(slot) !== ref) renewed.add(slot);
    return renewed;
  }

  /**
   * Forgets the series that no collection since `sinceCollection` had, if there are many. Returns the new slot of an old
   * one, or `undefined` when nothing was forgotten.
   */
  forgetGone(sinceCollection: number): ((slot: number) => number | undefined) | undefined {
    if (this.#slotCount <= GONE_SERIES_KEPT) return undefined;
    let present = 0;
    for (let index = 0; index < this.#slotCount; index++) if (this.#lastSeen[index]! >= sinceCollection) present++;
    if (this.#slotCount - present <= Math.max(GONE_SERIES_KEPT, present)) return undefined;

    const before = { firstSlot: this.firstSlot, refs: this.#refs, lastSeen: this.#lastSeen };
    const slots = [...this.#slotByKey];
    const labelsBefore = new Map([...this.#unresolved, ...this.#refused]);
    const [dropped, scales] = [this.#dropped, this.#scales];
    const moved = new Map<number, number>();
    this.firstSlot += this.#slotCount;
    this.#slotCount = 0;
    this.#refs = new Uint32Array(INITIAL_SLOTS);
    this.#lastSeen = new Float64Array(INITIAL_SLOTS);
    this.#slotByKey.clear();
    this.#unresolved.clear();
    this.#refused.clear();
    this.#reportSlots.clear();
    this.#slotByRef.clear();
    this.#dropped = new Set();
    this.#scales = new Map();
    for (const [key, oldSlot] of slots) {
      const oldIndex = oldSlot - before.firstSlot;
      if (before.lastSeen[oldIndex]! < sinceCollection) continue;
      const slot = this.#newSlot();
      moved.set(oldSlot, slot);
      this.#slotByKey.set(key, slot);
      this.#refs[slot - this.firstSlot] = before.refs[oldIndex]!;
      this.#lastSeen[slot - this.firstSlot] = before.lastSeen[oldIndex]!;
      const labels = labelsBefore.get(oldSlot);
      if (labels !== undefined) this.#unresolved.set(slot, labels);
      if (dropped.has(oldSlot)) this.#dropped.add(slot);
      const scale = scales.get(oldSlot);
      if (scale !== undefined) this.#scales.set(slot, scale);
      const ref = this.refOf(slot);
      if (ref !== NO_REFERENCE && !this.#slotByRef.has(ref)) this.#slotByRef.set(ref, slot);
    }
    return (slot) => moved.get(slot);
  }

  #newSlot(): number {
    if (this.#slotCount === this.#refs.length) {
      const { length } = this.#refs;
      const refs = new Uint32Array(2 * length);
      refs.set(this.#refs);
      this.#refs = refs;
      const lastSeen = new Float64Array(2 * length);
      lastSeen.set(this.#lastSeen);
      this.#lastSeen = lastSeen;
    }
    return this.firstSlot + this.#slotCount++;
  }
}

interface AskedSeries {
  readonly slot: number;
  readonly shown: Labels;
  readonly stored: Labels;
}

/**
 * Adds the target's labels. A label of the series' own that bears the name of one is kept as `exported_<name>`, with one
 * more `exported_` for as long as that is taken too: what Prometheus does with `honor_labels: false`.
 */
export function withTargetLabels(own: Labels, target: Labels): Labels {
  const merged: Label[] = [];
  let next = 0;
  for (const label of own) {
    while (next < target.length && target[next]!.name < label.name) merged.push(target[next++]!);
    if (target[next]?.name === label.name) return withClashingLabels(own, target);
    merged.push(label);
  }
  while (next < target.length) merged.push(target[next++]!);
  return merged;
}

function withClashingLabels(own: Labels, target: Labels): Labels {
  const merged = new Map<string, string>();
  for (const { name, value } of own) merged.set(name, value);
  const clashing: Label[] = [];
  for (const { name, value } of target) {
    const ownValue = merged.get(name);
    if (ownValue !== undefined) clashing.push({ name, value: ownValue });
    merged.set(name, value);
  }
  clashing.sort((a, b) => a.name.length - b.name.length);
  for (const { name, value } of clashing) {
    let exported = `exported_${name}`;
    while (merged.has(exported)) exported = `exported_${exported}`;
    merged.set(exported, value);
  }
  return labelsFrom(merged);
}
