// One subject of a card: its name, its value now, and its recent course. Under the crosshair the values are those of that
// moment. A value that is not reported any more stays, marked with the time it is from.

import { useState } from 'preact/hooks';
import { Spark } from '../chart/spark.tsx';
import { formatFigure, formatText, type Unit } from '../format/number.ts';
import { formatClock } from '../format/time.ts';
import { explorerLink } from '../route.ts';
import { arrivalsOf } from './arrivals.ts';
import type { Line } from './figures.ts';

export interface CellLine {
  readonly name: string;
  readonly line: Line;
}

export interface CellContent {
  readonly title: string;
  readonly unit: Unit;
  readonly lines: readonly CellLine[];
  /** What the explorer shows of it. */
  readonly expression: string;
  /** A second line for what one number does not say. */
  readonly note?: string;
  /** The natural top of the scale. */
  readonly maximum?: number;
}

export interface CellProps {
  readonly content: CellContent;
  /** Cells of one group share the crosshair. */
  readonly group: string;
  readonly windowS: number;
}

const HEIGHT_PX = 72;
const PULSE_HEIGHT_PX = 124;
const BARS = 60;

export function Cell({ content, group, windowS }: CellProps) {
  const [hovered, setHovered] = useState<number | null>(null);
  const { title, unit, lines, expression, note, maximum } = content;
  const timesS = lines[0]?.line.timesS ?? [];
  const hoveredS = hovered === null ? undefined : timesS[hovered];
  return (
    <div class="cell">
      <div class="cell-head">
        <h4>
          <a href={explorerLink(expression, windowS)} title={`Explore ${expression}`}>
            {title}
          </a>
        </h4>
        <span class="cell-note">{hoveredS === undefined ? note : formatClock(hoveredS * 1000)}</span>
      </div>
      <dl class="readings">
        {lines.map(({ name, line }, index) => (
          <Value
            key={name}
            name={lines.length > 1 ? name : ''}
            colour={index}
            unit={unit}
            line={line}
            hovered={hoveredS === undefined ? null : hovered}
          />
        ))}
      </dl>
      <Spark
        timesS={timesS}
        lines={lines.map(({ line }) => line.values)}
        unit={unit}
        shape="lines"
        maximum={maximum}
        group={group}
        heightPx={HEIGHT_PX}
        onHover={setHovered}
        description={describe(content)}
      />
    </div>
  );
}

/** The blocks that came, as bars: the pulse of the chain. */
export function Pulse({ height, group }: { readonly height: Line; readonly group: string }) {
  const [hovered, setHovered] = useState<number | null>(null);
  const arrivals = arrivalsOf(height, BARS);
  // The chart spans the same time as its neighbours; `undefined` is no bar and counts for no width.
  const timesS = [height.timesS[0] ?? 0, ...arrivals.timesS, height.timesS.at(-1) ?? 0];
  const blocks = [undefined, ...arrivals.blocks, undefined];
  const stretch = `New blocks in ${formatText(arrivals.stretchS, 'seconds')}`;
  const count = hovered === null ? undefined : blocks[hovered];
  const at = formatClock((timesS[hovered ?? 0] ?? 0) * 1000);
  const shown = count === undefined ? stretch : `${stretch} up to ${at}: ${count ?? 'not known'}`;
  return (
    <div class="pulse">
      <p class="pulse-caption">{shown}</p>
      <Spark
        timesS={timesS}
        lines={[blocks]}
        unit="count"
        shape="bars"
        group={group}
        heightPx={PULSE_HEIGHT_PX}
        onHover={setHovered}
        description={`New blocks over time; height now ${formatText(height.reading.value, 'count')}`}
      />
    </div>
  );
}

interface ValueProps {
  readonly name: string;
  readonly colour: number;
  readonly unit: Unit;
  readonly line: Line;
  readonly hovered: number | null;
}

function Value({ name, colour, unit, line, hovered }: ValueProps) {
  const { reading } = line;
  const value = hovered === null ? reading.value : (line.values[hovered] ?? undefined);
  const figure = value === undefined ? undefined : formatFigure(value, unit);
  const isOld = hovered === null && !reading.isCurrent;
  return (
    <div class={isOld ? 'reading old' : 'reading'}>
      {name === '' ? null : (
        <dt>
          <i class={`swatch series-${colour + 1}`} />
          {name}
        </dt>
      )}
      <dd>
        <b>{figure?.text ?? 'no value'}</b>
        {figure === undefined || figure.unit === '' ? null : <span class="unit">{figure.unit}</span>}
        {isOld ? <span class="as-of">at {formatClock(reading.timeS * 1000)}</span> : null}
      </dd>
    </div>
  );
}

function describe({ title, unit, lines }: CellContent): string {
  const parts = lines.map(({ name, line }) => `${name} ${formatText(line.reading.value, unit)}`);
  return `${title} over time; now ${parts.join(', ')}`;
}
