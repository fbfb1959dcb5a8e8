// The distinct labels of the hot series, and of each the list of series that carry it: the inverted index. A label is a
// number while any series carries it; the number may be used again for another label then. Lists are of references, which
// only grow, so that adding keeps them ascending, and a series that is gone can stay in a list without harm: a list is
// swept when a quarter of it is gone, so that a removal costs a constant on average.

import type { Label } from '../../../model/labels.ts';
import { WordArena } from './word-arena.ts';

interface Name {
  readonly text: string;
  /** A number that no other name has now. */
  readonly number: number;
  readonly labelsByValue: Map<string, number>;
}

const CAPACITY_MIN = 256;
const LIST_CAPACITY_MIN = 2;
/** A list is swept when so many of it are gone: the greater of this and a quarter. */
const GONE_MIN = 8;
const NO_REFS = new Uint32Array(0);

export class LabelTable {
  readonly #names = new Map<string, Name>();
  readonly #freeNames: number[] = [];
  #nameCount = 0;
  /** By label; undefined where a number is free. */
  readonly #labels: (Label | undefined)[] = [];
  readonly #freeLabels: number[] = [];
  readonly #arena = new WordArena();
  #nameOf = new Uint32Array(CAPACITY_MIN);
  /** The address of the list, or, of a list with room for one, that reference. */
  #addresses = new Uint32Array(CAPACITY_MIN);
  #capacities = new Uint32Array(CAPACITY_MIN);
  #lengths = new Uint32Array(CAPACITY_MIN);
  #gone = new Uint32Array(CAPACITY_MIN);
  /** A list of one, as long as the caller looks at it. */
  readonly #single = new Uint32Array(1);

  /** Labels that there are. */
  get size(): number {
    return this.#labels.length - this.#freeLabels.length;
  }

  names(): Iterable<string> {
    return this.#names.keys();
  }

  /** The number of a label, -1 when no series carries it. */
  find(name: string, value: string): number {
    return this.#names.get(name)?.labelsByValue.get(value) ?? -1;
  }

  /** The number of a label, which the caller gives to a series with `append` in the same turn. */
  intern(text: string, value: string): number {
    let name = this.#names.get(text);
    if (name === undefined) {
      name = { text, number: this.#freeNames.pop() ?? this.#nameCount++, labelsByValue: new Map() };
      this.#names.set(text, name);
    }
    let label = name.labelsByValue.get(value);
    if (label === undefined) {
      label = this.#freeLabels.pop() ?? this.#labels.length;
      if (label === this.#nameOf.length) this.#grow();
      this.#labels[label] = { name: name.text, value };
      this.#nameOf[label] = name.number;
      this.#capacities[label] = 1;
      this.#lengths[label] = 0;
      this.#gone[label] = 0;
      name.labelsByValue.set(value, label);
    }
    return label;
  }

  labelOf(label: number): Label {
    return this.#labels[label]!;
  }

  /** The number of a name, -1 when there is none. */
  nameNumber(name: string): number {
    return this.#names.get(name)?.number ?? -1;
  }

  nameNumberOf(label: number): number {
    return this.#nameOf[label]!;
  }

  valueCount(name: string): number {
    return this.#names.get(name)?.labelsByValue.size ?? 0;
  }

  /** The labels of a name; the caller may rest between two. */
  labelsNamed(name: string): Iterable<number> {
    return this.#names.get(name)?.labelsByValue.values() ?? [];
  }

  /** How many series carry the label. */
  seriesCount(label: number): number {
    return this.#lengths[label]! - this.#gone[label]!;
  }

  listLength(label: number): number {
    return this.#lengths[label]!;
  }

  /** Ascending; some may be gone. Valid until the next call and the next change. */
  list(label: number): Uint32Array {
    const length = this.#lengths[label]!;
    if (length === 0) return NO_REFS;
    const address = this.#addresses[label]!;
    if (this.#capacities[label] === 1) {
      this.#single[0] = address;
      return this.#single;
    }
    const offset = this.#arena.offsetOf(address);
    return this.#arena.pageOf(address).subarray(offset, offset + length);
  }

  /** @param ref Greater than all in the list. */
  append(label: number, ref: number): void {
    const length = this.#lengths[label]!;
    if (length === this.#capacities[label]) this.#move(label, nextCapacity(length));
    this.#lengths[label] = length + 1;
    if (this.#capacities[label] === 1) {
      this.#addresses[label] = ref;
    } else {
      const address = this.#addresses[label]!;
      this.#arena.pageOf(address)[this.#arena.offsetOf(address) + length] = ref;
    }
  }

  /** One more series of the list is gone, and `isGone` knows; series go one after the other, each from all its lists. */
  remove(label: number, isGone: (ref: number) => boolean): void {
    const gone = this.#gone[label]! + 1;
    const length = this.#lengths[label]!;
    this.#gone[label] = gone;
    if (gone === length) this.#free(label);
    else if (gone >= GONE_MIN && 4 * gone >= length) this.#sweep(label, isGone);
  }

  sizeBytes(): number {
    return this.#arena.sizeBytes + 5 * this.#nameOf.byteLength;
  }

  #sweep(label: number, isGone: (ref: number) => boolean): void {
    const refs = this.list(label);
    let kept = 0;
    for (const ref of refs) if (!isGone(ref)) refs[kept++] = ref;
    this.#gone[label] = 0;
    this.#lengths[label] = kept;
    if (nextCapacity(kept) < this.#capacities[label]! / 2) this.#move(label, nextCapacity(kept));
  }

  #free(label: number): void {
    if (this.#capacities[label]! > 1) this.#arena.release(this.#addresses[label]!);
    const { name, value } = this.#labels[label]!;
    this.#labels[label] = undefined;
    this.#freeLabels.push(label);
    const { labelsByValue, number } = this.#names.get(name)!;
    labelsByValue.delete(value);
    if (labelsByValue.size === 0) {
      this.#names.delete(name);
      this.#freeNames.push(number);
    }
  }

  #move(label: number, capacity: number): void {
    const refs = this.list(label);
    const from = this.#capacities[label]! > 1 ? this.#addresses[label] : undefined;
    const address = this.#arena.allocate(capacity);
    this.#arena.pageOf(address).set(refs, this.#arena.offsetOf(address));
    if (from !== undefined) this.#arena.release(from);
    this.#addresses[label] = address;
    this.#capacities[label] = capacity;
  }

  #grow(): void {
    const grown = (column: Uint32Array) => {
      const copy = new Uint32Array(2 * column.length);
      copy.set(column);
      return copy;
    };
    this.#nameOf = grown(this.#nameOf);
    this.#addresses = grown(this.#addresses);
    this.#capacities = grown(this.#capacities);
    this.#lengths = grown(this.#lengths);
    this.#gone = grown(this.#gone);
  }
}

/** 2, 3, 4, 6, 8, 12, 16 …: little is unused, and a list is moved seldom. */
function nextCapacity(length: number): number {
  if (length < LIST_CAPACITY_MIN) return LIST_CAPACITY_MIN;
  const power = 2 ** (31 - Math.clz32(length));
  return length < 1.5 * power ? 1.5 * power : 2 * power;
}
