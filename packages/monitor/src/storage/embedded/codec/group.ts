// Groups: neighbouring references, which mostly are series of one target that were born together, share their chunks.

export const GROUP_SERIES = 128;

export function groupOf(ref: number): number {
  return Math.floor(ref / GROUP_SERIES);
}
