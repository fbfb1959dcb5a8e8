// The expression of an alert around its moment: its line, the number that it is compared with, and behind both when the alert
// was pending and when it fired.

import { useMemo, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import type { WireAlert } from '../../../monitor/src/server/wire.ts';
import { timeAxis, valueAxis } from '../chart/axes.ts';
import { Plot } from '../chart/plot.tsx';
import { seriesStyle } from '../chart/series-style.ts';
import { useAnswer } from '../explorer/use-answer.ts';
import { formatText, type Unit } from '../format/number.ts';
import { formatMoment, zoneName } from '../format/time.ts';
import { unitOfExpression } from '../format/unit.ts';
import { useServerTime } from '../live/use-monitor.ts';
import { formatRoute } from '../route.ts';
import { colourOf } from '../theme/theme.ts';
import { chartRoute, ownLines, type Stretch, stretchesOf, valueRange } from './alert-figures.ts';

const HEIGHT_PX = 260;
const BAND_COLOURS: Readonly<Record<Stretch['state'], string>> = { pending: '--warn-soft', firing: '--bad-soft' };
const EDGE_COLOURS: Readonly<Record<Stretch['state'], string>> = { pending: '--warn', firing: '--bad' };

export function AlertChart({ alert }: { readonly alert: WireAlert }) {
  const nowMs = useServerTime() ?? alert.activeAtMs;
  const { rule } = alert;
  const side = chartRoute(alert, rule.chartExpression, nowMs);
  const hasSide = rule.chartExpression !== rule.expression;
  const ofSide = useAnswer(side, 0);
  const own = useMemo(
    () => (ofSide.answer === undefined ? undefined : ownLines(ofSide.answer.frame, alert)),
    [ofSide.answer, alert.id],
  );
  // The side that is drawn may lack what the alert came from: then the expression is drawn as a whole.
  const isLost = hasSide && own?.isOwn === false;
  const whole = { ...side, expression: isLost ? rule.expression : '' };
  const ofWhole = useAnswer(whole, 0);
  const wholeLines = useMemo(
    () => (ofWhole.answer === undefined ? undefined : ownLines(ofWhole.answer.frame, alert)),
    [ofWhole.answer, alert.id],
  );
  const isWhole = isLost && wholeLines !== undefined && wholeLines.frame.series.length > 0;
  const lines = isWhole ? wholeLines : own;
  const error = ofSide.error ?? ofWhole.error;
  const threshold = isWhole ? undefined : (rule.threshold ?? undefined);
  const expression = isWhole ? rule.expression : rule.chartExpression;
  const unit = unitOfExpression(expression);
  const [hovered, setHovered] = useState<number | null>(null);
  const frame = lines?.frame;
  const hoveredS = hovered === null ? undefined : frame?.timesS[hovered];
  const hoveredValue = hovered === null ? undefined : frame?.series[0]?.values[hovered];
  return (
    <figure class="alert-chart" data-testid="alert-chart">
      <div class="chart-head">
        <code>{expression}</code>
        <a class="explore" href={formatRoute(isWhole ? whole : side)}>
          Explore
        </a>
      </div>
      <div class="chart-box" style={{ minHeight: `${HEIGHT_PX}px` }}>
        {frame !== undefined && frame.series.length > 0 ? (
          <Lines frame={frame} alert={alert} threshold={threshold} unit={unit} onHover={setHovered} />
        ) : (
          <p class="chart-note">
            {error !== undefined
              ? error.message
              : frame === undefined
                ? 'Asking…'
                : 'The expression has no value in this stretch of time.'}
          </p>
        )}
      </div>
      <figcaption>
        <span>
          {hoveredS === undefined
            ? `Times in ${zoneName(nowMs)}.`
            : `${formatMoment(hoveredS * 1000, nowMs)}: ${hoveredValue === null || hoveredValue === undefined ? 'no value' : formatText(hoveredValue, unit)}`}
        </span>
        <span class="legend">
          {threshold === undefined ? null : (
            <span class="legend-item">
              <i class="legend-threshold" /> {threshold.operator} {formatText(threshold.value, unit)}
            </span>
          )}
          {stretchesOf(alert).map(({ state }) => (
            <span key={state} class="legend-item">
              <i class={`legend-band legend-${state}`} /> {state}
            </span>
          ))}
        </span>
      </figcaption>
    </figure>
  );
}

interface LinesProps {
  readonly frame: ReturnType<typeof ownLines>['frame'];
  readonly alert: WireAlert;
  readonly threshold: { readonly value: number; readonly operator: string } | undefined;
  readonly unit: Unit;
  readonly onHover: (index: number | null) => void;
}

function Lines({ frame, alert, threshold, unit, onHover }: LinesProps) {
  const stretches = stretchesOf(alert);
  const options = (): Omit<uPlot.Options, 'width' | 'height'> => {
    const bands = stretches.map((stretch) => ({
      ...stretch,
      fill: colourOf(BAND_COLOURS[stretch.state]),
      edge: colourOf(EDGE_COLOURS[stretch.state]),
    }));
    const thresholdColour = colourOf('--bad');
    return {
      legend: { show: false },
      padding: [12, 18, 0, 0],
      cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { size: 7 } },
      scales: {
        x: { time: true },
        y: { range: (_, low, high) => valueRange(low, high, threshold?.value) },
      },
      axes: [timeAxis(), valueAxis(unit, 34)],
      series: [{}, ...frame.series.map((_, index) => line(index))],
      hooks: {
        drawClear: [
          (plot) => {
            for (const band of bands) drawBand(plot, band);
          },
        ],
        draw: [
          (plot) => {
            if (threshold !== undefined) drawThreshold(plot, threshold.value, thresholdColour);
          },
        ],
      },
    };
  };
  return (
    <Plot
      structure={JSON.stringify([frame.series.map(({ key }) => key), unit, threshold, stretches])}
      options={options}
      data={[frame.timesS as number[], ...frame.series.map(({ values }) => values as (number | null)[])]}
      heightPx={HEIGHT_PX}
      onHover={onHover}
      description={`${alert.rule.chartExpression} from half an hour before the alert${threshold === undefined ? '' : `; the alert is ${threshold.operator} ${formatText(threshold.value, unit)}`}`}
    />
  );
}

function line(index: number): uPlot.Series {
  const { colour, dash } = seriesStyle(index);
  return { stroke: colourOf(colour), width: 1.8, points: { size: 4 }, ...(dash.length > 0 ? { dash: [...dash] } : {}) };
}

function drawBand(
  plot: uPlot,
  { fromS, toS, fill, edge }: Stretch & { readonly fill: string; readonly edge: string },
): void {
  const { left, top, width, height } = plot.bbox;
  const within = (timeS: number): number =>
    Math.min(left + width, Math.max(left, plot.valToPos(Math.min(timeS, plot.scales['x']?.max ?? timeS), 'x', true)));
  const from = within(fromS);
  const to = within(toS);
  if (to <= from) return;
  plot.ctx.fillStyle = fill;
  plot.ctx.fillRect(from, top, to - from, height);
  if (from <= left) return;
  plot.ctx.fillStyle = edge;
  plot.ctx.fillRect(Math.round(from), top, devicePixelRatio, height);
}

function drawThreshold(plot: uPlot, value: number, colour: string): void {
  const { left, width } = plot.bbox;
  const at = Math.round(plot.valToPos(value, 'y', true)) + 0.5;
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(left, at);
  ctx.lineTo(left + width, at);
  ctx.stroke();
  ctx.restore();
}
