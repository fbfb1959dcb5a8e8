// The forms that a column of values takes, as they stand in a chunk, and the column as encoder and decoder hold it.
// Format page: docs/formats/store.md.

/** The lowest three bits of a form byte. */
export const FORM = {
  none: 0,
  constant: 1,
  /** The values of an earlier series, bit for bit. */
  copy: 2,
  gridOfTen: 3,
  gridOfTwo: 4,
  /** Each value is the one before plus whole nanoseconds, rounded as an addition rounds, plus a few units in the last place. */
  steps: 5,
  raw: 6,
} as const;
export const FORM_MASK = 7;

/** The next three bits: what a number is expected to be. */
export const EXPECT = {
  zero: 0,
  /** The number before. */
  previous: 1,
  /** 0, at the places where a reference changed. */
  zeroBeside: 2,
  /** The number of the reference. */
  reference: 3,
  /** The number of the reference, negated. */
  opposite: 4,
} as const;
export const EXPECT_SHIFT = 3;
export const EXPECT_MASK = 7;

/** Numbers are of steps of a quantum; */
export const HAS_QUANTUM = 1 << 6;
/** and come with remainders. */
export const HAS_REMAINDERS = 1 << 7;

/** Which places have a number; the others have 0. The lowest two bits of a layout byte. */
export const PLACES = {
  every: 0,
  /** Those of a bitmap. */
  own: 1,
  /** Those where the reference changed, */
  reference: 2,
  /** and some others. */
  referenceAndOthers: 3,
} as const;
export const PLACES_MASK = 3;
/** The next three bits: planes of the numbers, and of raw values how many low bytes are left out. */
export const PLANES_SHIFT = 2;
/** And the planes of remainders. */
export const REMAINDER_PLANES_SHIFT = 5;

/** Units that steps count in, by the gear of the column. */
export const STEP_GEARS = [1, 1e3, 1e6] as const;
export const STEPS_PER_UNIT = 1e9;

/** How many references may stand between a column and one without: reading a column decodes those before it. */
export const REFERENCE_DEPTH_MAX = 4;

/** A value beside its column: what no arithmetic gives. */
export const SPECIAL_BITS: readonly (readonly [low: number, high: number])[] = [
  [0x00000002, 0x7ff00000],
  [0, 0x7ff80000],
  [0, 0x7ff00000],
  [0, 0xfff00000],
  [0, 0x80000000],
];
/** Its 64 bits follow. */
export const SPECIAL_OTHER = SPECIAL_BITS.length;

/** A column unpacked: its values, and what others may refer to. */
export class ValueColumn {
  bits = new Uint32Array(0);
  values = new Float64Array(0);
  length = 0;
  /** Where numbers stand, ascending, and the numbers: the step that led to the value there. */
  places = new Int32Array(0);
  numbers = new Float64Array(0);
  remainders = new Float64Array(0);
  entries = 0;
  /** There is a number for each place from 1, and `places` says nothing. */
  isEveryPlace = false;
  /** References between this column and one that has none. */
  depth = 0;
  /** The places of the numbers that are not 0, and those; valid after `findChanges`. */
  changePlaces: Int32Array = this.places;
  changeNumbers: Float64Array = this.numbers;
  changes = -1;
  #foundPlaces = new Int32Array(0);
  #foundNumbers = new Float64Array(0);

  /** Room for so many values; what is in it is undefined. */
  reserve(length: number): void {
    this.length = length;
    this.changes = -1;
    if (length <= this.values.length) return;
    const capacity = Math.max(length, 2 * this.values.length, 256);
    this.values = new Float64Array(capacity);
    // The same memory: a value is written as bits or as a number, whichever is at hand.
    this.bits = new Uint32Array(this.values.buffer);
    this.places = new Int32Array(capacity);
    this.numbers = new Float64Array(capacity);
    this.remainders = new Float64Array(capacity);
    this.#foundPlaces = new Int32Array(0);
    this.#foundNumbers = new Float64Array(0);
  }

  get sizeBytes(): number {
    return 28 * this.values.length + 12 * this.#foundPlaces.length;
  }

  findChanges(): void {
    if (this.changes !== -1) return;
    const { places, numbers, entries, isEveryPlace } = this;
    let first = 0;
    if (!isEveryPlace) while (first < entries && numbers[first] !== 0) first++;
    if (!isEveryPlace && first === entries) {
      this.changePlaces = places;
      this.changeNumbers = numbers;
      this.changes = entries;
      return;
    }
    if (this.#foundPlaces.length < entries) {
      this.#foundPlaces = new Int32Array(this.values.length);
      this.#foundNumbers = new Float64Array(this.values.length);
    }
    const foundPlaces = this.#foundPlaces;
    const foundNumbers = this.#foundNumbers;
    let changes = 0;
    for (let index = 0; index < entries; index++) {
      const number = numbers[index]!;
      foundPlaces[changes] = isEveryPlace ? index + 1 : places[index]!;
      foundNumbers[changes] = number;
      if (number !== 0) changes++;
    }
    this.changePlaces = foundPlaces;
    this.changeNumbers = foundNumbers;
    this.changes = changes;
  }
}
