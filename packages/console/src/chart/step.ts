// Which grid of times a window is drawn on: a round step, so that the grid of one refresh lies on that of the last, and
// about as many points as a chart can show.

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];
const POINTS_MAX = 11_000;

/** The smallest round step with which the window has at most so many points. Seconds. */
export function stepFor(windowS: number, points: number): number {
  const wanted = windowS / Math.min(points, POINTS_MAX);
  return STEPS_S.find((stepS) => stepS >= wanted) ?? Math.ceil(wanted / 86_400) * 86_400;
}

/** The last grid time that is not later. */
export function onGrid(timeS: number, stepS: number): number {
  return Math.floor(timeS / stepS) * stepS;
}
