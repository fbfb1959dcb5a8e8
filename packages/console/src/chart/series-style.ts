// How the many lines of the explorer are told apart: ten colours that people who see colours differently can tell apart,
// then the same dashed, then dotted. A line keeps its style while its place among the series stays.

export interface SeriesStyle {
  /** Custom property of the theme. */
  readonly colour: string;
  readonly dash: readonly number[];
}

const COLOURS = 10;
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [14, 5]];

export function seriesStyle(index: number): SeriesStyle {
  return {
    colour: `--series-${(index % COLOURS) + 1}`,
    dash: DASHES[Math.floor(index / COLOURS) % DASHES.length] ?? [],
  };
}
