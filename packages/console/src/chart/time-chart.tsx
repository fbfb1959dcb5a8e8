// The large chart of the explorer: any number of lines, linear or logarithmic, with a crosshair and a stretch of time to
// drag over. One line can stand alone (`isolated`); the others are then not drawn and do not count for the scale.

import uPlot from 'uplot';
import type { Unit } from '../format/number.ts';
import { colourOf } from '../theme/theme.ts';
import { timeAxis, valueAxis } from './axes.ts';
import type { Frame } from './frame.ts';
import { Plot } from './plot.tsx';
import { seriesStyle } from './series-style.ts';

export interface TimeChartProps {
  readonly frame: Frame;
  readonly unit: Unit;
  readonly scale: 'linear' | 'log';
  /** Key of the only series to draw; undefined draws all. */
  readonly isolated: string | undefined;
  readonly heightPx: number;
  readonly description: string;
  readonly onHover: (index: number | null) => void;
  readonly onSelect: (fromS: number, toS: number) => void;
}

export function TimeChart(props: TimeChartProps) {
  const { frame, unit, scale, isolated, heightPx } = props;
  const isLog = scale === 'log';
  const options = (): Omit<uPlot.Options, 'width' | 'height'> => ({
    legend: { show: false },
    padding: [12, 18, 0, 0],
    cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
    scales: { x: { time: true }, y: isLog ? { distr: 3, log: 10 } : { range: linearRange } },
    axes: [timeAxis(), isLog ? logAxis(unit) : valueAxis(unit, 34)],
    series: [{}, ...frame.series.map((series, index) => line(series.key, index, isolated))],
  });
  const values = frame.series.map((series) => (isLog ? positiveOnly(series.values) : series.values));
  return (
    <Plot
      structure={JSON.stringify([frame.series.map((series) => series.key), unit, scale, isolated])}
      options={options}
      data={[frame.timesS as number[], ...(values as (number | null)[][])]}
      heightPx={heightPx}
      onHover={props.onHover}
      onSelect={props.onSelect}
      description={props.description}
    />
  );
}

function line(key: string, index: number, isolated: string | undefined): uPlot.Series {
  const style = seriesStyle(index);
  return {
    show: isolated === undefined || isolated === key,
    stroke: colourOf(style.colour),
    width: 1.5,
    ...(style.dash.length > 0 ? { dash: [...style.dash] } : {}),
    points: { size: 4 },
  };
}

/** A logarithmic scale has no place for zero and below: a gap, not a wrong height. */
function positiveOnly(values: readonly (number | null)[]): (number | null)[] {
  return values.map((value) => (value !== null && value > 0 ? value : null));
}

function linearRange(_: uPlot, dataMin: number | null, dataMax: number | null): uPlot.Range.MinMax {
  if (dataMin === null || dataMax === null) return [0, 1];
  if (dataMin === dataMax) {
    const margin = dataMin === 0 ? 1 : Math.abs(dataMin) * 0.1;
    return [dataMin >= 0 ? Math.max(0, dataMin - margin) : dataMin - margin, dataMax + margin];
  }
  return uPlot.rangeNum(dataMin, dataMax, 0.1, true);
}

function logAxis(unit: Unit): uPlot.Axis {
  const { incrs: _, ...axis } = valueAxis(unit, 20);
  return axis;
}
