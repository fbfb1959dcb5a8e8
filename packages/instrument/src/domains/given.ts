// Values that a node gives and that only a range of numbers can be. What is outside becomes NaN, which every instrument
// drops and counts as `invalid_value`: a share given in percent must not look like a share.

/** A share from 0 to 1. */
export function ratioOrNaN(value: number): number {
  return typeof value === 'number' && value >= 0 && value <= 1 ? value : Number.NaN;
}

/** A count, a size or a total: 0 and above, finite. */
export function amountOrNaN(value: number): number {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY ? value : Number.NaN;
}
