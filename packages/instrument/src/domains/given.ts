// Values that a node gives and that only a range of numbers can be. What is outside becomes NaN, which every instrument
// drops and counts as `invalid_value`: a share given in percent must not look like a share, a time measured across a clock
// that was set back must not make a sum smaller, and an amount that was left out must not count as the 1 of `inc()`.

/** A share from 0 to 1. */
export function ratioOrNaN(value: number): number {
  return typeof value === 'number' && value >= 0 && value <= 1 ? value : Number.NaN;
}

/** A count, a size or a total: 0 and above, finite. */
export function amountOrNaN(value: number): number {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY ? value : Number.NaN;
}

/** What may be below 0, as temperatures and offsets: anything finite. */
export function finiteOrNaN(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}

/** 1 for true, 0 for false. */
export function flagOrNaN(value: boolean): number {
  if (typeof value !== 'boolean') return Number.NaN;
  return value ? 1 : 0;
}

/** For `inc`: one, or nothing when what was told of it is not known to have happened. */
export function occurredIf(isKnown: boolean): number {
  return isKnown ? 1 : Number.NaN;
}
