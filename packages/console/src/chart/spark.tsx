// The small chart of a card: one to three lines or bars on a scale that starts at zero, so that sizes compare by eye. Its
// crosshair moves with those of the other charts of the same group.

import uPlot from 'uplot';
import type { Unit } from '../format/number.ts';
import { colourOf } from '../theme/theme.ts';
import { valueAxis } from './axes.ts';
import { Plot } from './plot.tsx';
import { niceTop, ticksOf } from './scale.ts';

export interface SparkProps {
  readonly timesS: readonly number[];
  readonly lines: readonly (readonly (number | null | undefined)[])[];
  readonly unit: Unit;
  readonly shape: 'lines' | 'bars';
  /** The top of the scale where it has a natural one (1 for a ratio, the memory there is); else the largest value. */
  readonly maximum?: number | undefined;
  readonly group: string;
  readonly heightPx: number;
  readonly description: string;
  readonly onHover: (index: number | null) => void;
}

const COLOURS = ['--series-1', '--series-2', '--series-3'];

export function Spark(props: SparkProps) {
  const { timesS, lines, unit, shape, maximum, group, heightPx } = props;
  const options = (): Omit<uPlot.Options, 'width' | 'height'> => ({
    legend: { show: false },
    padding: [8, 2, 8, 0],
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      sync: { key: group, setSeries: false },
      points: { size: 6 },
    },
    scales: { x: { time: true }, y: { range: (_, __, dataMax) => [0, maximum ?? niceTop(dataMax ?? 0, unit)] } },
    axes: [{ show: false }, { ...valueAxis(unit, 26), splits: (_, __, ___, top) => ticksOf(top, unit) }],
    series: [{}, ...lines.map((_, index) => (shape === 'bars' ? barSeries() : lineSeries(index)))],
  });
  return (
    <Plot
      structure={JSON.stringify([lines.length, unit, shape, maximum, group])}
      options={options}
      data={[timesS as number[], ...(lines as (number | null | undefined)[][])]}
      heightPx={heightPx}
      onHover={props.onHover}
      description={props.description}
    />
  );
}

function lineSeries(index: number): uPlot.Series {
  const stroke = colourOf(COLOURS[index % COLOURS.length] ?? '--series-1');
  return {
    stroke,
    width: 1.5,
    points: { show: false },
    ...(index === 0 ? { fill: colourOf('--series-1-fill') } : {}),
  };
}

function barSeries(): uPlot.Series {
  const paths = uPlot.paths.bars?.({ size: [0.7, 12, 1], align: -1 });
  return {
    stroke: 'transparent',
    fill: colourOf('--series-1'),
    width: 0,
    points: { show: false },
    ...(paths === undefined ? {} : { paths }),
  };
}
