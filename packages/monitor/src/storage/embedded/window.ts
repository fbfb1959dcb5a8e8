// Windows of time: chunks are cut at their borders, so that retention can delete them whole and merging knows when no more
// is to be expected. A window is a stretch of UTC, one day unless so little is kept that a day would be too coarse.

const DAY_MS = 86_400_000;
/** Each divides the day. */
const WIDTHS_MS = [DAY_MS, DAY_MS / 4, DAY_MS / 24, DAY_MS / 144, DAY_MS / 1440];
/** So many windows at least are in what is kept. */
const WINDOWS_KEPT_MIN = 8;

/** How wide windows are for this retention (Infinity: everything is kept). */
export function windowWidthMs(retentionMs: number): number {
  return WIDTHS_MS.find((widthMs) => widthMs * WINDOWS_KEPT_MIN <= retentionMs) ?? WIDTHS_MS.at(-1)!;
}

/** When the window begins that the time is in. */
export function windowStartMs(timeMs: number, widthMs: number): number {
  return Math.floor(timeMs / widthMs) * widthMs;
}
